// The small runtime of Medley's bare-metal guests: console, exit, CSRs, traps. Freestanding C, no library.
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uintptr_t word; // as wide as a register

// --- Memory map (docs/boards.md)
// -----------------------------------------------------------------------------------------------

enum {
    kRom = 0x00001000,
    kHole = 0x00050000, // nothing is there, on any board
    kFinisher = 0x00100000,
    kRtc = 0x00101000,
    kClint = 0x02000000,
    kPlic = 0x0c000000,
    kUart = 0x10000000,
    kMailbox = 0x10010000,
    kSpinlocks = 0x10020000,
    kDma = 0x10030000,
    kSharedWindow = 0x70000000,
};
enum { kIrqUart = 10, kIrqRtc = 11, kIrqDma = 12, kIrqMailbox = 13 };
enum { kTimebase = 10000000, kMaxHarts = 8 };

extern char ram_base[];  // start of the image, from the linker script
extern char image_end[]; // first byte after stacks and data

static inline uint8_t read8(word a) {
    return *(volatile uint8_t*)a;
}
static inline uint32_t read32(word a) {
    return *(volatile uint32_t*)a;
}
static inline void write8(word a, uint8_t v) {
    *(volatile uint8_t*)a = v;
}
static inline void write32(word a, uint32_t v) {
    *(volatile uint32_t*)a = v;
}

// --- CSRs
// -----------------------------------------------------------------------------------------------------------------------

#define csr_read(csr)                                                                                                  \
    ({                                                                                                                 \
        word csr_value;                                                                                                \
        asm volatile("csrr %0, " #csr : "=r"(csr_value));                                                              \
        csr_value;                                                                                                     \
    })
#define csr_write(csr, v) asm volatile("csrw " #csr ", %0" ::"rK"((word)(v)) : "memory")
#define csr_set(csr, v) asm volatile("csrs " #csr ", %0" ::"rK"((word)(v)) : "memory")
#define csr_clear(csr, v) asm volatile("csrc " #csr ", %0" ::"rK"((word)(v)) : "memory")

#define kInterrupt ((word)1 << (__riscv_xlen - 1)) // of mcause
enum { kMstatusSie = 1 << 1, kMstatusMie = 1 << 3, kMstatusMpie = 1 << 7, kMstatusMpp = 3 << 11, kMstatusFs = 1 << 13 };
enum { kMstatusMprv = 1 << 17, kMstatusSum = 1 << 18, kMstatusMxr = 1 << 19, kMstatusTw = 1 << 21 };
enum { kIrqSoft = 1 << 3, kIrqTimer = 1 << 7, kIrqExternal = 1 << 11 }; // of mie and mip
enum { kModeU = 0, kModeS = 1, kModeM = 3 };

static inline void wfi(void) {
    asm volatile("wfi" ::: "memory");
}

// One WFI with interrupts handled right after it. Called with mstatus.MIE off, so that the wake-up cannot slip in
// before the WFI.
static inline void wfi_and_serve(void) {
    asm volatile("wfi\n\tcsrsi mstatus, 8\n\tnop\n\tcsrci mstatus, 8" ::: "memory");
}
static inline void fence_i(void) {
    asm volatile("fence.i" ::: "memory");
}

// --- Console and end
// -----------------------------------------------------------------------------------------------------------

void console_init(void);
void console_put(char c);
void print(const char* format, ...); // %s %c %d %u %x %08x %lx %llx (hexadecimal: also %p) and %%
void halt(void) __attribute__((noreturn));
void machine_exit(int status) __attribute__((noreturn)); // ends the simulation with this status, where the board can

bool check(bool ok, const char* what); // prints "  ok    what" or "  WRONG what"
int finish(void);                      // prints PASS or FAIL, returns 0 or 1

// --- Time
// ----------------------------------------------------------------------------------------------------------------------

uint64_t time_now(void);               // CLINT mtime
void time_alarm(int hart, uint64_t t); // CLINT mtimecmp

// --- Traps: every trap to M-mode reaches the hook with all registers, and the hook may change them
// -------------------------------

struct trap_frame {
    word x[32];
    word epc, cause, tval, status;
};
typedef void trap_hook(struct trap_frame*);
extern trap_hook* on_trap; // default: prints the trap, ends with FAIL

struct trap_record {
    word cause, epc, tval, status;
    unsigned count;
};
extern volatile struct trap_record last_trap;
void record_and_skip(
    struct trap_frame*); // a hook: notes the trap, goes on behind the instruction (fetch faults: at ra)
void forget_traps(void);
unsigned insn_length(word address);

// Runs fn(argument) in S- or U-mode with physical memory open (PMP), on a stack of its own; comes back when fn returns
// or when leave_mode is called by a hook.
void run_in_mode(int mode, void (*fn)(word), word argument);
void leave_mode(struct trap_frame*);
void open_pmp(void);

// --- Random numbers (xorshift64*), the same everywhere
// ---------------------------------------------------------------------------

struct random {
    uint64_t state;
};
uint64_t random_next(struct random*);
uint32_t
seed_from_board(uint32_t fallback); // the word at RAM + 0xf00000 when an image was loaded there, else the fallback

// --- Provided by the program
// -----------------------------------------------------------------------------------------------------

int main(void);
void secondary_main(int hart); // harts other than 0, once started through their msip; default: sleeps
