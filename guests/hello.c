// The smallest guest: prints, computes, ends with status 0.
#include "guest.h"

int main(void) {
    print("hello from rv%u\n", (unsigned)__riscv_xlen);
    print("  %d %u %x %08x %s %c %%\n", -42, 42u, 0x2au, 0xbeefu, "string", '!');
    print("  %llu %llx\n", 18446744073709551615ull, 0x0123456789abcdefull);
    check(csr_read(mhartid) == 0, "main runs on hart 0");
    check((csr_read(misa) >> (__riscv_xlen - 2)) == (__riscv_xlen == 64 ? 2 : 1), "misa.MXL says the register width");
    return finish();
}
