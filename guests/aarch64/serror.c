// A system error interrupt that the board raises: the RTC's interrupt is wired to the CPU's input for it. Arm ARM D1.3.6.
#include "serror.h"

enum { kTime = 0x00, kMatch = 0x04, kMask = 0x10, kRaw = 0x14 };

int main(void) {
    console_init();
    on_trap = record_and_skip;
    forget_traps();
    check(!is_serror_pending(), "none is pending");
    write32(kRtc + kMatch, read32(kRtc + kTime) + 1);
    write32(kRtc + kMask, 1);
    while (!read32(kRtc + kRaw)) {
        wfi();
    }
    check(is_serror_pending() && last_trap.count == 0, "WFI ends with one that PSTATE.A masks; ISR_EL1 shows it");
    let_serror_in();
    check(was_serror(), "not masked, it is taken");
    check(is_syndrome_of_serror(0), "its syndrome says no more than that");
    forget_traps();
    let_serror_in();
    check(!is_serror_pending() && last_trap.count == 0, "once, although the line is still high");
    write32(kRtc + kMask, 0);
    let_serror_in();
    write32(kRtc + kMask, 1);
    check(is_serror_pending(), "the next edge is the next one");
    let_serror_in();
    check(last_trap.count == 1, "which is taken as well");
    return finish();
}
