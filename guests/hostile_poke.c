// Random values in random registers of all devices, with accesses of all sizes, aligned or not; bus errors are skipped.
// The seed is printed. What the devices then do is their affair; the simulation and this program must go on. It spares
// the values that end the simulation, and lets the UART send dots only.
#include "guest.h"

#ifndef POKES
#define POKES 20000
#endif

// What there is to poke, and which faults are bus errors: <architecture>/poke.h.
#include "poke.h"

static volatile unsigned faults;
static void skip(struct trap_frame* f) {
    faults++;
    if (!skip_bus_error(f)) {
        console_init();
        print("trap at a place that was not poked\nFAIL\n");
        machine_exit(1);
    }
}

static void poke(uint64_t r) {
    const struct region* region = &regions[(r & 0xff) % (sizeof regions / sizeof regions[0])];
    word address = region->base + (r >> 8 & 0xffff) % region->size;
    unsigned size = 1u << (r >> 24 & 3), form = r >> 26 & 7;
    if (form != 0) {
        address &= ~(word)(form < 3 ? 7 : size - 1); // one in eight misaligned; many at the words' addresses
    }
    static const uint64_t usual[] = {0, 1, 2, 0xff, 0xffffffff, ~0ull, 0x80, 0x80000000};
    uint64_t v = harmless(address, form & 1 ? usual[r >> 29 & 7] : r >> 16);
    bool write = r >> 32 & 1;
    if (write && !may_write(address, size)) {
        return;
    }
#define ACCESS(type)                                                                                                   \
    do {                                                                                                               \
        if (write) {                                                                                                   \
            *(volatile type*)address = (type)v;                                                                        \
        } else {                                                                                                       \
            (void)*(volatile type*)address;                                                                            \
        }                                                                                                              \
    } while (0)
    switch (size) {
    case 1: ACCESS(uint8_t); break;
    case 2: ACCESS(uint16_t); break;
    case 4: ACCESS(uint32_t); break;
    default: ACCESS(uint64_t); break;
    }
}

int main(void) {
    uint32_t seed = seed_from_board(0x5eed0003);
    print("hostile_poke %s seed 0x%08x\n", kArch, seed);
    struct random rng = {seed};
    on_trap = skip;
    for (unsigned i = 0; i < POKES; ++i) {
        poke(random_next(&rng));
    }
    quieten();
    console_init();
    print("\n  %u pokes\n", (unsigned)POKES);
    struct random again = {seed};
    for (unsigned i = 0; i < POKES; ++i) {
        random_next(&again);
    }
    check(again.state == rng.state, "the CPU still computes");
    return finish();
}
