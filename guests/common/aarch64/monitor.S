// The vectors of EL3, and the way there: monitor.h.

#include "frame.h"

    .text
// word at_el3(word (*fn)(word), word argument)
    .globl at_el3
at_el3:
    smc #0
    ret

    .macro save
    push_frame
    save_rest
    .endm
    .macro restore
    restore_rest
    pop_frame
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
    save
    mrs x9, esr_el3
    lsr x10, x9, #26
    cmp x10, #0x17 // SMC
    b.ne lost
    mov x9, x0
    mov x0, x1
    blr x9
    str x0, [sp]
    restore
    eret

irq:
    save
    mov x0, #0
    b 1f
fiq:
    save
    mov x0, #1
1:  adrp x1, on_monitor_interrupt
    ldr x1, [x1, :lo12:on_monitor_interrupt]
    blr x1
    restore
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
