#include "guest.h"

void enter_el0(void (*fn)(word), word argument, word sp);
extern char leave_context[];

enum { kClassSvc = 0x15, kClassFetchLower = 0x20, kClassFetchSame = 0x21, kClassPcAlignment = 0x22, kLeave = 0x4c45 };

static void unexpected(struct trap_frame* f) {
    print("unexpected exception: vector %lx syndrome %lx pc %lx address %lx\nFAIL\n", f->vector, f->syndrome, f->pc, f->address);
    machine_exit(1);
}

trap_hook* on_trap = unexpected;
volatile struct trap_record last_trap;
word el0_status = kPstateMasked | kModeEl0;

void forget_traps(void) {
    last_trap = (struct trap_record){.vector = ~(word)0};
}

void leave_el0(struct trap_frame* f) {
    f->pc = (word)leave_context;
    f->status = kPstateMasked | kModeEl1t;
}

// Exceptions that return behind their instruction as they are (D1.3.4).
static bool returns_behind(unsigned class) {
    return class == kClassSvc || class == 0x16 || class == 0x17;
}

void record_and_skip(struct trap_frame* f) {
    unsigned class = class_of(f->syndrome);
    if (f->vector == 8 && class == kClassSvc && (f->syndrome & 0xffff) == kLeave) {
        leave_el0(f);
        return;
    }
    last_trap.pc = f->pc;
    last_trap.status = f->status;
    last_trap.syndrome = f->syndrome;
    last_trap.address = f->address;
    last_trap.vector = f->vector;
    last_trap.count++;
    if (is_interrupt(f) || returns_behind(class)) {
        return;
    }
    f->status &= ~(word)kPstateIl; // or the next instruction would be illegal as well
    bool no_insn = class == kClassFetchLower || class == kClassFetchSame || class == kClassPcAlignment;
    f->pc = no_insn ? f->x[30] : f->pc + 4;
}

void run_at_el0(void (*fn)(word), word argument) {
    static char stack[4096] __attribute__((aligned(4096)));
    if (on_trap == unexpected) {
        on_trap = record_and_skip;
    }
    enter_el0(fn, argument, (word)(stack + sizeof stack));
}
