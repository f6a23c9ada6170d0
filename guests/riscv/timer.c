// CLINT timer: interrupts counted, WFI with interrupts on and off, time that moves on its own.
#include "guest.h"

enum { kPeriod = kTimebase / 10000, kTicks = 20 }; // 100 us

static volatile unsigned ticks, others;
static volatile uint64_t next;

static void on_tick(struct trap_frame* f) {
    if (f->cause != (kInterrupt | 7)) {
        others++;
        if (!(f->cause & kInterrupt)) {
            print("trap with cause %lx\nFAIL\n", f->cause);
            machine_exit(1);
        }
        return;
    }
    ticks++;
    next += kPeriod;
    time_alarm(0, ticks < kTicks ? next : ~0ull);
}

int main(void) {
    print("timer rv%u\n", (unsigned)__riscv_xlen);
    on_trap = on_tick;
    uint64_t start = time_now();
    next = start + kPeriod;
    time_alarm(0, next);
    csr_write(mie, kIrqTimer);
    unsigned wakes = 0;
    while (ticks < kTicks) {
        wfi_and_serve();
        wakes++;
    }
    uint64_t took = time_now() - start;
    check(ticks == kTicks && others == 0, "20 timer interrupts, no other");
    check(took >= (uint64_t)kTicks * kPeriod, "20 periods have passed");
    check(wakes <= kTicks + 2, "WFI sleeps until an interrupt");

    time_alarm(0, time_now() + kPeriod);
    check((csr_read(mip) & kIrqTimer) == 0, "no timer interrupt is pending before its time");
    while (!(csr_read(mip) & kIrqTimer)) {
        wfi();
    }
    check(ticks == kTicks, "with mstatus.MIE off WFI goes on without a trap");
    time_alarm(0, ~0ull);
    check((csr_read(mip) & kIrqTimer) == 0, "a later mtimecmp takes the pending interrupt away");

    // A busy loop, too, is interrupted, and neither loses nor repeats an instruction.
    ticks = kTicks - 3;
    next = time_now() + kPeriod;
    time_alarm(0, next);
    csr_set(mstatus, kMstatusMie);
    unsigned rounds = 0, sum = 0;
    while (ticks < kTicks) {
        rounds++;
        asm volatile("addi %0, %0, 3" : "+r"(sum));
    }
    csr_clear(mstatus, kMstatusMie);
    check(sum == 3 * rounds, "a busy loop is interrupted precisely");
    csr_write(mie, 0);
    return finish();
}
