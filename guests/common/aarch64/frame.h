// For assembler: the frame that the vectors of every exception level push on their stack (struct trap_frame, hyp_frame): x0 to x30,
// and behind them what the level adds.
#pragma once

#define FRAME_BYTES 304

// x0 and x1 alone: the rest of the entry may use them.
    .macro push_frame
    sub sp, sp, #FRAME_BYTES
    stp x0, x1, [sp]
    .endm

    .macro pop_frame
    ldp x0, x1, [sp]
    add sp, sp, #FRAME_BYTES
    .endm

// x2 to x30, by stp and str or ldp and ldr.
    .macro move_rest pair, single
    \pair x2, x3, [sp, #16]
    \pair x4, x5, [sp, #32]
    \pair x6, x7, [sp, #48]
    \pair x8, x9, [sp, #64]
    \pair x10, x11, [sp, #80]
    \pair x12, x13, [sp, #96]
    \pair x14, x15, [sp, #112]
    \pair x16, x17, [sp, #128]
    \pair x18, x19, [sp, #144]
    \pair x20, x21, [sp, #160]
    \pair x22, x23, [sp, #176]
    \pair x24, x25, [sp, #192]
    \pair x26, x27, [sp, #208]
    \pair x28, x29, [sp, #224]
    \single x30, [sp, #240]
    .endm
    .macro save_rest
    move_rest stp, str
    .endm
    .macro restore_rest
    move_rest ldp, ldr
    .endm

// A table of vectors that go to `entry` with x0 and x1 in the frame and their number in x0.
    .macro vector_table name, entry
    .balign 2048
    .globl \name
\name:
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    .balign 128
    push_frame
    mov x0, #\n
    b \entry
    .endr
    .endm
