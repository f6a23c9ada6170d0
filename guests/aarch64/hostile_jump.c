// Jumps to nowhere: holes, device registers, the ends of memory, addresses beyond the physical ones, from EL1 and EL0.
// Each must trap, run into a trap or be interrupted by the timer, and the program goes on.
#include "gic.h"

static struct {
    word sp, pc;
} back;
static volatile unsigned trips;

// Whatever happened out there, go on at `back` with interrupts off.
static void recover(struct trap_frame* f) {
    sys_write(cntv_ctl_el0, 0);
    if (is_interrupt(f)) {
        gic_end(gic_acknowledge_raw());
    }
    f->pc = back.pc;
    f->sp = back.sp;
    f->status = kPstateMasked | kModeEl1t;
    trips++;
}

static __attribute__((noinline)) void jump(word target, word mode) {
    time_alarm(0, time_now() + kTimebase / 1000);
    register word to asm("x0") = target;
    register word status asm("x1") = mode;
    register word at asm("x2") = (word)&back;
    asm volatile("    str x29, [sp, #-16]!\n"
                 "    adr x9, 1f\n"
                 "    mov x10, sp\n"
                 "    stp x10, x9, [x2]\n"
                 "    msr elr_el1, x0\n"
                 "    msr spsr_el1, x1\n"
                 "    eret\n"
                 "1:  ldr x29, [sp], #16\n"
                 : "+r"(to), "+r"(status), "+r"(at)
                 :
                 : "memory", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14", "x15", "x16", "x17", "x18",
                   "x19", "x20", "x21", "x22", "x23", "x24", "x25", "x26", "x27", "x28", "x30");
}

int main(void) {
    print("hostile_jump %s\n", kArch);
    gic_init();
    gic_enable(kIrqVirtualTimer, true);
    on_trap = recover;
    static const word targets[] = {
        0,
        2,
        1,
        0x03fffffc,
        0x07fffffc,
        kHole,
        kHole + 0xffc,
        kGicd,
        kGicd + 0xfffc,
        kGicc + 0x0c,
        kUart,
        kUart + 0xffc,
        kRtc,
        kFwCfg,
        0x3ffffffc,
        0x100000000,
        (word)1 << 40,
        (word)1 << 48,
        (word)1 << 56,
        (word)1 << 63,
        0xffffffff80000000,
        0x123456789abcdef0,
        ~(word)3,
        ~(word)0,
    };
    unsigned n = sizeof targets / sizeof targets[0];
    for (unsigned i = 0; i < n; ++i) {
        jump(targets[i], 0x340 | kModeEl1t);
        jump(targets[i], 0x340 | kModeEl0);
        console_init();
    }
    print("  %u jumps\n", 2 * n);
    check(trips == 2 * n, "each came back through one exception");
    return finish();
}
