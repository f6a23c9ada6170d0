// Page tables for guests: Sv39 on RV64, Sv32 on RV32.
#pragma once

#include "guest.h"

enum { kPteV = 1, kPteR = 2, kPteW = 4, kPteX = 8, kPteU = 16, kPteG = 32, kPteA = 64, kPteD = 128 };
enum { kPteRwx = kPteV | kPteR | kPteW | kPteX | kPteA | kPteD };
enum { kPage = 4096 };
#if __riscv_xlen == 64
enum { kVmLevels = 3, kVmIndexBits = 9 };
#define kSatpMode ((word)8 << 60)
#else
enum { kVmLevels = 2, kVmIndexBits = 10 };
#define kSatpMode ((word)1 << 31)
#endif

void vm_init(void);                                   // empty tables; RAM and devices mapped one to one for S-mode
word* vm_entry(word va, int level);                   // the entry for va in the table of that level (0: 4 KiB pages)
void vm_map(word va, word pa, int level, word flags); // sets it (a page, or a superpage at level 1 and up)
static inline word vm_pte(word pa, word flags) {
    return pa >> 12 << 10 | flags;
}
void vm_on(void); // writes satp and fences
void vm_off(void);
static inline void sfence(void) {
    asm volatile("sfence.vma" ::: "memory");
}
