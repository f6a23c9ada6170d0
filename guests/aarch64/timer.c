// Generic timers (Arm ARM D11): the virtual and the physical one, conditions, masks, signed views, times past, at and
// behind the wrap.
#include "gic.h"

enum { kPeriod = kTimebase / 10000, kTicks = 20 }; // 100 us
enum { kEnable = 1, kMask = 2, kCondition = 4 };

static volatile unsigned ticks, others;
static volatile uint64_t next;

static void on_tick(struct trap_frame* f) {
    if (!is_interrupt(f)) {
        print("exception with syndrome %lx at %lx\nFAIL\n", f->syndrome, f->pc);
        machine_exit(1);
    }
    unsigned intid = gic_acknowledge();
    if (intid != kIrqVirtualTimer) {
        others++;
    } else {
        ticks++;
        next += kPeriod;
        time_alarm(0, ticks < kTicks ? next : ~0ull);
    }
    gic_end(intid);
}

static void interrupts(void) {
    uint64_t start = time_now();
    next = start + kPeriod;
    time_alarm(0, next);
    gic_enable(kIrqVirtualTimer, true);
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
    check(!gic_is_pending(kIrqVirtualTimer), "no timer interrupt is pending before its time");
    while (!gic_is_pending(kIrqVirtualTimer)) {
        wfi();
    }
    check(ticks == kTicks, "with PSTATE.I set WFI goes on without an interrupt being taken");
    time_alarm(0, ~0ull >> 1);
    check(!gic_is_pending(kIrqVirtualTimer), "a later compare value takes the pending interrupt away");

    // A busy loop, too, is interrupted, and neither loses nor repeats an instruction.
    ticks = kTicks - 3;
    next = time_now() + kPeriod;
    time_alarm(0, next);
    interrupts_on();
    word rounds = 0, sum = 0;
    while (ticks < kTicks) {
        rounds++;
        asm volatile("add %0, %0, #3" : "+r"(sum));
    }
    interrupts_off();
    check(sum == 3 * rounds, "a busy loop is interrupted precisely");
    gic_enable(kIrqVirtualTimer, false);
}

// The two timers that EL1 has, by one macro, as register names are part of instructions.
#define TIMER_CHECKS(ctl, cval, tval, counter, intid, name)                                                            \
    do {                                                                                                               \
        sys_write(ctl, 0);                                                                                             \
        sys_write(cval, 0);                                                                                            \
        check(sys_read(ctl) == 0 && !gic_is_pending(intid), name ": off, ISTATUS reads as 0 and nothing is pending");   \
        sys_write(ctl, kEnable);                                                                                       \
        check(sys_read(ctl) == (kEnable | kCondition) && gic_is_pending(intid), name ": a time in the past is at once"); \
        sys_write(ctl, kEnable | kMask);                                                                               \
        check(sys_read(ctl) == (kEnable | kMask | kCondition) && !gic_is_pending(intid),                               \
              name ": masked, ISTATUS is set and nothing is pending");                                                 \
        sys_write(ctl, ~(word)0);                                                                                      \
        check((sys_read(ctl) & ~(word)kCondition) == (kEnable | kMask), name ": reserved bits of CTL read as 0");      \
        sys_write(ctl, kEnable);                                                                                       \
        sys_write(cval, ~(word)0);                                                                                     \
        check(sys_read(ctl) == kEnable, name ": the end of time is not yet; comparisons are unsigned");                \
        sys_write(tval, 0x80000000);                                                                                   \
        check(sys_read(cval) < sys_read(counter) - 0x70000000, name ": TVAL is a signed number");                      \
        check(sys_read(counter) < 0x70000000 || sys_read(ctl) == (kEnable | kCondition), name ": which lies in the past"); \
        sys_write(tval, 0x7fffffff);                                                                                   \
        word left = sys_read(tval);                                                                                    \
        check(left <= 0x7fffffff && left > 0x7f000000, name ": TVAL counts down");                                     \
        check(sys_read(cval) - sys_read(counter) <= 0x7fffffff, name ": and sets CVAL");                               \
        check(sys_read(ctl) == kEnable, name ": in the future");                                                       \
        sys_write(tval, 1000);                                                                                         \
        while (!(sys_read(ctl) & kCondition)) {                                                                        \
        }                                                                                                              \
        check(sys_read(counter) >= sys_read(cval), name ": the condition is met at its time");                         \
        word later = sys_read(tval);                                                                                   \
        check((later == 0 || later >> 31 == 1 || later >> 31 == 0x1ffffffff) , name ": TVAL goes on below zero");       \
        sys_write(ctl, 0);                                                                                             \
        check(!gic_is_pending(intid), name ": off again");                                                             \
    } while (0)

static void at_el0(word unused) {
    (void)unused;
    asm volatile("mrs x0, cntvct_el0" ::: "x0");
}

static void access_from_el0(void) {
    on_trap = record_and_skip;
    sys_write(cntkctl_el1, 0);
    forget_traps();
    run_at_el0(at_el0, 0);
    check(last_trap.count == 1 && class_of(last_trap.syndrome) == 0x18, "EL0 reads the counter only when CNTKCTL_EL1 says so");
    sys_write(cntkctl_el1, 2);
    forget_traps();
    run_at_el0(at_el0, 0);
    check(last_trap.count == 0, "and then it does");
}

int main(void) {
    print("timer %s\n", kArch);
    check(sys_read(cntfrq_el0) == kTimebase, "CNTFRQ_EL0 is the board's frequency");
    word once = sys_read(cntvct_el0);
    check(sys_read(cntpct_el0) >= once && sys_read(cntvct_el0) - once < kTimebase, "the counters count alike");
    on_trap = on_tick;
    gic_init();
    interrupts();
    TIMER_CHECKS(cntv_ctl_el0, cntv_cval_el0, cntv_tval_el0, cntvct_el0, kIrqVirtualTimer, "virtual");
    TIMER_CHECKS(cntp_ctl_el0, cntp_cval_el0, cntp_tval_el0, cntpct_el0, kIrqPhysicalTimer, "physical");
    access_from_el0();
    return finish();
}
