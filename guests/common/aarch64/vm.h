// Page tables for guests: 4 KiB granule, addresses of 39 bits in TTBR0_EL1's half (Arm ARM D8).
#pragma once

#include "guest.h"

enum { kPteValid = 1, kPtePage = 2, kPteUser = 1 << 6, kPteReadOnly = 1 << 7, kPteShared = 3 << 8, kPteAf = 1 << 10, kPteNotGlobal = 1 << 11 };
enum { kPteNormal = 0 << 2, kPteDevice = 1 << 2 }; // indices into MAIR_EL1
#define kPtePxn ((word)1 << 53)
#define kPteUxn ((word)1 << 54)
enum { kPage = 4096 };

void vm_init(void);                                   // empty tables; the image's RAM (8 MiB) and devices one to one for EL1
word* vm_entry(word va, int level);                   // the entry for va in the table of that level (3: pages)
void vm_map(word va, word pa, int level, word flags); // a page (level 3) or a block (2)
void vm_open_to_el0(void);                            // EL0 executes the program and uses its data, as EL1 does
void vm_on(void);
void vm_off(void);
static inline void tlb_flush(void) {
    asm volatile("dsb ish\n\ttlbi vmalle1is\n\tdsb ish\n\tisb" ::: "memory");
}
