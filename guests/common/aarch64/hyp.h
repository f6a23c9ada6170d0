// EL2 below a guest program, where the machine has it: functions that run there, and the exceptions that it takes.
#pragma once

#include "guest.h"

struct hyp_frame {
    word x[31];
    word vector; // as in trap_frame
    word pc, status, syndrome, address, intermediate; // ELR_EL2, SPSR_EL2, ESR_EL2, FAR_EL2, HPFAR_EL2
    word reserved;
};

struct hyp_record {
    word pc, status, syndrome, address, intermediate, vector;
    unsigned count;
};

typedef void hyp_hook(struct hyp_frame*);
extern hyp_hook* on_hyp; // default: hyp_record_and_skip
extern volatile struct hyp_record last_hyp;
// Notes the exception, and goes on behind the instruction (fetch faults: at the return address).
void hyp_record_and_skip(struct hyp_frame*);
void forget_hyp(void);

static inline bool has_el2(void) {
    return start_level == 2;
}
// Calls fn(argument) at EL2, which has no translation of its own; from EL1 on CPU 0.
word at_el2(word (*fn)(word), word argument);

// Functions for at_el2 that write a register of EL2.
#define HYP_WRITER(name)                                                                                               \
    static word write_##name(word v) {                                                                                 \
        sys_write(name, v);                                                                                            \
        return 0;                                                                                                      \
    }
#define HYP_READER(name)                                                                                               \
    static word read_##name(word unused) {                                                                             \
        (void)unused;                                                                                                  \
        return sys_read(name);                                                                                         \
    }
