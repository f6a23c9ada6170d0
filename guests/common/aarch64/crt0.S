// Entry of all CPUs, and the vectors. Programs run at EL1 on SP_EL0, exceptions on SP_EL1.

#include "frame.h"

    .section .text.start, "ax"
    .globl _start
_start:
    mov x19, xzr // who comes here first is CPU 0
    mrs x20, CurrentEL
    b down

// Where PSCI's CPU_ON starts the others; the context identifier is the number of the CPU.
    .globl cpu_entry
cpu_entry:
    mov x19, x0
    mrs x20, CurrentEL

// EL3 and EL2 are left as a kernel expects them: nothing trapped, not secure, 64-bit below.
down:
    msr daifset, #15
    cmp x20, #8
    b.eq from_el2
    b.lo at_el1
    adrp x0, monitor_vectors
    add x0, x0, :lo12:monitor_vectors
    msr vbar_el3, x0
    adrp x0, monitor_stack_end
    add x0, x0, :lo12:monitor_stack_end
    mov sp, x0
    mov x0, #0x531 // SCR_EL3: NS, HCE, RW; bits 5:4 are RES1
    msr scr_el3, x0
    msr cptr_el3, xzr
    mov x0, #0x3c5 // EL1h, all masked
    adr x1, at_el1
    mrs x2, id_aa64pfr0_el1
    tst x2, #0xf00
    b.eq 1f
    mov x0, #0x3c9 // EL2h
    adr x1, from_el2
1:  msr spsr_el3, x0
    msr elr_el3, x1
    isb
    eret
from_el2:
    mov x0, #0x80000000 // HCR_EL2.RW
    msr hcr_el2, x0
    mov x0, #0x33ff // CPTR_EL2: the bits that are RES1
    msr cptr_el2, x0
    mov x0, #3 // CNTHCTL_EL2: EL1 may use the physical counter and timer
    msr cnthctl_el2, x0
    msr cntvoff_el2, xzr
    msr vttbr_el2, xzr
    mrs x0, midr_el1
    msr vpidr_el2, x0
    mrs x0, mpidr_el1
    msr vmpidr_el2, x0
    mrs x0, mdcr_el2
    and x0, x0, #31 // HPMN alone
    msr mdcr_el2, x0
    adrp x0, hyp_vectors
    add x0, x0, :lo12:hyp_vectors
    msr vbar_el2, x0
    adrp x0, hyp_stack_end // of the first CPU alone: the others never go back
    add x0, x0, :lo12:hyp_stack_end
    mov sp, x0
    mov x0, #0x3c5
    msr spsr_el2, x0
    adr x0, at_el1
    msr elr_el2, x0
    isb
    eret

at_el1:
    mov x0, #0x0800
    movk x0, #0x30d0, lsl #16 // SCTLR_EL1: the bits that are RES1; no MMU, no caches
    msr sctlr_el1, x0
    mov x0, #0x300000 // CPACR_EL1.FPEN
    msr cpacr_el1, x0
    adrp x0, vectors
    add x0, x0, :lo12:vectors
    msr vbar_el1, x0
    isb
    cmp x19, #MAX_HARTS
    b.hs sleep
    // Two stacks a CPU: program and exceptions.
    mov x1, #STACK_BYTES
    add x2, x19, #1
    mul x1, x1, x2
    msr spsel, #1
    adrp x0, trap_stacks
    add x0, x0, :lo12:trap_stacks
    add x0, x0, x1
    mov sp, x0
    msr spsel, #0
    adrp x0, stacks
    add x0, x0, :lo12:stacks
    add x0, x0, x1
    mov sp, x0
    mov x29, xzr
    cbnz x19, secondary
    adrp x0, bss_start
    add x0, x0, :lo12:bss_start
    adrp x1, bss_end
    add x1, x1, :lo12:bss_end
1:  cmp x0, x1
    b.hs 2f
    stp xzr, xzr, [x0], #16
    b 1b
2:  adrp x0, start_level
    lsr x20, x20, #2
    str w20, [x0, :lo12:start_level]
    bl console_init
    bl main
    bl machine_exit

secondary:
    mov x0, x19
    bl secondary_main
sleep:
    wfi
    b sleep

    vector_table vectors, trap_entry

trap_entry:
    save_rest
    mrs x1, sp_el0
    str x1, [sp, #248]
    mrs x1, elr_el1
    mrs x2, spsr_el1
    stp x1, x2, [sp, #256]
    mrs x1, esr_el1
    mrs x2, far_el1
    stp x1, x2, [sp, #272]
    str x0, [sp, #288]
    adrp x1, on_trap
    ldr x1, [x1, :lo12:on_trap]
    mov x0, sp
    blr x1
    ldp x1, x2, [sp, #256]
    msr elr_el1, x1
    msr spsr_el1, x2
    ldr x1, [sp, #248]
    msr sp_el0, x1
    restore_rest
    pop_frame
    eret

// void enter_el0(void (*fn)(word), word argument, word sp): the way down; leave_context is the way back.
    .globl enter_el0, leave_context
enter_el0:
    stp x19, x20, [sp, #-96]!
    stp x21, x22, [sp, #16]
    stp x23, x24, [sp, #32]
    stp x25, x26, [sp, #48]
    stp x27, x28, [sp, #64]
    stp x29, x30, [sp, #80]
    mov x3, sp
    adrp x4, el1_sp
    str x3, [x4, :lo12:el1_sp]
    msr elr_el1, x0
    adrp x4, el0_status
    ldr x3, [x4, :lo12:el0_status]
    msr spsr_el1, x3
    mov x0, x1
    mov sp, x2
    adrp x30, el0_return
    add x30, x30, :lo12:el0_return
    eret
leave_context:
    adrp x4, el1_sp
    ldr x3, [x4, :lo12:el1_sp]
    mov sp, x3
    ldp x21, x22, [sp, #16]
    ldp x23, x24, [sp, #32]
    ldp x25, x26, [sp, #48]
    ldp x27, x28, [sp, #64]
    ldp x29, x30, [sp, #80]
    ldp x19, x20, [sp], #96
    ret

// Where fn returns to: asks EL1 to leave. A page of its own, so that EL0 can be allowed to execute it.
    .balign 4096
    .globl el0_return
el0_return:
    svc #0x4c45
    b el0_return
    .balign 4096

    .section .bss
    .balign 16
stacks:
    .skip STACK_BYTES * MAX_HARTS
trap_stacks:
    .skip STACK_BYTES * MAX_HARTS
el1_sp:
    .skip 8
