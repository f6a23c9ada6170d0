// Operands and aliases of the base instruction set.

#include "iss/aarch64/print.h"

#include <array>

#include <fmt/format.h>

namespace medley::iss::aarch64 {

std::string print_register(bool sf, unsigned index) {
    if (index == 31)
        return sf ? "xzr" : "wzr";
    return fmt::format("{}{}", sf ? 'x' : 'w', index);
}

std::string print_register_or_sp(bool sf, unsigned index) {
    return index == 31 ? (sf ? "sp" : "wsp") : print_register(sf, index);
}

std::string_view print_condition(unsigned condition) {
    constexpr std::array<std::string_view, 16> kNames{"eq", "ne", "cs", "cc", "mi", "pl", "vs", "vc",
                                                      "hi", "ls", "ge", "lt", "gt", "le", "al", "nv"};
    return kNames[condition];
}

namespace {

std::string hex(std::uint64_t value) {
    return fmt::format("{:#x}", value);
}

constexpr std::array kOperands{
    PrintedOperand{"xd", [](const Operands& o, Address) { return print_register(true, o.rd); }},
    PrintedOperand{"label", [](const Operands& o, Address pc) { return hex(pc + o.imm); }},
    PrintedOperand{"page", [](const Operands& o, Address pc) { return hex((pc & kPageMask) + (o.imm << 12)); }},
};

constexpr std::array kConditions{
    AliasCondition{"rd31", [](const Operands& o) { return o.rd == 31; }},
};

} // namespace

std::span<const PrintedOperand> base_operands() {
    return kOperands;
}
std::span<const AliasCondition> base_conditions() {
    return kConditions;
}

} // namespace medley::iss::aarch64
