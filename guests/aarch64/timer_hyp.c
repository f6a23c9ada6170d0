// Timers of a machine with EL2: the virtual count and its wrap, the hypervisor's timer, what EL1 may not reach, interrupts that go to
// EL2. For machines that are entered at EL2. Arm ARM D11.
#include "gic.h"
#include "hyp.h"

enum { kEnable = 1, kMask = 2, kCondition = 4 };
#define kImo ((word)1 << 4)

HYP_WRITER(cntvoff_el2)
HYP_WRITER(cnthctl_el2)
HYP_WRITER(hcr_el2)
HYP_READER(hcr_el2)
HYP_WRITER(cnthp_ctl_el2)
HYP_READER(cnthp_ctl_el2)
HYP_WRITER(cnthp_cval_el2)
HYP_WRITER(cnthp_tval_el2)
HYP_READER(cnthp_tval_el2)

static word physical(void) {
    asm volatile("isb" ::: "memory");
    return sys_read(cntpct_el0);
}
static word virtual(void) {
    asm volatile("isb" ::: "memory");
    return sys_read(cntvct_el0);
}
static void wait_until_virtual(word count) {
    while ((int64_t)(virtual() - count) < 0) {
    }
}

static void offsets(void) {
    word offset = 123456789;
    at_el2(write_cntvoff_el2, offset);
    word before = physical(), there = virtual(), after = physical();
    check(there + offset >= before && there + offset <= after, "the virtual count is the physical one less CNTVOFF_EL2");

    // The virtual count wraps 100 us from now.
    word lead = kTimebase / 10000;
    at_el2(write_cntvoff_el2, physical() + lead);
    check(virtual() >> 63 == 1, "an offset may lie ahead: the count is just before its wrap");
    sys_write(cntv_cval_el0, 10);
    sys_write(cntv_ctl_el0, kEnable);
    check(sys_read(cntv_ctl_el0) == (kEnable | kCondition) && gic_is_pending(kIrqVirtualTimer), "a low time is past: the comparison is of 64 bits without sign");
    wait_until_virtual(0);
    wait_until_virtual(11);
    check(sys_read(cntv_ctl_el0) == (kEnable | kCondition), "and past it is again behind the wrap");
    at_el2(write_cntvoff_el2, physical() + lead);
    sys_write(cntv_cval_el0, -(word)(lead / 2));
    check(sys_read(cntv_ctl_el0) == kEnable, "a time just before the wrap is to come");
    wait_until_virtual(-(word)(lead / 2));
    check(sys_read(cntv_ctl_el0) == (kEnable | kCondition) && gic_is_pending(kIrqVirtualTimer), "it comes");
    wait_until_virtual(0);
    check(sys_read(cntv_ctl_el0) == kEnable && !gic_is_pending(kIrqVirtualTimer), "and when the count wraps it is to come once more: ISTATUS and the interrupt go");
    sys_write(cntv_ctl_el0, 0);
    at_el2(write_cntvoff_el2, 0);

    sys_write(cntv_cval_el0, virtual() + kTimebase);
    sys_write(cntv_ctl_el0, kEnable);
    bool quiet = !gic_is_pending(kIrqVirtualTimer);
    at_el2(write_cntvoff_el2, -(word)kTimebase * 2);
    barrier();
    check(quiet && gic_is_pending(kIrqVirtualTimer), "an offset that takes the count past the time raises the interrupt");
    at_el2(write_cntvoff_el2, 0);
    barrier();
    check(!gic_is_pending(kIrqVirtualTimer), "and one that takes it back takes that away");
    sys_write(cntv_ctl_el0, 0);
}

static void masks(void) {
    sys_write(cntp_cval_el0, 0);
    sys_write(cntp_ctl_el0, kEnable | kMask);
    bool masked = sys_read(cntp_ctl_el0) == (kEnable | kMask | kCondition) && !gic_is_pending(kIrqPhysicalTimer);
    sys_write(cntp_ctl_el0, kEnable);
    bool open = gic_is_pending(kIrqPhysicalTimer);
    sys_write(cntp_ctl_el0, kEnable | kMask);
    check(masked && open && !gic_is_pending(kIrqPhysicalTimer), "IMASK hides the interrupt, not ISTATUS");
    sys_write(cntp_ctl_el0, kEnable);
    sys_write(cntp_cval_el0, ~(word)0);
    check(!gic_is_pending(kIrqPhysicalTimer), "a new time takes the interrupt away");
    sys_write(cntp_tval_el0, -(word)1);
    check(gic_is_pending(kIrqPhysicalTimer), "TVAL -1 is past");
    sys_write(cntp_ctl_el0, 0);
    check(!gic_is_pending(kIrqPhysicalTimer), "off, it is gone");
}

static void hypervisors(void) {
    at_el2(write_cnthp_cval_el2, physical() + kTimebase / 10000);
    at_el2(write_cnthp_ctl_el2, kEnable);
    check(at_el2(read_cnthp_ctl_el2, 0) == kEnable && !gic_is_pending(kIrqHypTimer), "the hypervisor's timer: not yet");
    while (!gic_is_pending(kIrqHypTimer)) {
        wfi();
    }
    check(at_el2(read_cnthp_ctl_el2, 0) == (kEnable | kCondition), "it comes");
    check((int32_t)at_el2(read_cnthp_tval_el2, 0) <= 0, "its TVAL goes on below zero");
    at_el2(write_cnthp_tval_el2, kTimebase);
    check(!gic_is_pending(kIrqHypTimer), "and is set into the future");
    forget_traps();
    (void)sys_read(s3_4_c14_c2_1);
    check(last_trap.count == 1 && class_of(last_trap.syndrome) == 0, "EL1 does not reach it");

    // Interrupts to EL2, whatever EL1 masks; the hook at EL2 turns the timer off.
    word hcr = at_el2(read_hcr_el2, 0);
    at_el2(write_hcr_el2, hcr | kImo);
    forget_hyp();
    forget_traps();
    at_el2(write_cnthp_cval_el2, 0);
    for (unsigned i = 0; i < 1000 && last_hyp.count == 0; ++i) {
        barrier();
    }
    at_el2(write_hcr_el2, hcr);
    check(last_hyp.count == 1 && last_hyp.vector == 9 && last_trap.count == 0, "HCR_EL2.IMO: the interrupt goes to EL2, though PSTATE.I is set at EL1");
}

static void timer_off(struct hyp_frame* f) {
    hyp_record_and_skip(f);
    if ((f->vector & 3) == 1) {
        sys_write(cnthp_ctl_el2, 0);
    }
}

static void access(void) {
    at_el2(write_cnthctl_el2, 2); // EL1PCEN
    forget_hyp();
    (void)sys_read(cntpct_el0);
    check(last_hyp.count == 1 && class_of(last_hyp.syndrome) == 0x18, "without EL1PCTEN EL1 does not read the physical count");
    forget_hyp();
    (void)sys_read(cntvct_el0);
    (void)sys_read(cntp_ctl_el0);
    check(last_hyp.count == 0, "but the virtual one, and the timer");
    at_el2(write_cnthctl_el2, 1); // EL1PCTEN
    forget_hyp();
    (void)sys_read(cntpct_el0);
    bool count = last_hyp.count == 0;
    (void)sys_read(cntp_cval_el0);
    check(count && last_hyp.count == 1, "without EL1PCEN not the timer");
    at_el2(write_cnthctl_el2, 3);
}

int main(void) {
    print("timer_hyp %s\n", kArch);
    if (!has_el2()) {
        print("there is no EL2\nFAIL\n");
        return 1;
    }
    on_trap = record_and_skip;
    on_hyp = timer_off;
    gic_init();
    gic_enable(kIrqVirtualTimer, true);
    gic_enable(kIrqPhysicalTimer, true);
    gic_enable(kIrqHypTimer, true);
    offsets();
    masks();
    hypervisors();
    access();
    return finish();
}
