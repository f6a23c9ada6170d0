// Several CPUs: started through PSCI, the answers of PSCI (DEN 0022), atomic sums, a lock of exclusives, a token passed
// around by SGIs, a CPU that goes off and comes back.
#include "gic.h"

enum { kAdds = 5000, kLocked = 500, kRounds = 4, kToken = 3 };

static volatile uint32_t online, adds, locked_counter, finished, turn, lock, go, contexts, cpus = 1;
static volatile uint32_t offs, may_go_off;

static void add(volatile uint32_t* p, uint32_t v) {
    __atomic_fetch_add(p, v, __ATOMIC_ACQ_REL);
}

static void take_lock(void) {
    uint32_t old, failed;
    do {
        do {
            asm volatile("ldaxr %w0, [%1]" : "=r"(old) : "r"(&lock) : "memory");
        } while (old != 0);
        asm volatile("stxr %w0, %w2, [%1]" : "=&r"(failed) : "r"(&lock), "r"(1) : "memory");
    } while (failed);
}

static void release_lock(void) {
    asm volatile("stlr wzr, [%0]" ::"r"(&lock) : "memory");
}

static void wait_for(volatile uint32_t* p, uint32_t v) {
    while (*p != v) {
    }
}

static void work(int cpu) {
    for (int i = 0; i < kAdds; ++i) {
        add(&adds, 1);
    }
    for (int i = 0; i < kLocked; ++i) {
        take_lock();
        uint32_t seen = locked_counter; // neither atomic nor one access
        asm volatile("" : "+r"(seen)::"memory");
        locked_counter = seen + 1;
        release_lock();
    }
    add(&finished, 1);
    wait_for(&finished, cpus);
    // The token: each CPU sleeps until its SGI comes, then wakes the next one.
    for (uint32_t round = 0; round < kRounds; ++round) {
        if (cpu != 0 || round != 0) {
            unsigned raw;
            while (((raw = gic_acknowledge_raw()) & 0x3ff) != kToken) {
                wfi();
            }
            gic_end(raw);
        }
        print("  round %u cpu %d\n", round, cpu);
        turn++;
        if (turn < kRounds * cpus) {
            gic_send(kToken, 1u << (unsigned)(cpu + 1) % cpus);
        }
    }
}

void secondary_main(int cpu) {
    if (go == 2) { // back again
        add(&online, 1);
        halt();
    }
    add(&contexts, cpu_index() == (word)cpu);
    gic_init_cpu();
    gic_enable(kToken, true);
    add(&online, 1);
    wait_for(&go, 1);
    work(cpu);
    wait_for(&may_go_off, 1);
    add(&offs, 1);
    psci(kPsciCpuOff, 0, 0, 0);
    print("CPU_OFF came back\nFAIL\n");
    machine_exit(1);
}

static int64_t turn_on(word affinity) {
    return psci(kPsciCpuOn, affinity, (word)cpu_entry, affinity & 0xff);
}

static void start_others(void) {
    bool answers = true;
    uint32_t started = 0;
    for (int cpu = 1; cpu < kMaxHarts; ++cpu) {
        int64_t first = turn_on(affinity_of(cpu)), second = turn_on(affinity_of(cpu));
        answers &= first == kPsciSuccess ? second == kPsciOnPending || second == kPsciAlreadyOn
                                         : first == kPsciInvalidParameters && second == kPsciInvalidParameters;
        started += first == kPsciSuccess;
    }
    wait_for(&online, started);
    cpus = started + 1;
    print("%u cpu(s)\n", cpus);
    check(answers, "CPU_ON: success once, then pending or already on; not for CPUs that do not exist");
    check(contexts == started, "each came with the context that it was given");
}

static void answers(void) {
    check(psci(kPsciVersion, 0, 0, 0) >= 0x10000, "PSCI_VERSION is 1.0 or later");
    check(turn_on(0) == kPsciAlreadyOn, "CPU_ON of oneself: already on");
    check(turn_on(0x100) == kPsciInvalidParameters && turn_on((word)1 << 32) == kPsciInvalidParameters &&
              turn_on(1 << 24) == kPsciInvalidParameters && turn_on(0xff) == kPsciInvalidParameters,
          "CPU_ON of affinities that do not exist: invalid parameters");
    check(psci(kPsciAffinityInfo, 0, 0, 0) == 0, "AFFINITY_INFO: on");
    check(psci(kPsciAffinityInfo, 0x100, 0, 0) == kPsciInvalidParameters, "AFFINITY_INFO: no such CPU");
    check(psci(kPsciFeatures, kPsciCpuOn, 0, 0) >= 0, "PSCI_FEATURES knows CPU_ON");
    check(psci(kPsciFeatures, 0x8400ff00, 0, 0) == kPsciNotSupported, "PSCI_FEATURES does not know what is not there");
    check(psci(0x8400ff00, 0, 0, 0) == kPsciNotSupported, "a function that does not exist is not supported");
}

// Goes off, is seen to be off, comes back.
static void off_and_on(void) {
    may_go_off = 1;
    wait_for(&offs, cpus - 1);
    bool off = true;
    for (int cpu = 1; cpu < (int)cpus; ++cpu) {
        while (psci(kPsciAffinityInfo, affinity_of(cpu), 0, 0) == 0) {
        }
        off &= psci(kPsciAffinityInfo, affinity_of(cpu), 0, 0) == 1;
    }
    check(off, "AFFINITY_INFO: off after CPU_OFF");
    online = 0;
    go = 2;
    bool on = true;
    for (int cpu = 1; cpu < (int)cpus; ++cpu) {
        on &= turn_on(affinity_of(cpu)) == kPsciSuccess;
    }
    wait_for(&online, cpus - 1);
    check(on, "and on again");
}

int main(void) {
    print("smp %s\n", kArch);
    gic_init();
    gic_enable(kToken, true);
    answers();
    start_others();
    go = 1;
    work(0);
    wait_for(&turn, kRounds * cpus);
    check(adds == kAdds * cpus, "atomic additions of all CPUs add up");
    check(locked_counter == kLocked * cpus, "additions under a lock of exclusives add up");
    off_and_on();
    return finish();
}
