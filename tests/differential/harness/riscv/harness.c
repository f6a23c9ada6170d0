/* Runs each program of the image from a known state and prints one line with the digest of all that it left behind, or everything
   in full. The same image runs on both machines, so the harness trusts neither: it uses the plainest instructions only. */
#include "../common.h"
#include "harness.h"

struct program {
    reg entry, end, flags, fcsr, seed, modes, index, dump;
    reg x[32];
    uint64_t f[32];
};

struct log_entry {
    reg kind; /* 'M' or 'S': a trap; 'V': a value that the program recorded */
    reg vector, cause, epc, tval, status;
};

struct context {
    reg host[16];
    reg x[32];
    uint64_t f[32];
    reg fcsr;
    reg vector;
    reg excursion;
    /* From here on for C alone. */
    const struct program *program;
    reg modes;
    reg traps;
    reg logged;
    struct log_entry log[LIMIT_LOG];
};

_Static_assert(__builtin_offsetof(struct context, excursion) == CONTEXT_EXCURSION, "see harness.h");
_Static_assert(__builtin_offsetof(struct program, f) == PROGRAM_F, "see harness.h");

extern const struct program *const programs[];
extern const reg program_count;
extern char machine_vectors[], supervisor_vectors[], supervisor_vectors_end[];
void enter_program(struct context *, const struct program *);
struct context context;

#define CSR_WRITE(name, value) __asm__ volatile("csrw " #name ", %0" ::"rK"((reg)(value)) : "memory")
#define CSR_SET(name, value) __asm__ volatile("csrs " #name ", %0" ::"rK"((reg)(value)) : "memory")
#define CSR_CLEAR(name, value) __asm__ volatile("csrc " #name ", %0" ::"rK"((reg)(value)) : "memory")
#define CSR_READ(name) ({ reg value_; __asm__ volatile("csrr %0, " #name : "=r"(value_)::"memory"); value_; })

/* ---- output */

static void put(char c) {
    volatile uint8_t *uart = (volatile uint8_t *)0x10000000;
    while ((uart[5] & 0x20) == 0) {
    }
    uart[0] = (uint8_t)c;
}

/* ---- preparation */

/* Pages are made of "addi t2, zero, n; ecall", so that a jump to any word of them comes back soon. */
static uint32_t page_word(reg at) { return at & 4 ? 0x00000073U : 0x00000393U | (uint32_t)((at >> 3 & 0x7ff) << 20); }

static void prepare_tables(void) {
    for (reg at = TABLES; at < TABLES + TABLE_PAGES * 4096; at += sizeof(reg))
        *(reg *)at = 0;
    for (reg at = PAGES; at < PAGES + PAGE_COUNT * 4096; at += 4)
        *(uint32_t *)at = page_word(at);
}

static void open_pmp(void) {
    CSR_WRITE(pmpcfg0, 0);
#if __riscv_xlen == 64
    CSR_WRITE(pmpcfg2, 0);
    CSR_WRITE(pmpaddr15, ~0UL >> 10);
    CSR_WRITE(pmpcfg2, 0x1f00000000000000);
#else
    CSR_WRITE(pmpcfg1, 0);
    CSR_WRITE(pmpcfg2, 0);
    CSR_WRITE(pmpcfg3, 0);
    CSR_WRITE(pmpaddr15, ~0UL);
    CSR_WRITE(pmpcfg3, 0x1f000000);
#endif
    __asm__ volatile(".irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14\n csrw pmpaddr\\n, zero\n .endr" ::: "memory");
}

static void prepare_machine(reg flags) {
    const reg vectored = (flags & FLAG_VECTORED) != 0;
    CSR_WRITE(mstatus, 0x2000); /* FS initial */
    CSR_WRITE(mie, 0);
    CSR_WRITE(mip, 0);
    CSR_WRITE(medeleg, 0);
    CSR_WRITE(mideleg, 0);
    CSR_WRITE(mtvec, (reg)machine_vectors | vectored);
    CSR_WRITE(stvec, (reg)supervisor_vectors | vectored);
    CSR_WRITE(satp, 0);
    CSR_WRITE(mepc, 0);
    CSR_WRITE(mcause, 0);
    CSR_WRITE(mtval, 0);
    CSR_WRITE(sepc, 0);
    CSR_WRITE(scause, 0);
    CSR_WRITE(stval, 0);
    CSR_WRITE(sscratch, 0);
    CSR_WRITE(mcounteren, 0);
    CSR_WRITE(scounteren, 0);
    CSR_WRITE(senvcfg, 0);
    CSR_WRITE(mcountinhibit, 0);
    /* Accessed and dirty bits are updated in hardware (Svadu), as the oracle always does; PBMT as far as it exists. */
#if __riscv_xlen == 64
    CSR_WRITE(menvcfg, 3UL << 61);
#else
    CSR_WRITE(menvcfg, 0);
    __asm__ volatile("csrw 0x31a, %0" ::"r"(1UL << 29)); /* menvcfgh */
#endif
    open_pmp();
    if (flags & FLAG_TABLES)
        prepare_tables();
    __asm__ volatile("sfence.vma\n fence.i" ::: "memory");
}

/* ---- traps */

static struct log_entry *append(reg kind) {
    static struct log_entry overflow;
    struct log_entry *entry = context.logged < LIMIT_LOG ? &context.log[context.logged] : &overflow;
    ++context.logged;
    entry->kind = kind;
    entry->vector = entry->epc = entry->tval = entry->status = 0;
    return entry;
}

void record_value(reg value) { append('V')->cause = value; }

/* Addresses in the program are logged as if it started here, so that it does not matter where in the image it lies. */
#define LOGGED_ENTRY 0x50000000

static reg relative(const struct program *program, reg address) {
    return address - program->entry <= program->end - program->entry ? address - program->entry + LOGGED_ENTRY : address;
}

/* Where the oracle is known to be wrong, it is put right, there alone (difftest/known.py): for atomic operations that need to read what
   they may not, QEMU 7 reports the cause of a load, though they have causes of their own (Unprivileged, "A"; Privileged 3.1.15). */
static int on_oracle(void) { return CSR_READ(marchid) >> 16 == 7; }

/* The stubs may run at an alias of theirs, which differs in the upper bits alone; all else runs where it is. */
static reg physical_code(reg epc) { return 0x80000000U | (epc & 0x3fffff); }

static reg corrected(reg cause, reg epc) {
    if (!on_oracle() || (cause != 4 && cause != 5 && cause != 13))
        return cause;
    const uint32_t code = (uint32_t)*(const uint16_t *)epc | (uint32_t)((const uint16_t *)epc)[1] << 16;
    return (code & 0x7f) == 0x2f && code >> 27 != 2 ? cause + 2 : cause;
}

static reg next_mode(struct context *c, reg mode) {
    if ((c->program->flags & FLAG_RANDOM_MODES) == 0)
        return mode;
    const reg picked = c->modes & 3;
    c->modes = c->modes >> 2 | picked << (8 * sizeof(reg) - 2);
    return picked == 2 ? mode : picked;
}

/* What the trap was, seen through the registers of the mode that took it. Returns the interrupted program counter. */
static reg log_trap(struct context *c, reg *cause, reg *mode) {
    const struct program *p = c->program;
    reg epc = CSR_READ(mepc);
    const reg status = CSR_READ(mstatus);
    const reg interrupt = ~(~0UL >> 1);
    *cause = CSR_READ(mcause);
    *mode = status >> 11 & 3;
    if (*cause == 9 && epc - (reg)supervisor_vectors < (reg)(supervisor_vectors_end - supervisor_vectors)) {
        struct log_entry *entry = append('S');
        entry->vector = (epc - (reg)supervisor_vectors) >> 2;
        entry->cause = *cause = CSR_READ(scause);
        epc = CSR_READ(sepc);
        if (*cause == 3)
            CSR_WRITE(stval, 0);
        entry->tval = relative(p, CSR_READ(stval));
        entry->status = status & 0xde133; /* SIE, SPIE, SPP, FS, MPRV, SUM, MXR; MIE and MPIE were changed by the way here */
        *mode = status >> 8 & 1;
        entry->epc = relative(p, epc);
        CSR_WRITE(sepc, p->end); /* so that no SRET comes back here for ever */
    } else {
        struct log_entry *entry = append('M');
        entry->vector = c->vector;
        if (*cause == 3)
            CSR_WRITE(mtval, 0); /* may be 0, as the oracle has it, or the address (Privileged 3.1.16) */
        entry->cause = *cause = corrected(*cause, physical_code(epc));
        entry->epc = relative(p, epc);
        entry->tval = relative(p, CSR_READ(mtval));
        entry->status = status & 0x7e79aa;
    }
    if (*cause & interrupt)
        CSR_CLEAR(mie, 1UL << (*cause & 31));
    return epc;
}

/* 0: go on at mepc; 1: the program has ended. */
int machine_trapped(struct context *c) {
    const struct program *p = c->program;
    reg cause, mode;
    CSR_CLEAR(mstatus, 0x20000); /* MPRV: the harness means M */
    const reg epc = log_trap(c, &cause, &mode);
    const reg interrupt = ~(~0UL >> 1);
    if (++c->traps > LIMIT_TRAPS)
        return 1;
    if (c->excursion) {
        CSR_WRITE(mepc, c->excursion);
        c->excursion = 0;
        CSR_SET(mstatus, 0x1800);
        return 0;
    }
    if (epc == p->end && (cause & interrupt) == 0)
        return 1;
    reg next = epc;
    if ((cause & interrupt) == 0) {
        if (epc - p->entry > p->end - p->entry)
            return 1;
        next += (*(const uint16_t *)epc & 3) == 3 ? 4 : 2;
        mode = next_mode(c, mode);
    }
    CSR_WRITE(mepc, next);
    CSR_CLEAR(mstatus, 0x1800);
    CSR_SET(mstatus, mode << 11);
    return 0;
}

/* ---- results */

static void mix_results(const struct context *c) {
    for (unsigned n = 1; n < 32; ++n)
        mix(c->x[n]);
    if (c->program->flags & FLAG_FLOAT) {
        for (unsigned n = 0; n < 32; ++n)
            mix64(c->f[n]);
        mix(c->fcsr);
    }
    mix(c->logged);
    for (reg n = 0; n < c->logged && n < LIMIT_LOG; ++n) {
        const struct log_entry *e = &c->log[n];
        mix(e->kind), mix(e->vector), mix(e->cause), mix(e->epc), mix(e->tval), mix(e->status);
    }
    mix_range(SCRATCH - SCRATCH_HALF, 2 * SCRATCH_HALF);
    if (c->program->flags & FLAG_TABLES) {
        mix_range(TABLES, TABLE_PAGES * 4096);
        if ((c->program->flags & FLAG_LOCKED) == 0)
            mix_range(PAGES, PAGE_COUNT * 4096);
    }
}

static void dump_log(const struct context *c) {
    const unsigned digits = 2 * sizeof(reg);
    for (reg n = 0; n < c->logged && n < LIMIT_LOG; ++n) {
        const struct log_entry *e = &c->log[n];
        put((char)e->kind);
        if (e->kind != 'V') {
            put_text(" vector="), put_hex(e->vector, 2);
            put_text(" cause="), put_hex(e->cause, digits);
            put_text(" epc="), put_hex(e->epc, digits);
            put_text(" tval="), put_hex(e->tval, digits);
            put_text(" status="), put_hex(e->status, digits);
        } else {
            put_text(" value="), put_hex(e->cause, digits);
        }
        put('\n');
    }
}

static void dump_memory(const struct program *p) {
    uint32_t seed = (uint32_t)p->seed;
    for (reg at = SCRATCH - SCRATCH_HALF; at < SCRATCH + SCRATCH_HALF; at += 4)
        dump_word(at, seed = next_random(seed));
    if ((p->flags & FLAG_TABLES) == 0)
        return;
    for (reg at = TABLES; at < TABLES + TABLE_PAGES * 4096; at += 4)
        dump_word(at, 0);
    for (reg at = PAGES; at < PAGES + PAGE_COUNT * 4096 && (p->flags & FLAG_LOCKED) == 0; at += 4)
        dump_word(at, page_word(at));
}

static void dump(const struct context *c) {
    const unsigned digits = 2 * sizeof(reg);
    for (unsigned n = 0; n < 32; ++n)
        put_register("x", n, n == 0 ? 0 : c->x[n], digits);
    if (c->program->flags & FLAG_FLOAT) {
        for (unsigned n = 0; n < 32; ++n)
            put_register("f", n, c->f[n], 16);
        put_text("fcsr="), put_hex(c->fcsr, 2), put('\n');
    }
    dump_log(c);
    dump_memory(c->program);
}

static void run(const struct program *p) {
    struct context *c = &context;
    fill(SCRATCH - SCRATCH_HALF, 2 * SCRATCH_HALF, (uint32_t)p->seed);
    prepare_machine(p->flags);
    for (unsigned n = 0; n < 32; ++n)
        c->x[n] = 0;
    c->program = p;
    c->modes = p->modes;
    c->traps = c->logged = c->excursion = 0;
    CSR_CLEAR(mstatus, 0x1800);
    CSR_SET(mstatus, (p->flags >> FLAG_START_SHIFT & 3) << 11);
    enter_program(c, p);
    prepare_machine(0);
    digest = 0;
    mix_results(c);
    put_text("P "), put_hex(p->index, 8), put(' '), put_hex(digest, 2 * sizeof(reg)), put('\n');
    if (p->dump)
        dump(c);
}

/* No timer interrupt: time comes to the comparator of hart 0 (of the core-local interruptor) never. */
static void stop_timer(void) {
    volatile uint32_t *const comparator = (volatile uint32_t *)0x02004000;
    comparator[1] = ~0U;
    comparator[0] = ~0U;
}

void harness_main(void) {
    stop_timer();
    for (reg n = 0; n < program_count; ++n)
        run(programs[n]);
    put_text("end\n");
}
