#include "iss/aarch64/sysreg_functions.h"

namespace medley::iss::aarch64::sysreg {
namespace {

// With FEAT_ECV. What EL1NVVCT and EL1NVPCT trap is there with nested virtualization alone, but they keep what is written.
constexpr Value kStreamScale = one_bit(17);        ///< EVNTIS
constexpr Value kVirtualTraps = 0xf * one_bit(13); ///< EL1TVT, EL1TVCT, EL1NVPCT, EL1NVVCT

} // namespace

Value read_cntpct(System& system, unsigned) { return read_count(system, false); }
Value read_cntvct(System& system, unsigned) { return read_count(system, true); }

void write_cntvoff(System& system, unsigned, Value value) {
    system.regs().cntvoff_el2 = value;
    system.update_timers();
}

void write_cntkctl(System& system, unsigned, Value value) {
    system.regs().cntkctl_el1 = value & (0x3ff | (system.config().has(Feature::ECV) ? kStreamScale : 0));
}

void write_cnthctl(System& system, unsigned, Value value) {
    // With E2H, EL0's enables come first and EL1's ten bits up (CNTHCTL_EL2).
    const Value enables = system.e2h() ? 0xfff : 0xff;
    system.regs().cnthctl_el2 = value & (enables | (system.config().has(Feature::ECV) ? kStreamScale | kVirtualTraps : 0));
}

} // namespace medley::iss::aarch64::sysreg
