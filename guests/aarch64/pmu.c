// Performance monitors: counters, events, filters, overflows and their interrupt, chains, access from EL0, reserved bits.
// Arm ARM D13, D19.5.
#include "hyp.h"

#include "gic.h"

enum { kE = 1, kP = 2, kC = 4, kD = 8, kLc = 1 << 6 };                   // PMCR_EL0
enum { kSwIncr = 0x00, kInstRetired = 0x08, kExcTaken = 0x09, kExcReturn = 0x0a, kCidWrite = 0x0b, kCpuCycles = 0x11, kChain = 0x1e };
#define kNotEl1 ((word)1 << 31)
#define kNotEl0 ((word)1 << 30)
#define kNsh ((word)1 << 27)
#define kCycle ((word)1 << 31)

static unsigned counters(void) {
    return sys_read(pmcr_el0) >> 11 & 31;
}

static bool has_event(unsigned event) {
    return sys_read(pmceid0_el0) >> event & 1;
}

static void quiet(void) {
    sys_write(pmcr_el0, kP | kC | kLc);
    sys_write(pmcntenclr_el0, ~(word)0);
    sys_write(pmintenclr_el1, ~(word)0);
    sys_write(pmovsclr_el0, ~(word)0);
    sys_write(pmccfiltr_el0, 0);
    for (unsigned i = 0; i < counters(); ++i) {
        sys_write(pmselr_el0, i);
        sys_write(pmxevtyper_el0, 0);
    }
    sys_write(pmuserenr_el0, 0);
}

// A hundred instructions at least.
static void work(void) {
    for (unsigned i = 0; i < 50; ++i) {
        asm volatile("nop");
    }
}
static void work_at_el0(word unused) {
    (void)unused;
    work();
}

static void registers(void) {
    word pmcr = sys_read(pmcr_el0);
    check(counters() >= 4 && counters() <= 31, "PMCR_EL0.N counters");
    sys_write(pmcr_el0, pmcr ^ 0xffff0000 ^ (word)31 << 11);
    check(sys_read(pmcr_el0) >> 11 == pmcr >> 11, "N, IDCODE and IMP are read-only");
    sys_write(pmcr_el0, kP | kC | kLc);
    check((sys_read(pmcr_el0) & (kP | kC)) == 0, "P and C read as 0");
    word all = kCycle | (((word)1 << counters()) - 1);
    sys_write(pmcntenset_el0, ~(word)0);
    check(sys_read(pmcntenset_el0) == all && sys_read(pmcntenclr_el0) == all, "PMCNTENSET has a bit for each counter that is there");
    sys_write(pmcntenclr_el0, 1);
    check(sys_read(pmcntenset_el0) == (all & ~(word)1), "PMCNTENCLR clears one");
    sys_write(pmcntenclr_el0, ~(word)0);
    sys_write(pmintenset_el1, ~(word)0);
    check(sys_read(pmintenset_el1) == all && sys_read(pmintenclr_el1) == all, "so have the enables of interrupts");
    sys_write(pmintenclr_el1, ~(word)0);
    sys_write(pmovsset_el0, ~(word)0);
    check(sys_read(pmovsset_el0) == all && sys_read(pmovsclr_el0) == all, "and the overflow flags, which can be set by software");
    sys_write(pmovsclr_el0, ~(word)0);
    check(sys_read(pmovsset_el0) == 0, "and cleared");
    check(has_event(kSwIncr) && has_event(kCpuCycles) && has_event(kInstRetired), "PMCEID0_EL0: the events that everything has");
    sys_write(pmevtyper1_el0, kNotEl0 | kInstRetired);
    sys_write(pmselr_el0, 1);
    check(sys_read(pmxevtyper_el0) == (kNotEl0 | kInstRetired), "PMXEVTYPER is the selected counter's");
    sys_write(pmxevcntr_el0, 0x1234);
    check(sys_read(pmevcntr1_el0) == 0x1234, "and so is PMXEVCNTR");
    sys_write(pmselr_el0, 31);
    sys_write(pmxevtyper_el0, kNotEl1);
    check(sys_read(pmccfiltr_el0) == kNotEl1, "number 31 selects PMCCFILTR");
    sys_write(pmccfiltr_el0, ~(word)0);
    check((sys_read(pmccfiltr_el0) & ~(word)0xff000000) == 0, "which has no event");
    sys_write(pmevcntr0_el0, ~(word)0);
    check(sys_read(pmevcntr0_el0) == 0xffffffff, "event counters have 32 bits");
    sys_write(pmcr_el0, kP);
    check(sys_read(pmevcntr0_el0) == 0, "PMCR_EL0.P clears them");
    sys_write(pmccntr_el0, ~(word)0);
    check(sys_read(pmccntr_el0) == ~(word)0, "the cycle counter has 64");
    sys_write(pmcr_el0, kP);
    check(sys_read(pmccntr_el0) == ~(word)0, "P leaves it alone");
    sys_write(pmcr_el0, kC);
    check(sys_read(pmccntr_el0) == 0, "C clears it");
    forget_traps();
    (void)sys_read(s3_3_c9_c12_4);
    check(last_trap.count == 1 && class_of(last_trap.syndrome) == 0, "PMSWINC_EL0 cannot be read");
    forget_traps();
    sys_write(s3_3_c9_c12_6, 0);
    check(last_trap.count == 1 && class_of(last_trap.syndrome) == 0, "PMCEID0_EL0 cannot be written");
}

static void cycles(void) {
    quiet();
    work();
    check(sys_read(pmccntr_el0) == 0, "nothing counts before it is enabled");
    sys_write(pmcntenset_el0, kCycle);
    work();
    check(sys_read(pmccntr_el0) == 0, "PMCR_EL0.E enables all");
    sys_write(pmcr_el0, kE | kLc);
    work();
    word first = sys_read(pmccntr_el0);
    work();
    check(first != 0 && sys_read(pmccntr_el0) > first, "then cycles count");
    sys_write(pmcr_el0, kLc);
    first = sys_read(pmccntr_el0);
    work();
    check(sys_read(pmccntr_el0) == first, "and stand still again");

    sys_write(pmccntr_el0, 0xfffffff0);
    sys_write(pmcr_el0, kE);
    bool long_cycles = sys_read(pmcr_el0) & kLc; // where there is no AArch32
    work();
    sys_write(pmcr_el0, 0);
    check(sys_read(pmovsclr_el0) == (long_cycles ? 0 : kCycle), "without LC the overflow is that of 32 bits");
    sys_write(pmovsclr_el0, kCycle);
    check(sys_read(pmccntr_el0) >> 32 == 1, "though all 64 go on counting");
    sys_write(pmccntr_el0, 0xfffffff0);
    sys_write(pmcr_el0, kE | kLc);
    work();
    check(sys_read(pmovsclr_el0) == 0 && sys_read(pmccntr_el0) >> 32 == 1, "with LC it is not");
    sys_write(pmccntr_el0, ~(word)15);
    work();
    sys_write(pmcr_el0, kLc);
    check(sys_read(pmovsclr_el0) == kCycle && sys_read(pmccntr_el0) < (word)1 << 40, "but that of 64 bits");
}

static word count(word type, void (*fn)(void)) {
    sys_write(pmcr_el0, kP | kLc);
    sys_write(pmevtyper2_el0, type);
    sys_write(pmcntenset_el0, 4);
    sys_write(pmcr_el0, kE | kLc);
    fn();
    sys_write(pmcr_el0, kLc);
    return sys_read(pmevcntr2_el0);
}

static void user_work(void) {
    run_at_el0(work_at_el0, 0);
}
static void three_calls(void) {
    asm volatile("svc #1\n\tsvc #1\n\tsvc #1" ::: "memory");
}
static void straight(void) {
    asm volatile(".rept 200\n\tnop\n\t.endr");
}
static void nothing(void) {}
static void write_context(void) {
    sys_write(contextidr_el1, 5);
    sys_write(contextidr_el1, 0);
}

static void events(void) {
    quiet();
    word base = count(kInstRetired, nothing);
    check(count(kInstRetired, straight) - base == 200, "retired instructions are counted one by one");
    check(count(kInstRetired | kNotEl1, work) == 0, "P: not at EL1");
    word user = count(kInstRetired | kNotEl1, user_work);
    check(user > 100 && user < 400, "but at EL0");
    word both = count(kInstRetired, user_work), kernel = count(kInstRetired | kNotEl0, user_work);
    check(both == user + kernel, "U: not at EL0; what is counted at EL0 and at EL1 is all");
    check(count(kInstRetired | kNotEl0 | kNotEl1, user_work) == 0, "P and U: nowhere");
    check(!has_event(kExcTaken) || count(kExcTaken, three_calls) == 3, "exceptions taken");
    check(!has_event(kExcReturn) || count(kExcReturn, three_calls) == 3, "exception returns");
    check(!has_event(kCidWrite) || count(kCidWrite, write_context) == 2, "writes to CONTEXTIDR_EL1");
    check(count(0x3e, work) == 0, "an event that does not exist counts nothing");
    check(count(kSwIncr, work) == 0, "software increments do not come by themselves");
}

static void increments(void) {
    quiet();
    sys_write(pmevtyper0_el0, kSwIncr);
    sys_write(pmevtyper1_el0, kSwIncr);
    sys_write(pmevtyper3_el0, kInstRetired);
    sys_write(pmcntenset_el0, 1 | 8);
    sys_write(pmswinc_el0, 3);
    check(sys_read(pmevcntr0_el0) == 0, "PMSWINC does nothing while PMCR_EL0.E is 0");
    sys_write(pmcr_el0, kE | kLc);
    sys_write(pmswinc_el0, 3);
    sys_write(pmswinc_el0, 1);
    check(sys_read(pmevcntr0_el0) == 2 && sys_read(pmevcntr1_el0) == 0, "it increments counters that are enabled and have the event");
    sys_write(pmevcntr0_el0, 0xffffffff);
    sys_write(pmswinc_el0, 1);
    check(sys_read(pmevcntr0_el0) == 0 && (sys_read(pmovsclr_el0) & 3) == 1, "and overflows them");

    // CHAIN: an odd counter counts the overflows of the even one below it (D13.6.3).
    quiet();
    if (has_event(kChain)) {
        sys_write(pmevtyper0_el0, kSwIncr);
        sys_write(pmevtyper1_el0, kChain);
        sys_write(pmevtyper2_el0, kSwIncr);
        sys_write(pmevtyper3_el0, kChain);
        sys_write(pmcntenset_el0, 15);
        sys_write(pmcr_el0, kE | kLc);
        sys_write(pmevcntr0_el0, 0xfffffffe);
        sys_write(pmswinc_el0, 1);
        bool before = sys_read(pmevcntr1_el0) == 0;
        sys_write(pmswinc_el0, 1);
        check(before && sys_read(pmevcntr1_el0) == 1 && sys_read(pmevcntr0_el0) == 0 && sys_read(pmevcntr3_el0) == 0,
              "CHAIN: the overflow of the counter below is counted");
        check((sys_read(pmovsclr_el0) & 15) == 1, "and sets the flag of the lower one");
        sys_write(pmevcntr0_el0, 0xffffffff);
        sys_write(pmevcntr1_el0, 0xffffffff);
        sys_write(pmswinc_el0, 1);
        check(sys_read(pmevcntr1_el0) == 0 && (sys_read(pmovsclr_el0) & 15) == 3, "the upper one overflows in turn");
        sys_write(pmcntenclr_el0, 2);
        sys_write(pmevcntr0_el0, 0xffffffff);
        sys_write(pmswinc_el0, 1);
        check(sys_read(pmevcntr1_el0) == 0, "disabled it does not count");
        sys_write(pmcntenset_el0, 2);
        sys_write(pmevtyper0_el0, kInstRetired);
        sys_write(pmevcntr0_el0, 0xffffff80);
        work();
        work();
        check(sys_read(pmevcntr1_el0) == 1, "whatever the lower one counts");
    }
}

static volatile unsigned interrupts;
static void on_interrupt(struct trap_frame* f) {
    if (!is_interrupt(f)) {
        record_and_skip(f);
        return;
    }
    unsigned intid = gic_acknowledge();
    interrupts += intid == kIrqPmu;
    last_trap.pc = f->pc;
    sys_write(pmovsclr_el0, ~(word)0);
    gic_end(intid);
}

// How many passes of a loop until the interrupt comes, or `most`.
static unsigned loop_until_interrupt(unsigned most) {
    unsigned i = 0;
    interrupts_on();
    for (; i < most && interrupts == 0; ++i) {
        asm volatile("nop\n\tnop\n\tnop\n\tnop\n\tnop\n\tnop" ::: "memory");
    }
    interrupts_off();
    return i;
}

static void overflow(void) {
    quiet();
    gic_init();
    gic_enable(kIrqPmu, true);
    on_trap = on_interrupt;
    sys_write(pmovsset_el0, 1);
    check(!gic_is_pending(kIrqPmu), "an overflow that is not enabled does not interrupt");
    sys_write(pmintenset_el1, 1);
    check(!gic_is_pending(kIrqPmu), "nor one while PMCR_EL0.E is 0");
    sys_write(pmcr_el0, kE | kLc);
    barrier();
    check(gic_is_pending(kIrqPmu), "enabled and with E, the interrupt is pending");
    sys_write(pmovsclr_el0, 1);
    barrier();
    check(!gic_is_pending(kIrqPmu), "until the flag is cleared: it is a level");

    sys_write(pmintenset_el1, 4);
    sys_write(pmevtyper2_el0, kInstRetired);
    sys_write(pmevcntr2_el0, (uint32_t)-3000);
    sys_write(pmcntenset_el0, 4);
    unsigned passes = loop_until_interrupt(100000);
    check(interrupts == 1 && passes > 100 && passes < 2000, "3000 instructions later the interrupt comes");
    sys_write(pmcntenclr_el0, 4);

    interrupts = 0;
    sys_write(pmintenset_el1, kCycle);
    sys_write(pmcntenset_el0, kCycle);
    sys_write(pmccntr_el0, -(word)5000);
    passes = loop_until_interrupt(1000000);
    check(interrupts == 1 && passes > 100, "so does that of the cycle counter");
    sys_write(pmcr_el0, 0);
    gic_enable(kIrqPmu, false);
    on_trap = record_and_skip;
}

#define USER(name, text)                                                                                               \
    static void user_##name(word v) {                                                                                  \
        asm volatile(text : "+r"(v)::"memory");                                                                        \
    }
USER(read_cycles, "mrs %0, pmccntr_el0")
USER(write_cycles, "msr pmccntr_el0, xzr")
USER(read_event, "mrs %0, pmevcntr0_el0")
USER(write_event, "msr pmevcntr0_el0, xzr")
USER(select, "msr pmselr_el0, xzr")
USER(increment, "msr pmswinc_el0, xzr")
USER(read_control, "mrs %0, pmcr_el0")
USER(read_enables, "mrs %0, pmuserenr_el0")
USER(write_enables, "msr pmuserenr_el0, xzr")
USER(int_enable, "mrs %0, pmintenset_el1")

static unsigned traps_of(void (*fn)(word)) {
    forget_traps();
    run_at_el0(fn, 0);
    return last_trap.count == 0 ? 0 : class_of(last_trap.syndrome) == 0x18 ? 1 : 2;
}

static void from_el0(void) {
    quiet();
    check(traps_of(user_read_cycles) == 1 && traps_of(user_read_event) == 1 && traps_of(user_select) == 1 && traps_of(user_increment) == 1 &&
              traps_of(user_read_control) == 1,
          "EL0 reaches no counter by itself: trapped with class 0x18");
    check(traps_of(user_read_enables) == 0, "PMUSERENR_EL0 it reads");
    check(traps_of(user_write_enables) == 2 && traps_of(user_int_enable) == 2, "but does not write; what is EL1's is undefined");
    sys_write(pmuserenr_el0, 1);
    check(traps_of(user_read_cycles) == 0 && traps_of(user_write_event) == 0 && traps_of(user_select) == 0 && traps_of(user_increment) == 0 &&
              traps_of(user_read_control) == 0,
          "EN: all of it");
    sys_write(pmuserenr_el0, 2);
    check(traps_of(user_increment) == 0 && traps_of(user_read_cycles) == 1 && traps_of(user_read_control) == 1, "SW: increments alone");
    sys_write(pmuserenr_el0, 4);
    check(traps_of(user_read_cycles) == 0 && traps_of(user_write_cycles) == 1 && traps_of(user_read_event) == 1, "CR: reading the cycle counter alone");
    sys_write(pmuserenr_el0, 8);
    check(traps_of(user_read_event) == 0 && traps_of(user_select) == 0 && traps_of(user_write_event) == 1 && traps_of(user_read_cycles) == 1,
          "ER: selecting and reading event counters alone");
    sys_write(pmuserenr_el0, ~(word)0);
    check((sys_read(pmuserenr_el0) & ~(word)0x7f) == 0, "reserved bits of PMUSERENR_EL0 read as 0");
    quiet();
}

HYP_WRITER(mdcr_el2)
HYP_READER(mdcr_el2)

static word burn(word unused) {
    (void)unused;
    straight();
    return 0;
}
static void burn_at_el2(void) {
    at_el2(burn, 0);
}

static void below_el2(void) {
    quiet();
    word mdcr = at_el2(read_mdcr_el2, 0);
    unsigned all = counters();
    check(count(kInstRetired | kNotEl0 | kNotEl1, burn_at_el2) == 0, "EL2 is not counted unless NSH says so");
    word hyp = count(kInstRetired | kNotEl0 | kNotEl1 | kNsh, burn_at_el2);
    check(hyp > 200 && hyp < 400, "and then it is");
    at_el2(write_mdcr_el2, (mdcr & ~(word)31) | 2);
    check(counters() == 2, "MDCR_EL2.HPMN is what EL1 sees as PMCR_EL0.N");
    sys_write(pmcntenset_el0, ~(word)0);
    check(sys_read(pmcntenset_el0) == (kCycle | 3), "the others it does not see");
    sys_write(pmcntenclr_el0, ~(word)0);
    at_el2(write_mdcr_el2, mdcr | 1 << 6);
    forget_hyp();
    (void)sys_read(pmccntr_el0);
    check(last_hyp.count == 1 && class_of(last_hyp.syndrome) == 0x18, "TPM traps all accesses");
    at_el2(write_mdcr_el2, mdcr | 1 << 5);
    forget_hyp();
    (void)sys_read(pmccntr_el0);
    bool others = last_hyp.count == 0;
    (void)sys_read(pmcr_el0);
    check(others && last_hyp.count == 1, "TPMCR those to PMCR_EL0");
    at_el2(write_mdcr_el2, mdcr);
    check(counters() == all, "and all is as before");
}

int main(void) {
    print("pmu %s\n", kArch);
    on_trap = record_and_skip;
    registers();
    cycles();
    events();
    increments();
    overflow();
    from_el0();
    if (has_el2()) {
        below_el2();
    }
    return finish();
}
