// The small runtime of Medley's bare-metal guests: console, exit, time, traps. Freestanding C, no library. What only one
// architecture has is in <architecture>/arch.h.
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uintptr_t word; // as wide as a register

extern char ram_base[];  // start of the image, from the linker script
extern char image_end[]; // first byte after stacks and data

#include "arch.h" // memory map, control registers, frames of traps

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

uint64_t time_now(void);              // in ticks of kTimebase
void time_alarm(int cpu, uint64_t t); // the timer interrupt comes at this time
void time_wakes(void);                // WFI ends with the timer interrupt; whether it is taken is another matter

// --- Other CPUs
// ----------------------------------------------------------------------------------------------------------------

void cpu_start(int cpu); // runs secondary_main there

// --- Traps: every one reaches the hook with all registers, and the hook may change them
// ------------------------------------------

typedef void trap_hook(struct trap_frame*);
extern trap_hook* on_trap; // default: prints the trap, ends with FAIL

extern volatile struct trap_record last_trap;
// A hook: notes the trap, goes on behind the instruction (fetch faults: at the return address).
void record_and_skip(struct trap_frame*);
void forget_traps(void);

// --- Random numbers (xorshift64*), the same everywhere
// ---------------------------------------------------------------------------

struct random {
    uint64_t state;
};
uint64_t random_next(struct random*);
uint32_t seed_from_board(uint32_t fallback); // the word at kSeedAddress when an image was loaded there, else the fallback

// --- Provided by the program
// -----------------------------------------------------------------------------------------------------

int main(void);
void secondary_main(int cpu); // CPUs other than 0, once they are started; default: sleeps
