// Console and exit through HTIF (symbols tohost and fromhost) instead of UART and finisher.
#include "guest.h"

int main(void) {
    print("hello through HTIF from rv%u\n", (unsigned)__riscv_xlen);
    return finish();
}
