// Watchpoints: every size and alignment against every run of bytes, MASK, LSC, privileges, links. Arm ARM D2.10.
#include "debug.h"

static char buffer[8192] __attribute__((aligned(4096)));
static volatile word destination;

void note_and_disarm(struct trap_frame* f) {
    word pc = f->pc;
    unsigned class = class_of(f->syndrome);
    record_and_skip(f);
    if (class == kWatchEl0 || class == kWatchSame) {
        set_mdscr(sys_read(mdscr_el1) & ~(word)kMde);
        f->pc = pc;
    }
}

#define ACCESS(kind, text)                                                                                             \
    static void kind(word address) {                                                                                   \
        word value = 0;                                                                                                \
        asm volatile(text : "+r"(value) : "r"(address) : "x9", "memory");                                              \
    }
ACCESS(load1, "ldrb %w0, [%1]")
ACCESS(load2, "ldrh %w0, [%1]")
ACCESS(load4, "ldr %w0, [%1]")
ACCESS(load8, "ldr %0, [%1]")
ACCESS(load16, "ldp %0, x9, [%1]")
ACCESS(store1, "strb %w0, [%1]")
ACCESS(store2, "strh %w0, [%1]")
ACCESS(store4, "str %w0, [%1]")
ACCESS(store8, "str %0, [%1]")
ACCESS(store16, "stp %0, %0, [%1]")
ACCESS(load_user, "ldtr %0, [%1]")
ACCESS(exclusive, "ldxr %0, [%1]\n\tstxr w9, %0, [%1]")
ACCESS(only_exclusive_load, "ldxr %0, [%1]\n\tclrex")
ACCESS(zero, "dc zva, %1")
ACCESS(prefetch, "prfm pldl1keep, [%1]")

typedef void access_function(word);

static bool hits(access_function* fn, word address) {
    forget_traps();
    set_mdscr(kMde | kKde);
    fn(address);
    set_mdscr(0);
    return last_trap.count == 1 && class_of(last_trap.syndrome) == kWatchSame;
}
static bool hits_at_el0(access_function* fn, word address) {
    forget_traps();
    set_mdscr(kMde);
    run_at_el0(fn, address);
    set_mdscr(0);
    debug_unmask(); // which the way back from EL0 masks
    return last_trap.count == 1 && class_of(last_trap.syndrome) == kWatchEl0;
}

static void sizes_and_alignments(void) {
    static access_function* const loads[] = {load1, load2, load4, load8, load16};
    static access_function* const stores[] = {store1, store2, store4, store8, store16};
    word middle = (word)buffer + 64;
    unsigned wrong = 0, bad_syndrome = 0, bad_address = 0;
    for (int low = 0; low < 8; ++low) {
        for (int high = low; high < 8; ++high) {
            word bytes = (2u << high) - (1u << low);
            set_watchpoint(1, middle, kOn | kBoth | kAccesses | bas(bytes));
            for (int log = 0; log < 5; ++log) {
                int size = 1 << log;
                for (int at = -size - 1; at <= 9; at += (log + low) % 2 + 1) {
                    bool expected = at <= high && at + size - 1 >= low;
                    bool is_store = (at + low + high) % 2 != 0;
                    bool hit = hits(is_store ? stores[log] : loads[log], middle + (word)at);
                    wrong += hit != expected;
                    if (hit && expected) {
                        bad_syndrome += (last_trap.syndrome & 0x7f) != (kDebugFault | (is_store ? 0x40u : 0));
                        bad_address += last_trap.address - (middle + (word)at) >= (word)size;
                    }
                }
            }
        }
    }
    check(wrong == 0, "accesses of 1 to 16 bytes meet a watchpoint when they share a byte with it, at every alignment");
    check(bad_syndrome == 0, "the syndrome says debug exception, and whether it is a write");
    check(bad_address == 0, "FAR_EL1 is in what was accessed");
    set_watchpoint(1, middle + 4, kOn | kBoth | kAccesses | bas(15));
    check(!hits(load1, middle + 3) && hits(load1, middle + 4) && hits(load1, middle + 7) && !hits(load1, middle + 8),
          "a watchpoint at a word: BAS counts from there");
    set_watchpoint(1, middle, kOn | kBoth | kAccesses | bas(1));
    check(!hits(load1, middle + 4096) && !hits(load1, middle + 8), "and nothing else is met");
    set_watchpoint(1, (word)buffer + 4096, kOn | kBoth | kAccesses | bas(1));
    check(hits(load8, (word)buffer + 4092) && !hits(load4, (word)buffer + 4092), "an access across a page meets what is watched in the second one");
    set_watchpoint(1, 0, 0);
}

static void masks(void) {
    static const unsigned widths[] = {3, 4, 5, 8, 11, 12};
    bool inside = true, outside = true;
    for (unsigned i = 0; i < sizeof widths / sizeof *widths; ++i) {
        word size = (word)1 << widths[i];
        word base = ((word)buffer + 2048) & ~(size - 1);
        set_watchpoint(0, base, kOn | kBoth | kAccesses | bas(0xff) | (word)widths[i] << 24);
        inside &= hits(load1, base) && hits(store1, base + size - 1) && hits(load4, base + size / 2);
        outside &= !hits(load1, base - 1) && !hits(load1, base + size);
    }
    check(inside, "MASK: 8 bytes to a page are watched to the last byte");
    check(outside, "and not the bytes beside");
    set_watchpoint(0, 0, 0);
}

static void kinds(void) {
    word at = (word)buffer + 128;
    set_watchpoint(0, at, kOn | kBoth | kLoads | bas(0xff));
    check(hits(load8, at) && !hits(store8, at), "LSC 1: loads");
    check(hits(only_exclusive_load, at), "an exclusive load is a load");
    check(!hits(zero, at) && !hits(prefetch, at), "DC ZVA and a prefetch are not");
    set_watchpoint(0, at, kOn | kBoth | kStores | bas(0xff));
    check(!hits(load8, at) && hits(store8, at) && last_trap.syndrome & 0x40, "LSC 2: stores");
    check(hits(exclusive, at), "an exclusive store that succeeds is a store");
    check(hits(zero, at), "so is DC ZVA");
    set_watchpoint(0, at + 56, kOn | kBoth | kStores | bas(0xff));
    check(hits(zero, at), "wherever in its block");
    set_watchpoint(0, 0, 0);
}

static void look_at_x0(struct trap_frame* f) {
    destination = f->x[0];
    note_and_disarm(f);
}

static void precise(void) {
    word at = (word)buffer + 256, got = 0;
    *(volatile word*)at = 0x5555;
    set_watchpoint(0, at, kOn | kBoth | kAccesses | bas(0xff));
    on_trap = look_at_x0;
    set_mdscr(kMde | kKde);
    asm volatile("mov x0, #0x77\n\tldr x0, [%1]\n\tmov %0, x0" : "=r"(got) : "r"(at) : "x0", "memory");
    set_mdscr(0);
    check(destination == 0x77 && got == 0x5555, "the exception comes before the load is done, which is done when it is returned to");
    word address = at - 16;
    set_mdscr(kMde | kKde);
    asm volatile("ldr x0, [%0, #16]!" : "+r"(address)::"x0", "memory");
    set_mdscr(0);
    check(address == at, "the base is written once");
    on_trap = note_and_disarm;
    set_watchpoint(0, 0, 0);
}

static void privileges(void) {
    word at = (word)buffer + 512;
    set_watchpoint(0, at, kOn | kEl1 | kAccesses | bas(0xff));
    check(hits(load8, at) && !hits_at_el0(load8, at), "PAC 1: EL1 alone");
    check(!hits(load_user, at), "LDTR at EL1 accesses as EL0 does");
    set_watchpoint(0, at, kOn | kEl0 | kAccesses | bas(0xff));
    check(!hits(load8, at) && hits_at_el0(load8, at) && hits(load_user, at), "PAC 2: EL0 alone, and LDTR");
    set_watchpoint(0, at, kOn | kBoth | kAccesses | bas(0xff));
    check(hits(load8, at) && hits_at_el0(store8, at), "PAC 3: both");
    debug_mask();
    check(!hits(load8, at), "PSTATE.D masks it");
    debug_unmask();
    check(last_trap.count == 0, "for good");
    sys_write(oslar_el1, 1);
    check(!hits(load8, at), "so does the OS lock");
    sys_write(oslar_el1, 0);
    set_watchpoint(0, 0, 0);
}

static void links(void) {
    word at = (word)buffer + 640;
    unsigned last = breakpoints() - 1;
    sys_write(contextidr_el1, 0x4321);
    set_breakpoint(last, 0x4321, kOn | bas(15) | 3 << 20);
    set_watchpoint(3, at, kOn | kBoth | kAccesses | bas(0xff) | (word)last << 16 | 1 << 20);
    check(hits(load8, at), "a watchpoint that is linked to a context is met in it");
    sys_write(contextidr_el1, 0);
    check(!hits(load8, at), "and in no other");
    set_watchpoint(3, 0, 0);
    set_breakpoint(last, 0, 0);
}

int main(void) {
    print("watch %s\n", kArch);
    on_trap = note_and_disarm;
    sys_write(oslar_el1, 0);
    vm_init();
    vm_open_to_el0();
    vm_on();
    debug_unmask();
    sizes_and_alignments();
    masks();
    kinds();
    precise();
    privileges();
    links();
    vm_off();
    return finish();
}
