#include "iss/riscv/trap_names.h"

#include <array>

namespace medley::iss::riscv {
namespace {

// RISC-V Privileged 1.13, table 14.
constexpr std::array<std::string_view, 16> kExceptions{
    "fetch misaligned", "fetch access fault",   "illegal instruction", "breakpoint",
    "load misaligned",  "load access fault",    "store misaligned",    "store access fault",
    "call from user",   "call from supervisor", "exception 10",        "call from machine",
    "fetch page fault", "load page fault",      "exception 14",        "store page fault"};
constexpr std::array<std::string_view, 12> kInterrupts{
    "interrupt 0", "supervisor software", "interrupt 2", "machine software",    "interrupt 4",  "supervisor timer",
    "interrupt 6", "machine timer",       "interrupt 8", "supervisor external", "interrupt 10", "machine external"};

} // namespace

std::string_view trap_name(std::uint64_t code, bool is_interrupt) {
    if (is_interrupt)
        return code < kInterrupts.size() ? kInterrupts[code] : "unknown interrupt";
    return code < kExceptions.size() ? kExceptions[code] : "unknown exception";
}

} // namespace medley::iss::riscv
