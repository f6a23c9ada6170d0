// Which accesses to system registers are refused or taken by a higher level: the access pseudocode of Arm ARM DDI 0487, D19,
// by control field.
#include "iss/aarch64/sysreg_functions.h"

namespace medley::iss::aarch64::sysreg {
namespace {

/// Below EL2 with EL2 behind it; a host's own EL0 is no guest.
bool is_guest(const System& s) { return s.el() < 2 && s.el2_enabled() && !(s.el() == 0 && s.host_user()); }
bool hcr_has(const System& s, Value bits_of_hcr) { return is_guest(s) && (s.regs().hcr_el2 & bits_of_hcr) != 0; }
bool below_el3(const System& s) { return s.el() < 3 && s.config().has_el3; }

/// A trap by HCR_EL2.
Verdict by_hcr(const System& s, Value field) { return hcr_has(s, field) ? Verdict::TrapEl2 : Verdict::Allowed; }

/// A trap from EL0 to whoever is above it.
Verdict user_trap(const System& s) { return (s.effective_hcr() & hcr::kTge) != 0 ? Verdict::TrapEl2 : Verdict::TrapEl1; }

/// MDCR_EL2's debug traps also follow from TDE and TGE (MDCR_EL2.TDE).
Verdict by_mdcr(const System& s, Value field2, Value field3) {
    if (s.el() < 2 && s.el2_enabled() &&
        ((s.regs().mdcr_el2 & (field2 | mdcr::kTde)) != 0 || (s.regs().hcr_el2 & hcr::kTge) != 0))
        return Verdict::TrapEl2;
    return below_el3(s) && (s.regs().mdcr_el3 & field3) != 0 ? Verdict::TrapEl3 : Verdict::Allowed;
}

/// MDCR_EL2.TPM and TPMCR, MDCR_EL3.TPM.
Verdict by_pm(const System& s, Value field2) {
    if (s.el() < 2 && s.el2_enabled() && (s.regs().mdcr_el2 & field2) != 0)
        return Verdict::TrapEl2;
    return below_el3(s) && (s.regs().mdcr_el3 & mdcr::kTpm) != 0 ? Verdict::TrapEl3 : Verdict::Allowed;
}

/// PMUSERENR_EL0: EN, SW, CR, ER.
Verdict user_pm(const System& s, Value enables, Value field2) {
    if (s.el() == 0 && (s.regs().pmuserenr_el0 & enables) == 0)
        return user_trap(s);
    return by_pm(s, field2);
}

/// CNTHCTL_EL2 of a host has CNTKCTL_EL1's fields for EL0 in the same places, and its own ten bits up.
bool user_timer_open(const System& s, unsigned at) {
    return bit(s.host_user() ? s.regs().cnthctl_el2 : s.regs().cntkctl_el1, at);
}
/// EL1PCTEN and EL1PCEN.
bool guest_timer_open(const System& s, unsigned at) {
    return !is_guest(s) || bit(s.regs().cnthctl_el2, s.e2h() ? at + 10 : at);
}
/// FEAT_ECV: EL1TVT 13 and EL1TVCT 14, which trap where they are 1.
Verdict by_virtual_trap(const System& s, unsigned at) {
    return is_guest(s) && bit(s.regs().cnthctl_el2, at) ? Verdict::TrapEl2 : Verdict::Allowed;
}

} // namespace

Verdict trap_tid1(const System& s, const Access&) { return s.el() == 1 ? by_hcr(s, hcr::kTid1) : Verdict::Allowed; }
Verdict trap_tid2(const System& s, const Access&) { return by_hcr(s, hcr::kTid2); }
Verdict trap_tid3(const System& s, const Access&) { return by_hcr(s, hcr::kTid3); }
Verdict trap_ctr(const System& s, const Access&) {
    if (s.el() == 0 && (s.sctlr() & sctlr::kUct) == 0)
        return user_trap(s);
    return by_hcr(s, hcr::kTid2);
}
Verdict trap_uma(const System& s, const Access&) {
    const bool closed = s.el() == 0 && ((s.sctlr() & sctlr::kUma) == 0 || s.host_user());
    return closed ? user_trap(s) : Verdict::Allowed;
}
Verdict trap_float(const System&, const Access&) { return Verdict::Allowed; } // read and write look at it (FPCR has a class of its own)
Verdict trap_sp0(const System& s, const Access&) { return s.regs().pstate.sp_sel == 0 ? Verdict::Undefined : Verdict::Allowed; }
Verdict trap_vm(const System& s, const Access& access) {
    return s.el() == 1 ? by_hcr(s, access.write ? hcr::kTvm : hcr::kTrvm) : Verdict::Allowed;
}
Verdict trap_tacr(const System& s, const Access&) { return by_hcr(s, hcr::kTacr); }
Verdict trap_cpacr(const System& s, const Access&) {
    if (s.el() == 1 && s.el2_enabled() && bit(s.regs().cptr_el2, 31))
        return Verdict::TrapEl2;
    return trap_cptr2(s, {});
}
Verdict trap_cptr2(const System& s, const Access&) {
    return below_el3(s) && bit(s.regs().cptr_el3, 31) ? Verdict::TrapEl3 : Verdict::Allowed;
}
Verdict trap_mdcr2(const System& s, const Access&) {
    return below_el3(s) && (s.regs().mdcr_el3 & mdcr::kTda) != 0 ? Verdict::TrapEl3 : Verdict::Allowed;
}
Verdict trap_apk(const System& s, const Access&) {
    if (is_guest(s) && (s.regs().hcr_el2 & hcr::kApk) == 0)
        return Verdict::TrapEl2;
    return below_el3(s) && (s.regs().scr_el3 & scr::kApk) == 0 ? Verdict::TrapEl3 : Verdict::Allowed;
}
Verdict trap_terr(const System& s, const Access&) {
    if (hcr_has(s, hcr::kTerr))
        return Verdict::TrapEl2;
    return below_el3(s) && (s.regs().scr_el3 & scr::kTerr) != 0 ? Verdict::TrapEl3 : Verdict::Allowed;
}
Verdict trap_tidcp(const System& s, const Access&) { return by_hcr(s, hcr::kTidcp); }

// --- timers (D11.2): CNTKCTL's EL0PCTEN 0, EL0VCTEN 1, EL0VTEN 8, EL0PTEN 9; CNTHCTL's EL1PCTEN 0, EL1PCEN 1
Verdict trap_cntfrq(const System& s, const Access& access) {
    if (access.write)
        return s.el() == s.config().highest_el() ? Verdict::Allowed : Verdict::Undefined;
    if (s.el() == 0 && !user_timer_open(s, 0) && !user_timer_open(s, 1))
        return user_trap(s);
    return Verdict::Allowed;
}
Verdict trap_cntpct(const System& s, const Access&) {
    if (s.el() == 0 && !user_timer_open(s, 0))
        return user_trap(s);
    return guest_timer_open(s, 0) ? Verdict::Allowed : Verdict::TrapEl2;
}
Verdict trap_cntvct(const System& s, const Access&) {
    return s.el() == 0 && !user_timer_open(s, 1) ? user_trap(s) : by_virtual_trap(s, 14);
}
Verdict trap_cntp(const System& s, const Access&) {
    if (s.el() == 0 && !user_timer_open(s, 9))
        return user_trap(s);
    return guest_timer_open(s, 1) ? Verdict::Allowed : Verdict::TrapEl2;
}
Verdict trap_cntv(const System& s, const Access&) {
    return s.el() == 0 && !user_timer_open(s, 8) ? user_trap(s) : by_virtual_trap(s, 13);
}
Verdict trap_cntps(const System& s, const Access&) {
    if (s.el() == 3)
        return Verdict::Allowed;
    if (s.el() == 2 || !s.secure_below_el3())
        return Verdict::Undefined;
    return (s.regs().scr_el3 & scr::kSt) != 0 ? Verdict::Allowed : Verdict::TrapEl3;
}

// --- debug
Verdict trap_tda(const System& s, const Access&) { return by_mdcr(s, mdcr::kTda, mdcr::kTda); }
Verdict trap_tdra(const System& s, const Access&) { return by_mdcr(s, mdcr::kTdra, mdcr::kTda); }
Verdict trap_tdosa(const System& s, const Access&) { return by_mdcr(s, mdcr::kTdosa, mdcr::kTdosa); }
Verdict trap_dcc(const System& s, const Access&) {
    if (s.el() == 0 && (s.regs().mdscr_el1 & mdscr::kTdcc) != 0)
        return user_trap(s);
    return by_mdcr(s, mdcr::kTda, mdcr::kTda);
}

// --- performance monitors: EN 1, SW 2, CR 4, ER 8
Verdict trap_pm1(const System& s, const Access&) { return by_pm(s, mdcr::kTpm); }
Verdict trap_pm(const System& s, const Access&) { return user_pm(s, 1, mdcr::kTpm); }
Verdict trap_pmcr(const System& s, const Access&) { return user_pm(s, 1, mdcr::kTpm | mdcr::kTpmcr); }
Verdict trap_pmsw(const System& s, const Access&) { return user_pm(s, 1 | 2, mdcr::kTpm); }
Verdict trap_pmcr_read(const System& s, const Access& access) { return user_pm(s, access.write ? 1 : 1 | 4, mdcr::kTpm); }
Verdict trap_pmer(const System& s, const Access& access) {
    // PMSELR_EL0 may also be written with ER.
    const bool select = access.key == R(3, 3, 9, 12, 5);
    return user_pm(s, access.write && !select ? 1 : 1 | 8, mdcr::kTpm);
}
Verdict trap_pmuserenr(const System& s, const Access&) { return by_pm(s, mdcr::kTpm); }

// --- the interrupt controller's CPU interface (IHI 0069H, 12.2): a hypervisor's traps, then a guest's registers are virtual, then
// those of EL3, which takes the interrupts that the register is about
namespace {

Verdict by_gic(const System& s, Value ich_traps, Value made_virtual, Value routed_to_el3) {
    if (s.el() == 1 && s.el2_enabled()) {
        if ((s.regs().ich_hcr_el2 & ich_traps) != 0)
            return Verdict::TrapEl2;
        if ((s.regs().hcr_el2 & made_virtual) != 0)
            return Verdict::Allowed;
    }
    return below_el3(s) && (s.regs().scr_el3 & routed_to_el3) == routed_to_el3 ? Verdict::TrapEl3 : Verdict::Allowed;
}

} // namespace

Verdict trap_gic(const System& s, const Access&) { return by_gic(s, ich::kTc, hcr::kImo | hcr::kFmo, scr::kIrq | scr::kFiq); }
Verdict trap_gic0(const System& s, const Access&) { return by_gic(s, ich::kTall0, hcr::kFmo, scr::kFiq); }
Verdict trap_gic1(const System& s, const Access&) { return by_gic(s, ich::kTall1, hcr::kImo, scr::kIrq); }
Verdict trap_gic_dir(const System& s, const Access&) {
    return by_gic(s, ich::kTc | ich::kTdir, hcr::kImo | hcr::kFmo, scr::kIrq | scr::kFiq);
}
/// There is no virtual register that sends: it would generate interrupts behind a hypervisor's back.
Verdict trap_sgi(const System& s, const Access& access) {
    return s.el() == 1 && hcr_has(s, hcr::kImo | hcr::kFmo) ? Verdict::TrapEl2 : trap_gic(s, access);
}

} // namespace medley::iss::aarch64::sysreg
