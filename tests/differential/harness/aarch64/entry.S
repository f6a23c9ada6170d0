/* Start, entering a program and leaving it, and vectors. The harness runs at EL3, on SP_EL3; programs at EL3 have SP_EL0. */
#include "harness.h"

    .section .text.start, "ax"
    .globl _start
_start:
    adrp x0, stack_top
    add x0, x0, :lo12:stack_top
    mov sp, x0
    adrp x0, bss_start
    add x0, x0, :lo12:bss_start
    adrp x1, bss_end
    add x1, x1, :lo12:bss_end
1:  str xzr, [x0], #8
    cmp x0, x1
    b.lo 1b
    b harness_main

    .macro general instruction, base, offset
    \instruction x0, x1, [\base, #(\offset)]
    \instruction x2, x3, [\base, #(\offset + 16)]
    \instruction x4, x5, [\base, #(\offset + 32)]
    \instruction x6, x7, [\base, #(\offset + 48)]
    \instruction x8, x9, [\base, #(\offset + 64)]
    \instruction x10, x11, [\base, #(\offset + 80)]
    \instruction x12, x13, [\base, #(\offset + 96)]
    \instruction x14, x15, [\base, #(\offset + 112)]
    \instruction x16, x17, [\base, #(\offset + 128)]
    \instruction x18, x19, [\base, #(\offset + 144)]
    \instruction x20, x21, [\base, #(\offset + 160)]
    \instruction x22, x23, [\base, #(\offset + 176)]
    \instruction x24, x25, [\base, #(\offset + 192)]
    \instruction x26, x27, [\base, #(\offset + 208)]
    .endm
    .macro vectors_of instruction, base, offset
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    \instruction q\n, [\base, #(\offset + \n * 16)]
    .endr
    .endm
    .macro host instruction, base
    \instruction x19, x20, [\base, #CONTEXT_HOST]
    \instruction x21, x22, [\base, #(CONTEXT_HOST + 16)]
    \instruction x23, x24, [\base, #(CONTEXT_HOST + 32)]
    \instruction x25, x26, [\base, #(CONTEXT_HOST + 48)]
    \instruction x27, x28, [\base, #(CONTEXT_HOST + 64)]
    \instruction x29, x30, [\base, #(CONTEXT_HOST + 80)]
    .endm

/* Turns round SCTLR_EL3.EE, and takes the flat tables of that order of bytes; the MMU is off in between. It needs x30 alone. */
    .macro turn_order root
    mrs x30, sctlr_el3
    eor x30, x30, #(1 << 25)
    bic x30, x30, #1
    msr sctlr_el3, x30
    isb
    adrp x30, \root
    msr ttbr0_el3, x30
    tlbi alle3
    dsb sy
    mrs x30, sctlr_el3
    orr x30, x30, #1
    msr sctlr_el3, x30
    isb
    .endm
/* The order that the program has at EL3. Nothing can be loaded or stored behind it: x30 waits in TPIDR_EL3. */
    .macro order_of_program
    msr tpidr_el3, x30
    ldr x30, [sp, #CONTEXT_BIG_ENDIAN]
    cbz x30, 9f
    turn_order flat_root_big
9:  mrs x30, tpidr_el3
    .endm

    .text
/* void enter_program(struct context *, const struct program *): returns when the program has ended. */
    .globl enter_program
enter_program:
    host stp, x0
    mov x2, sp
    str x2, [x0, #(CONTEXT_HOST + 96)]
    mov sp, x0
    ldr x2, [x1, #PROGRAM_ENTRY]
    msr elr_el3, x2
    ldr x2, [x1, #PROGRAM_PSTATE]
    msr spsr_el3, x2
    vectors_of ldr, x1, PROGRAM_V
    ldr x2, [x1, #PROGRAM_FPCR]
    msr fpcr, x2
    ldr x2, [x1, #PROGRAM_FPSR]
    msr fpsr, x2
    mov x30, x1
    general ldp, x30, PROGRAM_X
    ldp x28, x29, [x30, #(PROGRAM_X + 224)]
    ldr x30, [x30, #(PROGRAM_X + 240)]
    order_of_program
    eret

    .balign 2048
    .globl el3_vectors
el3_vectors:
    .set slot, 0
    .rept 16
    .balign 128
    msr tpidr_el3, x30
    mrs x30, sctlr_el3
    tbz x30, #25, 1f
    turn_order flat_root
1:  mrs x30, tpidr_el3
    stp x29, x30, [sp, #(CONTEXT_X + 232)]
    mov x30, #slot
    b el3_trap
    .set slot, slot + 1
    .endr

el3_trap:
    str x28, [sp, #(CONTEXT_X + 224)]
    general stp, sp, CONTEXT_X
    str x30, [sp, #CONTEXT_VECTOR]
    mov x19, sp
    ldr x9, [x19, #(CONTEXT_HOST + 96)]
    mov sp, x9
    mov x0, x19
    bl trapped
    mov sp, x19
    cbnz x0, leave_program
    general ldp, sp, CONTEXT_X
    ldr x28, [sp, #(CONTEXT_X + 224)]
    ldp x29, x30, [sp, #(CONTEXT_X + 232)]
    order_of_program
    eret

leave_program:
    vectors_of str, sp, CONTEXT_V
    mrs x0, fpcr
    str x0, [sp, #CONTEXT_FPCR]
    mrs x0, fpsr
    str x0, [sp, #CONTEXT_FPSR]
    msr fpcr, xzr
    host ldp, sp
    ldr x0, [sp, #(CONTEXT_HOST + 96)]
    mov sp, x0
    ret

/* Exceptions to EL1 and EL2 go on to EL3 at once, which finds out about them from the registers of that level: nothing of the program
   is touched. */
    .macro calls name
    .balign 2048
    .globl \name
\name:
    .rept 16
    .balign 128
    smc #0
    b .
    .endr
    .endm
    calls el1_vectors
    calls el2_vectors
    .balign 2048
