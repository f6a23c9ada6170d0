/* Start, entering a program and leaving it, trap vectors, and the stubs that other privileges run. */
#include "harness.h"

    .section .text.start, "ax"
    .globl _start
_start:
    la sp, stack_top
    la t0, bss_start
    la t1, bss_end
1:  STORE_REG zero, (t0)
    addi t0, t0, REG_BYTES
    bltu t0, t1, 1b
    call harness_main
    li t0, 0x100000 /* test finisher: pass */
    li t1, 0x5555
    sw t1, (t0)
2:  j 2b

    .text
/* void enter_program(struct context *, const struct program *): returns when the program has ended. */
    .globl enter_program
enter_program:
    STORE_REG ra, (CONTEXT_HOST + 0 * REG_BYTES)(a0)
    STORE_REG sp, (CONTEXT_HOST + 1 * REG_BYTES)(a0)
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
    STORE_REG s\n, (CONTEXT_HOST + (2 + \n) * REG_BYTES)(a0)
    .endr
    csrw mscratch, a0
    LOAD_REG t0, PROGRAM_ENTRY(a1)
    csrw mepc, t0
    LOAD_REG t0, (2 * REG_BYTES)(a1)
    andi t0, t0, FLAG_FLOAT
    beqz t0, 1f
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    fld f\n, (PROGRAM_F + \n * 8)(a1)
    .endr
    LOAD_REG t0, PROGRAM_FCSR(a1)
    fscsr t0
1:  addi x31, a1, PROGRAM_X
    .irp n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    LOAD_REG x\n, (\n * REG_BYTES)(x31)
    .endr
    mret

/* Traps to M. Each vector says which one it was; the first is also where direct mode goes. */
    .balign 256
    .option push
    .option norvc
    .globl machine_vectors
machine_vectors:
    .set slot, 0
    .rept 32
    j machine_stubs + slot * 16
    .set slot, slot + 1
    .endr
machine_stubs:
    .set slot, 0
    .rept 32
    csrrw x31, mscratch, x31
    STORE_REG x30, (CONTEXT_X + 30 * REG_BYTES)(x31)
    li x30, slot
    j machine_trap
    .set slot, slot + 1
    .endr

/* Traps to S go on to M at once, which finds out about them from the S registers: nothing of the program is touched. */
    .balign 256
    .globl supervisor_vectors, supervisor_vectors_end
supervisor_vectors:
    .rept 32
    ecall
    .endr
supervisor_vectors_end:
    .option pop

machine_trap:
    .irp n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29
    STORE_REG x\n, (CONTEXT_X + \n * REG_BYTES)(x31)
    .endr
    STORE_REG x30, CONTEXT_VECTOR(x31)
    csrrw x1, mscratch, x31
    STORE_REG x1, (CONTEXT_X + 31 * REG_BYTES)(x31)
    LOAD_REG sp, (CONTEXT_HOST + 1 * REG_BYTES)(x31)
    mv a0, x31
    call machine_trapped
    csrr x31, mscratch
    bnez a0, leave_program
    .irp n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    LOAD_REG x\n, (CONTEXT_X + \n * REG_BYTES)(x31)
    .endr
    mret

leave_program:
    li t0, 0x6000 /* mstatus.FS: whatever the program made of it */
    csrs mstatus, t0
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    fsd f\n, (CONTEXT_F + \n * 8)(x31)
    .endr
    frcsr t0
    STORE_REG t0, CONTEXT_FCSR(x31)
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
    LOAD_REG s\n, (CONTEXT_HOST + (2 + \n) * REG_BYTES)(x31)
    .endr
    LOAD_REG ra, (CONTEXT_HOST + 0 * REG_BYTES)(x31)
    LOAD_REG sp, (CONTEXT_HOST + 1 * REG_BYTES)(x31)
    ret

/* For programs in M: goes to a0 with privilege a1 and the bits a2 of mstatus, and is back at the next trap to M, whatever it is.
   t1 and t2 pass through. */
    .globl run_at
run_at:
    la t0, context
    STORE_REG ra, CONTEXT_EXCURSION(t0)
    csrw mepc, a0
    li t0, 0xe1800 /* MPP, MPRV, SUM, MXR */
    csrc mstatus, t0
    slli a1, a1, 11
    or a1, a1, a2
    csrs mstatus, a1
    mret

/* One access and back; what is read comes in t2, the address is in t1. Aligned, so that no fetch crosses a page. */
    .macro stub name, insn:vararg
    .balign 8
    .globl stub_\name
stub_\name:
    \insn
    ecall
    .endm
    .option push
    .option norvc
    .irp op, lb, lbu, lh, lhu, lw, sb, sh, sw
    stub \op, \op t2, (t1)
    .endr
    .irp op, flw, fsw, fld, fsd
    stub \op, \op ft0, (t1)
    .endr
    stub lr_w, lr.w t2, (t1)
    stub sc_w, sc.w t2, t2, (t1)
    stub amoswap_w, amoswap.w t2, t2, (t1)
    stub amoadd_w, amoadd.w t2, t2, (t1)
#if __riscv_xlen == 64
    .irp op, ld, lwu, sd
    stub \op, \op t2, (t1)
    .endr
    stub amoor_d, amoor.d t2, t2, (t1)
    stub lr_d, lr.d t2, (t1)
    stub sc_d, sc.d t2, t2, (t1)
#endif
    .option pop
