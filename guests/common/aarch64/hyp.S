// The vectors of EL2, and the way there: hyp.h.

#include "frame.h"

#define CALL 0x4c32

    .text
// word at_el2(word (*fn)(word), word argument)
    .globl at_el2
at_el2:
    hvc #CALL
    ret

    vector_table hyp_vectors, hyp_entry

hyp_entry:
    str x0, [sp, #248]
    save_rest
    mrs x1, elr_el2
    mrs x2, spsr_el2
    stp x1, x2, [sp, #256]
    mrs x1, esr_el2
    mrs x2, far_el2
    stp x1, x2, [sp, #272]
    mrs x3, hpfar_el2
    str x3, [sp, #288]
    cmp x0, #8 // a synchronous exception from below
    b.ne 1f
    movz w2, #CALL
    movk w2, #0x5a00, lsl #16 // class HVC, IL
    cmp w1, w2
    b.eq 2f
1:  mov x0, sp
    bl hyp_trap
    b 3f
2:  ldp x2, x0, [sp]
    blr x2
    str x0, [sp]
3:  ldp x1, x2, [sp, #256]
    msr elr_el2, x1
    msr spsr_el2, x2
    restore_rest
    pop_frame
    eret

    .section .bss
    .balign 16
hyp_stack:
    .skip STACK_BYTES
    .globl hyp_stack_end
hyp_stack_end:
