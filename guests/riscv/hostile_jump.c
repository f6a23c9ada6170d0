// Jumps to nowhere: holes, device registers, the ends of memory, addresses beyond the physical ones. Each must trap (or
// run into a trap, or be interrupted by the timer), and the program goes on.
#include "guest.h"

static struct { word sp, pc; } back;
static volatile unsigned trips;

// Whatever happened out there, go on at `back` with interrupts off.
static void recover(struct trap_frame* f) {
    time_alarm(0, ~0ull);
    f->epc = back.pc;
    f->x[2] = back.sp;
    f->status = (f->status | kMstatusMpp) & ~(word)kMstatusMpie;
    csr_write(mie, 0);
    trips++;
}

static __attribute__((noinline)) void jump(word target) {
    time_alarm(0, time_now() + kTimebase / 1000);
    csr_write(mie, kIrqTimer);
    asm volatile("    la t0, 1f\n"
                 "    la t1, %[back]\n"
#if __riscv_xlen == 64
                 "    sd sp, 0(t1)\n    sd t0, 8(t1)\n"
#else
                 "    sw sp, 0(t1)\n    sw t0, 4(t1)\n"
#endif
                 "    csrsi mstatus, 8\n"
                 "    mv t2, %[target]\n"
                 "    jr t2\n"
                 "1:\n"
                 :
                 : [target] "r"(target), [back] "i"(&back)
                 : "memory", "ra", "gp", "tp", "t0", "t1", "t2", "t3", "t4", "t5", "t6", "a0", "a1", "a2", "a3", "a4",
                   "a5", "a6", "a7", "s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11");
}

int main(void) {
    print("hostile_jump rv%u\n", (unsigned)__riscv_xlen);
    on_trap = recover;
    static const word targets[] = {
        0,
        2,
        kHole,
        kHole + 0x7ffe,
        kRom + 0xfffe,
        kFinisher + 0x800,
        kRtc,
        kClint,
        kClint + 0xbff8,
        kPlic,
        kPlic + 0x200004,
        kUart,
        0x30000000 - 2,
        0x7ffffffe,
        (word)0xfffffffe,
        ~(word)1,
#if __riscv_xlen == 64
        (word)1 << 32,
        (word)1 << 56,
        (word)1 << 63,
        0xffffffff80000000,
        0x123456789abcdef0,
#endif
    };
    unsigned n = sizeof targets / sizeof targets[0];
    for (unsigned i = 0; i < n; ++i) {
        jump(targets[i]);
        console_init();
    }
    print("  %u jumps\n", n);
    check(trips == n, "each came back through one trap");
    return finish();
}
