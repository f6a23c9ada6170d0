// Code and data that another CPU maps elsewhere, by the rules (break-before-make with TLBI VAAE1IS and DSB), while this one uses them all the time:
// who has seen that a mapping was made sees nothing older. Arm ARM DDI 0487, D8.14 and B2.3.
#include "guest.h"

enum { kFunctions = 32, kRounds = 3000, kStride = 16, kPageWords = 1024, kAf = 1 << 10, kInner = 3 << 8, kPageEntry = 3 };
#define kVa ((word)0x100000000)

// What a round maps: its functions return the round, which is the last word, too.
static uint32_t copies[2][kPageWords] __attribute__((aligned(4096)));
static word level1[512] __attribute__((aligned(4096))), level2[512] __attribute__((aligned(4096)));
static volatile word level3[512] __attribute__((aligned(4096)));
static volatile uint32_t mapped, is_over;

static void fill(uint32_t round) {
    volatile uint32_t* copy = copies[round & 1];
    for (uint32_t i = 0; i < kFunctions; ++i) {
        copy[i * kStride] = 0xd2800000 | round << 5; // movz x0, #round
        copy[i * kStride + 1] = 0xd65f03c0;          // ret
    }
    copy[kPageWords - 1] = round;
    code_written(copies[round & 1], sizeof copies[0]);
}

static void translate(void) {
    sys_write(mair_el1, 0x00ff);
    sys_write(tcr_el1, 25 | 1 << 8 | 1 << 10 | 3 << 12 | 1 << 23 | (word)2 << 32);
    sys_write(ttbr0_el1, (word)level1);
    asm volatile("dsb ish\n\ttlbi vmalle1\n\tdsb ish\n\tisb" ::: "memory");
    sys_write(sctlr_el1, sys_read(sctlr_el1) | 0x1005);
}

static void map(uint32_t round) {
    fill(round);
    level3[0] = 0;
    asm volatile("dsb ish\n\ttlbi vaae1is, %0\n\tdsb ish" ::"r"(kVa >> 12) : "memory");
    level3[0] = (word)copies[round & 1] | kInner | kAf | kPageEntry;
    asm volatile("dsb ish" ::: "memory");
    mapped = round;
}

void secondary_main(int cpu) {
    (void)cpu;
    translate();
    for (uint32_t round = 1; round <= kRounds; ++round) {
        map(round);
        for (volatile uint32_t i = 0; i < round % 64; ++i) {
        }
    }
    is_over = 1;
    halt();
}

// Between the two halves of a remapping nothing is there: the access is made again.
static void again(struct trap_frame* f) {
    if (is_interrupt(f) || f->address - kVa >= 4096) {
        print("exception with syndrome %lx at %lx\nFAIL\n", f->syndrome, f->pc);
        machine_exit(1);
    }
}

// The next round may be mapped, and not yet said to be.
static bool fits(word round, uint32_t before) {
    return round >= before && round <= mapped + 1;
}

int main(void) {
    print("tlbi_race %s\n", kArch);
    level1[0] = 1 << 2 | kAf | 1; // devices
    level1[1] = (word)1 << 30 | kInner | kAf | 1;
    level1[4] = (word)level2 | 3;
    level2[0] = (word)level3 | 3;
    on_trap = again;
    translate();
    map(0);
    cpu_start(1);
    uint32_t wrong_code = 0, wrong_data = 0;
    while (!is_over) {
        for (uint32_t i = 0; i < kFunctions; ++i) {
            const uint32_t before = mapped;
            asm volatile("dmb ish\n\tisb" ::: "memory");
            const word code = ((word(*)(void))(kVa + i * kStride * 4))();
            const uint32_t data = ((volatile uint32_t*)kVa)[kPageWords - 1];
            asm volatile("dmb ish" ::: "memory");
            wrong_code += !fits(code, before);
            wrong_data += !fits(data, before);
        }
    }
    print("  %u wrong calls, %u wrong loads\n", wrong_code, wrong_data);
    check(wrong_code == 0, "code is what was mapped last");
    check(wrong_data == 0, "so are data");
    return finish();
}
