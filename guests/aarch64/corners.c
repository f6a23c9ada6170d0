// Rules that few programs depend on, for a CPU with all features that is entered at EL2: who takes external aborts on walks, what AT makes of
// them, shareability, syndromes of ordered loads, small stage 2 ranges, maintenance under watchpoints, RNDR's flags, prohibited counters.
// Arm ARM DDI 0487, where a check says nothing else; names are those of its pseudocode.
#include "hyp.h"
#include "vm.h"

HYP_WRITER(hcr_el2)
HYP_READER(hcr_el2)
HYP_WRITER(vttbr_el2)
HYP_WRITER(vtcr_el2)

enum { kS2Read = 1 << 6, kS2Write = 2 << 6, kS2Normal = 15 << 2, kS2Device = 1 << 2, kTable = 3, kBlock = 1 };
enum { kInner = 3 << 8, kOuter = 2 << 8 };
#define kHole ((word)0x0b000000)    // where the board has nothing
#define kUnknown ((word)0x60000000) // intermediate addresses that stage 2 does not map
#define kVa ((word)0x3800000000)
#define kVtcr ((word)1 << 31 | 2 << 16 | 3 << 12 | 1 << 10 | 1 << 8) // 40 bits of output, 4 KiB, write-back, Inner Shareable

static word level1[512] __attribute__((aligned(4096)));
static word level2[512] __attribute__((aligned(4096)));
static word level3[512] __attribute__((aligned(4096)));
static word data[512] __attribute__((aligned(4096)));
static word usual_hcr;

static word flush_at_el2(word unused) {
    (void)unused;
    asm volatile("dsb ish\n\ttlbi alle1is\n\tdsb ish\n\tisb" ::: "memory");
    return 0;
}
static void forget(void) {
    at_el2(flush_at_el2, 0);
    forget_hyp();
    forget_traps();
}
static word load(word a) {
    word v = 0xdead;
    asm volatile("ldr %0, [%1]" : "+r"(v) : "r"(a) : "memory");
    return v;
}
static word at_s12(word a) {
    asm volatile("at s12e1r, %0\n\tisb" ::"r"(a));
    return sys_read(par_el1);
}
static word at_s1(word a) {
    asm volatile("at s1e1r, %0\n\tisb" ::"r"(a));
    return sys_read(par_el1);
}
static unsigned shareability(word par) {
    return par >> 7 & 3;
}

static void begin(void) {
    const word gigabyte = (word)1 << 30; // The second one has RAM.
    for (word i = 0; i < 512; ++i) {
        level2[i] = (gigabyte + (i << 21)) | kS2Read | kS2Write | kS2Normal | kInner | kPteAf | kBlock;
    }
    level2[kUnknown >> 21 & 511] = 0;
    level1[0] = kS2Read | kS2Write | kS2Device | kPteAf | kBlock;
    level1[1] = (word)level2 | kTable;
    at_el2(write_vtcr_el2, kVtcr | 1 << 6 | 25);
    at_el2(write_vttbr_el2, (word)level1);
    vm_init();
    vm_map(kVa, (word)data, 3, kPteNormal | kOuter);
    vm_on();
    at_el2(write_hcr_el2, usual_hcr | 1);
    forget();
}
static void end(void) {
    vm_off();
    at_el2(write_hcr_el2, usual_hcr);
    forget();
}

static void sharing(void) {
    word par = at_el2(at_s12, kVa);
    check(!(par & 1) && shareability(par) == 2, "Outer Shareable in stage 1 and Inner in stage 2 are Outer (S2CombineS1MemAttrs)");
    const word mair = sys_read(mair_el1);
    sys_write(mair_el1, (mair & ~((word)0xff << 16)) | (word)0x44 << 16);
    vm_map(kVa, (word)data, 3, 2 << 2 | kInner);
    tlb_flush();
    par = at_s1(kVa);
    check(!(par & 1) && shareability(par) == 2, "PAR_EL1 reports Normal memory that is cached nowhere as Outer Shareable (PAREncodeShareability)");
    sys_write(mair_el1, mair);
}

static void syndromes(void) {
    vm_map(kVa, kUnknown, 3, kPteNormal | kInner);
    tlb_flush();
    forget();
    asm volatile("mov x9, %0\n\t.inst 0xf8bfc125" ::"r"(kVa) : "x5", "x9", "memory"); // ldapr x5, [x9]
    check(last_hyp.syndrome == 0x93c5c006, "LDAPR, which stage 2 refuses, is described by the syndrome: ISV, SAS, SRT, SF, AR");
    forget();
    asm volatile("mov x9, %0\n\t.inst 0xd9400125" ::"r"(kVa) : "x5", "x9", "memory"); // ldapur x5, [x9]
    check(last_hyp.syndrome == 0x93c5c006, "and so is LDAPUR");
    forget();
    asm volatile("mov x9, %0\n\t.inst 0x99800125" ::"r"(kVa) : "x5", "x9", "memory"); // ldapursw x5, [x9]
    check(last_hyp.syndrome == 0x93a5c006, "with SSE, where it extends the sign");
    forget();
    asm volatile("mov x9, %0\n\t.inst 0x99000125" ::"r"(kVa) : "x9", "memory"); // stlur w5, [x9]
    check(last_hyp.syndrome == 0x93854046, "and STLUR");
}

static void external_aborts(void) {
    level2[kUnknown >> 21 & 511] = kHole | kTable;
    forget();
    load(kVa);
    check(last_trap.count == 0 && last_hyp.syndrome == 0x92000017, "an external abort on stage 2's walk is taken to EL2, without ISV (AArch64.DataAbort)");
    forget();
    word before = sys_read(par_el1);
    word par = at_el2(at_s12, kVa);
    check(last_hyp.syndrome == 0x96000157 && par == before, "that of AT's own walk is a data abort with CM and WnR (AArch64.AT)");
    level2[kUnknown >> 21 & 511] = 0;
    word* slot = vm_entry(kVa, 2);
    word kept = *slot;
    *slot = kHole | kTable;
    tlb_flush();
    forget();
    before = sys_read(par_el1);
    par = at_s1(kVa);
    check(last_trap.syndrome == 0x96000157 && par == before, "in stage 1, too");
    *slot = kept;
    tlb_flush();
}

// The whole range is one page of tables. At EL2, as nothing else of EL1 is mapped then.
static word translate_zero(word hcr) {
    sys_write(hcr_el2, hcr | 1 | 1 << 12); // VM, and DC: no stage 1
    flush_at_el2(0);
    word par = at_s12(0);
    sys_write(hcr_el2, hcr);
    flush_at_el2(0);
    return par;
}
static word vtcr_and_back(word vtcr) {
    sys_write(vtcr_el2, vtcr);
    sys_write(vttbr_el2, (word)level3);
    return translate_zero(usual_hcr);
}
static void small_ranges(void) {
    level3[0] = (word)data | kS2Read | kS2Write | kS2Normal | kInner | kPteAf | 3;
    barrier();
    word par = at_el2(vtcr_and_back, kVtcr | 3 << 6 | 43);
    check((par & 0xfffffffff001) == (word)data, "VTCR_EL2.SL0 3 starts at level 3 (FEAT_TTST)");
    par = at_el2(vtcr_and_back, kVtcr | 3 << 6 | 49);
    check((par & 1) != 0, "but T0SZ is 48 at most");
}

static void clean(word address) {
    asm volatile("dc cvac, %0" ::"r"(address));
}
static void invalidate_code(word address) {
    asm volatile("ic ivau, %0" ::"r"(address));
}
static void restrict_prediction(word unused) {
    asm volatile("sys #3, c7, c3, #4, %0" ::"r"(unused)); // CFP RCTX
}

static void watch(word control, word debug) {
    sys_write(oslar_el1, 0);
    sys_write(dbgwvr0_el1, (word)data & ~(word)7);
    sys_write(dbgwcr0_el1, control);
    sys_write(mdscr_el1, debug);
    forget_traps();
}
static void maintenance(void) {
    vm_init();
    vm_open_to_el0();
    vm_on();
    const word sctlr = sys_read(sctlr_el1);
    sys_write(sctlr_el1, sctlr | 1 << 26); // UCI
    watch((word)0xff << 5 | 1 << 3 | 3 << 1 | 1, 1 << 15);
    run_at_el0(clean, (word)data);
    run_at_el0(invalidate_code, (word)data);
    check(last_trap.count == 0, "cache maintenance that loses nothing meets no watchpoint (AArch64.CheckWatchpoint)");
    asm volatile("msr daifclr, #8");
    watch((word)0xff << 5 | 2 << 3 | 3 << 1 | 1, 1 << 15 | 1 << 13);
    asm volatile("dc ivac, %0" ::"r"(data));
    sys_write(mdscr_el1, 0);
    check(last_trap.syndrome == 0xd6000162, "DC IVAC does, as a store, and the syndrome has CM");
    sys_write(dbgwcr0_el1, 0);
    forget_traps();
    run_at_el0(restrict_prediction, 0);
    check(last_trap.syndrome == 0x6218dc06, "CFP RCTX at EL0 is trapped without SCTLR_EL1.EnRCTX");
    sys_write(sctlr_el1, sctlr | 1 << 10);
    forget_traps();
    run_at_el0(restrict_prediction, 0);
    check(last_trap.count == 0, "and with it executed");
    sys_write(sctlr_el1, sctlr);
    vm_off();
}

static void random_numbers(void) {
    word none, number;
    asm volatile("cmp xzr, xzr\n\tmrs %1, s3_3_c2_c4_0\n\tcset %0, eq" : "=r"(none), "=r"(number)::"cc");
    check(none == 0, "RNDR sets the flags to 0 behind a comparison in front of it");
    asm volatile("cmp xzr, xzr\n\tmrs %1, s3_3_c2_c4_1\n\tcset %0, eq" : "=r"(none), "=r"(number)::"cc");
    check(none == 0, "and so does RNDRRS");
}

static unsigned increments(word filter) {
    sys_write(pmevtyper0_el0, filter);
    sys_write(pmevcntr0_el0, 0);
    sys_write(pmcntenset_el0, 1);
    sys_write(pmcr_el0, 1);
    asm volatile("msr pmswinc_el0, %0\n\tisb" ::"r"((word)1));
    unsigned count = sys_read(pmevcntr0_el0);
    sys_write(pmcntenclr_el0, 1);
    return count;
}
// At EL2, with MDCR_EL2.HPMD: what counters 0 and 5 have counted.
static word prohibited(word hpmn_and_enable) {
    const word mdcr = sys_read(mdcr_el2);
    sys_write(mdcr_el2, (word)1 << 17 | hpmn_and_enable);
    sys_write(pmevtyper0_el0, (word)1 << 27 | 8);
    sys_write(pmevtyper5_el0, (word)1 << 27 | 8);
    sys_write(pmcntenset_el0, 0x21);
    sys_write(pmcr_el0, 1 | 2);
    const word low = sys_read(pmevcntr0_el0), high = sys_read(pmevcntr5_el0);
    for (unsigned i = 0; i < 50; ++i) {
        asm volatile("nop");
    }
    const word counted = (sys_read(pmevcntr0_el0) - low) << 32 | (sys_read(pmevcntr5_el0) - high);
    sys_write(pmcntenclr_el0, 0x21);
    sys_write(mdcr_el2, mdcr);
    return counted;
}
static void counters(void) {
    check(increments(0) == 1 && increments((word)1 << 31) == 0, "PMSWINC_EL0 counts where the filter lets it");
    const word counted = at_el2(prohibited, 1 << 7 | 4);
    check(counted >> 32 == 0 && (uint32_t)counted >= 50, "MDCR_EL2.HPMD stops the counters below HPMN, and leaves EL2's own alone");
    sys_write(pmcr_el0, 1 << 3);
    check((sys_read(pmcr_el0) & (1 << 6 | 1 << 3)) == 1 << 6, "PMCR_EL0.LC is 1 and D is 0 where there is no AArch32");
}

int main(void) {
    print("corners %s\n", kArch);
    if (!has_el2()) {
        print("there is no EL2\nFAIL\n");
        return 1;
    }
    on_trap = record_and_skip;
    usual_hcr = at_el2(read_hcr_el2, 0);
    begin();
    check(load(kVa) == data[0] && last_hyp.count + last_trap.count == 0, "through both stages");
    sharing();
    syndromes();
    external_aborts();
    end();
    small_ranges();
    maintenance();
    random_numbers();
    counters();
    return finish();
}
