// Control registers: legal values, and what follows from a change. Arm ARM DDI 0487, D19.2.
#include "iss/aarch64/pmu.h"
#include "iss/aarch64/sysreg_functions.h"

namespace medley::iss::aarch64::sysreg {

Value legal_sctlr(const Config& config, Value value) {
    // EOS, EIS and others without FEAT_ExS and LSMAOC; ITD and SED without AArch32.
    constexpr Value kOnes = one_bit(29) | one_bit(28) | one_bit(22) | one_bit(20) | one_bit(11) | one_bit(8) | one_bit(7);
    Value mask = 0x1f | sctlr::kUma | one_bit(12) | sctlr::kDze | sctlr::kUct | sctlr::kNtwi | sctlr::kNtwe | sctlr::kWxn |
                 sctlr::kE0e | sctlr::kEe | sctlr::kUci;
    Value ones = kOnes;
    if (config.has(Feature::PAN))
        mask |= sctlr::kSpan;
    else
        ones |= sctlr::kSpan;
    if (config.has(Feature::PAuth))
        mask |= sctlr::kEnIa | sctlr::kEnIb | sctlr::kEnDa | sctlr::kEnDb;
    if (config.has(Feature::SSBS))
        mask |= sctlr::kDssbs;
    if (config.has(Feature::SPECRES))
        mask |= sctlr::kEnRctx;
    if (config.has(Feature::RAS))
        mask |= one_bit(21); // IESB
    return (value & mask) | ones;
}

Value legal_tcr(const Config& config, Value value) {
    Value mask = 0x7f'ffff'ffff & ~one_bit(6);
    if (config.has(Feature::HAFDBS))
        mask |= one_bit(39) | one_bit(40);
    if (config.has(Feature::HPDS))
        mask |= one_bit(41) | one_bit(42);
    if (config.has(Feature::PAuth))
        mask |= one_bit(51) | one_bit(52);
    return value & mask;
}

void changed_translation(System& system) { system.flush_translations(); }

void write_contextidr(System& system, unsigned, Value value) {
    system.regs().contextidr_el1 = value & low_mask(32);
    system.count_event(pmu::kContextWrites);
}

/// RW reads as 1: EL1 has no AArch32.
Value read_hcr(System& system, unsigned) { return system.regs().hcr_el2 | hcr::kRw; }

void write_hcr(System& system, unsigned, Value value) {
    const auto& config = system.config();
    Value mask = 0x0'ffff'ffff & ~(one_bit(29)); // HCD only where there is no EL3
    if (!config.has_el3)
        mask |= hcr::kHcd;
    if (config.has(Feature::VHE))
        mask |= hcr::kE2h;
    if (config.has(Feature::RAS))
        mask |= hcr::kTerr | hcr::kTea;
    if (config.has(Feature::PAuth))
        mask |= hcr::kApk | hcr::kApi;
    mask |= one_bit(32) | one_bit(33); // CD, ID: caches have no effects
    const auto old = system.regs().hcr_el2;
    const auto legal = (value & mask) | hcr::kRw;
    system.change_counting([&] { system.regs().hcr_el2 = legal; });
    if (((old ^ legal) & hcr::kTranslation) != 0)
        changed_translation(system);
}

void write_scr(System& system, unsigned, Value value) {
    const auto& config = system.config();
    Value mask = scr::kNs | scr::kIrq | scr::kFiq | scr::kEa | scr::kSmd | scr::kSif | scr::kSt | scr::kTwi | scr::kTwe;
    if (config.has_el2)
        mask |= scr::kHce;
    if (config.has(Feature::RAS))
        mask |= scr::kTerr;
    if (config.has(Feature::PAuth))
        mask |= scr::kApk | scr::kApi;
    // RW reads as 1, as do the reserved bits 5 and 4.
    system.change_counting([&] { system.regs().scr_el3 = (value & mask) | scr::kRw | 0x30; });
}

void write_mdcr2(System& system, unsigned, Value value) {
    constexpr Value kCounters = 0x1f;
    Value mask = kCounters | mdcr::kTpmcr | mdcr::kTpm | one_bit(7) | mdcr::kTde | mdcr::kTda | mdcr::kTdosa | mdcr::kTdra;
    if (system.config().has(Feature::PMUv3p1))
        mask |= mdcr::kHpmd;
    system.change_counting([&] { system.regs().mdcr_el2 = value & mask; });
    system.update_pmu();
}

void write_mdcr3(System& system, unsigned, Value value) {
    constexpr Value kMask = mdcr::kTpm | mdcr::kTda | mdcr::kTdosa | mdcr::kSdd | mdcr::kHpmd;
    system.change_counting([&] { system.regs().mdcr_el3 = value & kMask; });
    system.update_pmu();
}

/// Two layouts: that of CPACR_EL1 for hosts, and its own, whose bits for what is not there are 1.
void write_cptr2(System& system, unsigned, Value value) {
    constexpr Value kOnes = 0x33ff & ~one_bit(10);
    if (system.e2h())
        system.regs().cptr_el2 = value & (kCpacrMask | one_bit(31));
    else
        system.regs().cptr_el2 = (value & (one_bit(31) | one_bit(20) | one_bit(10))) | kOnes;
}

void write_vtcr(System& system, unsigned, Value value) {
    const auto& config = system.config();
    Value mask = 0x7'ffff;
    if (config.has(Feature::VMID16))
        mask |= one_bit(19);
    if (config.has(Feature::HAFDBS))
        mask |= one_bit(21) | one_bit(22);
    const auto old = system.regs().vtcr_el2;
    system.regs().vtcr_el2 = (value & mask) | one_bit(31);
    if (old != system.regs().vtcr_el2)
        changed_translation(system);
}

/// AA64 reads as 1. RR asks for a warm reset, which comes at once (helper_sysreg_write).
Value read_rmr(System&, unsigned) { return 1; }
bool asks_for_reset(const SysregRow& row, Value value) { return row.read == read_rmr && bit(value, 1); }

} // namespace medley::iss::aarch64::sysreg
