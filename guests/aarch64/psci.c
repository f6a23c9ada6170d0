// PSCI (DEN 0022) in the corners: two CPUs that turn on a third at once, 32-bit calls, arguments that are wrong, suspending,
// resetting the system. With four CPUs or more.
#include "gic.h"

enum { kRaces = 20, kSawReset = 0x5ee4e5e7 };

static volatile uint32_t race, ready, arrived, off_count;
static volatile int64_t answers[3];
static volatile word given[4];

static void add(volatile uint32_t* p) {
    __atomic_fetch_add(p, 1, __ATOMIC_ACQ_REL);
}

static int64_t turn_on(int cpu, word context) {
    return psci(kPsciCpuOn, affinity_of(cpu), (word)cpu_entry, context);
}

// CPUs 1 and 2 race for CPU 3, which notes that it came and goes off again.
void secondary_main(int cpu) {
    if (cpu == 3) {
        given[3] = cpu_index();
        add(&arrived);
        psci(kPsciCpuOff, 0, 0, 0);
    }
    for (uint32_t n = 1; n <= kRaces; ++n) {
        add(&ready);
        while (race != n) {
        }
        answers[cpu] = turn_on(3, 3);
        add(&ready);
        while (race == n) {
        }
    }
    add(&off_count);
    psci(kPsciCpuOff, 0, 0, 0);
    print("CPU_OFF came back\nFAIL\n");
    machine_exit(1);
}

static void races(void) {
    bool one = true, other = true;
    check(turn_on(1, 1) == kPsciSuccess && turn_on(2, 2) == kPsciSuccess, "two CPUs are turned on");
    for (uint32_t n = 1; n <= kRaces; ++n) {
        while (ready != 2) {
        }
        race = n;
        while (ready != 4) {
        }
        bool first = answers[1] == kPsciSuccess, second = answers[2] == kPsciSuccess;
        one &= first != second;
        int64_t loser = first ? answers[2] : answers[1];
        other &= loser == kPsciOnPending || loser == kPsciAlreadyOn;
        while (arrived < n) {
        }
        while (psci(kPsciAffinityInfo, affinity_of(3), 0, 0) != 1) {
        }
        ready = 0;
        race = n == kRaces ? kRaces + 1 : 0;
    }
    check(one, "of two that turn on a third at once, one succeeds");
    check(other, "the other is told that it is pending or on already");
    check(arrived == kRaces && given[3] == 3, "it comes once each time");
    while (off_count != 2) {
    }
}

static void arguments(void) {
    check(psci(kPsciCpuOn32, 0, (word)cpu_entry, 0) == kPsciAlreadyOn && psci(kPsciAffinityInfo32, 0, 0, 0) == 0, "calls of 32 bits");
    check(psci(kPsciCpuOn32 | (word)0xdead << 32, 0, (word)cpu_entry, 0) == kPsciAlreadyOn, "the upper half of the function is ignored");
    check(psci(kPsciAffinityInfo, (word)1 << 32, 0, 0) == kPsciInvalidParameters, "affinity level 3 counts");
    check(psci(kPsciFeatures, kPsciSystemReset, 0, 0) == 0 && psci(kPsciFeatures, kPsciCpuSuspend, 0, 0) == 0, "PSCI_FEATURES knows the reset; power states have the original format");
}

static void suspending(void) {
    gic_init();
    gic_enable(kIrqVirtualTimer, true);
    uint64_t then = time_now() + kTimebase / 1000;
    time_alarm(0, then);
    int64_t answer = kPsciSuccess;
    for (unsigned i = 0; i < 1000000 && answer == kPsciSuccess && !gic_is_pending(kIrqVirtualTimer); ++i) {
        answer = psci(kPsciCpuSuspend, 0, 0, 0);
    }
    check(answer == kPsciSuccess && gic_is_pending(kIrqVirtualTimer) && time_now() >= then, "CPU_SUSPEND to standby comes back with success, and time goes on");
    sys_write(cntv_ctl_el0, 0);
    check(psci(kPsciCpuSuspend, 1u << 31, 0, 0) == kPsciInvalidParameters, "reserved bits of the power state are invalid");
}

// A word of RAM that no image covers, which a reset of this board leaves as it is (docs/boards.md).
static volatile uint32_t* const boots = (volatile uint32_t*)(kRam + 0xe00000);

int main(void) {
    print("psci %s\n", kArch);
    if (*boots == kSawReset) {
        check(true, "SYSTEM_RESET starts the machine anew");
        check(psci(kPsciAffinityInfo, affinity_of(1), 0, 0) == 1, "with the other CPUs off");
        return finish();
    }
    arguments();
    suspending();
    races();
    int status = finish();
    if (status != 0) {
        return status;
    }
    *boots = kSawReset;
    psci(kPsciSystemReset, 0, 0, 0);
    print("SYSTEM_RESET came back\nFAIL\n");
    return 1;
}
