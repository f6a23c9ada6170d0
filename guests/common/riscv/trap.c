#include "guest.h"

void enter_mode(word status, void (*fn)(word), word argument, word sp);
extern char leave_context[], mode_return[];

enum { kLeave = 0x4c454156, kCauseFetchMisaligned = 0, kCauseFetchAccess = 1, kCauseFetchPage = 12 };

static void unexpected(struct trap_frame* f) {
    print("unexpected trap: cause %lx epc %lx tval %lx\nFAIL\n", f->cause, f->epc, f->tval);
    machine_exit(1);
}

trap_hook* on_trap = unexpected;
volatile struct trap_record last_trap;

void forget_traps(void) {
    last_trap = (struct trap_record){.cause = ~(word)0};
}

unsigned insn_length(word address) {
    return (*(volatile uint16_t*)address & 3) == 3 ? 4 : 2;
}

// The length of the instruction that trapped, read as the mode that trapped sees it (its address may be virtual).
static unsigned trapped_length(word address) {
    uint16_t low;
    asm volatile("csrs mstatus, %2\n\tlhu %0, (%1)\n\tcsrc mstatus, %2"
                 : "=&r"(low)
                 : "r"(address), "r"((word)(kMstatusMprv | kMstatusMxr))
                 : "memory");
    return (low & 3) == 3 ? 4 : 2;
}

static bool wants_to_leave(const struct trap_frame* f) {
    return (f->cause == 8 || f->cause == 9) && f->x[17] == kLeave &&
           (f->epc & 0xfff) - ((word)mode_return & 0xfff) < 16;
}

void leave_mode(struct trap_frame* f) {
    f->epc = (word)leave_context;
    f->status = (f->status | kMstatusMpp) & ~(word)(kMstatusMpie | kMstatusMprv);
}

void record_and_skip(struct trap_frame* f) {
    if (wants_to_leave(f)) {
        leave_mode(f);
        return;
    }
    last_trap.cause = f->cause;
    last_trap.epc = f->epc;
    last_trap.tval = f->tval;
    last_trap.status = f->status;
    last_trap.count++;
    if (f->cause & kInterrupt) {
        return;
    }
    bool no_insn = f->cause == kCauseFetchMisaligned || f->cause == kCauseFetchAccess || f->cause == kCauseFetchPage;
    f->epc = no_insn ? f->x[1] : f->epc + trapped_length(f->epc);
}

void open_pmp(void) {
    csr_write(pmpaddr0, ~(word)0);
    csr_write(pmpcfg0, 0x1f); // NAPOT, RWX: all of memory
}

void run_in_mode(int mode, void (*fn)(word), word argument) {
    static char stack[4096] __attribute__((aligned(4096)));
    word status = csr_read(mstatus) & ~(word)(kMstatusMpp | kMstatusMpie | kMstatusMprv);
    if (on_trap == unexpected) {
        on_trap = record_and_skip;
    }
    enter_mode(status | (word)mode << 11, fn, argument, (word)(stack + sizeof stack));
}
