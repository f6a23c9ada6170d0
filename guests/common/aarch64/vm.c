#include "vm.h"

enum { kTables = 12, kEntries = 512 };

static word tables[kTables][kEntries] __attribute__((aligned(4096)));
static unsigned used;

static unsigned index_of(word va, int level) {
    return va >> (39 - 9 * level) & (kEntries - 1);
}

word* vm_entry(word va, int level) {
    word* table = tables[0];
    for (int at = 1; at < level; ++at) {
        word* entry = &table[index_of(va, at)];
        if (!(*entry & kPteValid)) {
            if (used == kTables) {
                print("vm: out of page tables\nFAIL\n");
                machine_exit(1);
            }
            *entry = (word)tables[used++] | kPtePage | kPteValid;
        }
        table = (word*)(*entry & 0xfffffff000);
    }
    return &table[index_of(va, level)];
}

void vm_map(word va, word pa, int level, word flags) {
    *vm_entry(va, level) = pa | flags | kPteAf | kPteValid | (level == 3 ? kPtePage : 0);
}

void vm_init(void) {
    for (unsigned i = 0; i < kTables; ++i) {
        for (unsigned k = 0; k < kEntries; ++k) {
            tables[i][k] = 0;
        }
    }
    used = 1;
    for (word offset = 0; offset < 8u << 20; offset += 2u << 20) {
        vm_map((word)ram_base + offset, (word)ram_base + offset, 2, kPteNormal | kPteShared | kPteUxn);
    }
    vm_map(kGicd, kGicd, 2, kPteDevice | kPtePxn | kPteUxn);
    vm_map(kUart, kUart, 2, kPteDevice | kPtePxn | kPteUxn);
}

void vm_open_to_el0(void) {
    extern char data_start[];
    word base = (word)ram_base;
    *vm_entry(base, 2) = 0;
    for (word at = base; at < base + (2u << 20); at += kPage) {
        // What EL0 may write EL1 may not execute (D8.4.1.2).
        bool code = at < (word)data_start;
        vm_map(at, at, 3, kPteNormal | kPteShared | kPteUser | (code ? kPteReadOnly : kPtePxn | kPteUxn));
    }
}

void vm_on(void) {
    sys_write(mair_el1, 0x00ff); // 0: normal, write-back; 1: device
    // T0SZ 25, 4 KiB, write-back and shared walks, no TTBR1, addresses of 40 bits.
    sys_write(tcr_el1, 25 | 1 << 8 | 1 << 10 | 3 << 12 | 1 << 23 | (word)2 << 32);
    sys_write(ttbr0_el1, (word)tables[0]);
    tlb_flush();
    sys_write(sctlr_el1, sys_read(sctlr_el1) | 0x1005); // M, C, I
}

void vm_off(void) {
    sys_write(sctlr_el1, sys_read(sctlr_el1) & ~(word)0x1005);
    tlb_flush();
}
