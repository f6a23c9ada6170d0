// WFE, SEV and SEVL, events that come before they are waited for, event streams, waits for a monitor, traps. With two CPUs or more.
// Arm ARM D1.6.1, D11.2.4.
#include "gic.h"

enum { kRounds = 50, kStream = 1 << 2, kFalls = 1 << 3 };

static volatile uint32_t ready, turn, stop, lock, entered;

static void wfe(void) {
    asm volatile("wfe" ::: "memory");
}
static void sev(void) {
    asm volatile("dsb ish\n\tsev" ::: "memory");
}
static void sevl(void) {
    asm volatile("sevl" ::: "memory");
}
// The event register is clear behind this, whatever was in it.
static void drain(void) {
    sevl();
    wfe();
}

// Answers each turn: no event may be lost, or nobody goes on.
void secondary_main(int cpu) {
    (void)cpu;
    ready = 1;
    sev();
    for (uint32_t n = 1; n <= kRounds; ++n) {
        while (turn != 2 * n - 1) {
            wfe();
        }
        turn = 2 * n;
        sev();
    }
    // A lock that is waited for as kernels do: the store that releases it clears the monitor.
    uint32_t value, failed;
    do {
        asm volatile("sevl\n"
                     "1: wfe\n"
                     "ldaxr %w0, [%2]\n"
                     "cbnz %w0, 1b\n"
                     "stxr %w1, %w3, [%2]"
                     : "=&r"(value), "=&r"(failed)
                     : "r"(&lock), "r"(1)
                     : "memory");
    } while (failed);
    entered = 1;
    sev();
    while (!stop) {
        wfe();
    }
    halt();
}

static unsigned waits_for(uint64_t ticks) {
    uint64_t end = time_now() + ticks;
    unsigned count = 0;
    while (time_now() < end && count < 100000) {
        wfe();
        count++;
    }
    return count;
}

static volatile unsigned ticks_taken;
static void on_tick(struct trap_frame* f) {
    if (!is_interrupt(f)) {
        record_and_skip(f);
        return;
    }
    unsigned intid = gic_acknowledge();
    time_alarm(0, ~(word)0);
    ticks_taken += intid == kIrqVirtualTimer;
    gic_end(intid);
}

static void alone(void) {
    gic_init();
    gic_enable(kIrqVirtualTimer, true);
    on_trap = on_tick;
    drain();
    uint64_t start = time_now(), later = start + kTimebase / 1000;
    time_alarm(0, later);
    interrupts_on();
    unsigned passes = 0;
    while (ticks_taken == 0) {
        wfe();
        passes++;
    }
    interrupts_off();
    check(ticks_taken == 1 && time_now() >= later, "an interrupt that is taken ends WFE");
    check(passes <= 3, "and nothing else does");
    sevl();
    start = time_now();
    wfe();
    check(time_now() - start < kTimebase / 100, "an event that came before is remembered");

    // Every 8192 counts, which is 131 us; ten milliseconds are 76 of them.
    drain();
    sys_write(cntkctl_el1, sys_read(cntkctl_el1) | kStream | 12 << 4);
    unsigned rises = waits_for(kTimebase / 100);
    sys_write(cntkctl_el1, kStream | kFalls | 12 << 4);
    unsigned falls = waits_for(kTimebase / 100);
    sys_write(cntkctl_el1, 0);
    check(rises >= 60 && falls >= 60, "the event stream ends WFE");
    check(rises <= 160 && falls <= 160, "at its pace: each ends a wait, and perhaps the next one as well");
}

static void twice(word unused) {
    (void)unused;
    asm volatile("wfe\n\twfe" ::: "memory");
}
static void local_event_first(word unused) {
    (void)unused;
    asm volatile("wfe\n\tsevl\n\twfe" ::: "memory");
}

static void traps(void) {
    on_trap = record_and_skip;
    sys_write(sctlr_el1, sys_read(sctlr_el1) & ~(word)(1 << 18)); // nTWE
    forget_traps();
    run_at_el0(local_event_first, 0);
    check(last_trap.count == 0, "SCTLR_EL1.nTWE: WFE is not trapped when there is an event; the return to EL0 is one");
    forget_traps();
    run_at_el0(twice, 0);
    sys_write(sctlr_el1, sys_read(sctlr_el1) | 1 << 18);
    check(last_trap.count == 1 && class_of(last_trap.syndrome) == 1 && (last_trap.syndrome & 3) == 1, "one that would wait is");
}

static void together(void) {
    cpu_start(1);
    while (!ready) {
        wfe();
    }
    for (uint32_t n = 1; n <= kRounds; ++n) {
        turn = 2 * n - 1;
        sev();
        while (turn != 2 * n) {
            wfe();
        }
    }
    check(turn == 2 * kRounds, "two CPUs wake each other by SEV, and no event is lost");
    uint64_t later = time_now() + kTimebase / 2000;
    while (time_now() < later) {
    }
    bool kept_out = !entered;
    asm volatile("stlr wzr, [%0]" ::"r"(&lock) : "memory");
    while (!entered) {
        wfe();
    }
    check(kept_out, "a store to what a monitor watches wakes whoever waits for it");
    stop = 1;
    sev();
}

int main(void) {
    print("events %s\n", kArch);
    lock = 1;
    alone();
    traps();
    together();
    return finish();
}
