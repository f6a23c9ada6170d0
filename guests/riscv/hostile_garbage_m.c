// Executes random words in M-mode, unprotected. There is no telling what follows, perhaps not even an end: run it with
// a limit of simulated time and look only at the simulator. Ends with PASS when it comes through.
#include "guest.h"

enum { kCodeWords = 4096, kTraps = 20000 };

static uint32_t code[kCodeWords] __attribute__((aligned(4096)));
static volatile unsigned traps;

static void on_garbage(struct trap_frame* f) {
    bool inside = f->epc >= (word)code && f->epc < (word)code + sizeof code - 4;
    if (++traps >= kTraps || (!inside && f->x[1] - (word)code >= sizeof code - 4)) {
        console_init();
        machine_exit(finish());
    }
    f->epc = inside ? f->epc + insn_length(f->epc) : f->x[1];
}

int main(void) {
    uint32_t seed = seed_from_board(0x5eed0002);
    print("hostile_garbage_m rv%u seed 0x%08x\n", (unsigned)__riscv_xlen, seed);
    struct random rng = {seed};
    for (unsigned i = 0; i < kCodeWords; ++i) {
        code[i] = (uint32_t)(random_next(&rng) >> 32);
    }
    fence_i();
    on_trap = on_garbage;
    ((void (*)(void))(word)code)();
    return finish();
}
