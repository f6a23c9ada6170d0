// Executes random words in U- and S-mode, fenced in by PMP: only a sandbox of 64 KiB is open. Traps skip the
// instruction; a timer interrupt or too many traps end a run. It must always come to its end.
#include "guest.h"

#ifndef RUNS
#define RUNS 300
#endif
enum { kSandbox = 65536, kCodeWords = 256, kTrapsPerRun = 400 };

static uint8_t sandbox[kSandbox] __attribute__((aligned(65536)));
static volatile unsigned traps_left, all_traps;
static struct random rng;

static void on_garbage(struct trap_frame* f) {
    all_traps++;
    csr_write(satp, 0); // what S-mode may have set
    bool inside = f->epc >= (word)sandbox && f->epc < (word)sandbox + 4 * kCodeWords - 4;
    if ((f->cause & kInterrupt) || !inside || --traps_left == 0) {
        csr_write(mie, 0);
        leave_mode(f);
        return;
    }
    f->epc += insn_length(f->epc);
    f->status &= ~(word)(kMstatusMprv | kMstatusMxr | kMstatusSum);
}

// Fills the registers with addresses in the sandbox and jumps to its start.
static __attribute__((noinline, aligned(128))) void to_sandbox(word at) {
    asm volatile("    mv t0, %0\n"
                 "    li t1, 512\n"
                 "    slli t1, t1, 6\n"
                 "    add sp, t0, t1\n"
                 "    mv gp, sp\n    addi tp, sp, 8\n    mv s0, sp\n    addi s1, sp, 16\n    addi a0, sp, 64\n    addi "
                 "a1, sp, 80\n"
                 "    addi a2, sp, 3\n    addi a3, sp, 128\n    addi a4, sp, -64\n    addi a5, sp, 512\n    li a6, 7\n "
                 "   li a7, -1\n"
                 "    jr t0\n" ::"r"(at)
                 : "memory", "t0", "t1");
}

static void set_pmp(void) {
    // Entry 0: the sandbox (NAPOT); entry 1: the one piece of our code that the lower modes need, executable only; else
    // nothing.
    csr_write(pmpaddr0, (word)sandbox >> 2 | (kSandbox / 8 - 1));
    csr_write(pmpaddr1, (word)to_sandbox >> 2 | 15); // 128 bytes
    csr_write(pmpcfg0, 0x1f | (word)0x1c << 8);
}

// A random word: half of them with a major opcode that exists, so that more than the decoder is exercised.
static uint32_t random_insn(void) {
    static const uint8_t opcodes[] = {0x03, 0x07, 0x0f, 0x13, 0x17, 0x1b, 0x23, 0x27, 0x2f,
                                      0x33, 0x37, 0x3b, 0x43, 0x53, 0x63, 0x67, 0x6f, 0x73};
    uint64_t r = random_next(&rng);
    uint32_t insn = (uint32_t)(r >> 32);
    return r & 1 ? insn : (insn & ~0x7fu) | opcodes[(r >> 1 & 0xffff) % sizeof opcodes];
}

int main(void) {
    uint32_t seed = seed_from_board(0x5eed0001);
    print("hostile_garbage rv%u seed 0x%08x\n", (unsigned)__riscv_xlen, seed);
    rng.state = seed;
    on_trap = on_garbage;
    set_pmp();
    for (unsigned run = 0; run < RUNS; ++run) {
        for (unsigned i = 0; i < kSandbox / 4; i += i < kCodeWords ? 1 : 64) {
            ((uint32_t*)sandbox)[i] = random_insn();
        }
        fence_i();
        traps_left = kTrapsPerRun;
        csr_write(medeleg, 0);
        csr_write(mideleg, 0);
        csr_clear(mstatus, kMstatusMprv | kMstatusMxr | kMstatusSum);
        time_alarm(0, time_now() + kTimebase / 5000); // 200 us
        csr_write(mie, kIrqTimer);
        run_in_mode(run & 1 ? kModeS : kModeU, to_sandbox, (word)sandbox);
        time_alarm(0, ~0ull);
    }
    print("  %u runs\n", (unsigned)RUNS);
    check(all_traps >= RUNS, "each run ended with a trap");
    return finish();
}
