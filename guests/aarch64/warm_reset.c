// RMR_EL1.RR: a warm reset of the CPU, which starts again at RVBAR_EL1 with translation and timers off; memory keeps what it has.
// For machines without EL2 and EL3, of which EL1 is the highest. Arm ARM D19.2.
#include "vm.h"

enum { kDone = 0x57a7, kResetRequest = 2, kMmu = 1 };
#define kMark ((word)ram_base + 0xe00000) // the runtime clears no more than the image

extern char _start[];

int main(void) {
    console_init();
    if (read32(kMark) == kDone) {
        write32(kMark, 0);
        check(true, "the program starts again, and memory is as it was");
        check(!(sys_read(sctlr_el1) & kMmu) && !(sys_read(ttbr0_el1)), "translation is off");
        check(!(sys_read(cntv_ctl_el0) & 1), "so is the timer");
        return finish();
    }
    check(sys_read(rvbar_el1) == (word)_start, "RVBAR_EL1 is where the CPU started");
    check(sys_read(s3_0_c12_c0_2) == 1, "RMR_EL1: AArch64, no reset requested");
    write32(kMark, kDone);
    vm_init();
    vm_on();
    time_alarm(0, ~(word)0 >> 1);
    check((sys_read(sctlr_el1) & kMmu) && (sys_read(cntv_ctl_el0) & 1), "with translation and timer on:");
    sys_write(s3_0_c12_c0_2, kResetRequest);
    for (int i = 0; i < 1000; ++i) {
        wfi();
    }
    check(false, "the reset comes");
    return finish();
}
