// Trap entry and return: RISC-V Privileged 1.13, 3.1.6.1, 3.1.7, 3.1.8 and 3.3.2.
#include "iss/riscv/core.h"

#include "iss/riscv/trap_names.h"
#include "iss/riscv/triggers.h"
#include "medley/base/bits.h"

#include <fmt/format.h>

namespace medley::iss::riscv {
namespace {

/// Exception code of a fault that the accelerator or the platform found.
std::uint32_t code_of(const Fault& fault) {
    switch (fault.kind) {
    case FaultKind::Bus:
        return fault.access == Access::Read    ? cause::kLoadAccess
               : fault.access == Access::Write ? cause::kStoreAccess
                                               : cause::kFetchAccess;
    case FaultKind::Alignment:
        return fault.access == Access::Read    ? cause::kLoadMisaligned
               : fault.access == Access::Write ? cause::kStoreMisaligned
                                               : cause::kFetchMisaligned;
    case FaultKind::Translation:
    case FaultKind::Instruction: break;
    }
    return fault.code;
}

/// 3.1.7: vectored mode sends interrupts, and only them, to a table.
std::uint64_t vector(std::uint64_t tvec, std::uint64_t code, bool is_interrupt) {
    const auto base = tvec & ~std::uint64_t{3};
    return is_interrupt && (tvec & 3) == 1 ? base + 4 * code : base;
}

} // namespace

void Core::raise(const Fault& fault) {
    uncount_trapped_instruction();
    enter_trap(code_of(fault), false, fault.kind == FaultKind::Instruction ? fault.value : fault.address);
}

void Core::enter_trap(std::uint64_t code, bool is_interrupt, std::uint64_t value) {
    if (host_.tracing_events())
        host_.trace_event(is_interrupt,
                          fmt::format("{} pc={:#x} tval={:#x}", trap_name(code, is_interrupt), state_.pc, value));
    const auto mask = low_mask(xlen());
    const auto number = code | (is_interrupt ? std::uint64_t{1} << (xlen() - 1) : 0);
    const auto delegation = is_interrupt ? csr().mideleg : csr().medeleg;
    if (state_.privilege != Privilege::Machine && bit(delegation, static_cast<unsigned>(code)))
        enter_supervisor(number, value & mask);
    else
        enter_machine(number, value & mask);
    const auto tvec = state_.privilege == Privilege::Machine ? csr().mtvec : csr().stvec;
    state_.pc = vector(tvec, code, is_interrupt) & mask;
    update_attention();
}

void Core::enter_machine(std::uint64_t number, std::uint64_t value) {
    csr().mepc = state_.pc;
    csr().mcause = number;
    csr().mtval = value;
    auto& status = state_.mstatus;
    status = with_bits(status, mstatus::kMppShift, 2, static_cast<std::uint64_t>(state_.privilege));
    status = (status & mstatus::kMie) != 0 ? status | mstatus::kMpie : status & ~mstatus::kMpie;
    status &= ~mstatus::kMie;
    csr().tcontrol = tcontrol::entered(csr().tcontrol);
    state_.privilege = Privilege::Machine;
}

void Core::enter_supervisor(std::uint64_t number, std::uint64_t value) {
    csr().sepc = state_.pc;
    csr().scause = number;
    csr().stval = value;
    auto& status = state_.mstatus;
    status = with_bits(status, mstatus::kSppShift, 1, static_cast<std::uint64_t>(state_.privilege));
    status = (status & mstatus::kSie) != 0 ? status | mstatus::kSpie : status & ~mstatus::kSpie;
    status &= ~mstatus::kSie;
    state_.privilege = Privilege::Supervisor;
}

std::uint64_t Core::return_from_machine() {
    auto& status = state_.mstatus;
    const auto previous = static_cast<Privilege>(bits(status, mstatus::kMppShift, 2));
    status = (status & mstatus::kMpie) != 0 ? status | mstatus::kMie : status & ~mstatus::kMie;
    status |= mstatus::kMpie;
    const auto least = config_.has_user() ? Privilege::User : Privilege::Machine;
    status = with_bits(status, mstatus::kMppShift, 2, static_cast<std::uint64_t>(least));
    if (previous != Privilege::Machine)
        status &= ~mstatus::kMprv;
    csr().tcontrol = tcontrol::left(csr().tcontrol);
    state_.privilege = previous;
    update_attention();
    return csr().mepc;
}

std::uint64_t Core::return_from_supervisor() {
    auto& status = state_.mstatus;
    const auto previous = (status & mstatus::kSpp) != 0 ? Privilege::Supervisor : Privilege::User;
    status = (status & mstatus::kSpie) != 0 ? status | mstatus::kSie : status & ~mstatus::kSie;
    status |= mstatus::kSpie;
    status &= ~(mstatus::kSpp | mstatus::kMprv);
    state_.privilege = previous;
    update_attention();
    return csr().sepc;
}

} // namespace medley::iss::riscv
