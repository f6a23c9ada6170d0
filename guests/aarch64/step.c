// Software step: its states, what is stepped, exceptions and waits on the way, from EL0 and of EL1 itself. Arm ARM D2.12.
#include "debug.h"

#include "gic.h"

enum { kMostSteps = 32, kStartsAgain = 1 };

// What the hook has seen: every exception while EL0 was stepped.
static struct {
    unsigned class;
    word pc, status, syndrome;
} seen[kMostSteps];
static unsigned seen_count;
static bool go_on; // step on after an exception that is no step

static void note(const struct trap_frame* f) {
    if (seen_count < kMostSteps) {
        seen[seen_count].class = class_of(f->syndrome);
        seen[seen_count].pc = f->pc;
        seen[seen_count].status = f->status;
        seen[seen_count].syndrome = f->syndrome;
        seen_count++;
    }
}

static void step_hook(struct trap_frame* f) {
    unsigned class = class_of(f->syndrome);
    if (f->vector == 8 && class == 0x15 && (f->syndrome & 0xffff) == 0x4c45) {
        leave_el0(f);
        return;
    }
    note(f);
    if (class == kStepEl0 || class == kStepSame) {
        f->status |= kPstateSs;
        return;
    }
    if (class != 0x15) { // what is no call is skipped
        f->pc += 4;
    }
    f->status = go_on ? f->status | kPstateSs : f->status & ~(word)kPstateSs;
}

#define LABEL(name) extern char name[]
LABEL(plain_1);
LABEL(plain_2);
LABEL(plain_3);
LABEL(plain_4);
LABEL(taken);
void plain(word);
asm(".balign 4096\n"
    ".globl plain, plain_1, plain_2, plain_3, plain_4, taken\n"
    "plain: mov x1, #1\n"
    "plain_1: add x1, x1, #1\n"
    "plain_2: b taken\n"
    "plain_3: nop\n"
    "taken: ldxr x1, [x0]\n"
    "plain_4: clrex\n"
    "ret\n");
LABEL(calls_1);
LABEL(calls_2);
void calls(word);
asm(".globl calls, calls_1, calls_2\n"
    "calls: svc #1\n"
    "calls_1: nop\n"
    "calls_2: ret\n");
LABEL(faults_1);
LABEL(faults_2);
void faults(word);
asm(".globl faults, faults_1, faults_2\n"
    "faults: .word 0\n"
    "faults_1: nop\n"
    "faults_2: ret\n");
LABEL(breaks_1);
void breaks(word);
asm(".globl breaks, breaks_1\n"
    "breaks: brk #5\n"
    "breaks_1: ret\n");
LABEL(waits_1);
LABEL(waits_2);
void waits(word);
asm(".globl waits, waits_1, waits_2\n"
    "waits: wfi\n"
    "waits_1: wfe\n"
    "waits_2: ret\n"
    ".balign 4096\n");

static void step(void (*fn)(word), word argument, word ss) {
    seen_count = 0;
    el0_status = kPstateMasked | kModeEl0 | ss;
    set_mdscr(kSs);
    run_at_el0(fn, argument);
    set_mdscr(0);
    el0_status = kPstateMasked | kModeEl0;
}

static bool is_step(unsigned i, const void* pc) {
    return i < seen_count && seen[i].class == kStepEl0 && seen[i].pc == (word)pc && (seen[i].status & kPstateSs) == 0;
}
static bool with_iss(unsigned i, unsigned iss) {
    return (seen[i].syndrome & 0x1ffffff) == iss;
}

static void instructions(void) {
    static word data[2] __attribute__((aligned(16)));
    step(plain, (word)data, kPstateSs);
    check(is_step(0, plain_1) && is_step(1, plain_2), "one instruction, then the exception with the next one's address");
    check(with_iss(0, 1 << 24 | kDebugFault), "its syndrome: ISV, not EX");
    check(is_step(2, taken), "a branch steps to its target");
    check(is_step(3, plain_4) && with_iss(3, 1 << 24 | 1 << 6 | kDebugFault), "an exclusive load: EX");
    check(is_step(4, plain_4 + 4) && with_iss(4, 1 << 24 | kDebugFault), "and behind it no more");
    check(seen_count == 6, "and so on until EL0 is left");

    step(plain, (word)data, 0);
    check(is_step(0, (char*)plain) && with_iss(0, kDebugFault), "entered with SPSR.SS clear: the exception comes at once, ISV is 0");
    check(is_step(1, plain_1), "and then it is stepped as ever");
    seen_count = 0;
    run_at_el0(plain, (word)data);
    check(seen_count == 0, "without MDSCR_EL1.SS there is none");
    sys_write(oslar_el1, 1);
    step(plain, (word)data, kPstateSs);
    check(seen_count == 0, "nor while the OS lock is locked");
    sys_write(oslar_el1, 0);
}

static void exceptions(void) {
    go_on = false;
    step(calls, 0, kPstateSs);
    check(seen[0].class == 0x15 && seen[0].pc == (word)calls_1 && !(seen[0].status & kPstateSs), "a call is stepped when it is taken: SPSR.SS is 0");
    check(is_step(1, calls_1), "so that the step exception is next, behind it");
    go_on = true;
    step(calls, 0, kPstateSs);
    check(seen[0].class == 0x15 && is_step(1, calls_2), "when the handler sets SPSR.SS, after one more instruction");
    step(faults, 0, kPstateSs);
    check(seen[0].class == 0 && seen[0].pc == (word)faults && (seen[0].status & kPstateSs), "an undefined instruction is not stepped: SPSR.SS stays 1");
    check(is_step(1, faults_2), "and the next one is, when it is skipped");
    go_on = false;
    step(faults, 0, kPstateSs);
    check(is_step(1, faults_1), "or, with SPSR.SS cleared by the handler, none");
    step(breaks, 0, kPstateSs);
    check(seen[0].class == kBrk && seen[0].pc == (word)breaks && (seen[0].status & kPstateSs), "BRK is not stepped either");
    go_on = true;
    set_breakpoint(0, (word)plain_2, kOn | kEl0 | bas(15));
    seen_count = 0;
    el0_status |= kPstateSs;
    set_mdscr(kSs | kMde);
    go_on = false;
    run_at_el0(plain, (word)seen);
    set_mdscr(0);
    set_breakpoint(0, 0, 0);
    check(is_step(1, plain_2) && seen[2].class == kBreakEl0 && seen[2].pc == (word)plain_2 && (seen[2].status & kPstateSs),
          "a breakpoint on the way: before its instruction, with SPSR.SS still 1");
    el0_status = kPstateMasked | kModeEl0;
}

static void waiting(void) {
    sys_write(sctlr_el1, sys_read(sctlr_el1) | 1 << 16 | 1 << 18); // nTWI, nTWE
    gic_init();
    gic_enable(kIrqVirtualTimer, true);
    time_alarm(0, time_now() + kTimebase / 1000);
    step(waits, 0, kPstateSs);
    sys_write(cntv_ctl_el0, 0);
    check(is_step(0, waits_1), "WFI is stepped when it ends, here by an interrupt that stays masked");
    check(is_step(1, waits_2), "WFE as well");
    gic_enable(kIrqVirtualTimer, false);
}

// EL1 steps itself: entered by a call, ended by another one.
static void own_hook(struct trap_frame* f) {
    note(f);
    if (class_of(f->syndrome) == 0x15) {
        bool start = (f->syndrome & 0xffff) == kStartsAgain;
        f->status = start ? (f->status | kPstateSs) & ~(word)kPstateD : (f->status & ~(word)kPstateSs) | kPstateD;
    } else {
        f->status |= kPstateSs;
    }
}

static void own(void) {
    extern char own_1[];
    on_trap = own_hook;
    seen_count = 0;
    debug_mask();
    set_mdscr(kSs | kKde);
    asm volatile("svc #1\n"
                 "nop\n"
                 ".globl own_1\n"
                 "own_1: svc #2\n"
                 "nop\n\tnop" ::: "memory");
    set_mdscr(0);
    check(seen_count == 3 && seen[1].class == kStepSame && seen[1].pc == (word)own_1 && seen[2].class == 0x15, "EL1 steps itself with MDSCR_EL1.KDE");
    seen_count = 0;
    set_mdscr(kSs);
    asm volatile("svc #1\n\tnop\n\tnop" ::: "memory");
    set_mdscr(0);
    check(seen_count == 1, "and not without");
    debug_mask();
    on_trap = step_hook;
}

int main(void) {
    print("step %s\n", kArch);
    on_trap = step_hook;
    sys_write(oslar_el1, 0);
    instructions();
    exceptions();
    waiting();
    own();
    return finish();
}
