#include "iss/aarch64/sysreg_functions.h"

namespace medley::iss::aarch64::sysreg {

Value read_cntpct(System& system, unsigned) { return read_count(system, false); }
Value read_cntvct(System& system, unsigned) { return read_count(system, true); }

void write_cntvoff(System& system, unsigned, Value value) {
    system.regs().cntvoff_el2 = value;
    system.update_timers();
}

void write_cnthctl(System& system, unsigned, Value value) {
    // With E2H, EL0's enables come first and EL1's ten bits up (D19.12.2).
    system.regs().cnthctl_el2 = value & (system.e2h() ? 0xfff : 0xff);
}

} // namespace medley::iss::aarch64::sysreg
