// The interrupt controller's security states, GICv2 (IHI 0048B, 3.8) or GICv3 (IHI 0069H, 4.6 and 4.8). EL3 is the monitor, to which FIQs go; the
// program at EL1 is Non-secure.
#include "gic.h"
#include "monitor.h"

#define ICC_PMR s3_0_c4_c6_0
#define ICC_IAR0 s3_0_c12_c8_0
#define ICC_EOIR0 s3_0_c12_c8_1
#define ICC_IAR1 s3_0_c12_c12_0
#define ICC_EOIR1 s3_0_c12_c12_1
#define ICC_HPPIR0 s3_0_c12_c8_2
#define ICC_IGRPEN0 s3_0_c12_c12_6
#define ICC_IGRPEN1_EL3 s3_6_c12_c12_7

// SPIs that no device drives: of group 0, of Non-secure group 1, and (GICv3) of Secure group 1.
enum { kSecure = 40, kNormal = 41, kSecure1 = 42 };
enum { kGicdModifier = 0xd00, kWord = 4, kWaker = 0x14, kSgiFrame = 0x10000 };
enum { kScrFiq = 1 << 2, kFiqEnable = 8 };
#define bit(id) (1u << (id) % 32)

static word start(word unused) {
    (void)unused;
    sys_write(scr_el3, sys_read(scr_el3) | kScrFiq);
    write32(kGicd + kGicdCtlr, gic_is_v3() ? 7 : 3);
    write32(kGicd + kGicdGroup + kWord, bit(kNormal));
    write8(kGicd + kGicdPriority + kSecure, 0x40);
    write8(kGicd + kGicdPriority + kNormal, 0xa0);
    write8(kGicd + kGicdPriority + kSecure1, 0x60);
    gic_edge(kSecure, true);
    gic_edge(kNormal, true);
    gic_edge(kSecure1, true);
    write32(kGicd + kGicdEnable + kWord, bit(kSecure) | bit(kNormal) | bit(kSecure1));
    if (gic_is_v3()) {
        write32(kGicd + kGicdModifier + kWord, bit(kSecure1));
        write32(kGicr + kWaker, 0);
        sys_write(ICC_PMR, 0xf8);
        sys_write(ICC_IGRPEN0, 1);
        sys_write(ICC_IGRPEN1_EL3, 3);
    } else {
        write32(kGicc + kGiccPmr, 0xf8);
        write32(kGicc + kGiccCtlr, 3 | kFiqEnable);
    }
    return 0;
}

// --- What EL3 does for the program

static word secure_read(word address) {
    return read32(address);
}
static word secure_pend(word id) {
    gic_pend((unsigned)id, true);
    return 0;
}
static word secure_mask(word value) {
    if (gic_is_v3()) {
        sys_write(ICC_PMR, value);
    } else {
        write32(kGicc + kGiccPmr, (uint32_t)value);
    }
    return gic_mask_now();
}
// EL3's own translation: what it maps as Non-secure it sees as Non-secure software does (D8: NS and NSTable).
enum { kSecureMap, kBlockOfNormal, kTableOfNormal };
static word blocks[512] __attribute__((aligned(4096))), smaller[512] __attribute__((aligned(4096)));
static word control_through(word how) {
    enum { kDevices = 1 << 2 | 1 << 10 | 1, kRam = 1 << 10 | 3 << 8 | 1, kNormalBit = 1 << 5 };
    const word gib = (word)1 << 30, mib2 = 1 << 21;
    blocks[0] = kDevices;
    blocks[1] = gib | kRam;
    blocks[2] = kDevices | kNormalBit;
    blocks[3] = (word)smaller | (word)1 << 63 | 3;
    for (word i = 0; i < 512; ++i) {
        smaller[i] = i * mib2 | kDevices;
    }
    sys_write(mair_el3, 0x00ff);
    sys_write(tcr_el3, 1u << 31 | 1 << 23 | 1 << 16 | 25);
    sys_write(ttbr0_el3, (word)blocks);
    asm volatile("tlbi alle3\n\tdsb sy\n\tisb" ::: "memory");
    const word before = sys_read(sctlr_el3);
    sys_write(sctlr_el3, before | 1);
    const word base = kGicd + kGicdCtlr + (how == kBlockOfNormal ? 2 * gib : how == kTableOfNormal ? 3 * gib : 0);
    const word first = read32(base), again = read32(base);
    sys_write(sctlr_el3, before);
    return first == again ? first : ~(word)0;
}
// PAR_EL1.NS of AT S1E3R.
static word space_of_block(word address) {
    const word before = sys_read(sctlr_el3);
    sys_write(sctlr_el3, before | 1);
    asm volatile("at s1e3r, %0\n\tisb" ::"r"(address) : "memory");
    sys_write(sctlr_el3, before);
    return sys_read(par_el1) >> 9 & 1;
}

static word one_state(word unused) {
    (void)unused;
    write32(kGicd + kGicdCtlr, 0x47);
    return read32(kGicd + kGicdCtlr);
}

static volatile unsigned monitor_count, monitor_id, monitor_highest;
static void at_monitor(unsigned is_fiq) {
    monitor_count += is_fiq ? 1 : 100;
    if (!gic_is_v3()) {
        monitor_id = read32(kGicc + kGiccIar);
        write32(kGicc + kGiccEoir, monitor_id);
        return;
    }
    monitor_highest = (unsigned)sys_read(ICC_HPPIR0);
    if (monitor_highest == 1020 || monitor_highest == 1021) {
        monitor_id = (unsigned)sys_read(ICC_IAR1);
        sys_write(ICC_EOIR1, monitor_id);
    } else {
        monitor_id = (unsigned)sys_read(ICC_IAR0);
        sys_write(ICC_EOIR0, monitor_id);
    }
}

// --- Checks

static unsigned taken, taken_id, taken_running;
static void on_interrupt(struct trap_frame* f) {
    if (!is_interrupt(f)) {
        print("exception with syndrome %lx at %lx\nFAIL\n", f->syndrome, f->pc);
        machine_exit(1);
    }
    taken_id = gic_acknowledge();
    taken_running = gic_running();
    taken++;
    gic_end(taken_id);
}
static void take(void) {
    interrupts_on();
    interrupts_off();
}

static void registers(void) {
    check(read32(kGicd + kGicdTyper) >> 10 & 1, "there are two security states");
    check((read32(kGicd + kGicdCtlr) & 0x1f) == (gic_is_v3() ? 0x12 : 1), "Non-secure software sees its enable of the distributor");
    check(read32(kGicd + kGicdEnable + kWord) == bit(kNormal), "and of the interrupts its own");
    check(read32(kGicd + kGicdGroup + kWord) == 0, "no groups");
    check(read8(kGicd + kGicdPriority + kSecure) == 0 && read8(kGicd + kGicdPriority + kNormal) == 0x40, "and half of the priorities");
    write32(kGicd + kGicdDisable + kWord, bit(kSecure));
    write32(kGicd + kGicdGroup + kWord, ~0u);
    write8(kGicd + kGicdPriority + kSecure, 0xf0);
    gic_pend(kSecure, true);
    check(at_el3(secure_read, kGicd + kGicdEnable + kWord) & bit(kSecure), "it cannot disable a Secure interrupt,");
    check(!(at_el3(secure_read, kGicd + kGicdGroup + kWord) & bit(kSecure)), "nor take it over,");
    check((at_el3(secure_read, kGicd + kGicdPriority + kSecure) & 0xff) == 0x40, "nor change its priority,");
    check(monitor_count == 0, "nor make it pending");
}

static void masks(void) {
    check(gic_mask_now() == 0xf0, "the mask shows its lower half");
    gic_mask(0x20);
    check(gic_mask_now() == 0x20 && at_el3(secure_mask, 0x60) == 0x60, "which is the upper half in truth");
    gic_mask(0xf0);
    check(gic_mask_now() == 0 && at_el3(secure_mask, 0xf8) == 0xf8, "a mask of Secure software cannot be opened");
}

static void mappings(void) {
    const word own = read32(kGicd + kGicdCtlr), secure = at_el3(secure_read, kGicd + kGicdCtlr), gib = (word)1 << 30;
    check(own != secure && at_el3(control_through, kSecureMap) == secure, "what EL3 maps as Secure it accesses so,");
    check(at_el3(control_through, kBlockOfNormal) == own, "what it maps as Non-secure it sees as anybody,");
    check(at_el3(control_through, kTableOfNormal) == own, "also where a table says so");
    check(at_el3(space_of_block, kGicd) == 0 && at_el3(space_of_block, kGicd + 2 * gib) == 1, "AT says which it is");
}

static void deliveries(void) {
    on_trap = on_interrupt;
    gic_pend(kNormal, true);
    take();
    check(taken == 1 && taken_id == kNormal && taken_running == 0x40, "Non-secure group 1 is the program's IRQ");
    at_el3(secure_pend, kSecure);
    check(monitor_count == 1 && monitor_id == kSecure, "group 0 is the monitor's FIQ, although the program has interrupts masked");
    check(gic_acknowledge() == kSpurious, "and nothing is left of it");
    if (gic_is_v3()) {
        at_el3(secure_pend, kSecure1);
        check(monitor_count == 2 && monitor_id == kSecure1 && monitor_highest == 1020, "so is Secure group 1, which shows whose it is");
    }
    check(taken == 1, "the program has seen none of it");
}

int main(void) {
    print("gic_secure %s\n", kArch);
    if (!check(start_level == 3, "the machine was entered at EL3")) {
        return finish();
    }
    on_monitor_interrupt = at_monitor;
    at_el3(start, 0);
    registers();
    masks();
    mappings();
    deliveries();
    if (gic_is_v3()) {
        check(at_el3(one_state, 0) == 0x53, "the monitor gives up the second security state");
        check(read32(kGicd + kGicdEnable + kWord) == (bit(kSecure) | bit(kNormal) | bit(kSecure1)), "and all interrupts are anybody's");
    }
    return finish();
}
