/* Runs each program of the image from a known state and prints one line with the digest of all that it left behind, or everything
   in full. The same image runs on both machines, so the harness trusts neither: it uses the plainest instructions only. */
#include "../common.h"
#include "harness.h"

struct program {
    reg entry, end, flags, seed, modes, index, dump, setup, pokes, poke_count;
    reg pstate, fpcr, fpsr, sp;
    reg x[31], unused;
    reg v[64];
};

struct log_entry {
    reg level, vector, syndrome, address, intermediate, link, saved, pstate;
};

struct context {
    reg host[14];
    reg x[31], unused;
    reg v[64];
    reg fpcr, fpsr;
    reg vector, big_endian;
    /* From here on for C alone. */
    const struct program *program;
    reg modes, traps, logged;
    reg sp, pstate;
    struct log_entry log[LIMIT_LOG];
};

_Static_assert(__builtin_offsetof(struct context, x) == CONTEXT_X && __builtin_offsetof(struct context, v) == CONTEXT_V, "see harness.h");
_Static_assert(__builtin_offsetof(struct context, vector) == CONTEXT_VECTOR && __builtin_offsetof(struct context, big_endian) == CONTEXT_BIG_ENDIAN,
               "see harness.h");
_Static_assert(__builtin_offsetof(struct program, pstate) == PROGRAM_PSTATE && __builtin_offsetof(struct program, x) == PROGRAM_X &&
               __builtin_offsetof(struct program, v) == PROGRAM_V, "see harness.h");

extern const struct program *const programs[];
extern const reg program_count;
extern char el1_vectors[], el2_vectors[], el3_vectors[];
void enter_program(struct context *, const struct program *);
static struct context context;

#define READ(name) ({ reg value_; __asm__ volatile("mrs %0, " #name : "=r"(value_)::"memory"); value_; })
#define WRITE(name, value) ({ __asm__ volatile("msr " #name ", %0" ::"r"((reg)(value)) : "memory"); })

static void put(char c) { *(volatile uint32_t *)0x09000000 = (uint8_t)c; }

/* The compiler copies structures with it. */
void *memcpy(void *to, const void *from, unsigned long size) {
    for (unsigned long n = 0; n < size; ++n)
        ((volatile char *)to)[n] = ((const volatile char *)from)[n];
    return to;
}

/* Semihosting: SYS_EXIT with ADP_Stopped_ApplicationExit. */
static void stop(reg status) {
    static reg block[2];
    block[0] = 0x20026;
    block[1] = status;
    register reg operation __asm__("x0") = 0x18;
    register reg argument __asm__("x1") = (reg)block;
    __asm__ volatile("hlt #0xf000" : "+r"(operation) : "r"(argument) : "memory");
    for (;;) {
    }
}

/* ---- preparation */

reg flat_root[512] __attribute__((aligned(4096)));
static reg flat_low[512] __attribute__((aligned(4096)));
static reg flat_ram[512] __attribute__((aligned(4096)));
/* The same for regimes whose tables have the other order of bytes; programs name the first one. */
reg flat_root_big[512] __attribute__((aligned(4096)));
static reg flat_low_big[512] __attribute__((aligned(4096)));
static reg flat_ram_big[512] __attribute__((aligned(4096)));

enum { VALID = 1, TABLE = 3, DEVICE = 1 << 2, USER = 1 << 6, READ_ONLY = 1 << 7, SHARED = 3 << 8, ACCESSED = 1 << 10 };
#define NEVER_PRIVILEGED ((reg)1 << 53)
#define NEVER ((reg)1 << 54)

/* Everything at its own address, for all regimes alike: text, data, scratch memory, tables and pages, each in blocks of 2 MiB. */
static void make_flat_tables(void) {
    const reg ram = VALID | SHARED | ACCESSED;
    flat_root[0] = (reg)flat_low | TABLE;
    flat_root[1] = (reg)flat_ram | TABLE;
    flat_low[0x09000000 >> 21] = 0x09000000 | VALID | ACCESSED | DEVICE | NEVER | NEVER_PRIVILEGED;
    flat_low[0x08000000 >> 21] = 0x08000000 | VALID | ACCESSED | DEVICE | NEVER | NEVER_PRIVILEGED;
    flat_ram[1] = 0x40200000 | ram | USER | READ_ONLY;
    flat_ram[2] = 0x40400000 | ram | NEVER | NEVER_PRIVILEGED;
    flat_ram[3] = 0x40600000 | ram | USER | NEVER | NEVER_PRIVILEGED;
    flat_ram[4] = 0x40800000 | ram | NEVER | NEVER_PRIVILEGED;
}

static void make_big_endian_tables(void) {
    for (unsigned n = 0; n < 512; ++n) {
        flat_low_big[n] = __builtin_bswap64(flat_low[n]);
        flat_ram_big[n] = __builtin_bswap64(flat_ram[n]);
    }
    flat_root_big[0] = __builtin_bswap64((reg)flat_low_big | TABLE);
    flat_root_big[1] = __builtin_bswap64((reg)flat_ram_big | TABLE);
}

static int has_vhe(void) { return (READ(id_aa64mmfr1_el1) & 0xf00) != 0; }
static int has_pauth(void) { return (READ(id_aa64isar1_el1) & 0xff0) != 0; }

static void forget_translations(void) {
    __asm__ volatile("dsb sy\n tlbi alle1\n tlbi alle2\n tlbi alle3\n ic iallu\n dsb sy\n isb" ::: "memory");
}

static void prepare_keys(void) {
    if (!has_pauth())
        return;
    WRITE(s3_0_c2_c1_0, 0), WRITE(s3_0_c2_c1_1, 0), WRITE(s3_0_c2_c1_2, 0), WRITE(s3_0_c2_c1_3, 0);
    WRITE(s3_0_c2_c2_0, 0), WRITE(s3_0_c2_c2_1, 0), WRITE(s3_0_c2_c2_2, 0), WRITE(s3_0_c2_c2_3, 0);
    WRITE(s3_0_c2_c3_0, 0), WRITE(s3_0_c2_c3_1, 0);
}

static void prepare_debug(void) {
    WRITE(mdscr_el1, 0), WRITE(mdcr_el3, 0), WRITE(mdcr_el2, READ(pmcr_el0) >> 11 & 31), WRITE(oslar_el1, 0), WRITE(osdlr_el1, 0);
#define NO_BREAKPOINT(n) WRITE(dbgbcr##n##_el1, 0), WRITE(dbgbvr##n##_el1, 0)
#define NO_WATCHPOINT(n) WRITE(dbgwcr##n##_el1, 0), WRITE(dbgwvr##n##_el1, 0)
    NO_BREAKPOINT(0), NO_BREAKPOINT(1), NO_BREAKPOINT(2), NO_BREAKPOINT(3), NO_BREAKPOINT(4), NO_BREAKPOINT(5);
    NO_WATCHPOINT(0), NO_WATCHPOINT(1), NO_WATCHPOINT(2), NO_WATCHPOINT(3);
#undef NO_BREAKPOINT
#undef NO_WATCHPOINT
}

static void prepare_timers(void) {
    WRITE(cntkctl_el1, 0), WRITE(cnthctl_el2, 3), WRITE(cntvoff_el2, 0);
    WRITE(cntp_ctl_el0, 0), WRITE(cntv_ctl_el0, 0), WRITE(cnthp_ctl_el2, 0), WRITE(cntps_ctl_el1, 0);
    WRITE(cntp_cval_el0, 0), WRITE(cntv_cval_el0, 0), WRITE(cnthp_cval_el2, 0), WRITE(cntps_cval_el1, 0);
    if (has_vhe())
        WRITE(s3_4_c14_c3_1, 0), WRITE(s3_4_c14_c3_2, 0); /* CNTHV_CTL_EL2, CNTHV_CVAL_EL2 */
}

static void prepare_translation(void) {
    const reg memory = 25 | 1 << 8 | 1 << 10 | 3 << 12; /* 39 bits, write-back, inner shareable */
    WRITE(mair_el1, 0x044400ff), WRITE(mair_el2, 0x044400ff), WRITE(mair_el3, 0x044400ff);
    WRITE(tcr_el1, memory | 25 << 16 | 1 << 23 | (reg)2 << 32);
    WRITE(tcr_el2, memory | 1U << 31 | 1 << 23 | 2 << 16), WRITE(tcr_el3, memory | 1U << 31 | 1 << 23 | 2 << 16);
    WRITE(ttbr0_el1, flat_root), WRITE(ttbr1_el1, 0), WRITE(ttbr0_el2, flat_root), WRITE(ttbr0_el3, flat_root);
    WRITE(vttbr_el2, 0), WRITE(vtcr_el2, 1U << 31 | 25 | 1 << 6 | 2 << 16);
    WRITE(sctlr_el1, 0x30d00800 | 0x1005 | 1 << 26 | 1 << 18 | 1 << 16 | 1 << 15 | 1 << 14 | 1 << 9);
    WRITE(sctlr_el2, 0x30c50830 | 0x1005), WRITE(sctlr_el3, 0x30c50830 | 0x1005);
}

static void prepare_machine(void) {
    const reg keys = has_pauth() ? 3 : 0;
    WRITE(scr_el3, 0x531 | keys << 16), WRITE(hcr_el2, 1U << 31 | keys << 40);
    WRITE(cptr_el3, 0), WRITE(cptr_el2, 0x33ff), WRITE(cpacr_el1, 3 << 20), WRITE(hstr_el2, 0);
    prepare_translation();
    WRITE(vbar_el1, el1_vectors), WRITE(vbar_el2, el2_vectors), WRITE(vbar_el3, el3_vectors);
    WRITE(esr_el1, 0), WRITE(far_el1, 0), WRITE(elr_el1, 0), WRITE(spsr_el1, 0), WRITE(par_el1, 0);
    WRITE(esr_el2, 0), WRITE(far_el2, 0), WRITE(elr_el2, 0), WRITE(spsr_el2, 0), WRITE(hpfar_el2, 0), WRITE(far_el3, 0);
    WRITE(contextidr_el1, 0), WRITE(tpidr_el0, 0), WRITE(tpidr_el1, 0), WRITE(tpidrro_el0, 0), WRITE(tpidr_el2, 0);
    WRITE(pmuserenr_el0, 0), WRITE(vmpidr_el2, 0x80000000), WRITE(vpidr_el2, 0x410fd034);
    prepare_keys();
    prepare_debug();
    prepare_timers();
    forget_translations();
}

/* Pages are made of "svc #n", so that a jump to any word of them comes back at once. */
static uint32_t page_word(reg at) { return 0xd4000001U | (uint32_t)(at >> 2 & 0xffff) << 5; }
static reg table_bytes(const struct program *p) { return (p->flags >> FLAG_TABLES_SHIFT & 0xfff) << 12; }
static reg page_bytes(const struct program *p) { return (p->flags >> FLAG_PAGES_SHIFT & 0xfff) << 12; }

static void prepare_memory(const struct program *p) {
    fill(SCRATCH - SCRATCH_HALF, 2 * SCRATCH_HALF, (uint32_t)p->seed);
    for (reg at = TABLES; at < TABLES + table_bytes(p); at += 8)
        *(reg *)at = 0;
    for (reg at = PAGES; at < PAGES + page_bytes(p); at += 4)
        *(uint32_t *)at = page_word(at);
    const reg *poke = (const reg *)p->pokes;
    for (reg n = 0; n < p->poke_count; ++n)
        *(reg *)poke[2 * n] = poke[2 * n + 1];
}

/* ---- exceptions */

enum { EC_SMC = 0x17, EC_SVC = 0x15, EC_ILLEGAL = 0x0e, EC_DATA_LOWER = 0x24, EC_DATA_SAME = 0x25,
       EC_STEP_LOWER = 0x32, EC_STEP_SAME = 0x33, EC_WATCH_LOWER = 0x34, EC_WATCH_SAME = 0x35 };

static reg class_of(reg syndrome) { return syndrome >> 26 & 63; }
static int is_fetch(reg class) { return class == 0x20 || class == 0x21 || class == 0x22; }
static int is_data(reg class) { return class == EC_DATA_LOWER || class == EC_DATA_SAME; }
static int has_address(reg class) { return is_fetch(class) || is_data(class) || class == EC_WATCH_LOWER || class == EC_WATCH_SAME; }
static int returns_behind(reg class) { return class >= EC_SVC && class <= EC_SMC; }
/* Breakpoints and steps: the instruction has not been executed, and shall be. */
static int returns_to(reg class) { return class == EC_ILLEGAL || (class >= 0x30 && class <= EC_STEP_SAME); }

/* Addresses in the program are logged as if it started here, so that it does not matter where in the image it lies. */
static reg relative(const struct program *p, reg address) {
    return address - p->entry <= p->end - p->entry ? address - p->entry + 0x50000000 : address;
}

static int of_vectors(reg address, const char *vectors) { return address - (reg)vectors < 0x800; }

/* Where QEMU 7.2 says more than it may, or something else (difftest/aarch64/known.py): what a hypervisor wants to know of an instruction is
   for faults of stage 2 alone, and the level of one in the middle of stage 1 is that of stage 2. */
static reg syndrome_of(const struct log_entry *e) {
    enum { S1PTW = 1 << 7, LEVEL = 3 };
    const reg class = class_of(e->syndrome);
    const int stage2 = class == 0x24 && (e->syndrome & 63) != 0x21 && (READ(hcr_el2) >> 27 & 1) == 0;
    if (e->level == 2 && (class == 0x20 || class == 0x24) && (e->syndrome & S1PTW) != 0)
        return e->syndrome & ~(reg)LEVEL;
    return e->level == 2 && (class == 0x24 || class == 0x25) && !stage2 ? e->syndrome & ~(reg)0x1ffc000 : e->syndrome;
}

/* What the exception was, seen through the registers of the level that took it. */
static struct log_entry look(const struct context *c) {
    const reg link = READ(elr_el3);
    struct log_entry e = {.level = 3, .vector = c->vector, .syndrome = READ(esr_el3), .address = READ(far_el3), .link = link,
                          .saved = READ(spsr_el3)};
    const int forwarded = class_of(e.syndrome) == EC_SMC && (c->vector & 3) == 0;
    if (forwarded && of_vectors(link, el1_vectors)) {
        e = (struct log_entry){.level = 1, .vector = (link - (reg)el1_vectors) >> 7, .syndrome = READ(esr_el1), .address = READ(far_el1),
                               .link = READ(elr_el1), .saved = READ(spsr_el1), .pstate = e.saved};
    } else if (forwarded && of_vectors(link, el2_vectors)) {
        e = (struct log_entry){.level = 2, .vector = (link - (reg)el2_vectors) >> 7, .syndrome = READ(esr_el2), .address = READ(far_el2),
                               .link = READ(elr_el2), .saved = READ(spsr_el2), .pstate = e.saved};
        if (class_of(e.syndrome) == 0x20 || class_of(e.syndrome) == 0x24)
            e.intermediate = READ(hpfar_el2);
    }
    e.syndrome = syndrome_of(&e);
    e.pstate &= 0x0fffffff; /* the flags stay (AArch64.TakeException); QEMU 7.2 clears them */
    e.saved &= ~(reg)0xc00; /* PSTATE.BTYPE: QEMU's `max` has FEAT_BTI, Medley's has not */
    if (of_vectors(e.link, el1_vectors) || of_vectors(e.link, el2_vectors))
        e.saved &= 0x0fffffff; /* HCR_EL2.TSC caught the call of a vector: as above */
    if ((e.vector & 3) != 0)
        e.syndrome = 0; /* of an interrupt: it has none */
    if (!has_address(class_of(e.syndrome)))
        e.address = 0;
    if (class_of(e.syndrome) == EC_WATCH_LOWER || class_of(e.syndrome) == EC_WATCH_SAME) /* any address in the block of DC ZVA's size */
        e.address &= ~(reg)63;
    if (is_data(class_of(e.syndrome)) && (e.syndrome & 63) == 0x10)
        e.address &= ~(reg)15; /* an external abort: which byte of a misaligned access is not said */
    return e;
}

static void append(struct context *c, const struct log_entry *e) {
    if (c->logged < LIMIT_LOG) {
        c->log[c->logged] = *e;
        c->log[c->logged].link = relative(c->program, e->link);
        c->log[c->logged].address = relative(c->program, e->address);
    }
    ++c->logged;
}

/* Where an exception returns to. */
static reg next_address(const struct context *c, const struct log_entry *e) {
    const struct program *p = c->program;
    const reg class = class_of(e->syndrome);
    reg next = e->link;
    if ((e->vector & 3) != 0)
        return next;
    if (is_fetch(class) || next - p->entry > p->end - p->entry)
        next = c->x[27];
    else if (!returns_behind(class) && !returns_to(class))
        next += 4;
    return next;
}

/* The level and stack that the stream of modes has next. */
static reg next_mode(struct context *c, reg saved) {
    static const reg modes[4] = {0, 5, 9, 12};
    if ((c->program->flags & FLAG_RANDOM_MODES) == 0)
        return saved & 15;
    const reg picked = c->modes & 7;
    c->modes = c->modes >> 3 | picked << 61;
    const reg mode = picked < 4 ? modes[picked] : saved & 15;
    return mode == 5 && (READ(hcr_el2) >> 27 & 1) != 0 ? 9 : mode; /* TGE: there is no EL1 to return to */
}

static void keep(struct context *c, reg saved) {
    c->pstate = saved;
    c->sp = (saved & 15) == 5 ? READ(sp_el1) : (saved & 15) == 9 ? READ(sp_el2) : READ(sp_el0);
    WRITE(cptr_el3, 0);
}

/* The instruction that a breakpoint is for shall be executed. */
static void drop_breakpoints(reg link) {
#define DROP(n) (READ(dbgbvr##n##_el1) == link ? WRITE(dbgbcr##n##_el1, 0) : (void)0)
    DROP(0), DROP(1), DROP(2), DROP(3);
#undef DROP
}

static void quieten(const struct log_entry *e) {
    const reg class = class_of(e->syndrome);
    if ((e->vector & 3) != 0)
        prepare_timers();
    if (class == 0x30 || class == 0x31)
        drop_breakpoints(e->link);
}

/* 0: go on; 1: the program has ended. */
int trapped(struct context *c) {
    const struct program *p = c->program;
    const struct log_entry e = look(c);
    if (c->vector >= 4 && c->vector < 8) {
        put_text("the harness itself: "), put_hex(e.syndrome, 16), put(' '), put_hex(e.link, 16), put(' '), put_hex(READ(far_el3), 16), put('\n');
        stop(1);
    }
    keep(c, e.saved);
    if ((e.vector & 3) == 0 && e.link == p->end)
        return 1;
    append(c, &e);
    const reg next = next_address(c, &e);
    if (++c->traps > LIMIT_TRAPS || next - p->entry > p->end - p->entry)
        return 1;
    quieten(&e);
    reg saved = e.saved & ~((reg)1 << 20 | (reg)1 << 21 | 15);
    if (class_of(e.syndrome) == EC_STEP_LOWER || class_of(e.syndrome) == EC_STEP_SAME)
        saved |= 1 << 21;
    WRITE(elr_el3, next);
    WRITE(spsr_el3, saved | next_mode(c, e.saved));
    return 0;
}

/* ---- results */

static void mix_results(const struct context *c) {
    for (unsigned n = 0; n < 31; ++n)
        mix(c->x[n]);
    for (unsigned n = 0; n < 64; ++n)
        mix(c->v[n]);
    mix(c->sp), mix(c->fpcr), mix(c->fpsr), mix(c->pstate), mix(c->logged);
    for (reg n = 0; n < c->logged && n < LIMIT_LOG; ++n) {
        const struct log_entry *e = &c->log[n];
        mix(e->level), mix(e->vector), mix(e->syndrome), mix(e->address), mix(e->intermediate), mix(e->link), mix(e->saved), mix(e->pstate);
    }
    mix_range(SCRATCH - SCRATCH_HALF, 2 * SCRATCH_HALF);
    mix_range(TABLES, table_bytes(c->program));
    mix_range(PAGES, page_bytes(c->program));
}

static void dump_log(const struct context *c) {
    for (reg n = 0; n < c->logged && n < LIMIT_LOG; ++n) {
        const struct log_entry *e = &c->log[n];
        put_text("to EL"), put_hex(e->level, 1), put_text(" vector="), put_hex(e->vector, 1);
        put_text(" esr="), put_hex(e->syndrome, 10), put_text(" far="), put_hex(e->address, 16);
        put_text(" hpfar="), put_hex(e->intermediate, 12), put_text(" elr="), put_hex(e->link, 16);
        put_text(" spsr="), put_hex(e->saved, 8), put_text(" pstate="), put_hex(e->pstate, 8), put('\n');
    }
}

static void dump_memory(const struct program *p) {
    uint32_t seed = (uint32_t)p->seed;
    for (reg at = SCRATCH - SCRATCH_HALF; at < SCRATCH + SCRATCH_HALF; at += 4)
        dump_word(at, seed = next_random(seed));
    for (reg at = TABLES; at < TABLES + table_bytes(p); at += 4)
        dump_word(at, 0);
    for (reg at = PAGES; at < PAGES + page_bytes(p); at += 4)
        dump_word(at, page_word(at));
}

static void dump(const struct context *c) {
    for (unsigned n = 0; n < 31; ++n)
        put_register("x", n, c->x[n], 16);
    put_text("sp="), put_hex(c->sp, 16), put('\n');
    for (unsigned n = 0; n < 32; ++n)
        put_register("vh", n, c->v[2 * n + 1], 16);
    for (unsigned n = 0; n < 32; ++n)
        put_register("vl", n, c->v[2 * n], 16);
    put_text("fpcr="), put_hex(c->fpcr, 8), put_text("\nfpsr="), put_hex(c->fpsr, 8);
    put_text("\npstate="), put_hex(c->pstate, 8), put('\n');
    dump_log(c);
    dump_memory(c->program);
}

static void run(const struct program *p) {
    struct context *c = &context;
    prepare_machine();
    prepare_memory(p);
    forget_translations();
    if (p->setup)
        ((void (*)(void))p->setup)();
    forget_translations();
    WRITE(sp_el0, p->sp), WRITE(sp_el1, p->sp), WRITE(sp_el2, p->sp);
    c->program = p;
    c->modes = p->modes;
    c->big_endian = p->flags & FLAG_BIG_ENDIAN;
    c->traps = c->logged = 0;
    enter_program(c, p);
    prepare_machine();
    digest = 0;
    mix_results(c);
    put_text("P "), put_hex(p->index, 8), put(' '), put_hex(digest, 16), put('\n');
    if (p->dump)
        dump(c);
}

void harness_main(void) {
    make_flat_tables();
    make_big_endian_tables();
    for (reg n = 0; n < program_count; ++n)
        run(programs[n]);
    put_text("end\n");
    stop(0);
}
