// Synchronous exceptions: cause, mepc and mtval of each, delegation to S-mode and back, vectored interrupts.
// (Cause 0, a misaligned fetch, cannot arise with the C extension; page faults are in paging.c.)
#include "guest.h"

// The address of the instruction at a label, and traps taken since forget_traps().
#define AT(label)                                                                                                      \
    ({                                                                                                                 \
        extern char label[];                                                                                           \
        (word) label;                                                                                                  \
    })

static bool trapped(word cause, word epc) {
    return last_trap.count == 1 && last_trap.cause == cause && last_trap.epc == epc;
}
static bool tval_is(word v) {
    return last_trap.tval == v;
}

static void machine_mode(void) {
    word out;
    on_trap = record_and_skip;

    forget_traps();
    ((void (*)(void))kHole)();
    check(trapped(1, kHole) && tval_is(kHole), "cause 1: fetch access fault, mepc and mtval are the address");

    forget_traps();
    asm volatile(".globl at_illegal\nat_illegal: .word 0xfffff0ff" ::: "memory");
    check(trapped(2, AT(at_illegal)) && (tval_is(0xfffff0ff) || tval_is(0)), "cause 2: illegal instruction of 32 bits");

    forget_traps();
    asm volatile(".globl at_illegal16\nat_illegal16: .half 0" ::: "memory");
    check(trapped(2, AT(at_illegal16)) && tval_is(0), "cause 2: illegal instruction of 16 bits");

    forget_traps();
    asm volatile(".globl at_csr\nat_csr: csrr %0, 0x7ff" : "=r"(out)::"memory");
    check(trapped(2, AT(at_csr)), "cause 2: a CSR that does not exist");

    forget_traps();
    asm volatile(".globl at_readonly\nat_readonly: csrw 0xf14, zero" ::: "memory");
    check(trapped(2, AT(at_readonly)), "cause 2: write to a read-only CSR");

    forget_traps();
    asm volatile(".globl at_ebreak\nat_ebreak: ebreak" ::: "memory");
    check(trapped(3, AT(at_ebreak)) && (tval_is(AT(at_ebreak)) || tval_is(0)), "cause 3: ebreak");

    static char line[16] __attribute__((aligned(16)));
    forget_traps();
    asm volatile(".option push\n.option norvc\n.globl at_amo\nat_amo: amoadd.w %0, zero, (%1)\n.option pop"
                 : "=r"(out)
                 : "r"(line + 1)
                 : "memory");
    check((trapped(6, AT(at_amo)) || trapped(7, AT(at_amo))) && tval_is((word)line + 1),
          "cause 6 or 7: misaligned AMO");

    line[1] = 0x11, line[2] = 0x22, line[3] = 0x33, line[4] = 0x44;
    forget_traps();
    asm volatile("lw %0, 1(%1)" : "=r"(out) : "r"(line) : "memory");
    check(last_trap.count == 0 ? (uint32_t)out == 0x44332211 : last_trap.cause == 4 && tval_is((word)line + 1),
          "a misaligned load works or is cause 4");

    word hole = kHole + 0x18;
    out = 0x5a;
    forget_traps();
    asm volatile(".globl at_load\nat_load: lw %0, (%1)" : "+r"(out) : "r"(hole) : "memory");
    check(trapped(5, AT(at_load)) && tval_is(hole), "cause 5: load access fault");
    check(out == 0x5a, "the destination of a faulting load keeps its value");

    forget_traps();
    asm volatile(".globl at_store\nat_store: sw zero, (%0)" ::"r"(hole) : "memory");
    check(trapped(7, AT(at_store)) && tval_is(hole), "cause 7: store access fault");

    forget_traps();
    asm volatile(".globl at_ecall_m\nat_ecall_m: ecall" ::: "memory");
    check(trapped(11, AT(at_ecall_m)) && tval_is(0), "cause 11: ecall from M-mode");
    check((last_trap.status & kMstatusMpp) == kMstatusMpp, "mstatus.MPP is M");
}

static void do_ecall(word unused) {
    (void)unused;
    asm volatile(".globl at_ecall_low\nat_ecall_low: ecall" ::: "a0", "a7", "memory");
}

static void do_privileged(word unused) {
    (void)unused;
    asm volatile(".globl at_privileged\nat_privileged: csrr t0, mstatus" ::: "t0", "memory");
}

static void lower_modes(void) {
    forget_traps();
    run_in_mode(kModeS, do_ecall, 0);
    check(trapped(9, AT(at_ecall_low)) && (last_trap.status & kMstatusMpp) == kModeS << 11,
          "cause 9: ecall from S-mode");
    forget_traps();
    run_in_mode(kModeU, do_ecall, 0);
    check(trapped(8, AT(at_ecall_low)) && (last_trap.status & kMstatusMpp) == kModeU, "cause 8: ecall from U-mode");
    forget_traps();
    run_in_mode(kModeS, do_privileged, 0);
    check(trapped(2, AT(at_privileged)), "S-mode may not read mstatus");
    forget_traps();
    run_in_mode(kModeU, do_privileged, 0);
    check(trapped(2, AT(at_privileged)), "U-mode may not read mstatus");
}

// --- Delegation: S-mode installs a handler, goes to U-mode, handles U's ebreak, then passes U's ecall on to M-mode
// ------------

static volatile word seen_scause, seen_sepc, seen_sstatus, seen_delegated;

static __attribute__((interrupt("supervisor"), aligned(4))) void supervisor_trap(void) {
    seen_scause = csr_read(scause);
    seen_sepc = csr_read(sepc);
    seen_sstatus = csr_read(sstatus);
    seen_delegated++;
    csr_write(sepc, seen_sepc + insn_length(seen_sepc));
}

static void user_part(word unused) {
    (void)unused;
    asm volatile(".globl at_user_ebreak\nat_user_ebreak: ebreak" ::: "memory");
    asm volatile(".globl at_user_ecall\nat_user_ecall: ecall" ::: "a0", "a7", "memory");
}

static void supervisor_part(word user) {
    csr_write(stvec, (word)supervisor_trap);
    csr_clear(sstatus, 1 << 8); // SPP = U
    csr_write(sepc, user);
    asm volatile("sret" ::: "memory"); // ra still leads back to M-mode, through an ecall from U-mode
}

static void delegation(void) {
    forget_traps();
    csr_write(medeleg, 1 << 3);
    // The tail end (an ecall to M-mode) runs in U-mode, as user_part returns where supervisor_part was to return.
    asm volatile("" ::: "memory");
    run_in_mode(kModeS, supervisor_part, (word)user_part);
    check(seen_delegated == 1 && seen_scause == 3 && seen_sepc == AT(at_user_ebreak),
          "ebreak from U-mode is delegated to S-mode");
    check((seen_sstatus & 1 << 8) == 0, "sstatus.SPP is U");
    check(trapped(8, AT(at_user_ecall)), "ecall from U-mode is not delegated and reaches M-mode");
    csr_write(medeleg, 1 << 3 | 1 << 2);
    seen_delegated = 0;
    forget_traps();
    asm volatile(".globl at_m_ebreak\nat_m_ebreak: ebreak" ::: "memory");
    check(trapped(3, AT(at_m_ebreak)) && seen_delegated == 0, "traps in M-mode are never delegated");
    csr_write(medeleg, 0);
}

// --- Vectored mode
// -----------------------------------------------------------------------------------------------------------------

asm(".balign 256\n"
    ".option push\n.option norvc\n"
    "vector_table:\n"
    "    j vector_other\n    j vector_other\n    j vector_other\n    j vector_soft\n"
    ".option pop\n"
    "vector_other:\n    j trap_entry\n"
    "vector_soft:\n"
    "    csrw mscratch, t0\n" // runs with interrupts off; mscratch is put back by the test
    "    li t0, 0x02000000\n    sw zero, (t0)\n"
    "    la t0, soft_count\n    sw ra, (t0)\n    lw ra, 4(t0)\n    addi ra, ra, 1\n    sw ra, 4(t0)\n    lw ra, (t0)\n"
    "    csrr t0, mscratch\n    mret\n");
extern char vector_table[];
volatile uint32_t soft_count[2];

static void vectored(void) {
    word old_vector = csr_read(mtvec), old_scratch = csr_read(mscratch);
    csr_write(mtvec, (word)vector_table | 1);
    csr_write(mie, kIrqSoft);
    csr_set(mstatus, kMstatusMie);
    write32(kClint, 1);
    for (int i = 0; i < 1000 && soft_count[1] == 0; ++i) {
        asm volatile("nop");
    }
    csr_clear(mstatus, kMstatusMie);
    csr_write(mie, 0);
    csr_write(mtvec, old_vector);
    csr_write(mscratch, old_scratch);
    check(soft_count[1] == 1, "a software interrupt arrives at entry 3 of the vector table");
}

int main(void) {
    print("traps rv%u\n", (unsigned)__riscv_xlen);
    open_pmp();
    machine_mode();
    lower_modes();
    delegation();
    vectored();
    return finish();
}
