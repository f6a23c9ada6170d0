// Several harts: started through msip, AMO counters, a spinlock of LR/SC, a token passed around by interprocessor
// interrupts.
#include "guest.h"

enum { kAdds = 5000, kLocked = 500, kRounds = 4 };

static volatile uint32_t online, adds, locked_counter, finished, turn;
static volatile uint32_t lock, others_started;
static volatile uint32_t harts = 1;
static uint32_t or_bits, max_seen;

static uint32_t amo_add(volatile uint32_t* p, uint32_t v) {
    return __atomic_fetch_add(p, v, __ATOMIC_ACQ_REL);
}

static void take_lock(void) {
    uint32_t old, failed;
    do {
        do {
            asm volatile("lr.w.aq %0, (%1)" : "=r"(old) : "r"(&lock) : "memory");
        } while (old != 0);
        asm volatile("sc.w.rl %0, %2, (%1)" : "=r"(failed) : "r"(&lock), "r"(1) : "memory");
    } while (failed);
    asm volatile("fence rw, rw" ::: "memory");
}

static void release_lock(void) {
    asm volatile("amoswap.w.rl zero, zero, (%0)" ::"r"(&lock) : "memory");
}

static void wait_for(volatile uint32_t* p, uint32_t v) {
    while (*p != v) {
    }
}

static void work(int hart) {
    for (int i = 0; i < kAdds; ++i) {
        amo_add(&adds, 1);
    }
    for (int i = 0; i < kLocked; ++i) {
        take_lock();
        uint32_t seen = locked_counter; // neither atomic nor one access
        asm volatile("" : "+r"(seen)::"memory");
        locked_counter = seen + 1;
        release_lock();
    }
    asm volatile("amoor.w zero, %1, (%0)" ::"r"(&or_bits), "r"(1u << hart) : "memory");
    asm volatile("amomaxu.w zero, %1, (%0)" ::"r"(&max_seen), "r"(hart) : "memory");
    amo_add(&finished, 1);
    wait_for(&finished, harts);
    // The token: each hart sleeps until its msip is set, then wakes the next one.
    for (uint32_t round = 0; round < kRounds; ++round) {
        if (hart != 0 || round != 0) {
            while (!(csr_read(mip) & kIrqSoft)) {
                wfi();
            }
        }
        write32(kClint + 4 * (word)hart, 0);
        print("  round %u hart %d\n", round, hart);
        turn++;
        asm volatile("fence rw, rw" ::: "memory");
        if (turn < kRounds * harts) {
            write32(kClint + 4 * ((word)(hart + 1) % harts), 1);
        }
    }
}

void secondary_main(int hart) {
    amo_add(&online, 1);
    while (!others_started) {
    }
    csr_write(mie, kIrqSoft);
    work(hart);
    halt();
}

int main(void) {
    print("smp rv%u\n", (unsigned)__riscv_xlen);
    uint32_t expected = 0; // a hart that does not exist keeps no msip
    for (word hart = 1; hart < kMaxHarts; ++hart) {
        write32(kClint + 4 * hart, 1);
        expected += read32(kClint + 4 * hart) & 1;
    }
    while (online < expected) {
    }
    for (uint64_t end = time_now() + kTimebase / 100; time_now() < end;) { // 10 ms for those that were very quick
    }
    harts = online + 1;
    print("%u hart(s)\n", harts);
    csr_write(mie, kIrqSoft);
    others_started = 1;
    work(0);
    wait_for(&turn, kRounds * harts);
    check(adds == kAdds * harts, "AMO additions of all harts add up");
    check(locked_counter == kLocked * harts, "additions under the LR/SC lock add up");
    check(or_bits == (1u << harts) - 1 && max_seen == harts - 1, "AMOOR and AMOMAXU saw every hart");
    return finish();
}
