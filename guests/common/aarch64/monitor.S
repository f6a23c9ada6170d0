// The vectors of EL3, and the way there: monitor.h.

    .text
// word at_el3(word (*fn)(word), word argument)
    .globl at_el3
at_el3:
    smc #0
    ret

    .macro save_temporaries
    stp x0, x1, [sp, #-176]!
    stp x2, x3, [sp, #16]
    stp x4, x5, [sp, #32]
    stp x6, x7, [sp, #48]
    stp x8, x9, [sp, #64]
    stp x10, x11, [sp, #80]
    stp x12, x13, [sp, #96]
    stp x14, x15, [sp, #112]
    stp x16, x17, [sp, #128]
    stp x18, x29, [sp, #144]
    str x30, [sp, #160]
    .endm
    .macro restore_temporaries
    ldr x30, [sp, #160]
    ldp x18, x29, [sp, #144]
    ldp x16, x17, [sp, #128]
    ldp x14, x15, [sp, #112]
    ldp x12, x13, [sp, #96]
    ldp x10, x11, [sp, #80]
    ldp x8, x9, [sp, #64]
    ldp x6, x7, [sp, #48]
    ldp x4, x5, [sp, #32]
    ldp x2, x3, [sp, #16]
    ldp x0, x1, [sp], #176
    .endm
    .macro monitor_vector target
    .balign 128
    b \target
    .endm

    .balign 2048
    .globl monitor_vectors
monitor_vectors:
    .rept 8
    monitor_vector lost
    .endr
    monitor_vector call
    monitor_vector irq
    monitor_vector fiq
    .rept 5
    monitor_vector lost
    .endr

call:
    save_temporaries
    mrs x9, esr_el3
    lsr x10, x9, #26
    cmp x10, #0x17 // SMC
    b.ne lost
    mov x9, x0
    mov x0, x1
    blr x9
    str x0, [sp]
    restore_temporaries
    eret

irq:
    save_temporaries
    mov x0, #0
    b 1f
fiq:
    save_temporaries
    mov x0, #1
1:  adrp x1, on_monitor_interrupt
    ldr x1, [x1, :lo12:on_monitor_interrupt]
    blr x1
    restore_temporaries
    eret

// Nobody expects this: the run does not end in time.
lost:
    wfe
    b lost

    .data
    .balign 8
    .globl on_monitor_interrupt
on_monitor_interrupt:
    .quad lost

    .section .bss
    .balign 16
monitor_stack:
    .skip STACK_BYTES
    .globl monitor_stack_end
monitor_stack_end:
