// Keeps the first HARTS CPUs busy with the same work and ends when all have done it.
#include "section.h"

enum { kRounds = 20000000 };

static volatile struct {
    uint32_t sum, done;
} results[kMaxHarts];

static uint32_t work(void) {
    static uint32_t table[256];
    uint32_t x = 2463534242u, sum = 0;
    for (uint32_t i = 0; i < SCALED(kRounds); ++i) {
        x ^= x << 13;
        x ^= x >> 17;
        x ^= x << 5;
        sum += table[x & 255] + (x >> 8);
    }
    return sum;
}

void secondary_main(int cpu) {
    results[cpu].sum = work();
    results[cpu].done = 1;
    halt();
}

int main(void) {
    print("BEGIN busy %u\n", HARTS);
    for (int cpu = 1; cpu < HARTS; ++cpu) {
        cpu_start(cpu);
    }
    uint32_t sum = work();
    for (int cpu = 1; cpu < HARTS; ++cpu) {
        while (!results[cpu].done) {
        }
        sum ^= results[cpu].sum;
    }
    print("END busy %x\n", sum);
    return 0;
}
