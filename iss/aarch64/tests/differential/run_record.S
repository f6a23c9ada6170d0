// void run_record(struct record *record, const uint32_t *code)
// The code changes x0 to x3, vector registers, flags and FPSR at most, and returns.
    .arch armv8.2-a
    .text
    .global run_record
    .type run_record, %function
run_record:
    stp x29, x30, [sp, #-112]!
    stp x19, x20, [sp, #16]
    stp x21, x22, [sp, #32]
    stp d8, d9, [sp, #48]
    stp d10, d11, [sp, #64]
    stp d12, d13, [sp, #80]
    stp d14, d15, [sp, #96]
    mov x19, x0
    mov x20, x1
    add x9, x19, #56
    ldp q0, q1, [x9], #32
    ldp q2, q3, [x9], #32
    ldp q4, q5, [x9], #32
    ldp q6, q7, [x9], #32
    ldp q8, q9, [x9], #32
    ldp q10, q11, [x9], #32
    ldp q12, q13, [x9], #32
    ldp q14, q15, [x9], #32
    ldp q16, q17, [x9], #32
    ldp q18, q19, [x9], #32
    ldp q20, q21, [x9], #32
    ldp q22, q23, [x9], #32
    ldp q24, q25, [x9], #32
    ldp q26, q27, [x9], #32
    ldp q28, q29, [x9], #32
    ldp q30, q31, [x9], #32
    ldp w9, w10, [x19, #4]
    ldr w11, [x19, #12]
    msr fpcr, x9
    msr fpsr, x10
    msr nzcv, x11
    ldp x0, x1, [x19, #24]
    ldp x2, x3, [x19, #40]
    blr x20
    mrs x9, nzcv
    mrs x10, fpsr
    msr fpcr, xzr
    str w10, [x19, #8]
    str w9, [x19, #12]
    stp x0, x1, [x19, #24]
    stp x2, x3, [x19, #40]
    add x9, x19, #56
    stp q0, q1, [x9], #32
    stp q2, q3, [x9], #32
    stp q4, q5, [x9], #32
    stp q6, q7, [x9], #32
    stp q8, q9, [x9], #32
    stp q10, q11, [x9], #32
    stp q12, q13, [x9], #32
    stp q14, q15, [x9], #32
    stp q16, q17, [x9], #32
    stp q18, q19, [x9], #32
    stp q20, q21, [x9], #32
    stp q22, q23, [x9], #32
    stp q24, q25, [x9], #32
    stp q26, q27, [x9], #32
    stp q28, q29, [x9], #32
    stp q30, q31, [x9], #32
    ldp d14, d15, [sp, #96]
    ldp d12, d13, [sp, #80]
    ldp d10, d11, [sp, #64]
    ldp d8, d9, [sp, #48]
    ldp x21, x22, [sp, #32]
    ldp x19, x20, [sp, #16]
    ldp x29, x30, [sp], #112
    ret
    .size run_record, . - run_record
    .section .note.GNU-stack, "", %progbits
