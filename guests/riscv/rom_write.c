// Writes to ROM: whether ignored or refused with an access fault, the contents stay and the simulation goes on.
#include "guest.h"

enum { kWords = 64 };

int main(void) {
    print("rom_write rv%u\n", (unsigned)__riscv_xlen);
    on_trap = record_and_skip;
    forget_traps();
    uint32_t before[kWords];
    for (unsigned i = 0; i < kWords; ++i) {
        before[i] = read32(kRom + 4 * i);
    }
    bool kept = true, faults = true;
    for (unsigned i = 0; i < kWords; ++i) {
        write32(kRom + 4 * i, ~before[i]);
        write8(kRom + 4 * i + 1, 0x5a);
        kept &= read32(kRom + 4 * i) == before[i];
        faults &= last_trap.count == 0 || last_trap.cause == 7;
    }
    check(kept, "the ROM keeps its contents");
    check(faults && (last_trap.count == 0 || last_trap.count == 2 * kWords),
          "writes are all ignored, or all refused with cause 7");
    return finish();
}
