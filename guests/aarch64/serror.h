// What programs about system errors share. Arm ARM D1.3.6.
#pragma once

#include "guest.h"

enum { kIsrA = 1 << 8, kVectorSError = 3, kClassSError = 0x2f };

/// One that is pending is taken here.
static inline void let_serror_in(void) {
    asm volatile("msr daifclr, #4\n\tisb\n\tmsr daifset, #4" ::: "memory");
}
static inline bool is_serror_pending(void) {
    return sys_read(isr_el1) & kIsrA;
}
/// The last trap was one.
static inline bool was_serror(void) {
    return last_trap.count == 1 && (last_trap.vector & 3) == kVectorSError;
}
static inline bool is_syndrome_of_serror(word iss) {
    return class_of(last_trap.syndrome) == kClassSError && (last_trap.syndrome & 0x1ffffff) == iss;
}
