// TLB maintenance: Arm ARM DDI 0487, "A64 System instructions for TLB maintenance".
#include "iss/aarch64/sys_instruction.h"

#include "iss/aarch64/syndrome.h"
#include "iss/aarch64/sys.h"
#include "iss/aarch64/sys_bits.h"
#include "iss/aarch64/sysreg_table.h"
#include "medley/base/bits.h"

namespace medley::iss::aarch64 {
namespace {

/// What an instruction names.
enum class Scope : std::uint8_t { All, Space, Address, Range };

struct Tlbi {
    Scope scope = Scope::All;
    bool broadcast = false;
    unsigned least_level = 1; ///< Lowest exception level that has it.
    Regime regime = Regime::El10;
    bool intermediate = false; ///< The address is one of stage 2's.
};

/// CRm: 7 is local, 3 Inner Shareable, 1 Outer Shareable; ranges and intermediate addresses have their own.
std::optional<Tlbi> decode_el1(unsigned crm, unsigned op2) {
    Tlbi what;
    const bool range = crm == 2 || crm == 5 || crm == 6;
    what.broadcast = crm == 1 || crm == 3 || crm == 2 || crm == 5;
    if (!range && crm != 1 && crm != 3 && crm != 7)
        return std::nullopt;
    switch (op2) {
    case 0: what.scope = Scope::All; break;
    case 2: what.scope = Scope::Space; break;
    case 1:
    case 3:
    case 5:
    case 7: what.scope = range ? Scope::Range : Scope::Address; break;
    default: return std::nullopt;
    }
    if (range && what.scope != Scope::Range)
        return std::nullopt;
    return what;
}

std::optional<Tlbi> decode_upper(unsigned op1, unsigned crm, unsigned op2) {
    Tlbi what;
    what.least_level = op1 == 6 ? 3 : 2;
    what.regime = op1 == 6 ? Regime::El3 : Regime::El2;
    if (op1 == 4 && (crm == 0 || crm == 4)) {
        // Stage 2 by intermediate address: RIPAS2E1 (op2 2, 6), IPAS2E1 (op2 1, 5), and their Outer Shareable forms.
        if (crm == 0 && (op2 & 3) != 1 && (op2 & 3) != 2)
            return std::nullopt;
        what.regime = Regime::El10;
        what.intermediate = true;
        what.broadcast = crm == 0 || op2 == 0 || op2 == 3 || op2 == 4 || op2 == 7;
        return what;
    }
    auto lower = decode_el1(crm, op2);
    switch (crm) {
    case 1:
    case 3:
    case 7:
        if (op2 == 4 || op2 == 6) { // ALLE1, VMALLS12E1
            if (op1 != 4)
                return std::nullopt;
            what.regime = Regime::El10;
            what.broadcast = crm != 7;
            return what;
        }
        if (op2 != 0 && op2 != 1 && op2 != 5)
            return std::nullopt;
        break;
    case 2:
    case 5:
    case 6:
        if (op2 != 1 && op2 != 5)
            return std::nullopt;
        break;
    default: return std::nullopt;
    }
    if (!lower)
        return std::nullopt;
    what.scope = lower->scope;
    what.broadcast = lower->broadcast;
    return what;
}

/// Extensions that bring instructions: those for the Outer Shareable domain, and those by range.
bool exists(const Config& config, unsigned op1, unsigned crm, unsigned op2) {
    const bool by_stage2 = op1 == 4 && (crm == 0 || crm == 4);
    const bool range = by_stage2 ? op2 == 2 || op2 == 6 || op2 == 3 || op2 == 7 : crm == 2 || crm == 5 || crm == 6;
    const bool outer = by_stage2 ? crm == 4 && (op2 == 0 || op2 == 4) : crm == 1;
    return !(range && !config.has(Feature::TLBIRANGE)) && !(outer && !config.has(Feature::TLBIOS));
}

/// The value of an instruction by range (TLBI RVAE1): BaseADDR, SCALE and NUM, in units of the granule TG.
void set_range(std::uint64_t value, Invalidation& what) {
    constexpr unsigned kGranules[] = {12, 12, 14, 16};
    const auto granule = kGranules[bits(value, 46, 2)];
    const auto base = sign_extend(bits(value, 0, 37), 37) << granule;
    const auto scale = static_cast<unsigned>(bits(value, 44, 2));
    const auto number = bits(value, 39, 5);
    const auto bytes = (number + 1) << (5 * scale + 1 + granule);
    what.by_address = true;
    what.first = base;
    what.last = base + (bytes - 1);
}

} // namespace

SysOutcome execute_tlbi(System& s, std::uint32_t instruction, std::uint64_t value) {
    const unsigned op1 = instruction >> 16 & 7;
    const unsigned crm = instruction >> 8 & 15;
    const unsigned op2 = instruction >> 5 & 7;
    std::optional<Tlbi> what;
    if (op1 == 0)
        what = decode_el1(crm, op2);
    else if (op1 == 4 || op1 == 6)
        what = decode_upper(op1, crm, op2);
    const auto& config = s.config();
    if (!what || !exists(config, op1, crm, op2) || s.el() < what->least_level || (op1 == 4 && !config.has_el2))
        return {};
    // At EL3, those of EL2's own translation exist while EL2 does (TLBI ALLE2, VAE2).
    if (what->regime == Regime::El2 && !s.el2_enabled())
        return {};
    if (s.el() == 1 && (s.effective_hcr() & hcr::kTtlb) != 0)
        return {true, fault_of(s, Verdict::TrapEl2, instruction)};
    auto regime = what->regime;
    // Instructions for EL1 concern a host where it owns EL0, from EL3, too (TLBI VMALLE1: ELIsInHost(EL0)); those of EL2 its own two ranges.
    if (regime == Regime::El10 && op1 == 0 && s.host_user())
        regime = Regime::El20;
    if (regime == Regime::El2 && s.e2h())
        regime = Regime::El20;
    const bool everyone = what->broadcast || (s.el() == 1 && (s.effective_hcr() & hcr::kFb) != 0);
    Invalidation request;
    const auto tcr = regime == Regime::El20 ? s.regs().tcr_el2 : s.regs().tcr_el1;
    if (what->scope == Scope::Space) {
        request.by_space = true;
        request.space = s.space_of(regime, bits(value, 48, bit(tcr, 36) ? 16 : 8), s.current_vmid());
    } else if (what->scope == Scope::Address && !what->intermediate) {
        request.by_address = true;
        request.first = sign_extend(bits(value, 0, 44), 44) << 12;
        request.last = request.first + (kPageSize - 1);
    } else if (what->scope == Scope::Range && !what->intermediate) {
        set_range(value, request);
    }
    if (everyone)
        s.invalidate_everywhere(request);
    else
        s.invalidate(request);
    return {true, std::nullopt};
}

} // namespace medley::iss::aarch64
