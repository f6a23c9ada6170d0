// The smallest guest: prints, computes, ends with status 0.
#include "guest.h"

int main(void) {
    print("hello from %s\n", kArch);
    print("  %d %u %x %08x %s %c %%\n", -42, 42u, 0x2au, 0xbeefu, "string", '!');
    print("  %llu %llx\n", 18446744073709551615ull, 0x0123456789abcdefull);
    check(cpu_index() == 0, "main runs on the first CPU");
    check(cpu_as_built(), "the CPU says that its registers are as wide");
    return finish();
}
