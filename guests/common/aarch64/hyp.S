// The vectors of EL2, and the way there: hyp.h.

#define FRAME_BYTES 304
#define CALL 0x4c32

    .text
// word at_el2(word (*fn)(word), word argument)
    .globl at_el2
at_el2:
    hvc #CALL
    ret

    .macro hyp_vector number
    .balign 128
    sub sp, sp, #FRAME_BYTES
    stp x0, x1, [sp]
    mov x0, #\number
    b hyp_entry
    .endm

    .balign 2048
    .globl hyp_vectors
hyp_vectors:
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    hyp_vector \n
    .endr

hyp_entry:
    str x0, [sp, #248]
    stp x2, x3, [sp, #16]
    stp x4, x5, [sp, #32]
    stp x6, x7, [sp, #48]
    stp x8, x9, [sp, #64]
    stp x10, x11, [sp, #80]
    stp x12, x13, [sp, #96]
    stp x14, x15, [sp, #112]
    stp x16, x17, [sp, #128]
    stp x18, x19, [sp, #144]
    stp x20, x21, [sp, #160]
    stp x22, x23, [sp, #176]
    stp x24, x25, [sp, #192]
    stp x26, x27, [sp, #208]
    stp x28, x29, [sp, #224]
    str x30, [sp, #240]
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
    ldp x2, x3, [sp, #16]
    ldp x4, x5, [sp, #32]
    ldp x6, x7, [sp, #48]
    ldp x8, x9, [sp, #64]
    ldp x10, x11, [sp, #80]
    ldp x12, x13, [sp, #96]
    ldp x14, x15, [sp, #112]
    ldp x16, x17, [sp, #128]
    ldp x18, x19, [sp, #144]
    ldp x20, x21, [sp, #160]
    ldp x22, x23, [sp, #176]
    ldp x24, x25, [sp, #192]
    ldp x26, x27, [sp, #208]
    ldp x28, x29, [sp, #224]
    ldr x30, [sp, #240]
    ldp x0, x1, [sp]
    add sp, sp, #FRAME_BYTES
    eret

    .section .bss
    .balign 16
hyp_stack:
    .skip STACK_BYTES
    .globl hyp_stack_end
hyp_stack_end:
