// The machine trap vector points to nowhere: after the ecall the hart traps for ever. This guest has no end of its own:
// run it with a limit of simulated time.
#include "guest.h"

int main(void) {
    print("hostile_trap_recursion_m rv%u\ntrapping for ever\n", (unsigned)__riscv_xlen);
    csr_write(mtvec, kHole);
    asm volatile("ecall");
    print("FAIL\n");
    return 1;
}
