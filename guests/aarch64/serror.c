// A system error interrupt that the board raises: the RTC's interrupt is wired to the CPU's input for it. Arm ARM D1.3.6.
#include "guest.h"

enum { kTime = 0x00, kMatch = 0x04, kMask = 0x10, kRaw = 0x14 };
enum { kIsrA = 1 << 8, kVectorSError = 3, kClassSError = 0x2f };

static void unmask(void) {
    asm volatile("msr daifclr, #4\n\tisb\n\tmsr daifset, #4" ::: "memory");
}
static bool pending(void) {
    return sys_read(isr_el1) & kIsrA;
}

int main(void) {
    console_init();
    on_trap = record_and_skip;
    forget_traps();
    check(!pending(), "none is pending");
    write32(kRtc + kMatch, read32(kRtc + kTime) + 1);
    write32(kRtc + kMask, 1);
    while (!read32(kRtc + kRaw)) {
        wfi();
    }
    check(pending() && last_trap.count == 0, "WFI ends with one that PSTATE.A masks; ISR_EL1 shows it");
    unmask();
    check(last_trap.count == 1 && (last_trap.vector & 3) == kVectorSError, "not masked, it is taken");
    check(class_of(last_trap.syndrome) == kClassSError && (last_trap.syndrome & 0x1ffffff) == 0, "its syndrome says no more than that");
    forget_traps();
    unmask();
    check(!pending() && last_trap.count == 0, "once, although the line is still high");
    write32(kRtc + kMask, 0);
    unmask();
    write32(kRtc + kMask, 1);
    check(pending(), "the next edge is the next one");
    unmask();
    check(last_trap.count == 1, "which is taken as well");
    return finish();
}
