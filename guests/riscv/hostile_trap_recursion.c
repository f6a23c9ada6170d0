// Trap vectors that point to nowhere or into garbage. All exceptions are delegated to S-mode, whose vector is bad: it
// traps without end, until the machine timer, which S-mode cannot mask, brings back M-mode.
#include "guest.h"

static volatile unsigned ended;
static uint32_t garbage[16] __attribute__((aligned(64)));

static void on_timer(struct trap_frame* f) {
    if (f->cause != (kInterrupt | 7)) {
        print("trap with cause %lx at %lx\nFAIL\n", f->cause, f->epc);
        machine_exit(1);
    }
    ended++;
    csr_write(mie, 0);
    leave_mode(f);
}

static void fall(word vector) {
    csr_write(stvec, vector);
    asm volatile("ebreak" ::: "memory");
}

int main(void) {
    print("hostile_trap_recursion rv%u\n", (unsigned)__riscv_xlen);
    for (unsigned i = 0; i < 16; ++i) {
        garbage[i] = i & 1 ? 0xffffffff : 0;
    }
    open_pmp();
    on_trap = on_timer;
    csr_write(medeleg, 0xffff & ~(1u << 9));
    static const struct {
        word vector;
        const char* what;
    } vectors[] = {
        {kHole, "a vector in a hole"},
        {(word)garbage, "a vector of illegal instructions"},
        {kUart, "a vector in a device"},
        {~(word)3, "a vector at the end of the address space"},
    };
    for (unsigned i = 0; i < sizeof vectors / sizeof vectors[0]; ++i) {
        unsigned before = ended;
        time_alarm(0, time_now() + kTimebase / 1000);
        csr_write(mie, kIrqTimer);
        run_in_mode(kModeS, fall, vectors[i].vector);
        time_alarm(0, ~0ull);
        console_init();
        check(ended == before + 1, vectors[i].what);
    }
    return finish();
}
