// Address translation instructions and PAR_EL1: Arm ARM DDI 0487, "A64 System instructions for address translation" and PAR_EL1.
#include "iss/aarch64/sys_instruction.h"

#include "iss/aarch64/fault_bits.h"
#include "iss/aarch64/syndrome.h"
#include "iss/aarch64/sys.h"
#include "iss/aarch64/sys_bits.h"
#include "iss/aarch64/sysreg_table.h"
#include "medley/base/bits.h"

namespace medley::iss::aarch64 {
namespace {

struct Translation1 {
    Regime regime = Regime::El10;
    bool privileged = true;
    bool write = false;
    bool both_stages = false;
    bool heeds_pan = false;
    unsigned least_level = 1;
};

std::optional<Translation1> decode(unsigned op1, unsigned crm, unsigned op2) {
    Translation1 at;
    at.write = (op2 & 1) != 0;
    if (op1 == 0 && crm == 8 && op2 < 4) { // S1E1R, S1E1W, S1E0R, S1E0W
        at.privileged = op2 < 2;
        return at;
    }
    if (op1 == 0 && crm == 9 && op2 < 2) { // S1E1RP, S1E1WP
        at.heeds_pan = true;
        return at;
    }
    if (op1 == 4 && crm == 8) {
        at.least_level = 2;
        if (op2 < 2) { // S1E2R, S1E2W
            at.regime = Regime::El2;
            return at;
        }
        if (op2 >= 4) { // S12E1R, S12E1W, S12E0R, S12E0W
            at.both_stages = true;
            at.privileged = op2 < 6;
            return at;
        }
        return std::nullopt;
    }
    if (op1 == 6 && crm == 8 && op2 < 2) { // S1E3R, S1E3W
        at.least_level = 3;
        at.regime = Regime::El3;
        return at;
    }
    return std::nullopt;
}

constexpr std::uint64_t kOnes = one_bit(11);
constexpr std::uint64_t kFailed = 1;

/// NS is for regimes that have the choice; UNKNOWN for others.
std::uint64_t par_of(const WalkResult& result, bool tells_spaces) {
    if (result.fault) {
        const auto& fault = *result.fault;
        return kOnes | kFailed | std::uint64_t{fault.status} << 1 | (fault.on_stage1_walk ? one_bit(8) : 0) |
               (fault.stage2 ? one_bit(9) : 0);
    }
    // Device memory, and Normal memory that is cached nowhere, are reported as Outer Shareable (AArch64.PAREncodeShareability).
    constexpr std::uint8_t kUncached = 0x44;
    const std::uint64_t shareability = result.device || result.attributes == kUncached ? 2 : result.shareability;
    return kOnes | std::uint64_t{result.attributes} << 56 | (result.physical & 0x000f'ffff'ffff'f000) | shareability << 7 |
           (tells_spaces && result.nonsecure ? one_bit(9) : 0);
}

} // namespace

SysOutcome execute_at(System& s, std::uint32_t instruction, std::uint64_t value) {
    const unsigned op1 = instruction >> 16 & 7;
    const unsigned crm = instruction >> 8 & 15;
    const unsigned op2 = instruction >> 5 & 7;
    const auto at = decode(op1, crm, op2);
    const auto& config = s.config();
    if (!at || s.el() < at->least_level || (at->heeds_pan && !config.has(Feature::PAN2)) || (op1 == 4 && !config.has_el2))
        return {};
    if (at->regime == Regime::El2 && !s.el2_enabled()) // AT S1E2R at EL3
        return {};
    auto regime = at->regime;
    // AT S1E1R and the others for EL1 and EL0 are about EL2&0 where a host has EL0, at EL3 as well as at EL2.
    if (regime == Regime::El10 && s.host_user())
        regime = Regime::El20;
    if (regime == Regime::El2 && s.e2h())
        regime = Regime::El20;
    auto address = value;
    const auto first = s.stage1_of(regime, address, false);
    const auto second = s.stage2_of(regime);
    TableMemory tables(s.host().memory());
    Walker walker(tables, first, second);
    const bool pan = at->heeds_pan && s.regs().pstate.pan != 0;
    const WalkRequest request{address, at->write ? Access::Write : Access::Read, at->privileged, pan, true};
    const auto result = at->both_stages ? walker.walk(request) : walker.walk_stage1(request);
    // AArch64.AT: an external abort on the walk is an exception, and so is stage 2's refusal of the walk itself, for EL2, when EL1 asks.
    const bool is_external = result.fault && syndrome::status::is_external_on_walk(result.fault->status);
    if (is_external || (result.fault && result.fault->stage2 && s.el() < 2)) {
        Fault fault{FaultKind::Translation, Access::Read, fault_bits::encode(*result.fault) | fault_bits::kMaintenance, value,
                    result.fault->intermediate};
        return {true, fault};
    }
    s.regs().par_el1 = par_of(result, first.secure);
    return {true, std::nullopt};
}

} // namespace medley::iss::aarch64
