// Stage 1 of translation, by granule: levels, blocks, contiguous entries, every kind of fault, permissions, hardware updates, the two
// ranges, ASIDs, break-before-make with each form of TLBI, AT. Arm ARM D8.
#include "guest.h"

enum { kValid = 1, kTable = 3, kPageEntry = 3, kDeviceMemory = 1 << 2, kUser = 1 << 6, kReadOnly = 1 << 7, kInner = 3 << 8, kAf = 1 << 10, kNotGlobal = 1 << 11 };
#define kDbm ((word)1 << 51)
#define kContiguous ((word)1 << 52)
#define kPxn ((word)1 << 53)
#define kUxn ((word)1 << 54)
#define kPxnTable ((word)1 << 59)
#define kUxnTable ((word)1 << 60)
#define kUserTable ((word)1 << 61) // APTable: nothing for EL0, nothing to write
#define kReadOnlyTable ((word)1 << 62)
#define kHa ((word)1 << 39)
#define kHd ((word)1 << 40)
#define kTbi0 ((word)1 << 37)
#define kAs ((word)1 << 36)
enum { kEpd1 = 1 << 23, kWxn = 1 << 19 };

enum { kPool = 20 << 16, kLarge = 65536, kVaBits = 48 };
static char pool[kPool] __attribute__((aligned(65536)));
static char pages[4][kLarge] __attribute__((aligned(65536)));
static word pool_used;

static unsigned granule; // bits: 12, 14, 16
static word* root;
static word tcr;
#define kTest ((word)0x123400000000)      // where aliases are made, below bit 47
#define kHigh ((word)0xffff123400000000)

static unsigned first_level(void) {
    return 4 - (kVaBits - granule + granule - 4) / (granule - 3);
}
static word* new_table(void) {
    word size = (word)1 << granule;
    word* table = (word*)(pool + pool_used);
    pool_used += size;
    if (pool_used > kPool) {
        print("out of page tables\nFAIL\n");
        machine_exit(1);
    }
    for (word i = 0; i < size / 8; ++i) {
        table[i] = 0;
    }
    return table;
}
static unsigned shift_of(unsigned level) {
    return granule + (3 - level) * (granule - 3);
}
static word* entry_in(word* top, word va, unsigned level) {
    word* table = top;
    for (unsigned at = first_level();; ++at) {
        word bits = at == first_level() ? kVaBits - shift_of(at) : granule - 3;
        word* entry = &table[va >> shift_of(at) & (((word)1 << bits) - 1)];
        if (at == level) {
            return entry;
        }
        if (!(*entry & kValid)) {
            *entry = (word)new_table() | kTable;
        }
        table = (word*)(*entry & 0xfffffffff000 & ~(((word)1 << granule) - 1));
    }
}
static word* entry(word va, unsigned level) {
    return entry_in(root, va, level);
}
static void flush(void) {
    asm volatile("dsb sy\n\ttlbi vmalle1\n\tdsb sy\n\tisb" ::: "memory");
}
// A test page, in place of what was there.
static void map(word va, word pa, word flags) {
    *entry(va, 3) = pa | flags | kPageEntry;
    flush();
}

static void mmu(bool on) {
    word v = sys_read(sctlr_el1) & ~(word)(0x1005 | kWxn);
    sys_write(sctlr_el1, on ? v | 0x1005 : v);
}

static void identity(word* top) {
    extern char data_start[];
    word step = (word)1 << granule;
    for (word at = (word)ram_base; at < (word)image_end; at += step) {
        // With large pages code and data share one, which EL0 then executes and does not read.
        word rights = at + step <= (word)data_start ? kUser | kReadOnly : at < (word)data_start ? 0 : kUxn;
        *entry_in(top, at, 3) = at | kInner | kAf | kPageEntry | rights;
    }
    *entry_in(top, kUart, 3) = kUart | kDeviceMemory | kAf | kPageEntry | kPxn | kUxn;
}

static void begin(unsigned bits) {
    granule = bits;
    pool_used = 0;
    root = new_table();
    identity(root);
    word tg0 = bits == 12 ? 0 : bits == 14 ? 2 : 1, tg1 = bits == 12 ? 2 : bits == 14 ? 1 : 3;
    tcr = (64 - kVaBits) | 1 << 8 | 1 << 10 | 3 << 12 | tg0 << 14 | (word)(64 - kVaBits) << 16 | kEpd1 | 1 << 24 | 1 << 26 | 3 << 28 | tg1 << 30 |
          (word)2 << 32;
    sys_write(mair_el1, 0x00ff);
    sys_write(tcr_el1, tcr);
    sys_write(ttbr0_el1, (word)root);
    sys_write(ttbr1_el1, 0);
    flush();
    mmu(true);
}
static void end(void) {
    mmu(false);
    flush();
}

// --- accesses that may fault
static word load(word a) {
    word v = 0xdead;
    asm volatile("ldr %0, [%1]" : "+r"(v) : "r"(a) : "memory");
    return v;
}
static void store(word a) {
    asm volatile("str xzr, [%0]" ::"r"(a) : "memory");
}
static void zero_block(word a) {
    asm volatile("dc zva, %0" ::"r"(a) : "memory");
}
static void call(word a) {
    ((void (*)(void))a)();
}
static void user_load(word a) {
    asm volatile("ldr x9, [%0]" ::"r"(a) : "x9", "memory");
}
static void user_store(word a) {
    asm volatile("str xzr, [%0]" ::"r"(a) : "memory");
}
static void user_call(word a) {
    ((void (*)(void))a)();
}

enum { kNone = 0, kDataLower = 0x24, kData = 0x25, kFetchLower = 0x20, kFetch = 0x21 };

static bool faulted(unsigned class, unsigned status, word address) {
    if (class == kNone) {
        return last_trap.count == 0;
    }
    return last_trap.count == 1 && class_of(last_trap.syndrome) == class && (last_trap.syndrome & 0x7f) == status && last_trap.address == address;
}
static bool load_gives(word a, unsigned class, unsigned status) {
    forget_traps();
    load(a);
    return faulted(class, status, a);
}
static bool store_gives(word a, unsigned class, unsigned status) {
    forget_traps();
    store(a);
    return faulted(class, class ? status | 0x40 : 0, a);
}
// FAR_EL1 has what the instruction was given; CM is clear.
static bool zero_gives(word a, unsigned class, unsigned status) {
    forget_traps();
    zero_block(a);
    return faulted(class, class ? status | 0x40 : 0, a) && !(last_trap.syndrome >> 8 & 1);
}
static bool call_gives(word a, unsigned class, unsigned status) {
    forget_traps();
    call(a);
    return faulted(class, status, a);
}
// From EL0. The stack of run_at_el0 need not be reachable: the functions use none.
static bool user_gives(void (*fn)(word), word a, unsigned class, unsigned status) {
    forget_traps();
    run_at_el0(fn, a);
    return faulted(class, status, a);
}

enum { kTranslation = 4, kAccessFlag = 8, kPermission = 12, kAddressSize = 0 };

static word value_of(unsigned page) {
    return 0x1111111111111111 * (page + 1);
}
static void fill(void) {
    for (unsigned i = 0; i < 4; ++i) {
        for (word at = 0; at < kLarge; at += 4096) {
            *(word*)(pages[i] + at) = value_of(i);
        }
    }
}

static void levels(void) {
    word page = (word)1 << granule;
    map(kTest, (word)pages[0], kInner | kAf);
    check(load(kTest) == value_of(0) && load(kTest + page - 4096) == value_of(0), "a page at level 3");
    check(load_gives(kTest + page, kData, kTranslation + 3) && store_gives(kTest + page, kData, kTranslation + 3), "beside it: a translation fault at level 3, WnR of stores");
    bool each = true;
    for (unsigned level = first_level(); level < 3; ++level) {
        each &= load_gives(kTest ^ (word)1 << (shift_of(level) < kVaBits ? shift_of(level) : kVaBits - 1), kData, kTranslation + level);
    }
    check(each, "with a table missing, at the level of its descriptor");
    word block = kTest + ((word)1 << shift_of(2)), base = (word)pages & ~(((word)1 << shift_of(2)) - 1);
    *entry(block, 2) = base | kInner | kAf | kValid;
    flush();
    check(load(block + ((word)pages[1] - base)) == value_of(1), "a block at level 2");
    *entry(block, 2) = base | kInner | kValid;
    flush();
    check(load_gives(block, kData, kAccessFlag + 2), "its faults are of level 2");
    *entry(block, 2) = 0;
    *entry(kTest + page, 3) = (word)pages[0] | kInner | kAf | kValid;
    flush();
    check(load_gives(kTest + page, kData, kTranslation + 3), "level 3 has no blocks: a translation fault");
    if (first_level() == 0) {
        word* top = entry(kTest ^ (word)1 << 47, 0);
        word kept = *top;
        *top = kInner | kAf | kValid;
        flush();
        check(load_gives(kTest ^ (word)1 << 47, kData, kTranslation + 0), "nor has level 0");
        *top = kept;
        flush();
    }
    word* table = entry(kTest, 2);
    word kept = *table;
    *table = kHole | kTable;
    flush();
    check(load_gives(kTest, kData, 0x14 + 3), "a table where nothing is: external abort on the walk, of the level that was read");
    *table = kept | (word)1 << 41;
    flush();
    check(load_gives(kTest, kData, kAddressSize + 2), "a table beyond TCR_EL1.IPS: address size fault");
    *table = kept;
    map(kTest, (word)pages[0] | (word)1 << 42, kInner | kAf);
    check(load_gives(kTest, kData, kAddressSize + 3), "a page beyond it: at level 3");
    map(kTest, (word)pages[0], kInner | kAf);
}

static void contiguous(void) {
    unsigned count = granule == 12 ? 16 : granule == 14 ? 128 : 32;
    word size = (word)count << granule, base = (word)0x40000000, va = kTest + 4 * ((word)1 << shift_of(2));
    for (unsigned i = 0; i < count; ++i) {
        *entry(va + ((word)i << granule), 3) = (base + ((word)i << granule)) | kInner | kAf | kContiguous | kReadOnly | kPageEntry;
    }
    flush();
    bool there = load_gives(va, kNone, 0) && load_gives(va + size - 8, kNone, 0);
    check(there && load_gives(va + size, kData, kTranslation + 3), "contiguous entries cover their range and no more");
    for (unsigned i = 0; i < count; ++i) {
        *entry(va + ((word)i << granule), 3) = 0;
    }
    asm volatile("dsb ish" ::: "memory");
    for (unsigned i = 0; i < count; ++i) {
        asm volatile("tlbi vae1is, %0" ::"r"((va + ((word)i << granule)) >> 12 & 0xfffffffffff));
    }
    barrier();
    check(load_gives(va, kData, kTranslation + 3) && load_gives(va + size - 8, kData, kTranslation + 3), "and go with their entries");
}

static void permissions(void) {
    word at = kTest;
    ((uint32_t*)pages[3])[0] = 0xd65f03c0; // ret
    code_written(pages[3], 4);
    word pa = (word)pages[3];
    map(at, pa, kInner);
    check(load_gives(at, kData, kAccessFlag + 3) && call_gives(at, kFetch, kAccessFlag + 3), "without the access flag: its fault");
    map(at, pa, kInner | kAf | kReadOnly);
    check(load_gives(at, kNone, 0) && store_gives(at, kData, kPermission + 3) && call_gives(at, kNone, 0), "AP[2]: EL1 does not write");
    check(user_gives(user_load, at, kDataLower, kPermission + 3), "without AP[1] EL0 does not read");
    check(user_gives(user_call, at, kNone, 0), "but executes, as UXN says");
    map(at, pa, kInner | kAf | kReadOnly | kUser);
    check(user_gives(user_load, at, kNone, 0) && user_gives(user_store, at, kDataLower, 0x40 | (kPermission + 3)), "AP 3: EL0 reads");
    check(call_gives(at, kNone, 0), "and EL1 executes");
    map(at, pa, kInner | kAf | kUser);
    check(user_gives(user_call, at, kNone, 0) && call_gives(at, kFetch, kPermission + 3), "what EL0 may write EL1 does not execute");
    map(at, pa, kInner | kAf | kReadOnly | kUser | kPxn);
    check(call_gives(at, kFetch, kPermission + 3) && user_gives(user_call, at, kNone, 0), "PXN");
    map(at, pa, kInner | kAf | kReadOnly | kUser | kUxn);
    check(call_gives(at, kNone, 0) && user_gives(user_call, at, kFetchLower, kPermission + 3), "UXN");
    if (granule == 12) { // else the program itself is in pages that are written and executed
        map(at, pa, kInner | kAf);
        for (word code = (word)ram_base; code < (word)ram_base + (1 << 20); code += 4096) {
            *entry(code, 3) |= *entry(code, 3) & kUser ? kReadOnly : 0;
        }
        flush();
        sys_write(sctlr_el1, sys_read(sctlr_el1) | kWxn);
        flush();
        check(call_gives(at, kFetch, kPermission + 3) && store_gives(at + 8, kNone, 0), "WXN: what is written is not executed");
        sys_write(sctlr_el1, sys_read(sctlr_el1) & ~(word)kWxn);
        flush();
        check(call_gives(at, kNone, 0), "and is without it");
    }

    // What table descriptors take away.
    word* table = entry(at, 2);
    word kept = *table;
    map(at, pa, kInner | kAf);
    *table = kept | kReadOnlyTable;
    flush();
    check(store_gives(at, kData, kPermission + 3) && load_gives(at, kNone, 0), "APTable[1]: nothing below is written");
    *table = kept | kPxnTable;
    flush();
    check(call_gives(at, kFetch, kPermission + 3), "PXNTable");
    *table = kept | kUxnTable;
    map(at, pa, kInner | kAf | kReadOnly | kUser);
    check(user_gives(user_call, at, kFetchLower, kPermission + 3) && call_gives(at, kNone, 0), "UXNTable");
    *table = kept | kUserTable;
    flush();
    check(user_gives(user_load, at, kDataLower, kPermission + 3) && load_gives(at, kNone, 0), "APTable[0]: nothing for EL0");
    *table = kept;
    flush();
    map(at, pa, kDeviceMemory | kAf | kPxn | kUxn);
    check(load_gives(at + 1, kData, 0x21) && load_gives(at + 8, kNone, 0), "Device memory takes no misaligned accesses");
    word next = at + ((word)1 << granule);
    map(next, (word)pages[1], kDeviceMemory | kAf | kPxn | kUxn);
    check(load_gives(next - 4, kData, 0x21), "nor any from one of its pages to the next");
    store(at + 0x100);
    check(zero_gives(at + 0x128, kData, 0x21), "DC ZVA to Device memory: an alignment fault");
    map(at, pa, kReadOnly | kDeviceMemory | kAf | kPxn | kUxn);
    check(zero_gives(at + 0x128, kData, 0x21), "ahead of a permission fault");
    *entry(at, 3) = 0;
    flush();
    check(zero_gives(at + 0x128, kData, kTranslation + 3), "and behind a translation fault");
    map(at, pa, kInner | kAf);
    check(load_gives(at + 1, kNone, 0) && load_gives(next - 4, kData, 0x21), "Normal memory does");
    map(next, (word)pages[1], kInner | kAf);
    check(load_gives(next - 4, kNone, 0), "from page to page, too");
    *entry(next, 3) = 0;
    flush();
    check(zero_gives(at + 0x128, kNone, 0) && load(at + 0x100) == 0 && load(at + 0x138) == 0, "and DC ZVA");
}

static void hardware_updates(void) {
    unsigned supported = sys_read(id_aa64mmfr1_el1) & 15;
    word at = kTest, pa = (word)pages[0];
    sys_write(tcr_el1, tcr | kHa);
    map(at, pa, kInner);
    if (supported == 0) {
        check(load_gives(at, kData, kAccessFlag + 3), "TCR_EL1.HA means nothing where there are no hardware updates");
    } else {
        check(load_gives(at, kNone, 0) && (*entry(at, 3) & kAf), "HA: hardware sets the access flag");
    }
    map(at, pa, kInner | kAf | kReadOnly | kDbm);
    check(store_gives(at, kData, kPermission + 3), "without HD a clean page is read-only");
    if (supported >= 2) {
        sys_write(tcr_el1, tcr | kHa | kHd);
        map(at, pa, kInner | kReadOnly | kDbm);
        check(load_gives(at, kNone, 0) && (*entry(at, 3) & (kAf | kReadOnly)) == (kAf | kReadOnly), "HD: a read sets no dirty state");
        check(store_gives(at, kNone, 0) && (*entry(at, 3) & (kAf | kReadOnly)) == kAf, "a write does: AP[2] is cleared");
        map(at, pa, kInner | kReadOnly);
        check(store_gives(at, kData, kPermission + 3), "without DBM the page is read-only for good");
    }
    sys_write(tcr_el1, tcr);
    fill();
    flush();
}

static void ranges(void) {
    map(kTest, (word)pages[0], kInner | kAf);
    check(load_gives((word)1 << kVaBits, kData, kTranslation), "behind the lower range: a translation fault at level 0");
    check(load_gives((word)0xfffe << 48, kData, kTranslation), "before the upper one too");
    check(load_gives(kHigh, kData, kTranslation), "EPD1: the upper range is closed");
    word* lower = root;
    word* upper = new_table();
    *entry_in(upper, kHigh, 3) = (word)pages[1] | kInner | kAf | kPageEntry;
    sys_write(ttbr1_el1, (word)upper);
    sys_write(tcr_el1, tcr & ~(word)kEpd1);
    flush();
    check(load(kHigh) == value_of(1) && load(kTest) == value_of(0), "TTBR1_EL1 has the upper range");
    root = lower;
    sys_write(tcr_el1, tcr | kTbi0);
    flush();
    word tagged = kTest | (word)0x5a << 56;
    check(load(tagged) == value_of(0), "TBI0: the top byte is ignored");
    check(load_gives(tagged + ((word)1 << granule), kData, kTranslation + 3), "and FAR_EL1 has it");
    sys_write(tcr_el1, tcr);
    flush();
    check(load_gives(tagged, kData, kTranslation), "without TBI it is out of range");
    sys_write(ttbr1_el1, 0);
}

static void address_spaces(void) {
    word at = kTest;
    word* lower = root;
    word* other = new_table();
    identity(other);
    *entry_in(lower, at, 3) = (word)pages[0] | kInner | kAf | kNotGlobal | kPageEntry;
    *entry_in(other, at, 3) = (word)pages[1] | kInner | kAf | kNotGlobal | kPageEntry;
    flush();
    bool right = true;
    for (unsigned i = 0; i < 4; ++i) {
        sys_write(ttbr0_el1, (word)lower | (word)1 << 48);
        right &= load(at) == value_of(0);
        sys_write(ttbr0_el1, (word)other | (word)2 << 48);
        right &= load(at) == value_of(1);
    }
    check(right, "pages that are not global belong to their ASID");
    *entry_in(other, at, 3) = (word)pages[2] | kInner | kAf | kNotGlobal | kPageEntry;
    asm volatile("dsb ish\n\ttlbi aside1is, %0\n\tdsb ish\n\tisb" ::"r"((word)2 << 48) : "memory");
    check(load(at) == value_of(2), "TLBI ASIDE1IS drops those of one");
    sys_write(ttbr0_el1, (word)lower | (word)1 << 48);
    check(load(at) == value_of(0), "and the other one keeps its page");
    sys_write(ttbr0_el1, (word)lower);
    *entry(at, 3) = 0;
    flush();
}

#define TLBI(form, operand) asm volatile("dsb ish\n\ttlbi " form "\n\tdsb ish\n\tisb" ::"r"(operand) : "memory")

static void maintenance(void) {
    word at = kTest + 3 * ((word)1 << granule);
    word asid = (word)7 << 48, page = at >> 12 & 0xfffffffffff;
    sys_write(ttbr0_el1, (word)root | asid);
    bool gone = true, new = true;
    for (unsigned form = 0; form < 12; ++form) {
        word* slot = entry(at, 3);
        *slot = (word)pages[form % 2] | kInner | kAf | kNotGlobal | kPageEntry;
        barrier();
        gone &= load(at) == value_of(form % 2);
        *slot = 0;
        switch (form) {
        case 0: TLBI("vmalle1", 0); break;
        case 1: TLBI("vmalle1is", 0); break;
        case 2: TLBI("vae1, %0", asid | page); break;
        case 3: TLBI("vae1is, %0", asid | page); break;
        case 4: TLBI("vaae1, %0", page); break;
        case 5: TLBI("vaae1is, %0", page); break;
        case 6: TLBI("vale1, %0", asid | page); break;
        case 7: TLBI("vale1is, %0", asid | page); break;
        case 8: TLBI("vaale1, %0", page); break;
        case 9: TLBI("vaale1is, %0", page); break;
        case 10: TLBI("aside1, %0", asid); break;
        default: TLBI("aside1is, %0", asid); break;
        }
        gone &= load_gives(at, kData, kTranslation + 3);
        *slot = (word)pages[2 + form % 2] | kInner | kAf | kNotGlobal | kPageEntry;
        barrier();
        new &= load(at) == value_of(2 + form % 2);
        *slot = 0;
        flush();
    }
    check(gone, "break: each form of TLBI takes the page away");
    check(new, "make: a new one needs no more");
    sys_write(ttbr0_el1, (word)root);
}

static word translate(unsigned form, word at) {
    switch (form) {
    case 0: asm volatile("at s1e1r, %0\n\tisb" ::"r"(at) : "memory"); break;
    case 1: asm volatile("at s1e1w, %0\n\tisb" ::"r"(at) : "memory"); break;
    case 2: asm volatile("at s1e0r, %0\n\tisb" ::"r"(at) : "memory"); break;
    default: asm volatile("at s1e0w, %0\n\tisb" ::"r"(at) : "memory"); break;
    }
    return sys_read(par_el1);
}

static void questions(void) {
    word pa = (word)pages[1];
    map(kTest, pa, kInner | kAf | kReadOnly | kUser);
    word par = translate(0, kTest + 0x123);
    check((par & 0xfffffffff001) == (pa & 0xfffffffff000) && par >> 56 == 0xff, "AT S1E1R: address and attributes");
    check((translate(2, kTest) & 1) == 0, "AT S1E0R");
    check((translate(1, kTest) & 0x7f) == (1 | (kPermission + 3) << 1) && (translate(3, kTest) & 0x7f) == (1 | (kPermission + 3) << 1), "AT S1E1W, S1E0W: a permission fault, in PAR_EL1");
    check((translate(0, kTest + ((word)1 << granule)) & 0x7f) == (1 | (kTranslation + 3) << 1), "a translation fault");
    *entry(kTest, 3) = 0;
    flush();
}

static bool has_granule(unsigned bits) {
    word features = sys_read(id_aa64mmfr0_el1);
    return bits == 12 ? (features >> 28 & 15) != 15 : bits == 14 ? (features >> 20 & 15) != 0 : (features >> 24 & 15) != 15;
}

int main(void) {
    print("paging %s\n", kArch);
    on_trap = record_and_skip;
    for (unsigned bits = 12; bits <= 16; bits += 2) {
        if (!has_granule(bits)) {
            continue;
        }
        print("granule of %u bits\n", bits);
        fill();
        begin(bits);
        levels();
        contiguous();
        permissions();
        fill();
        hardware_updates();
        ranges();
        address_spaces();
        maintenance();
        questions();
        end();
    }
    return finish();
}
