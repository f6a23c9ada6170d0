// Code that another hart writes, by the rules (Zifencei): stores, fence, flag; flag, fence.i, calls. The writer goes on storing to a data word of
// the same page all the time. Harts 0 and 1, of which the one that executes is 0: whoever waits for both has its turn after it.
#include "guest.h"

enum { kFunctions = 100, kRounds = 80, kStride = 8, kWords = 1024 };

static uint32_t page[kWords] __attribute__((aligned(4096)));
static volatile uint32_t written, called;

static uint32_t li_a0(uint32_t v) {
    return v << 20 | 0x00000513;
} // addi a0, zero, v
enum { kRet = 0x00008067 };

void secondary_main(int hart) {
    (void)hart;
    for (uint32_t round = 1; round <= kRounds; ++round) {
        for (unsigned i = 0; i < kFunctions; ++i) {
            ((volatile uint32_t*)page)[i * kStride] = li_a0(round);
            ((volatile uint32_t*)page)[i * kStride + 1] = kRet;
        }
        asm volatile("fence rw, rw" ::: "memory");
        written = round;
        while (called != round) {
            ((volatile uint32_t*)page)[kWords - 1] = round;
        }
    }
    halt();
}

static bool calls_return(uint32_t round) {
    for (unsigned i = 0; i < 2 * kFunctions; ++i) {
        word value = ((word(*)(void))(word)&page[i % kFunctions * kStride])();
        if (value != round) {
            print("  round %u function %u returned %u\n", round, i % kFunctions, (unsigned)value);
            return false;
        }
    }
    return true;
}

int main(void) {
    print("code_race %s\n", kArch);
    cpu_start(1);
    bool ok = true;
    for (uint32_t round = 1; ok && round <= kRounds; ++round) {
        while (written != round) {
        }
        asm volatile("fence rw, rw\n\tfence.i" ::: "memory");
        ok = calls_return(round);
        asm volatile("fence rw, rw" ::: "memory");
        called = round;
    }
    check(ok, "what another hart wrote is what is executed");
    return finish();
}
