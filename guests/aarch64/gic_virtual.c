// Virtual interrupts, GICv2 (IHI 0048B, chapter 5) or GICv3 (IHI 0069H, chapter 6). EL2 is the hypervisor, which puts them into list registers;
// the program at EL1 is its guest, which takes them.
#include "gic.h"
#include "hyp.h"

#define ICC_SGI1R s3_0_c12_c11_5
#define ICC_PMR s3_0_c4_c6_0
#define ICC_IAR1 s3_0_c12_c12_0
#define ICC_EOIR1 s3_0_c12_c12_1
#define ICC_CTLR s3_0_c12_c12_4
#define ICC_RPR s3_0_c12_c11_3
#define ICC_DIR s3_0_c12_c11_1
#define ICC_IGRPEN1 s3_0_c12_c12_7
#define ICH_HCR s3_4_c12_c11_0
#define ICH_VTR s3_4_c12_c11_1
#define ICH_MISR s3_4_c12_c11_2
#define ICH_EISR s3_4_c12_c11_3
#define ICH_ELRSR s3_4_c12_c11_5
#define ICH_VMCR s3_4_c12_c11_7
#define ICH_LR0 s3_4_c12_c12_0
#define ICH_LR1 s3_4_c12_c12_1

enum { kHcrFmo = 1 << 3, kHcrImo = 1 << 4, kHcrVf = 1 << 6, kHcrVi = 1 << 7 };
enum { kIsrFiq = 1 << 6, kIsrIrq = 1 << 7 };

// --- The hypervisor's registers, by either version's name

enum what { kHcr, kVtr, kVmcr, kMisr, kEisr, kElrsr, kLr0, kLr1 };
struct request {
    enum what what;
    bool write;
    word value;
};

static word hypervisor_v2(const struct request* r) {
    static const unsigned offsets[] = {0x00, 0x04, 0x08, 0x10, 0x20, 0x30, 0x100, 0x104};
    if (r->write) {
        write32(kGich + offsets[r->what], (uint32_t)r->value);
    }
    return read32(kGich + offsets[r->what]);
}

#define both(name)                                                                                                     \
    do {                                                                                                               \
        if (r->write) {                                                                                                \
            sys_write(name, r->value);                                                                                 \
        }                                                                                                              \
        return sys_read(name);                                                                                         \
    } while (0)

static word hypervisor_v3(const struct request* r) {
    switch (r->what) {
    case kHcr: both(ICH_HCR);
    case kVmcr: both(ICH_VMCR);
    case kLr0: both(ICH_LR0);
    case kLr1: both(ICH_LR1);
    case kVtr: return sys_read(ICH_VTR);
    case kMisr: return sys_read(ICH_MISR);
    case kEisr: return sys_read(ICH_EISR);
    case kElrsr: return sys_read(ICH_ELRSR);
    }
    return 0;
}

static word hypervisor(word request) {
    const struct request* r = (const struct request*)request;
    return gic_is_v3() ? hypervisor_v3(r) : hypervisor_v2(r);
}
static word get(enum what what) {
    struct request r = {what, false, 0};
    return at_el2(hypervisor, (word)&r);
}
static void put(enum what what, word value) {
    struct request r = {what, true, value};
    at_el2(hypervisor, (word)&r);
}

enum { kPending = 1, kActive = 2 };
struct virtual {
    unsigned id, state;
    uint8_t priority;
    bool wants_end;
    unsigned physical; // 0: none
};
// The guest's one group: 0 on GICv2, 1 on GICv3, as operating systems have it.
static word list_register(struct virtual v) {
    if (gic_is_v3()) {
        return v.id | (v.physical != 0 ? (word)1 << 61 | (word)v.physical << 32 : 0) | (v.wants_end ? (word)1 << 41 : 0) |
               (word)v.priority << 48 | (word)1 << 60 | (word)v.state << 62;
    }
    return v.id | (v.physical != 0 ? (word)1 << 31 | (word)v.physical << 10 : 0) | (v.wants_end ? (word)1 << 19 : 0) |
           (word)(v.priority >> 3) << 23 | (word)v.state << 28;
}
static unsigned state_of(enum what list) {
    word value = get(list);
    return gic_is_v3() ? value >> 62 : value >> 28 & 3;
}

// --- The guest's registers

static unsigned accept(void) {
    return gic_is_v3() ? (unsigned)sys_read(ICC_IAR1) : read32(kGicv + kGiccIar);
}
static void end(unsigned id) {
    if (gic_is_v3()) {
        sys_write(ICC_EOIR1, id);
    } else {
        write32(kGicv + kGiccEoir, id);
    }
}
static void deactivate(unsigned id) {
    if (gic_is_v3()) {
        sys_write(ICC_DIR, id);
    } else {
        write32(kGicv + kGiccDir, id);
    }
}
static void mask(uint8_t level) {
    if (gic_is_v3()) {
        sys_write(ICC_PMR, level);
    } else {
        write32(kGicv + kGiccPmr, level);
    }
}
static unsigned running(void) {
    return gic_is_v3() ? (unsigned)sys_read(ICC_RPR) : read32(kGicv + kGiccRpr);
}
static void split(bool on) {
    if (gic_is_v3()) {
        sys_write(ICC_CTLR, on ? 2 : 0);
    } else {
        write32(kGicv + kGiccCtlr, on ? 0x201 : 1);
    }
}
static void guest_on(void) {
    mask(0xf8);
    split(false);
    if (gic_is_v3()) {
        sys_write(ICC_IGRPEN1, 1);
    }
}
static bool irq_waits(void) {
    return sys_read(isr_el1) & kIsrIrq;
}

// --- What the hypervisor does with physical interrupts

static volatile unsigned physical_count, physical_id;
static volatile word maintenance_status, maintenance_ended;
static word inject_for; // list register for the physical interrupt that comes; 0: none

static void at_physical(struct hyp_frame* f) {
    if ((f->vector & 3) == 0) { // a trap
        hyp_record_and_skip(f);
        return;
    }
    unsigned id = gic_acknowledge_raw();
    physical_id = id;
    physical_count++;
    struct request r = {kMisr, false, 0};
    if (id == kIrqMaintenance) {
        maintenance_status = hypervisor((word)&r);
        r.what = kEisr;
        maintenance_ended = hypervisor((word)&r);
        // What it is about is done with, or the interrupt would come for ever.
        r = (struct request){kLr0, true, 0};
        hypervisor((word)&r);
        r = (struct request){kHcr, true, 1};
        hypervisor((word)&r);
        gic_end(id);
        gic_deactivate(id);
    } else if (id != kSpurious) {
        gic_end(id); // the priority drops; the guest's end deactivates
        r = (struct request){kLr0, true, inject_for};
        hypervisor((word)&r);
    }
}

static word start(word unused) {
    (void)unused;
    gic_init();
    gic_split_end(true);
    gic_enable(kIrqMaintenance, true);
    gic_enable(kIrqVirtualTimer, true);
    gic_priority(kIrqMaintenance, 0x20);
    gic_priority(kIrqVirtualTimer, 0x80);
    sys_write(hcr_el2, sys_read(hcr_el2) | kHcrImo | kHcrFmo);
    struct request r = {kHcr, true, 1};
    hypervisor((word)&r);
    return 0;
}
static word set_hcr(word bits) {
    sys_write(hcr_el2, (sys_read(hcr_el2) & ~(word)(kHcrVi | kHcrVf)) | bits);
    return 0;
}

// --- Checks

static unsigned taken, taken_id;
static void on_virtual(struct trap_frame* f) {
    if (!is_interrupt(f)) {
        print("exception with syndrome %lx at %lx\nFAIL\n", f->syndrome, f->pc);
        machine_exit(1);
    }
    taken_id = accept();
    taken++;
    sys_write(cntv_ctl_el0, 0);
    end(taken_id);
}

static void states(void) {
    check((get(kVtr) & 31) >= 1 && get(kElrsr) == ((word)2 << (get(kVtr) & 31)) - 1, "there are list registers, and all are free");
    check(accept() == kSpurious, "nothing is there for the guest");
    put(kLr0, list_register((struct virtual){.id = 40, .state = kPending, .priority = 0x80}));
    check(irq_waits(), "a list register makes an interrupt wait at EL1");
    check(!(get(kElrsr) & 1), "it is no longer free");
    check(accept() == 40 && state_of(kLr0) == kActive, "acknowledged, it is active");
    check(!irq_waits() && running() == 0x80, "and its priority runs");
    end(40);
    check(state_of(kLr0) == 0 && (get(kElrsr) & 1) && running() == 0xff, "its end empties the list register");

    put(kLr0, list_register((struct virtual){.id = 40, .state = kPending | kActive, .priority = 0x80}));
    check(!irq_waits(), "pending and active waits");
    put(kLr0, list_register((struct virtual){.id = 40, .state = kPending, .priority = 0x80}));
    check(accept() == 40, "pending comes");
    split(true);
    end(40);
    check(state_of(kLr0) == kActive && running() == 0xff, "split end: the priority drops");
    deactivate(40);
    check(state_of(kLr0) == 0, "until it is deactivated");
    split(false);
}

static void priorities(void) {
    put(kLr0, list_register((struct virtual){.id = 40, .state = kPending, .priority = 0x80}));
    put(kLr1, list_register((struct virtual){.id = 41, .state = kPending, .priority = 0x40}));
    mask(0x40);
    check(!irq_waits() && accept() == kSpurious, "the guest's mask holds both back");
    mask(0x48);
    check(irq_waits() && accept() == 41 && accept() == kSpurious, "and lets the more urgent through");
    mask(0xf8);
    check(accept() == kSpurious, "which the other does not preempt");
    end(41);
    check(accept() == 40, "and follows");
    end(40);
}

static void really(void) {
    on_trap = on_virtual;
    taken = 0;
    put(kLr0, list_register((struct virtual){.id = 50, .state = kPending, .priority = 0x80}));
    interrupts_on();
    interrupts_off();
    check(taken == 1 && taken_id == 50, "the guest takes it at EL1");
    check(physical_count == 0, "and the hypervisor nothing");
}

static void maintenance(void) {
    put(kLr0, list_register((struct virtual){.id = 51, .state = kPending, .priority = 0x80, .wants_end = true}));
    interrupts_on();
    interrupts_off();
    check(taken == 2 && taken_id == 51, "an interrupt whose end the hypervisor wants to see");
    check(physical_count == 1 && physical_id == kIrqMaintenance, "ends with a maintenance interrupt");
    check(maintenance_status == 1 && maintenance_ended == 1, "that names the list register");
    put(kHcr, 3);
    check(physical_count == 2 && maintenance_status == 2, "underflow: fewer than two are in use");
    put(kHcr, 9);
    check(physical_count == 3 && maintenance_status == 8, "none is pending");
}

static void hardware(void) {
    inject_for = list_register((struct virtual){.id = kIrqVirtualTimer, .state = kPending, .priority = 0x80, .physical = kIrqVirtualTimer});
    physical_count = 0;
    time_alarm(0, time_now() + kTimebase / 10000);
    while (physical_count == 0) {
    }
    check(physical_id == kIrqVirtualTimer && irq_waits(), "the timer's physical interrupt becomes the guest's");
    check(gic_is_active(kIrqVirtualTimer), "and stays active");
    interrupts_on();
    interrupts_off();
    check(taken == 3 && taken_id == kIrqVirtualTimer, "the guest serves it");
    check(!gic_is_active(kIrqVirtualTimer) && physical_count == 1, "and its end deactivates the physical one, without the hypervisor");
}

static void lines(void) {
    at_el2(set_hcr, kHcrVi);
    check((sys_read(isr_el1) & (kIsrIrq | kIsrFiq)) == kIsrIrq, "HCR_EL2.VI is an IRQ");
    at_el2(set_hcr, kHcrVf);
    check((sys_read(isr_el1) & (kIsrIrq | kIsrFiq)) == kIsrFiq, "HCR_EL2.VF an FIQ");
    at_el2(set_hcr, 0);
    check((sys_read(isr_el1) & (kIsrIrq | kIsrFiq)) == 0, "and then there is none");
}

enum { kTrapOfSystem = 0x18 };

// Whether the access before this went to the hypervisor, as a system register's.
static bool trapped(void) {
    bool was = last_hyp.count != 0;
    if (was) {
        check(class_of(last_hyp.syndrome) == kTrapOfSystem, "a trap is of its class");
    }
    forget_hyp();
    return was;
}

static void traps(void) {
    enum { kTc = 1 << 10, kTall1 = 1 << 12, kTdir = 1 << 14 };
    forget_hyp();
    sys_write(ICC_SGI1R, 0);
    check(trapped(), "a guest's SGI is the hypervisor's to send");
    sys_read(ICC_PMR);
    check(!trapped(), "its other registers are its own");
    put(kHcr, 1 | kTc);
    sys_read(ICC_PMR);
    check(trapped(), "but with TC");
    sys_read(ICC_IAR1);
    check(!trapped(), "which concerns those of both groups");
    put(kHcr, 1 | kTall1);
    sys_read(ICC_IAR1);
    check(trapped(), "TALL1 concerns group 1");
    put(kHcr, 1 | kTdir);
    sys_write(ICC_DIR, 0);
    check(trapped(), "and TDIR deactivation");
    put(kHcr, 1);
}

int main(void) {
    print("gic_virtual %s\n", kArch);
    if (!check(has_el2(), "the machine was entered at EL2")) {
        return finish();
    }
    on_hyp = at_physical;
    at_el2(start, 0);
    guest_on();
    states();
    priorities();
    really();
    maintenance();
    hardware();
    lines();
    if (gic_is_v3()) {
        traps();
    }
    return finish();
}
