// Self-hosted debug: the OS lock, breakpoints of every kind, BRK, routing to EL2. Arm ARM D2.8, D2.9, D19.3.
#include "debug.h"

#include "hyp.h"

void note_and_disarm(struct trap_frame* f) {
    word pc = f->pc;
    unsigned class = class_of(f->syndrome);
    record_and_skip(f);
    if (class == kBreakEl0 || class == kBreakSame || class == kWatchEl0 || class == kWatchSame) {
        set_mdscr(sys_read(mdscr_el1) & ~(word)kMde);
        f->pc = pc;
    }
}

// Four instructions and a way back: marks how far they came.
word marks(word unused);
// In a page of its own, as translators may look for breakpoints where a page is entered alone.
asm(".balign 4096\n.globl marks, mark_1, mark_2, mark_3\n"
    "marks: mov x0, xzr\n"
    "mark_1: add x0, x0, #1\n"
    "mark_2: add x0, x0, #1\n"
    "mark_3: ret\n.balign 4096\n");
extern char mark_1[], mark_2[];

static word result;
static void marks_here(word unused) {
    result = marks(unused);
}

// Whether marks() meets a breakpoint at `at`, at EL1 (by `control`) or EL0.
static bool hits_at_el1(const void* at) {
    forget_traps();
    set_mdscr(kMde | kKde);
    result = marks(0);
    set_mdscr(0);
    return last_trap.count == 1 && class_of(last_trap.syndrome) == kBreakSame && last_trap.pc == (word)at && result == 2;
}
static bool hits_at_el0(const void* at) {
    forget_traps();
    set_mdscr(kMde);
    run_at_el0(marks_here, 0);
    set_mdscr(0);
    debug_unmask(); // which the way back from EL0 masks
    return last_trap.count == 1 && class_of(last_trap.syndrome) == kBreakEl0 && last_trap.pc == (word)at &&
           last_trap.vector == 8 && result == 2;
}
static bool none(void) {
    return last_trap.count == 0 && result == 2;
}

static void lock(void) {
    check((sys_read(oslsr_el1) & 0xf) == 0xa, "after reset the OS lock is locked (OSLSR_EL1.OSLK)");
    set_breakpoint(0, (word)mark_1, kOn | kBoth | bas(15));
    check(!hits_at_el1(mark_1) && none(), "and breakpoints do nothing");
    forget_traps();
    asm volatile("brk #0x77" ::: "memory");
    check(last_trap.count == 1 && last_trap.syndrome == ((word)kBrk << 26 | 1 << 25 | 0x77), "BRK is an exception all the same");
    sys_write(oslar_el1, 0);
    check((sys_read(oslsr_el1) & 0xf) == 8, "OSLAR_EL1 unlocks it");
    check(hits_at_el1(mark_1), "and the breakpoint works");
    sys_write(oslar_el1, 1);
    check((sys_read(oslsr_el1) & 2) != 0 && !hits_at_el1(mark_1), "and locks it again");
    sys_write(oslar_el1, 0);
    forget_traps();
    (void)sys_read(s2_0_c1_c0_4);
    check(last_trap.count == 1 && class_of(last_trap.syndrome) == 0, "OSLAR_EL1 cannot be read");
    forget_traps();
    sys_write(s2_0_c1_c1_4, 0);
    check(last_trap.count == 1 && class_of(last_trap.syndrome) == 0, "OSLSR_EL1 cannot be written");
}

static void registers(void) {
    check(breakpoints() >= 2 && watchpoints() >= 2 && context_breakpoints() <= breakpoints(), "ID_AA64DFR0_EL1 counts them");
    sys_write(dbgwvr0_el1, (word)0x12345677);
    check(sys_read(dbgwvr0_el1) == 0x12345674, "DBGWVR: bits 1:0 are RES0");
    sys_write(dbgwvr0_el1, 0);
    sys_write(s2_0_c7_c8_6, 0x81);
    check(sys_read(s2_0_c7_c8_6) == 0xff && sys_read(s2_0_c7_c9_6) == 0x81, "DBGCLAIMSET reads as ones, DBGCLAIMCLR as the tags");
    sys_write(s2_0_c7_c9_6, 1);
    check(sys_read(s2_0_c7_c9_6) == 0x80, "DBGCLAIMCLR clears");
    sys_write(s2_0_c7_c9_6, 0x80);
}

static void conditions(void) {
    set_breakpoint(0, (word)mark_2, kOn | kBoth | bas(15));
    check(hits_at_el1(mark_2), "a breakpoint is met before its instruction; IL, DFSC and ELR");
    check((last_trap.syndrome & 0x3ffffff) == (1 << 25 | kDebugFault), "its syndrome says debug exception and no more");
    check(hits_at_el0(mark_2), "and at EL0");
    set_breakpoint(0, (word)mark_2, kOn | kEl1 | bas(15));
    check(hits_at_el1(mark_2) && !hits_at_el0(mark_2) && none(), "PMC 1: EL1 alone");
    set_breakpoint(0, (word)mark_2, kOn | kEl0 | bas(15));
    check(!hits_at_el1(mark_2) && none() && hits_at_el0(mark_2), "PMC 2: EL0 alone");
    set_breakpoint(0, (word)mark_2, kBoth | bas(15));
    check(!hits_at_el1(mark_2) && none(), "without E there is none");
    set_breakpoint(breakpoints() - 1, (word)mark_1, kOn | kBoth | bas(15));
    check(hits_at_el1(mark_1), "the last breakpoint compares addresses as well");
    set_breakpoint(breakpoints() - 1, 0, 0);

    set_breakpoint(0, (word)mark_2, kOn | kBoth | bas(15));
    forget_traps();
    set_mdscr(kMde);
    result = marks(0);
    check(none(), "without MDSCR_EL1.KDE EL1 has none of its own");
    forget_traps();
    set_mdscr(kKde);
    result = marks(0);
    check(none(), "without MDSCR_EL1.MDE there is none");
    forget_traps();
    set_mdscr(kMde | kKde);
    debug_mask();
    result = marks(0);
    debug_unmask();
    check(none(), "PSTATE.D masks it, and nothing is left to come");
    el0_status |= kPstateD;
    check(hits_at_el0(mark_2), "PSTATE.D means nothing at EL0");
    el0_status = kPstateMasked | kModeEl0;
    set_mdscr(0);
    set_breakpoint(0, 0, 0);
}

static void contexts(void) {
    unsigned last = breakpoints() - 1;
    sys_write(contextidr_el1, 0x1234);
    set_breakpoint(last, 0x1234, kOn | kEl0 | bas(15) | 2 << 20);
    check(hits_at_el0((char*)marks_here), "a context breakpoint is met at once in its context");
    set_breakpoint(last, 0x1235, kOn | kEl0 | bas(15) | 2 << 20);
    check(!hits_at_el0((char*)marks_here) && none(), "and not in another one");

    set_breakpoint(last, 0x1234, kOn | bas(15) | 3 << 20);
    check(!hits_at_el0((char*)marks_here) && none(), "a linked context breakpoint is never met by itself");
    set_breakpoint(0, (word)mark_1, kOn | kBoth | bas(15) | (word)last << 16 | 1 << 20);
    check(hits_at_el0(mark_1), "an address breakpoint that is linked to it is met in the context");
    sys_write(contextidr_el1, 0x1235);
    check(!hits_at_el0(mark_1) && none(), "and not in another one");
    sys_write(contextidr_el1, 0x1234);
    set_breakpoint(last, 0x1234, bas(15) | 3 << 20);
    check(!hits_at_el0(mark_1) && none(), "nor when the context breakpoint is disabled");
    set_breakpoint(last, 0x1234, kOn | kEl0 | bas(15) | 2 << 20);
    set_breakpoint(0, (word)mark_1, 0);
    check(hits_at_el0((char*)marks_here), "an unlinked one needs no other");
    set_breakpoint(last, 0, 0);
    sys_write(contextidr_el1, 0);
}

HYP_WRITER(mdcr_el2)
HYP_READER(mdcr_el2)
HYP_WRITER(vttbr_el2)

enum { kTde = 1 << 8 };

static void to_el2(void) {
    word mdcr = at_el2(read_mdcr_el2, 0);
    at_el2(write_mdcr_el2, mdcr | kTde);
    forget_hyp();
    forget_traps();
    asm volatile("brk #0x88" ::: "memory");
    check(last_hyp.count == 1 && last_trap.count == 0 && last_hyp.syndrome == ((word)kBrk << 26 | 1 << 25 | 0x88), "MDCR_EL2.TDE: BRK goes to EL2");
    forget_hyp();
    (void)sys_read(mdscr_el1);
    check(last_hyp.count == 1 && class_of(last_hyp.syndrome) == 0x18, "and accesses to debug registers are trapped");
    forget_hyp();
    (void)sys_read(oslsr_el1);
    check(last_hyp.count == 1 && class_of(last_hyp.syndrome) == 0x18, "those of the OS lock too");

    at_el2(write_mdcr_el2, mdcr);
    set_breakpoint(0, (word)mark_1, kOn | kBoth | bas(15));
    set_mdscr(kMde);
    at_el2(write_mdcr_el2, mdcr | kTde);
    forget_hyp();
    forget_traps();
    result = marks(0); // the hook at EL2 skips the instruction
    at_el2(write_mdcr_el2, mdcr);
    check(last_hyp.count == 1 && last_trap.count == 0 && class_of(last_hyp.syndrome) == kBreakEl0 && last_hyp.pc == (word)mark_1 && result == 1,
          "breakpoints at EL1 go to EL2 as from a lower level, without MDSCR_EL1.KDE");
    set_mdscr(0);
    set_breakpoint(0, 0, 0);

    // VMID matches (D2.9.2): of contexts alone, and with CONTEXTIDR.
    unsigned last = breakpoints() - 1;
    at_el2(write_vttbr_el2, (word)0x21 << 48);
    set_breakpoint(last, (word)0x21 << 32, kOn | kEl0 | bas(15) | 8 << 20);
    check(hits_at_el0((char*)marks_here), "a VMID breakpoint is met under its VMID");
    set_breakpoint(last, (word)0x22 << 32, kOn | kEl0 | bas(15) | 8 << 20);
    check(!hits_at_el0((char*)marks_here) && none(), "and not under another one");
    sys_write(contextidr_el1, 0x77);
    set_breakpoint(last, (word)0x21 << 32 | 0x77, kOn | kEl0 | bas(15) | 10 << 20);
    check(hits_at_el0((char*)marks_here), "VMID and context together");
    sys_write(contextidr_el1, 0x78);
    check(!hits_at_el0((char*)marks_here) && none(), "need both");
    set_breakpoint(last, (word)0x21 << 32, kOn | bas(15) | 9 << 20);
    set_breakpoint(0, (word)mark_2, kOn | kBoth | bas(15) | (word)last << 16 | 1 << 20);
    check(hits_at_el0(mark_2), "an address that is linked to a VMID");
    at_el2(write_vttbr_el2, 0);
    check(!hits_at_el0(mark_2) && none(), "and not under another one");
    set_breakpoint(0, 0, 0);
    set_breakpoint(last, 0, 0);
}

int main(void) {
    print("debug %s\n", kArch);
    on_trap = note_and_disarm;
    debug_unmask();
    registers();
    lock();
    conditions();
    contexts();
    if (has_el2()) {
        to_el2();
    }
    return finish();
}
