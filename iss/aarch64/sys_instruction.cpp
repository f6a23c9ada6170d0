#include "iss/aarch64/sys_instruction.h"

#include "iss/aarch64/fault_bits.h"
#include "iss/aarch64/syndrome.h"
#include "iss/aarch64/sys.h"
#include "iss/aarch64/sys_bits.h"
#include "iss/aarch64/sysreg_table.h"
#include "medley/base/bits.h"

namespace medley::iss::aarch64 {
namespace {

constexpr unsigned kImplementationCrn1 = 11;
constexpr unsigned kImplementationCrn2 = 15;

Verdict user_trap(const System& s) { return (s.effective_hcr() & hcr::kTge) != 0 ? Verdict::TrapEl2 : Verdict::TrapEl1; }

bool hcr_has(const System& s, std::uint64_t field) {
    return s.el() < 2 && !(s.el() == 0 && s.host_user()) && (s.effective_hcr() & field) != 0;
}

SysOutcome done() { return {true, std::nullopt}; }
SysOutcome decided(const System& s, Verdict verdict, std::uint32_t instruction) {
    return {true, fault_of(s, verdict, instruction)};
}

/// Maintenance by address at EL0 needs the right to read, or to write where it may lose data (C5.3, "Permission faults"). Watchpoints, which come behind
/// that, see nothing but what may lose data (AArch64.CheckWatchpoint).
std::optional<Fault> check_address(System& s, Address address, Access access) {
    auto result = s.translate(address, 1, access, AccessIndex{s.el() != 0, false}.encode());
    const bool is_watched = (result.fault.code & fault_bits::kWatchpoint) != 0;
    if (result.ok || (is_watched && access != Access::Write))
        return std::nullopt;
    result.fault.code |= fault_bits::kMaintenance;
    return result.fault;
}

struct Names {
    unsigned op1;
    unsigned crm;
    unsigned op2;
};
constexpr Names names_of(std::uint32_t instruction) {
    return {instruction >> 16 & 7, instruction >> 8 & 15, instruction >> 5 & 7};
}
constexpr unsigned crn_of(std::uint32_t instruction) { return instruction >> 12 & 15; }
constexpr unsigned name(unsigned op1, unsigned crm, unsigned op2) { return op1 << 8 | crm << 4 | op2; }

} // namespace

SysOutcome execute_cache(System& s, std::uint32_t instruction, std::uint64_t value) {
    const auto [op1, crm, op2] = names_of(instruction);
    const auto& config = s.config();
    const bool user = s.el() == 0;
    const auto by_level = [&](std::uint64_t trap_bits) {
        if (user && (s.sctlr() & sctlr::kUci) == 0)
            return user_trap(s);
        return hcr_has(s, trap_bits) ? Verdict::TrapEl2 : Verdict::Allowed;
    };
    switch (name(op1, crm, op2)) {
    case name(0, 1, 0): // IC IALLUIS
    case name(0, 5, 0): // IC IALLU
        if (user)
            return decided(s, Verdict::Undefined, instruction);
        if (hcr_has(s, hcr::kTpu))
            return decided(s, Verdict::TrapEl2, instruction);
        s.host().instruction_barrier();
        return done();
    case name(3, 5, 1): { // IC IVAU
        auto outcome = decided(s, by_level(hcr::kTpu), instruction);
        if (!outcome.fault && user)
            outcome.fault = check_address(s, value, Access::Read);
        if (!outcome.fault)
            s.host().instruction_barrier();
        return outcome;
    }
    case name(0, 6, 1): { // DC IVAC
        if (user)
            return decided(s, Verdict::Undefined, instruction);
        auto outcome = decided(s, hcr_has(s, hcr::kTpcp) ? Verdict::TrapEl2 : Verdict::Allowed, instruction);
        if (!outcome.fault)
            outcome.fault = check_address(s, value, Access::Write);
        return outcome;
    }
    case name(0, 6, 2):  // DC ISW
    case name(0, 10, 2): // DC CSW
    case name(0, 14, 2): // DC CISW
        if (user)
            return decided(s, Verdict::Undefined, instruction);
        return decided(s, hcr_has(s, hcr::kTsw) ? Verdict::TrapEl2 : Verdict::Allowed, instruction);
    case name(3, 12, 1): // DC CVAP
    case name(3, 13, 1): // DC CVADP
        if (!config.has(crm == 12 ? Feature::DPB : Feature::DPB2))
            return {};
        [[fallthrough]];
    case name(3, 10, 1):   // DC CVAC
    case name(3, 11, 1):   // DC CVAU
    case name(3, 14, 1): { // DC CIVAC
        auto outcome = decided(s, by_level(crm == 11 ? hcr::kTpu : hcr::kTpcp), instruction);
        if (!outcome.fault && user)
            outcome.fault = check_address(s, value, Access::Read);
        return outcome;
    }
    case name(3, 3, 4): // CFP RCTX
    case name(3, 3, 5): // DVP RCTX
    case name(3, 3, 7): // CPP RCTX
        if (!config.has(Feature::SPECRES))
            return {};
        return decided(s, user && (s.sctlr() & sctlr::kEnRctx) == 0 ? user_trap(s) : Verdict::Allowed, instruction);
    default: return {};
    }
}

std::optional<Fault> execute_sys(System& system, std::uint32_t instruction, std::uint64_t value) {
    const Fault undefined{FaultKind::Instruction, Access::Fetch, syndrome::kUndefined, 0, 0};
    const auto crn = crn_of(instruction);
    SysOutcome outcome;
    if (crn == 7)
        outcome = execute_cache(system, instruction, value);
    if (crn == 7 && !outcome.known)
        outcome = execute_at(system, instruction, value);
    if (crn == 8)
        outcome = execute_tlbi(system, instruction, value);
    if (crn == kImplementationCrn1 || crn == kImplementationCrn2) {
        if (system.el() == 0)
            return undefined;
        return fault_of(system, hcr_has(system, hcr::kTidcp) ? Verdict::TrapEl2 : Verdict::Allowed, instruction);
    }
    return outcome.known ? outcome.fault : undefined;
}

} // namespace medley::iss::aarch64
