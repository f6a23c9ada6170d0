#include "vm.h"

enum { kTables = 12, kEntries = 1 << kVmIndexBits };

static word tables[kTables][kEntries] __attribute__((aligned(4096)));
static unsigned used;

static unsigned index_of(word va, int level) {
    return va >> (12 + level * kVmIndexBits) & (kEntries - 1);
}

word* vm_entry(word va, int level) {
    word* table = tables[0];
    for (int at = kVmLevels - 1; at > level; --at) {
        word* entry = &table[index_of(va, at)];
        if (!(*entry & kPteV)) {
            if (used == kTables) {
                print("vm: out of page tables\nFAIL\n");
                machine_exit(1);
            }
            *entry = vm_pte((word)tables[used++], kPteV);
        }
        table = (word*)(*entry >> 10 << 12);
    }
    return &table[index_of(va, level)];
}

void vm_map(word va, word pa, int level, word flags) {
    *vm_entry(va, level) = vm_pte(pa, flags);
}

void vm_init(void) {
    for (unsigned i = 0; i < kTables; ++i) {
        for (unsigned k = 0; k < kEntries; ++k) {
            tables[i][k] = 0;
        }
    }
    used = 1;
    // 8 MiB of RAM from the image's start, and the UART, one to one in the largest pages below a gigabyte.
    const word step = (word)1 << (12 + kVmIndexBits);
    for (word offset = 0; offset < 8u << 20; offset += step) {
        vm_map((word)ram_base + offset, (word)ram_base + offset, 1, kPteRwx | kPteG);
    }
    vm_map(kUart, kUart, 0, kPteV | kPteR | kPteW | kPteA | kPteD | kPteG);
}

void vm_on(void) {
    csr_write(satp, kSatpMode | (word)tables[0] >> 12);
    sfence();
}

void vm_off(void) {
    csr_write(satp, 0);
    sfence();
}
