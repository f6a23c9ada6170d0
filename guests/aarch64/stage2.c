// Stage 2 below a hypervisor: faults with their syndromes, HPFAR_EL2, FAR_EL2, faults on walks of stage 1, permissions, VMIDs, TLBI,
// an access that is emulated, the order of the stages. For machines that are entered at EL2. Arm ARM D8.
#include "hyp.h"
#include "vm.h"

enum { kVm = 1, kS2Read = 1 << 6, kS2Write = 2 << 6, kS2Normal = 15 << 2, kS2Device = 1 << 2, kS2Xn = 2 };
#define kS2NoExecute ((word)2 << 53)
enum { kTables2 = 6 };
#define kAlias ((word)0x60000000) // intermediate addresses that only stage 2 knows

static word tables2[2][kTables2][512] __attribute__((aligned(4096)));
static unsigned used2[2];
static char data[3][kPage] __attribute__((aligned(4096)));
static char stray_tables[kPage] __attribute__((aligned(4096)));

HYP_WRITER(hcr_el2)
HYP_READER(hcr_el2)
HYP_WRITER(vttbr_el2)
HYP_WRITER(vtcr_el2)

static word* s2_entry(unsigned space, word ipa, int level) {
    word* table = tables2[space][0];
    for (int at = 1; at < level; ++at) {
        word* entry = &table[ipa >> (39 - 9 * at) & 511];
        if (!(*entry & 1)) {
            if (used2[space] == kTables2) {
                print("out of stage 2 tables\nFAIL\n");
                machine_exit(1);
            }
            *entry = (word)tables2[space][used2[space]++] | 3;
        }
        table = (word*)(*entry & 0xfffffff000);
    }
    return &table[ipa >> (39 - 9 * level) & 511];
}

static word flush_at_el2(word unused) {
    (void)unused;
    asm volatile("dsb ish\n\ttlbi vmalls12e1is\n\tdsb ish\n\tisb" ::: "memory");
    return 0;
}
static void s2_flush(void) {
    at_el2(flush_at_el2, 0);
}
static void s2_map(word ipa, word pa, word flags) {
    *s2_entry(0, ipa, 3) = pa | flags | kPteShared | kPteAf | 3;
    s2_flush();
}
static void s2_unmap(word ipa) {
    *s2_entry(0, ipa, 3) = 0;
    s2_flush();
}

static void identity(unsigned space) {
    used2[space] = 1;
    for (word offset = 0; offset < 8u << 20; offset += 2u << 20) {
        *s2_entry(space, (word)ram_base + offset, 2) = ((word)ram_base + offset) | kS2Read | kS2Write | kS2Normal | kPteShared | kPteAf | 1;
    }
    *s2_entry(space, kUart, 2) = kUart | kS2Read | kS2Write | kS2Device | kPteAf | 1;
}

static word load(word a) {
    word v = 0xdead;
    asm volatile("ldr %0, [%1]" : "+r"(v) : "r"(a) : "memory");
    return v;
}

// Class, status and address of the one exception that EL2 has seen.
static bool hyp_saw(unsigned class, unsigned status, word address, word ipa) {
    return last_hyp.count == 1 && class_of(last_hyp.syndrome) == class && (last_hyp.syndrome & 0x3f) == status && last_hyp.address == address &&
           last_hyp.intermediate == (ipa >> 12 << 4);
}
static unsigned iss(void) {
    return last_hyp.syndrome & 0x1ffffff;
}

static void faults(void) {
    word at = kAlias + 0x10;
    forget_hyp();
    load(at);
    check(hyp_saw(0x24, 4 + 2, at, at) || hyp_saw(0x24, 4 + 1, at, at), "an address that stage 2 does not know: a translation fault at EL2, with FAR and HPFAR");
    s2_map(kAlias, (word)data[0], kS2Read | kS2Normal);
    forget_hyp();
    check(load(at) == *(word*)(data[0] + 0x10) && last_hyp.count == 0, "known, it is read");
    forget_hyp();
    asm volatile("mov w5, #1\n\tstrh w5, [%0]" ::"r"(at) : "x5", "memory");
    check(hyp_saw(0x24, 12 + 3, at, at), "S2AP 1: not written");
    check(iss() == (1u << 24 | 1u << 22 | 5u << 16 | 1 << 6 | 15), "the syndrome describes the access: ISV, SAS, SRT, WnR");
    forget_hyp();
    asm volatile("strb wzr, [%0], #1" ::"r"(at) : "memory");
    check(last_hyp.count == 1 && !(iss() >> 24), "not one with writeback: ISV is 0");
    s2_map(kAlias, (word)data[0], kS2Write | kS2Normal);
    forget_hyp();
    asm volatile("ldrsb x7, [%0]" ::"r"(at) : "x7", "memory");
    check(hyp_saw(0x24, 12 + 3, at, at) && iss() == (1u << 24 | 1u << 21 | 7u << 16 | 1u << 15 | 15), "S2AP 2: not read; SSE and SF of a sign-extending load");
    s2_map(kAlias, (word)data[0], kS2Read | kS2Write | kS2Normal | kS2NoExecute);
    ((uint32_t*)data[0])[0] = 0xd65f03c0; // ret
    code_written(data[0], 4);
    forget_hyp();
    ((void (*)(void))kAlias)();
    check(hyp_saw(0x20, 12 + 3, kAlias, kAlias), "XN: an instruction abort at EL2");
    s2_map(kAlias, (word)data[0], kS2Read | kS2Write | kS2Normal);
    forget_hyp();
    ((void (*)(void))kAlias)();
    check(last_hyp.count == 0, "without it the instruction is executed");
    *s2_entry(0, kAlias, 3) = (word)data[0] | kS2Read | kS2Write | kS2Normal | kPteShared | 3;
    s2_flush();
    forget_hyp();
    load(at);
    check(hyp_saw(0x24, 8 + 3, at, at), "without the access flag: its fault");
    *s2_entry(0, kAlias, 3) = (word)data[0] | (word)1 << 42 | kS2Read | kS2Normal | kPteAf | 3;
    s2_flush();
    forget_hyp();
    load(at);
    check(hyp_saw(0x24, 0 + 3, at, at), "an output beyond VTCR_EL2.PS: address size fault");
    forget_hyp();
    load((word)1 << 39);
    check(last_hyp.count == 1 && (iss() & 0x3f) == 4, "an input beyond VTCR_EL2.T0SZ: translation fault at level 0");
}

// An access that the hypervisor does in the guest's place.
static word emulated;
static void emulate(struct hyp_frame* f) {
    unsigned reg = f->syndrome >> 16 & 31;
    emulated = (f->intermediate >> 4 << 12) | (f->address & 0xfff);
    if (f->syndrome & 1 << 6) {
        emulated += f->x[reg];
    } else {
        f->x[reg] = 0x77;
    }
    f->pc += 4;
}

static void emulation(void) {
    on_hyp = emulate;
    s2_unmap(kAlias);
    check(read32(kAlias + 4) == 0x77 && emulated == kAlias + 4, "a hypervisor can do a load in its guest's place");
    write32(kAlias + 8, 0x1000000);
    check(emulated == kAlias + 8 + 0x1000000, "and a store");
    on_hyp = hyp_record_and_skip;
}

static void both_stages(void) {
    static word* const stray = (word*)stray_tables;
    vm_init();
    word va = 0x7000000000 >> 1; // a place of its own in the tables of stage 1
    vm_map(va, kAlias, 3, kPteNormal | kPteShared);
    vm_on();
    s2_map(kAlias, (word)data[1], kS2Read | kS2Write | kS2Normal);
    forget_hyp();
    forget_traps();
    check(load(va) == *(word*)data[1] && last_hyp.count + last_trap.count == 0, "through both stages");
    s2_unmap(kAlias);
    forget_hyp();
    load(va + 0x123);
    check(hyp_saw(0x24, 4 + 3, va + 0x123, kAlias), "FAR_EL2 has the virtual address, HPFAR_EL2 the intermediate page");
    vm_map(va, kAlias, 3, kPteNormal | kPteShared | kPteReadOnly);
    tlb_flush();
    forget_hyp();
    forget_traps();
    asm volatile("str xzr, [%0]" ::"r"(va) : "memory");
    check(last_hyp.count == 0 && last_trap.count == 1 && (last_trap.syndrome & 0x7f) == (0x40 | 15), "where both refuse, stage 1 comes first, to EL1");

    // A table of stage 1 where stage 2 knows nothing.
    word* slot = vm_entry(va, 2);
    word kept = *slot;
    *slot = (kAlias + kPage) | 3;
    tlb_flush();
    forget_hyp();
    load(va + 0x18);
    check(hyp_saw(0x24, 4 + 3, va + 0x18, kAlias + kPage) && iss() >> 7 & 1 && !(iss() >> 24), "a table of stage 1 that stage 2 does not know: S1PTW, ISV is 0");
    forget_hyp();
    ((void (*)(void))(va + 0x20))();
    check(hyp_saw(0x20, 4 + 3, va + 0x20, kAlias + kPage) && iss() >> 7 & 1, "the same of a fetch");
    s2_map(kAlias + kPage, (word)stray, kS2Read | kS2Normal);
    stray[va >> 12 & 511] = (word)data[2] | kPteNormal | kPteShared | kPteAf | 3;
    tlb_flush();
    forget_hyp();
    check(load(va) == *(word*)data[2] && last_hyp.count == 0, "and once it is known, the walk goes on");
    *slot = kept;
    vm_off();
}

static void address_spaces(void) {
    *s2_entry(0, kAlias, 3) = (word)data[0] | kS2Read | kS2Write | kS2Normal | kPteShared | kPteAf | 3;
    *s2_entry(1, kAlias, 3) = (word)data[1] | kS2Read | kS2Write | kS2Normal | kPteShared | kPteAf | 3;
    s2_flush();
    *(word*)data[0] = 100;
    *(word*)data[1] = 101;
    *(word*)data[2] = 102;
    bool right = true;
    for (unsigned i = 0; i < 4; ++i) {
        at_el2(write_vttbr_el2, (word)tables2[0][0] | (word)1 << 48);
        right &= load(kAlias) == 100;
        at_el2(write_vttbr_el2, (word)tables2[1][0] | (word)2 << 48);
        right &= load(kAlias) == 101;
    }
    check(right, "each VMID has its own pages");
    *s2_entry(1, kAlias, 3) = (word)data[2] | kS2Read | kS2Write | kS2Normal | kPteShared | kPteAf | 3;
    s2_flush();
    check(load(kAlias) == 102, "TLBI VMALLS12E1IS drops those of the current one");
    at_el2(write_vttbr_el2, (word)tables2[0][0] | (word)1 << 48);
    check(load(kAlias) == 100, "and the other one has its own still");
}

static word flush_ipa(word ipa) {
    asm volatile("dsb ish\n\ttlbi ipas2e1is, %0\n\tdsb ish\n\ttlbi vmalle1is\n\tdsb ish\n\tisb" ::"r"(ipa >> 12) : "memory");
    return 0;
}
static word flush_all_el1(word unused) {
    (void)unused;
    asm volatile("dsb ish\n\ttlbi alle1is\n\tdsb ish\n\tisb" ::: "memory");
    return 0;
}

static void maintenance(void) {
    load(kAlias);
    *s2_entry(0, kAlias, 3) = 0;
    at_el2(flush_ipa, kAlias);
    forget_hyp();
    load(kAlias);
    check(hyp_saw(0x24, 4 + 3, kAlias, kAlias), "TLBI IPAS2E1IS and VMALLE1IS take a page away");
    *s2_entry(0, kAlias, 3) = (word)data[2] | kS2Read | kS2Normal | kPteShared | kPteAf | 3;
    barrier();
    check(load(kAlias) == 102, "a new one needs no more");
    *s2_entry(0, kAlias, 3) = 0;
    at_el2(flush_all_el1, 0);
    forget_hyp();
    load(kAlias);
    check(last_hyp.count == 1, "TLBI ALLE1IS");
}

int main(void) {
    print("stage2 %s\n", kArch);
    if (!has_el2()) {
        print("there is no EL2\nFAIL\n");
        return 1;
    }
    on_trap = record_and_skip;
    for (unsigned i = 0; i < 3; ++i) {
        for (unsigned at = 0; at < kPage / sizeof(word); ++at) {
            ((word*)data[i])[at] = i * 1000 + at;
        }
    }
    identity(0);
    identity(1);
    at_el2(write_vtcr_el2, (word)1 << 31 | 2 << 16 | 3 << 12 | 1 << 10 | 1 << 8 | 1 << 6 | 25); // 40 bits, 4 KiB, from level 1, 39 bits
    at_el2(write_vttbr_el2, (word)tables2[0][0]);
    word hcr = at_el2(read_hcr_el2, 0);
    s2_flush();
    at_el2(write_hcr_el2, hcr | kVm);
    faults();
    emulation();
    both_stages();
    address_spaces();
    maintenance();
    at_el2(write_hcr_el2, hcr);
    s2_flush();
    forget_hyp();
    forget_traps();
    load(kAlias);
    check(last_hyp.count == 0 && last_trap.count == 1, "without HCR_EL2.VM there is one stage: nothing is there, says EL1");
    return finish();
}
