// What the programs about self-hosted debug (Arm ARM D2) share: registers by number, and a hook that notes debug exceptions.
#pragma once

#include "vm.h"

enum { kBreakEl0 = 0x30, kBreakSame, kStepEl0, kStepSame, kWatchEl0, kWatchSame, kBrk = 0x3c }; // exception classes
enum { kDebugFault = 0x22 };
enum { kSs = 1, kKde = 1 << 13, kMde = 1 << 15 }; // MDSCR_EL1
enum { kOn = 1, kEl1 = 1 << 1, kEl0 = 2 << 1, kBoth = 3 << 1 }; // DBGBCR, DBGWCR: E, PMC or PAC
enum { kLoads = 1 << 3, kStores = 2 << 3, kAccesses = 3 << 3 }; // DBGWCR.LSC
enum { kPstateD = 1 << 9, kPstateSs = 1 << 21 };

static inline word bas(word bytes) {
    return bytes << 5;
}
static inline void set_mdscr(word v) {
    sys_write(mdscr_el1, v);
}
static inline void debug_unmask(void) {
    asm volatile("msr daifclr, #8\n\tisb" ::: "memory");
}
static inline void debug_mask(void) {
    asm volatile("msr daifset, #8\n\tisb" ::: "memory");
}
static inline unsigned breakpoints(void) {
    return (sys_read(id_aa64dfr0_el1) >> 12 & 15) + 1;
}
static inline unsigned watchpoints(void) {
    return (sys_read(id_aa64dfr0_el1) >> 20 & 15) + 1;
}
static inline unsigned context_breakpoints(void) {
    return (sys_read(id_aa64dfr0_el1) >> 28 & 15) + 1;
}
static inline void set_breakpoint(unsigned n, word value, word control) {
#define CASE(i)                                                                                                        \
    case i:                                                                                                            \
        sys_write(dbgbcr##i##_el1, 0);                                                                                 \
        sys_write(dbgbvr##i##_el1, value);                                                                             \
        sys_write(dbgbcr##i##_el1, control);                                                                           \
        break;
    switch (n) { CASE(0) CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) }
#undef CASE
}
static inline void set_watchpoint(unsigned n, word value, word control) {
#define CASE(i)                                                                                                        \
    case i:                                                                                                            \
        sys_write(dbgwcr##i##_el1, 0);                                                                                 \
        sys_write(dbgwvr##i##_el1, value);                                                                             \
        sys_write(dbgwcr##i##_el1, control);                                                                           \
        break;
    switch (n) { CASE(0) CASE(1) CASE(2) CASE(3) }
#undef CASE
}

// Notes breakpoints and watchpoints in last_trap and turns all of them off (MDSCR_EL1.MDE), so that the instruction is
// executed when it is returned to. Other exceptions: record_and_skip.
void note_and_disarm(struct trap_frame*);
