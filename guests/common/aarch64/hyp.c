#include "hyp.h"

volatile struct hyp_record last_hyp;
hyp_hook* on_hyp = hyp_record_and_skip;

void forget_hyp(void) {
    last_hyp = (struct hyp_record){.vector = ~(word)0};
}

void hyp_record_and_skip(struct hyp_frame* f) {
    unsigned class = class_of(f->syndrome);
    last_hyp.pc = f->pc;
    last_hyp.status = f->status;
    last_hyp.syndrome = f->syndrome;
    last_hyp.address = f->address;
    last_hyp.intermediate = f->intermediate;
    last_hyp.vector = f->vector;
    last_hyp.count++;
    if ((f->vector & 3) != 0 || class == 0x15 || class == 0x16) { // interrupts and calls return as they are
        return;
    }
    f->pc = class == 0x20 || class == 0x21 ? f->x[30] : f->pc + 4;
}

void hyp_trap(struct hyp_frame* f) {
    on_hyp(f);
}
