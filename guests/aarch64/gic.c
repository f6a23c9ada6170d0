// The interrupt controller, GICv2 (IHI 0048B) or GICv3 (IHI 0069H): registers, SGIs, priorities, preemption, level and edge,
// ends of interrupts, masking. Interrupts are taken by polling but where they must preempt.
#include "gic.h"

enum { kA = 40, kB = 41, kC = 75 }; // SPIs that no device drives

static unsigned spi_lines(void) {
    return ((read32(kGicd + kGicdTyper) & 31) + 1) * 32;
}

static void registers(void) {
    unsigned lines = spi_lines();
    check(lines >= 64 && lines <= 1024, "GICD_TYPER names a number of interrupts");
    uint32_t typer = read32(kGicd + kGicdTyper);
    write32(kGicd + kGicdTyper, 0);
    check(read32(kGicd + kGicdTyper) == typer, "GICD_TYPER is read-only");

    gic_enable(kA, true);
    gic_enable(kB, true);
    check((read32(kGicd + kGicdEnable + 4) >> 8 & 3) == 3 && (read32(kGicd + kGicdDisable + 4) >> 8 & 3) == 3,
          "ISENABLER and ICENABLER read alike");
    gic_enable(kA, false);
    check((read32(kGicd + kGicdEnable + 4) >> 8 & 3) == 2, "ICENABLER clears one bit; zeros do nothing");
    gic_enable(kB, false);

    write32(kGicd + kGicdPriority + kA, 0xf0e0d0c0);
    write8(kGicd + kGicdPriority + kA + 1, 0x50);
    check(read32(kGicd + kGicdPriority + kA) == 0xf0e050c0 && read8(kGicd + kGicdPriority + kA + 2) == 0xe0,
          "priorities are written and read by bytes and words");
    write8(kGicd + kGicdPriority + kA, 0xff);
    uint8_t kept = read8(kGicd + kGicdPriority + kA);
    check((kept & 0xf0) == 0xf0 && ((uint8_t)~kept & ((uint8_t)~kept + 1)) == 0, "priorities keep their upper bits, at least four");

    write32(kGicd + kGicdConfig, 0);
    check(gic_is_v3() || read32(kGicd + kGicdConfig) == 0xaaaaaaaa, "SGIs are edge-triggered and stay so");
    gic_edge(kA, true);
    check(read32(kGicd + kGicdConfig + kA / 16 * 4) >> kA % 16 * 2 == (2 | (read32(kGicd + kGicdConfig + kA / 16 * 4) >> kA % 16 * 2 & ~3u)),
          "ICFGR takes the edge bit");
    if (!gic_is_v3()) {
        write8(kGicd + kGicdTargets + kA, 1);
        uint32_t word_of_targets = read32(kGicd + kGicdTargets + kA);
        check((word_of_targets & 0xff) == 1 || word_of_targets == 0, "targets are written by bytes");
        write32(kGicd + kGicdTargets, 0);
        uint32_t own = read32(kGicd + kGicdTargets);
        check(own == 0x01010101 || own == 0, "targets of SGIs are read-only and name the reader");
    } else {
        check(read32(kGicd + kGicdTargets + kA) == 0, "with affinity routing GICD_ITARGETSR reads as 0");
        write32(kGicd + kGicdPriority, 0x10101010);
        check(read32(kGicd + kGicdPriority) == 0, "with affinity routing the distributor's registers of SGIs read as 0");
        check(read32(kGicd + kGicdRouter + 8 * kA) == 0, "interrupts are routed to the first CPU");
    }
}

// Everything quiet, kA to kC prepared as edge-triggered with these priorities.
static void prepare(uint8_t a, uint8_t b) {
    const unsigned ids[] = {kA, kB, kC};
    for (unsigned i = 0; i < 3; ++i) {
        gic_edge(ids[i], true);
        gic_pend(ids[i], false);
        gic_priority(ids[i], i == 0 ? a : b);
        if (!gic_is_v3()) {
            write8(kGicd + kGicdTargets + ids[i], 1);
        }
        gic_enable(ids[i], true);
    }
    gic_mask(0xff);
    gic_split_end(false);
}

static void states(void) {
    prepare(0xa0, 0xa0);
    check(gic_acknowledge() == kSpurious, "nothing is pending: the number is 1023");
    check(gic_running() == 0xff, "nothing runs: the running priority is idle");
    gic_pend(kA, true);
    check(gic_is_pending(kA) && !gic_is_active(kA), "ISPENDR makes it pending");
    check(gic_highest() == kA, "it is the highest pending one");
    check(gic_acknowledge() == kA, "it is acknowledged");
    check(!gic_is_pending(kA) && gic_is_active(kA), "then it is active and no longer pending");
    check(gic_running() == 0xa0, "and its priority is the running one");
    gic_pend(kA, true);
    check(gic_is_pending(kA) && gic_is_active(kA), "an edge while active: active and pending");
    check(gic_acknowledge() == kSpurious, "but it cannot preempt itself");
    gic_end(kA);
    check(gic_running() == 0xff && gic_acknowledge() == kA, "after the end it comes again");
    gic_end(kA);
    check(!gic_is_active(kA) && gic_acknowledge() == kSpurious, "and then no more");

    gic_pend(kA, true);
    gic_pend(kA, false);
    check(gic_acknowledge() == kSpurious, "ICPENDR takes it back");
    gic_enable(kA, false);
    gic_pend(kA, true);
    check(gic_acknowledge() == kSpurious && gic_is_pending(kA), "a disabled one stays pending and is not signalled");
    gic_enable(kA, true);
    check(gic_acknowledge() == kA, "until it is enabled");
    gic_end(kA);
}

static void priorities(void) {
    prepare(0xa0, 0x60);
    gic_pend(kA, true);
    gic_pend(kB, true);
    check(gic_highest() == kB, "the lower value is the higher priority");
    unsigned first = gic_acknowledge();
    check(first == kB && gic_acknowledge() == kSpurious, "a lower priority does not preempt");
    gic_end(first);
    unsigned second = gic_acknowledge();
    check(second == kA, "it comes afterwards");
    gic_pend(kC, true);
    unsigned third = gic_acknowledge();
    check(third == kC && gic_running() == 0x60, "a higher priority preempts");
    gic_end(third);
    check(gic_running() == 0xa0, "priorities drop one by one");
    gic_end(second);
    check(gic_running() == 0xff, "to the last");

    gic_pend(kB, true);
    gic_pend(kC, true);
    check(gic_acknowledge() == kB, "of equal priorities the lower number comes first");
    gic_end(kB);
    check(gic_acknowledge() == kC, "then the other");
    gic_end(kC);

    gic_pend(kA, true);
    gic_mask(0xa0);
    check(gic_mask_now() == 0xa0, "the mask is read back");
    check(gic_acknowledge() == kSpurious, "a mask of the same priority holds it back");
    gic_mask(0xb0);
    check(gic_acknowledge() == kA, "the next one does not");
    gic_end(kA);
    gic_mask(0xff);
}

static void split_end(void) {
    prepare(0xa0, 0xa0);
    gic_split_end(true);
    gic_pend(kA, true);
    unsigned id = gic_acknowledge();
    gic_end(id);
    check(gic_running() == 0xff && gic_is_active(kA), "split end: the priority drops, the interrupt stays active");
    gic_pend(kB, true);
    check(gic_acknowledge() == kB, "another one can come");
    gic_end(kB);
    gic_deactivate(kB);
    gic_deactivate(kA);
    check(!gic_is_active(kA) && !gic_is_active(kB), "until they are deactivated");
    gic_split_end(false);

    write32(kGicd + kGicdSetActive + 4, 1u << (kA - 32));
    check(gic_is_active(kA), "ISACTIVER");
    gic_pend(kA, true);
    check(gic_acknowledge() == kSpurious, "an active one is not signalled again");
    write32(kGicd + kGicdClearActive + 4, 1u << (kA - 32));
    check(!gic_is_active(kA) && gic_acknowledge() == kA, "ICACTIVER");
    gic_end(kA);
}

// The PL031's interrupt line stays high until it is cleared at the device.
static void level(void) {
    enum { kRtcDr = 0, kRtcMr = 4, kRtcCr = 12, kRtcImsc = 16, kRtcIcr = 28 };
    gic_edge(kIrqRtc, false);
    gic_priority(kIrqRtc, 0x80);
    if (!gic_is_v3()) {
        write8(kGicd + kGicdTargets + kIrqRtc, 1);
    }
    write32(kRtc + kRtcCr, 1);
    write32(kRtc + kRtcImsc, 1);
    write32(kRtc + kRtcMr, read32(kRtc + kRtcDr) + 1);
    gic_enable(kIrqRtc, true);
    while (!gic_is_pending(kIrqRtc)) {
        wfi();
    }
    check(gic_acknowledge() == kIrqRtc && gic_is_pending(kIrqRtc), "a level is pending while it is active");
    gic_end(kIrqRtc);
    check(gic_acknowledge() == kIrqRtc, "and comes again while it is high");
    write32(kRtc + kRtcIcr, 1);
    check(!gic_is_pending(kIrqRtc), "the device takes it back");
    gic_end(kIrqRtc);
    check(gic_acknowledge() == kSpurious, "and then it does not come");
    gic_enable(kIrqRtc, false);
    write32(kRtc + kRtcImsc, 0);
}

static void software(void) {
    bool all = true;
    for (unsigned sgi = 0; sgi < 16; ++sgi) {
        gic_enable(sgi, true);
        gic_priority(sgi, 0x80);
        gic_send(sgi, 1);
        unsigned raw = gic_acknowledge_raw();
        all &= raw == sgi;
        gic_end(raw);
    }
    check(all, "each SGI to oneself comes, from CPU 0");
    gic_send(5, 0);
    check(gic_acknowledge() == kSpurious, "an SGI to nobody does not");
    gic_send(5, 0xfe);
    check(gic_acknowledge() == kSpurious, "nor one to others");
    gic_send_others(5);
    check(gic_acknowledge() == kSpurious, "nor one to all but oneself");
    gic_enable(5, false);
    if (!(read32(gic_bank(5) + kGicdEnable) >> 5 & 1)) { // SGIs may be enabled for ever on GICv2 (IHI 0048B, 4.3.5)
        gic_send(5, 1);
        check(gic_acknowledge() == kSpurious, "a disabled SGI waits");
        gic_enable(5, true);
        check(gic_acknowledge() == 5, "and comes when it is enabled");
        gic_end(5);
    }
    gic_send(3, 1);
    gic_send(3, 1);
    check(gic_acknowledge() == 3, "sent twice");
    gic_end(3);
    check(gic_acknowledge() == kSpurious, "comes once");
}

// --- Taken as interrupts

static unsigned order[8], taken;

static void nest(struct trap_frame* f) {
    if (!is_interrupt(f)) {
        print("exception with syndrome %lx at %lx\nFAIL\n", f->syndrome, f->pc);
        machine_exit(1);
    }
    unsigned id = gic_acknowledge();
    if (taken < 8) {
        order[taken++] = id;
    }
    if (id == kA) {
        gic_pend(kB, true); // higher: comes at once, in the middle of this one
        word pc = sys_read(elr_el1), status = sys_read(spsr_el1);
        interrupts_on();
        interrupts_off();
        sys_write(elr_el1, pc);
        sys_write(spsr_el1, status);
        if (taken < 8) {
            order[taken++] = kA + 100;
        }
    }
    gic_end(id);
}

static void taken_for_real(void) {
    prepare(0xa0, 0x60);
    on_trap = nest;
    gic_pend(kA, true);
    interrupts_on();
    interrupts_off();
    check(taken == 3 && order[0] == kA && order[1] == kB && order[2] == kA + 100, "one handler preempts the other and returns to it");
    gic_mask(0);
    gic_pend(kC, true);
    interrupts_on();
    interrupts_off();
    check(taken == 3, "the mask keeps it out");
    gic_mask(0xff);
    interrupts_on();
    interrupts_off();
    check(taken == 4 && order[3] == kC, "and lets it in");
}

int main(void) {
    print("gic %s\n", kArch);
    gic_init();
    registers();
    states();
    priorities();
    split_end();
    level();
    software();
    taken_for_real();
    return finish();
}
