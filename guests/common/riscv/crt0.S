# Entry of all harts, and the trap entry.

#if __riscv_xlen == 64
#define REG_S sd
#define REG_L ld
#define REGBYTES 8
#else
#define REG_S sw
#define REG_L lw
#define REGBYTES 4
#endif
#define FRAME_BYTES ((36 * REGBYTES + 15) & ~15)
#define FRAME(n) ((n) * REGBYTES)

    .section .text.start, "ax"
    .globl _start
_start:
    .option push
    .option norelax
    la gp, __global_pointer$
    .option pop
    csrw mie, zero
    csrr s0, mhartid
    li t0, MAX_HARTS
    bgeu s0, t0, sleep
    # Two stacks a hart: program and traps.
    li t0, STACK_BYTES
    addi t1, s0, 1
    mul t1, t1, t0
    la sp, stacks
    add sp, sp, t1
    la t2, trap_stacks
    add t2, t2, t1
    csrw mscratch, t2
    la t0, trap_entry
    csrw mtvec, t0
#ifdef __riscv_flen
    li t0, 1 << 13
    csrs mstatus, t0
    csrw fcsr, zero
#endif
    bnez s0, secondary
    la t0, bss_start
    la t1, bss_end
1:  bgeu t0, t1, 2f
    REG_S zero, (t0)
    addi t0, t0, REGBYTES
    j 1b
2:  call console_init
    call main
    call machine_exit

secondary:
    csrsi mie, 8 # MSIE: WFI ends, no trap as mstatus.MIE is off
1:  wfi
    csrr t0, mip
    andi t0, t0, 8
    beqz t0, 1b
    slli t0, s0, 2
    li t1, 0x02000000
    add t0, t0, t1
    sw zero, (t0)
    mv a0, s0
    call secondary_main
sleep:
    wfi
    j sleep

    .balign 4
    .globl trap_entry
trap_entry:
    csrrw sp, mscratch, sp
    addi sp, sp, -FRAME_BYTES
    .irp n, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    REG_S x\n, FRAME(\n)(sp)
    .endr
    csrr t0, mscratch
    REG_S t0, FRAME(2)(sp)
    csrr t0, mepc
    REG_S t0, FRAME(32)(sp)
    csrr t0, mcause
    REG_S t0, FRAME(33)(sp)
    csrr t0, mtval
    REG_S t0, FRAME(34)(sp)
    csrr t0, mstatus
    REG_S t0, FRAME(35)(sp)
    .option push
    .option norelax
    la gp, __global_pointer$
    .option pop
    la t0, on_trap
    REG_L t0, (t0)
    mv a0, sp
    jalr t0
    REG_L t0, FRAME(32)(sp)
    csrw mepc, t0
    REG_L t0, FRAME(35)(sp)
    csrw mstatus, t0
    REG_L t0, FRAME(2)(sp)
    csrw mscratch, t0
    .irp n, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    REG_L x\n, FRAME(\n)(sp)
    .endr
    addi sp, sp, FRAME_BYTES
    csrrw sp, mscratch, sp
    mret

# void enter_mode(word status, void (*fn)(word), word argument, word sp): the way down; leave_context is the way back.
    .globl enter_mode, leave_context
enter_mode:
    addi sp, sp, -16 * REGBYTES
    .irp n, 8, 9
    REG_S x\n, FRAME(\n - 8)(sp)
    .endr
    .irp n, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27
    REG_S x\n, FRAME(\n - 16)(sp)
    .endr
    REG_S ra, FRAME(12)(sp)
    REG_S tp, FRAME(13)(sp)
    la t0, mode_sp
    REG_S sp, (t0)
    csrw mstatus, a0
    csrw mepc, a1
    mv a0, a2
    mv sp, a3
    la ra, mode_return
    mret
leave_context:
    .option push
    .option norelax
    la gp, __global_pointer$
    .option pop
    la t0, mode_sp
    REG_L sp, (t0)
    .irp n, 8, 9
    REG_L x\n, FRAME(\n - 8)(sp)
    .endr
    .irp n, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27
    REG_L x\n, FRAME(\n - 16)(sp)
    .endr
    REG_L ra, FRAME(12)(sp)
    REG_L tp, FRAME(13)(sp)
    addi sp, sp, 16 * REGBYTES
    ret

# Where fn returns to: asks M-mode to leave. A page of its own, so that paging tests can let U-mode execute it.
    .balign 4096
    .globl mode_return
mode_return:
    li a7, 0x4c454156
    ecall
    j mode_return
    .balign 4096

    .section .bss
    .balign 16
stacks:
    .skip STACK_BYTES * MAX_HARTS
trap_stacks:
    .skip STACK_BYTES * MAX_HARTS
    .balign REGBYTES
mode_sp:
    .skip REGBYTES
