/// \file
/// What the rows of sysreg.def are made of.
#pragma once

#include "iss/aarch64/sys.h"
#include "iss/aarch64/sys_bits.h"
#include "iss/aarch64/sysreg_table.h"
#include "iss/aarch64/timer.h"
#include "medley/base/bits.h"

namespace medley::iss::aarch64::sysreg {

using Sys = SystemState;
using Value = std::uint64_t;

constexpr std::uint16_t R(unsigned op0, unsigned op1, unsigned crn, unsigned crm, unsigned op2) {
    return sysreg_key(op0, op1, crn, crm, op2);
}

// --- exists
constexpr bool always(const Config&) { return true; }
inline bool el2(const Config& config) { return config.has_el2; }
inline bool el3(const Config& config) { return config.has_el3; }
inline bool vhe(const Config& config) { return config.has_el2 && config.has(Feature::VHE); }
inline bool ras_el2(const Config& config) { return config.has_el2 && config.has(Feature::RAS); }
inline bool gic_el2(const Config& config) { return config.has_el2 && config.has(Feature::GICv3); }
inline bool gic_el3(const Config& config) { return config.has_el3 && config.has(Feature::GICv3); }
template <Feature feature>
bool with(const Config& config) {
    return config.has(feature);
}
template <unsigned level>
bool highest(const Config& config) {
    return config.highest_el() == level;
}

// --- rights
inline constexpr Rights rw0{0, 0}, rw1{1, 1}, rw2{2, 2}, rw3{3, 3};
inline constexpr Rights ro0{0, 4}, ro1{1, 4}, ro2{2, 4}, ro3{3, 4};
inline constexpr Rights wo0{4, 0}, wo1{4, 1}, r0w1{0, 1};

// --- traps (sysreg_traps.cpp)
using Access = SysregAccess;
inline Verdict open(const System&, const Access&) { return Verdict::Allowed; }
#define MEDLEY_TRAP(name) Verdict name(const System&, const Access&);
MEDLEY_TRAP(trap_tid1) MEDLEY_TRAP(trap_tid2) MEDLEY_TRAP(trap_tid3) MEDLEY_TRAP(trap_ctr) MEDLEY_TRAP(trap_uma)
MEDLEY_TRAP(trap_float) MEDLEY_TRAP(trap_sp0) MEDLEY_TRAP(trap_vm) MEDLEY_TRAP(trap_tacr) MEDLEY_TRAP(trap_cpacr)
MEDLEY_TRAP(trap_cptr2) MEDLEY_TRAP(trap_mdcr2) MEDLEY_TRAP(trap_apk) MEDLEY_TRAP(trap_terr) MEDLEY_TRAP(trap_cntfrq)
MEDLEY_TRAP(trap_cntpct) MEDLEY_TRAP(trap_cntvct) MEDLEY_TRAP(trap_cntp) MEDLEY_TRAP(trap_cntv) MEDLEY_TRAP(trap_cntps)
MEDLEY_TRAP(trap_tda) MEDLEY_TRAP(trap_tdra) MEDLEY_TRAP(trap_tdosa) MEDLEY_TRAP(trap_dcc) MEDLEY_TRAP(trap_pm)
MEDLEY_TRAP(trap_pm1) MEDLEY_TRAP(trap_pmcr) MEDLEY_TRAP(trap_pmsw) MEDLEY_TRAP(trap_pmer) MEDLEY_TRAP(trap_pmcr_read)
MEDLEY_TRAP(trap_pmuserenr) MEDLEY_TRAP(trap_tidcp) MEDLEY_TRAP(trap_sgi) MEDLEY_TRAP(trap_gic) MEDLEY_TRAP(trap_gic0)
MEDLEY_TRAP(trap_gic1) MEDLEY_TRAP(trap_gic_dir)
#undef MEDLEY_TRAP

// --- plain storage
inline Value zero(System&, unsigned) { return 0; }
inline void ignore(System&, unsigned, Value) {}
template <Value Sys::*member>
Value stored(System& system, unsigned) {
    return system.regs().*member;
}
template <Value Sys::*member, Value mask = ~Value{0}>
void store(System& system, unsigned, Value value) {
    system.regs().*member = value & mask;
}

inline constexpr Value kSpsrMask = 0xf9f0'1fff; ///< But what no model has: TCO, BTYPE, ALLINT.
inline constexpr Value kEsrMask = 0xff'ffff'ffff;
inline constexpr Value kHpfarMask = 0x0000'0fff'ffff'fff0;
inline constexpr Value kVbarMask = ~Value{0x7ff};
inline constexpr Value kCpacrMask = 3U << 20 | 1U << 28;
inline constexpr Value kCptr3Mask = one_bit(31) | one_bit(20) | one_bit(10);
inline constexpr Value kVmpidrMask = 0xff'c1ff'ffff;

#define MEDLEY_READ(name) Value name(System& system, unsigned index);
#define MEDLEY_WRITE(name) void name(System& system, unsigned index, Value value);
// --- identification (sysreg_id.cpp)
MEDLEY_READ(read_midr) MEDLEY_READ(read_mpidr) MEDLEY_READ(read_id) MEDLEY_READ(read_ccsidr) MEDLEY_READ(read_clidr)
MEDLEY_READ(read_ctr) MEDLEY_READ(read_dczid) MEDLEY_READ(read_rvbar) MEDLEY_READ(read_l2ctlr)
// --- PSTATE (sysreg_state.cpp)
MEDLEY_READ(read_spsel) MEDLEY_WRITE(write_spsel) MEDLEY_READ(read_current_el) MEDLEY_READ(read_pan) MEDLEY_WRITE(write_pan)
MEDLEY_READ(read_uao) MEDLEY_WRITE(write_uao) MEDLEY_READ(read_nzcv) MEDLEY_WRITE(write_nzcv) MEDLEY_READ(read_daif)
MEDLEY_WRITE(write_daif) MEDLEY_READ(read_dit) MEDLEY_WRITE(write_dit) MEDLEY_READ(read_ssbs) MEDLEY_WRITE(write_ssbs)
MEDLEY_READ(read_fpcr) MEDLEY_WRITE(write_fpcr) MEDLEY_READ(read_fpsr) MEDLEY_WRITE(write_fpsr) MEDLEY_READ(read_isr)
MEDLEY_READ(read_disr) MEDLEY_WRITE(write_disr)
MEDLEY_READ(read_random)
template <unsigned level>
Value read_sp(System& system, unsigned) {
    return system.state().sp[level];
}
template <unsigned level>
void write_sp(System& system, unsigned, Value value) {
    system.state().sp[level] = value;
}
// --- control (sysreg_control.cpp)
[[nodiscard]] Value legal_sctlr(const Config& config, Value value);
[[nodiscard]] Value legal_tcr(const Config& config, Value value);
void changed_translation(System& system);
template <Value Sys::*member>
void write_sctlr(System& system, unsigned, Value value) {
    const auto old = system.regs().*member;
    const auto legal = legal_sctlr(system.config(), value);
    system.regs().*member = legal;
    if (((old ^ legal) & sctlr::kTranslation) != 0)
        changed_translation(system);
}
template <Value Sys::*member>
void write_tcr(System& system, unsigned, Value value) {
    const auto old = system.regs().*member;
    system.regs().*member = legal_tcr(system.config(), value);
    if (old != system.regs().*member)
        changed_translation(system);
}
MEDLEY_WRITE(write_contextidr) MEDLEY_READ(read_hcr) MEDLEY_WRITE(write_hcr) MEDLEY_WRITE(write_mdcr2) MEDLEY_WRITE(write_cptr2) MEDLEY_WRITE(write_scr)
MEDLEY_WRITE(write_mdcr3) MEDLEY_WRITE(write_vtcr) MEDLEY_READ(read_rmr)
/// Whether a write sets RMR_ELx.RR.
[[nodiscard]] bool asks_for_reset(const SysregRow& row, Value value);
// --- timers (sysreg_timer.cpp)
MEDLEY_READ(read_cntpct) MEDLEY_READ(read_cntvct) MEDLEY_WRITE(write_cntvoff) MEDLEY_WRITE(write_cnthctl) MEDLEY_WRITE(write_cntkctl)
template <Timer timer>
Value read_tval(System& system, unsigned) {
    return read_timer_value(system, timer);
}
template <Timer timer>
void write_tval(System& system, unsigned, Value value) {
    write_timer_value(system, timer, value);
}
template <Timer timer>
Value read_ctl(System& system, unsigned) {
    return read_timer_control(system, timer);
}
template <Timer timer>
void write_ctl(System& system, unsigned, Value value) {
    write_timer_control(system, timer, value);
}
template <Timer timer>
void write_cval(System& system, unsigned, Value value) {
    write_timer_compare(system, timer, value);
}
// --- debug (sysreg_debug.cpp)
MEDLEY_WRITE(write_mdscr) MEDLEY_READ(read_dbgbvr) MEDLEY_WRITE(write_dbgbvr) MEDLEY_READ(read_dbgbcr) MEDLEY_WRITE(write_dbgbcr)
MEDLEY_READ(read_dbgwvr) MEDLEY_WRITE(write_dbgwvr) MEDLEY_READ(read_dbgwcr) MEDLEY_WRITE(write_dbgwcr) MEDLEY_WRITE(write_oslar)
MEDLEY_READ(read_oslsr) MEDLEY_READ(read_claim_set) MEDLEY_WRITE(write_claim_set) MEDLEY_WRITE(write_claim_clear)
// --- performance monitors (sysreg_pmu.cpp)
[[nodiscard]] Value visible_counters(const System& system);
MEDLEY_READ(read_pmcr) MEDLEY_WRITE(write_pmcr) MEDLEY_READ(read_pmovs) MEDLEY_WRITE(write_pmswinc) MEDLEY_READ(read_pmceid0)
MEDLEY_READ(read_pmccntr) MEDLEY_WRITE(write_pmccntr) MEDLEY_READ(read_pmxevtyper) MEDLEY_WRITE(write_pmxevtyper)
MEDLEY_READ(read_pmxevcntr) MEDLEY_WRITE(write_pmxevcntr) MEDLEY_READ(read_pmevcntr) MEDLEY_WRITE(write_pmevcntr)
MEDLEY_READ(read_pmevtyper) MEDLEY_WRITE(write_pmevtyper) MEDLEY_WRITE(write_pmccfiltr)
template <Value Sys::*member>
Value read_masked(System& system, unsigned) {
    return system.regs().*member & visible_counters(system);
}
template <Value Sys::*member>
void write_pm_set(System& system, unsigned, Value value) {
    system.change_counting([&] { system.regs().*member |= value & visible_counters(system); });
    system.update_pmu();
}
template <Value Sys::*member>
void write_pm_clear(System& system, unsigned, Value value) {
    system.change_counting([&] { system.regs().*member &= ~(value & visible_counters(system)); });
    system.update_pmu();
}
#undef MEDLEY_READ
#undef MEDLEY_WRITE

// --- interrupt controller (sysreg_gic.cpp)
[[nodiscard]] Value gic_read(System& system, std::uint16_t key);
void gic_write(System& system, std::uint16_t key, Value value);
template <std::uint16_t key>
Value read_gic(System& system, unsigned index) {
    return gic_read(system, static_cast<std::uint16_t>(key + index));
}
template <std::uint16_t key>
void write_gic(System& system, unsigned index, Value value) {
    gic_write(system, static_cast<std::uint16_t>(key + index), value);
}
void write_ich_hcr(System& system, unsigned index, Value value);
/// List registers of a virtual interface, as the device has them: four, like those of the modelled processors.
inline constexpr unsigned kListRegisters = 4;

} // namespace medley::iss::aarch64::sysreg
