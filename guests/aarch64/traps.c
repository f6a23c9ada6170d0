// Exceptions to EL1: class, syndrome, fault address, return address and vector of each (Arm ARM D17.2.37, D1.3).
#include "guest.h"

// The address of the instruction at a label.
#define AT(label)                                                                                                      \
    ({                                                                                                                 \
        extern char label[];                                                                                           \
        (word) label;                                                                                                  \
    })

static bool trapped(unsigned class, word pc, unsigned vector) {
    return last_trap.count == 1 && class_of(last_trap.syndrome) == class && last_trap.pc == pc && last_trap.vector == vector &&
           (last_trap.syndrome >> 25 & 1) == 1;
}
static word detail(void) {
    return last_trap.syndrome & 0x1ffffff;
}

static void instructions(void) {
    word out = 0;
    forget_traps();
    asm volatile(".globl at_undefined\nat_undefined: .word 0x00000000" ::: "memory");
    check(trapped(0x00, AT(at_undefined), 0) && detail() == 0, "an undefined instruction: class 0, no details");
    forget_traps();
    asm volatile(".globl at_svc\nat_svc: svc #0x1234" ::: "memory");
    check(trapped(0x15, AT(at_svc) + 4, 0) && detail() == 0x1234, "SVC: its immediate; returns behind it");
    forget_traps();
    asm volatile(".globl at_brk\nat_brk: brk #0xabcd" ::: "memory");
    check(trapped(0x3c, AT(at_brk), 0) && detail() == 0xabcd, "BRK: its immediate; returns to it");
    forget_traps();
    asm volatile(".globl at_hlt\nat_hlt: hlt #1" ::: "memory");
    check(trapped(0x00, AT(at_hlt), 0), "HLT: undefined");
    forget_traps();
    asm volatile(".globl at_readonly\nat_readonly: msr s3_0_c0_c0_0, xzr" ::: "memory");
    check(trapped(0x00, AT(at_readonly), 0), "a write to MIDR_EL1: undefined");
    forget_traps();
    asm volatile(".globl at_higher\nat_higher: mrs %0, vbar_el3" : "=r"(out)::"memory");
    check(trapped(0x00, AT(at_higher), 0), "a register of EL3: undefined at EL1");
    forget_traps();
    asm volatile("mrs %0, s3_0_c0_c7_7" : "=r"(out)::"memory");
    check(last_trap.count == 0 && out == 0, "a reserved identification register reads as 0");
    sys_write(cpacr_el1, 0);
    forget_traps();
    asm volatile(".globl at_float\n.arch_extension fp\nat_float: fmov d0, xzr" ::: "memory");
    check(trapped(0x07, AT(at_float), 0) && detail() >> 20 == 0x1e && (detail() & 0xfffff) == 0, "FP while CPACR_EL1 traps it");
    sys_write(cpacr_el1, 0x300000);
    forget_traps();
    asm volatile("fmov d0, xzr" ::: "memory");
    check(last_trap.count == 0, "and not when it does not");
    sys_write(spsr_el1, kPstateIl | kModeEl1t | kPstateMasked);
    sys_write(elr_el1, AT(at_illegal));
    forget_traps();
    asm volatile("eret\n.globl at_illegal\nat_illegal: nop" ::: "memory");
    check(trapped(0x0e, AT(at_illegal), 0) && last_trap.status & kPstateIl, "PSTATE.IL: illegal execution state");
}

static void memory(void) {
    word out = 0x5a, hole = kHole + 0x18;
    static word line[4] __attribute__((aligned(32)));
    forget_traps();
    asm volatile(".globl at_load\nat_load: ldr %w0, [%1]" : "+r"(out) : "r"(hole) : "memory");
    check(trapped(0x25, AT(at_load), 0) && (detail() & 0x7f) == 0x10 && last_trap.address == hole, "a load from nowhere: external abort, FAR");
    check(out == 0x5a, "its destination keeps its value");
    forget_traps();
    asm volatile(".globl at_store\nat_store: strb wzr, [%0]" ::"r"(hole) : "memory");
    check(trapped(0x25, AT(at_store), 0) && (detail() & 0x7f) == 0x50 && last_trap.address == hole, "a store to nowhere: WnR is set");
    forget_traps();
    asm volatile(".globl at_misaligned\nat_misaligned: ldr %w0, [%1]" : "+r"(out) : "r"((char*)line + 1) : "memory");
    check(trapped(0x25, AT(at_misaligned), 0) && (detail() & 0x3f) == 0x21 && last_trap.address == (word)line + 1,
          "a misaligned load from device memory: alignment fault");
    forget_traps();
    asm volatile(".globl at_zero\nat_zero: dc zva, %0" ::"r"((char*)line + 8) : "memory");
    check(trapped(0x25, AT(at_zero), 0) && (detail() & 0x17f) == 0x61 && last_trap.address == (word)line + 8,
          "DC ZVA while the MMU is off, so that all is device memory: alignment fault, WnR, no CM");
    forget_traps();
    asm volatile(".globl at_exclusive\nat_exclusive: ldxr %w0, [%1]" : "+r"(out) : "r"((char*)line + 2) : "memory");
    check(trapped(0x25, AT(at_exclusive), 0) && (detail() & 0x3f) == 0x21, "a misaligned exclusive: alignment fault");
    forget_traps();
    asm volatile("mov x9, sp\n\tsub sp, sp, #8\n.globl at_stack\nat_stack: ldr xzr, [sp]\n\tmov sp, x9" ::: "x9", "memory");
    check(sys_read(sctlr_el1) & 8 ? trapped(0x26, AT(at_stack), 0) : last_trap.count == 0, "a misaligned SP without SCTLR_EL1.SA");
    sys_write(sctlr_el1, sys_read(sctlr_el1) | 8);
    forget_traps();
    asm volatile("mov x9, sp\n\tsub sp, sp, #8\n.globl at_stack2\nat_stack2: ldr xzr, [sp]\n\tmov sp, x9" ::: "x9", "memory");
    check(trapped(0x26, AT(at_stack2), 0), "and with it: SP alignment fault");
    sys_write(sctlr_el1, sys_read(sctlr_el1) & ~(word)8);
    forget_traps();
    ((void (*)(void))(word)kHole)();
    check(trapped(0x21, kHole, 0) && (detail() & 0x3f) == 0x10 && last_trap.address == kHole, "a jump to nowhere: instruction abort");
    forget_traps();
    ((void (*)(void))((word)line + 2))();
    check(trapped(0x22, (word)line + 2, 0) && last_trap.address == (word)line + 2, "a jump to an odd address: PC alignment fault");
}

static void do_svc(word unused) {
    (void)unused;
    asm volatile(".globl at_svc0\nat_svc0: svc #7" ::: "memory");
}
static void do_privileged(word unused) {
    (void)unused;
    asm volatile(".globl at_privileged\nat_privileged: mrs x0, sctlr_el1" ::: "x0", "memory");
}
static void do_hvc(word unused) {
    (void)unused;
    asm volatile(".globl at_hvc0\nat_hvc0: hvc #0" ::: "memory");
}
static void do_load(word address) {
    asm volatile(".globl at_load0\nat_load0: ldr x0, [%0]" ::"r"(address) : "x0", "memory");
}
static void do_jump(word address) {
    ((void (*)(void))address)();
}
static void do_wait(word unused) {
    (void)unused;
    asm volatile(".globl at_wfi0\nat_wfi0: wfi" ::: "memory");
}
static void do_mask(word unused) {
    (void)unused;
    asm volatile(".globl at_mask0\nat_mask0: msr daifset, #2" ::: "memory");
}

static void at(void (*fn)(word), word argument) {
    forget_traps();
    run_at_el0(fn, argument);
}

static void user(void) {
    at(do_svc, 0);
    check(trapped(0x15, AT(at_svc0) + 4, 8) && detail() == 7 && (last_trap.status & 0x1f) == kModeEl0, "SVC from EL0: its own vector, SPSR says EL0");
    at(do_privileged, 0);
    check(trapped(0x00, AT(at_privileged), 8), "a register of EL1 at EL0: undefined");
    at(do_hvc, 0);
    check(trapped(0x00, AT(at_hvc0), 8), "HVC at EL0: undefined");
    at(do_load, kHole);
    check(trapped(0x24, AT(at_load0), 8) && last_trap.address == kHole, "a data abort from EL0 has a class of its own");
    at(do_jump, kHole);
    check(trapped(0x20, kHole, 8), "and so has an instruction abort");
    at(do_jump, kHole + 1);
    check(trapped(0x22, kHole + 1, 8), "a jump to an odd address");
    sys_write(sctlr_el1, sys_read(sctlr_el1) & ~(word)(1 << 16)); // nTWI
    at(do_wait, 0);
    check(trapped(0x01, AT(at_wfi0), 8) && (detail() & 3) == 0, "WFI at EL0 while SCTLR_EL1.nTWI is 0");
    sys_write(sctlr_el1, sys_read(sctlr_el1) & ~(word)(1 << 9)); // UMA
    at(do_mask, 0);
    check(trapped(0x18, AT(at_mask0), 8), "DAIF at EL0 while SCTLR_EL1.UMA is 0");
}

// From EL1 on SP_EL1.
static void on_own_stack(void) {
    forget_traps();
    asm volatile("msr spsel, #1\n.globl at_svc1\nat_svc1: svc #9\n\tmsr spsel, #0" ::: "memory");
    check(trapped(0x15, AT(at_svc1) + 4, 4) && (last_trap.status & 0x1f) == kModeEl1h, "SVC on SP_EL1: its own vector, SPSR says EL1h");
}

int main(void) {
    print("traps %s\n", kArch);
    on_trap = record_and_skip;
    instructions();
    memory();
    user();
    on_own_stack();
    return finish();
}
