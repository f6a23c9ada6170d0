// Executes random words at EL0, fenced in by translation: only a sandbox of 64 KiB is open. Exceptions skip the instruction;
// the timer or too many exceptions end a run. It must always come to its end.
#include "gic.h"
#include "vm.h"

#ifndef RUNS
#define RUNS 300
#endif
enum { kSandbox = 65536, kCodeWords = 256, kTrapsPerRun = 400 };

static uint32_t sandbox[kSandbox / 4] __attribute__((aligned(65536)));
static const word kInside = 0x80000000; // where EL0 sees it
static volatile unsigned traps_left, all_traps;
static struct random rng;

static void on_garbage(struct trap_frame* f) {
    all_traps++;
    if (is_interrupt(f)) {
        gic_end(gic_acknowledge_raw());
    }
    bool inside = f->pc >= kInside && f->pc < kInside + 4 * kCodeWords - 4 && f->pc % 4 == 0;
    if (is_interrupt(f) || !inside || --traps_left == 0) {
        sys_write(cntv_ctl_el0, 0);
        leave_el0(f);
        return;
    }
    unsigned class = class_of(f->syndrome);
    f->pc += class == 0x15 ? 0 : 4; // SVC returns behind itself
    f->status &= ~(word)kPstateIl;
}

// A random word: most of them of a group that exists, so that more than the decoder is exercised.
static uint32_t random_insn(void) {
    static const uint8_t groups[] = {0x10, 0x11, 0x12, 0x13, 0x14, 0x54, 0x34, 0xd4, 0xd5, 0x08, 0x18, 0x28, 0x38, 0xb8, 0xf8,
                                     0x0a, 0x0b, 0x1a, 0x1b, 0x9a, 0x9b, 0x0e, 0x4e, 0x2e, 0x6e, 0x1e, 0x1f, 0x5e, 0x7e, 0x0c, 0x4f, 0x6f, 0x3c, 0xad};
    uint64_t r = random_next(&rng);
    uint32_t insn = (uint32_t)(r >> 32);
    return (r & 3) == 0 ? insn : (insn & 0x00ffffff) | (uint32_t)groups[(r >> 2 & 0xffff) % sizeof groups] << 24;
}

static void fill(void) {
    for (unsigned i = 0; i < kSandbox / 4; i += i < kCodeWords ? 1 : 64) {
        sandbox[i] = random_insn();
    }
    // The first words give every register an address in the sandbox: ADR xN, behind the code.
    for (uint32_t n = 0; n < 31; ++n) {
        uint32_t distance = kSandbox / 2 + n * 16;
        sandbox[n] = 0x10000000 | (distance & 3) << 29 | (distance >> 2) << 5 | n;
    }
    code_written(sandbox, 4 * kCodeWords);
}

int main(void) {
    uint32_t seed = seed_from_board(0x5eed0001);
    print("hostile_garbage %s seed 0x%08x\n", kArch, seed);
    rng.state = seed;
    on_trap = on_garbage;
    gic_init();
    gic_enable(kIrqVirtualTimer, true);
    vm_init();
    for (word offset = 0; offset < kSandbox; offset += kPage) {
        vm_map(kInside + offset, (word)sandbox + offset, 3, kPteNormal | kPteShared | kPteUser | kPteNotGlobal | kPtePxn);
    }
    vm_on();
    el0_status = 0x340 | kModeEl0; // IRQ is not masked
    for (unsigned run = 0; run < RUNS; ++run) {
        fill();
        traps_left = kTrapsPerRun;
        sys_write(sctlr_el1, run & 1 ? sys_read(sctlr_el1) | 1 << 26 : sys_read(sctlr_el1) & ~(word)(1 << 26)); // UCI
        time_alarm(0, time_now() + kTimebase / 5000); // 200 us
        run_at_el0((void (*)(word))kInside, 0);
        sys_write(cntv_ctl_el0, 0);
    }
    print("  %u runs, %u exceptions\n", (unsigned)RUNS, all_traps);
    check(all_traps >= RUNS, "each run ended with an exception");
    return finish();
}
