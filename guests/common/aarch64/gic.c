// GICv2: IHI 0048B. GICv3: IHI 0069H; no security states, affinity routing on.
#include "gic.h"

#define ICC_PMR s3_0_c4_c6_0
#define ICC_IAR1 s3_0_c12_c12_0
#define ICC_EOIR1 s3_0_c12_c12_1
#define ICC_HPPIR1 s3_0_c12_c12_2
#define ICC_BPR1 s3_0_c12_c12_3
#define ICC_DIR s3_0_c12_c11_1
#define ICC_RPR s3_0_c12_c11_3
#define ICC_SGI1R s3_0_c12_c11_5
#define ICC_CTLR s3_0_c12_c12_4
#define ICC_SRE s3_0_c12_c12_5
#define ICC_IGRPEN1 s3_0_c12_c12_7

enum { kFrame = 0x20000, kSgiFrame = 0x10000, kWaker = 0x14, kCtlrRwp = 1u << 31 };

bool gic_is_v3(void) {
    return (sys_read(id_aa64pfr0_el1) >> 24 & 15) != 0;
}

word gic_private(int cpu) {
    return gic_is_v3() ? kGicr + (word)cpu * kFrame + kSgiFrame : kGicd;
}

word gic_bank(unsigned intid) {
    return intid < 32 ? gic_private((int)cpu_index()) : kGicd;
}

static void init_v3(void) {
    word redistributor = kGicr + cpu_index() * kFrame;
    write32(redistributor + kWaker, 0);
    while (read32(redistributor + kWaker) & 4) { // ChildrenAsleep
    }
    write32(redistributor + kSgiFrame + kGicdGroup, ~0u);
    sys_write(ICC_SRE, 7);
    sys_write(ICC_PMR, 0xff);
    sys_write(ICC_BPR1, 0);
    sys_write(ICC_CTLR, 0);
    sys_write(ICC_IGRPEN1, 1);
}

void gic_init_cpu(void) {
    if (gic_is_v3()) {
        init_v3();
        return;
    }
    write32(kGicc + kGiccPmr, 0xff);
    write32(kGicc + kGiccBpr, 0);
    write32(kGicc + kGiccCtlr, 1);
}

void gic_init(void) {
    if (gic_is_v3()) {
        write32(kGicd + kGicdCtlr, 0x10); // ARE
        write32(kGicd + kGicdCtlr, 0x12); // and group 1
        unsigned lines = (read32(kGicd + kGicdTyper) & 31) + 1;
        for (unsigned i = 1; i < lines; ++i) {
            write32(kGicd + kGicdGroup + 4 * i, ~0u);
        }
    } else {
        write32(kGicd + kGicdCtlr, 1);
    }
    gic_init_cpu();
}

static word bit_of(unsigned intid, word offset) {
    return gic_bank(intid) + offset + intid / 32 * 4;
}

void gic_enable(unsigned intid, bool on) {
    write32(bit_of(intid, on ? kGicdEnable : kGicdDisable), 1u << intid % 32);
}

void gic_priority(unsigned intid, uint8_t priority) {
    write8(gic_bank(intid) + kGicdPriority + intid, priority);
}

void gic_edge(unsigned intid, bool edge) {
    word at = gic_bank(intid) + kGicdConfig + intid / 16 * 4;
    uint32_t bit = 2u << intid % 16 * 2;
    write32(at, edge ? read32(at) | bit : read32(at) & ~bit);
}

void gic_pend(unsigned intid, bool pending) {
    write32(bit_of(intid, pending ? kGicdSetPending : kGicdClearPending), 1u << intid % 32);
}

bool gic_is_pending(unsigned intid) {
    return read32(bit_of(intid, kGicdSetPending)) >> intid % 32 & 1;
}

bool gic_is_active(unsigned intid) {
    return read32(bit_of(intid, kGicdSetActive)) >> intid % 32 & 1;
}

unsigned gic_acknowledge_raw(void) {
    return gic_is_v3() ? (unsigned)sys_read(ICC_IAR1) : read32(kGicc + kGiccIar);
}

unsigned gic_acknowledge(void) {
    return gic_acknowledge_raw() & (gic_is_v3() ? 0xffffff : 0x3ff);
}

void gic_end(unsigned acknowledged) {
    if (gic_is_v3()) {
        sys_write(ICC_EOIR1, acknowledged);
    } else {
        write32(kGicc + kGiccEoir, acknowledged);
    }
}

void gic_deactivate(unsigned acknowledged) {
    if (gic_is_v3()) {
        sys_write(ICC_DIR, acknowledged);
    } else {
        write32(kGicc + kGiccDir, acknowledged);
    }
}

void gic_mask(uint8_t priority) {
    if (gic_is_v3()) {
        sys_write(ICC_PMR, priority);
    } else {
        write32(kGicc + kGiccPmr, priority);
    }
}

uint8_t gic_mask_now(void) {
    return (uint8_t)(gic_is_v3() ? sys_read(ICC_PMR) : read32(kGicc + kGiccPmr));
}

uint8_t gic_running(void) {
    return (uint8_t)(gic_is_v3() ? sys_read(ICC_RPR) : read32(kGicc + kGiccRpr));
}

unsigned gic_highest(void) {
    return (unsigned)(gic_is_v3() ? sys_read(ICC_HPPIR1) : read32(kGicc + kGiccHppir)) & 0x3ff;
}

void gic_split_end(bool split) {
    if (gic_is_v3()) {
        sys_write(ICC_CTLR, split ? 2 : 0);
    } else {
        write32(kGicc + kGiccCtlr, split ? 0x201 : 1);
    }
}

void gic_send(unsigned sgi, unsigned cpus) {
    barrier();
    if (gic_is_v3()) {
        sys_write(ICC_SGI1R, (word)sgi << 24 | cpus);
    } else {
        write32(kGicd + kGicdSgi, cpus << 16 | sgi);
    }
}

void gic_send_others(unsigned sgi) {
    barrier();
    if (gic_is_v3()) {
        sys_write(ICC_SGI1R, (word)1 << 40 | (word)sgi << 24);
    } else {
        write32(kGicd + kGicdSgi, 1u << 24 | sgi);
    }
}
