// Random values in random registers of all devices, with accesses of all sizes, aligned or not; bus errors are skipped.
// The seed is printed. What the devices then do is their affair; the simulation and this program must go on. It spares
// the values that end the simulation, and lets the UART send dots only.
#include "guest.h"

#ifndef POKES
#define POKES 20000
#endif

struct region {
    word base, size;
};
static const struct region regions[] = {
    {kRom, 0x1000},          {kFinisher, 0x1000},        {kRtc, 0x40},   {kClint, 0x40},
    {kClint + 0x4000, 0x48}, {kClint + 0xbff0, 0x10},    {kPlic, 0x200}, {kPlic + 0x1000, 8},
    {kPlic + 0x2000, 0x200}, {kPlic + 0x200000, 0x4000}, {kUart, 16},    {kUart, 0x100},
    {kMailbox, 0x40},        {kSpinlocks, 0x100},        {kDma, 0x40},   {kSharedWindow, 0x10000},
    {kHole, 0x1000},         {kPlic + 0x5ffff0, 0x20},
};

static volatile unsigned faults;
static void skip(struct trap_frame* f) {
    faults++;
    if (f->cause != 5 && f->cause != 7 && f->cause != 4 && f->cause != 6) {
        console_init();
        print("trap with cause %lx at %lx\nFAIL\n", f->cause, f->epc);
        machine_exit(1);
    }
    f->epc += insn_length(f->epc);
}

// What must not be written: the words that end the simulation, text on the console, and DMA into our own RAM.
static uint64_t harmless(word address, uint64_t v) {
    if (address - kFinisher < 0x1000) {
        uint32_t low = v & 0xffff;
        return low == 0x5555 || low == 0x3333 || low == 0x7777 ? 0 : v;
    }
    if (address - kUart < 0x100) {
        return address % 8 == 0 ? (v & ~(uint64_t)0xff) | '.' : v;
    }
    if (address - kDma - 0x14 < 16) {
        return v & 0x0f0f0f0f0f0f0f0f; // whatever the access size, destinations below 256 MiB: devices and holes
    }
    return v;
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
    if (write && size > 1 && address - kUart < 0x100 && address % 8 + size > 8) {
        return; // would reach the next copy of the transmit register
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
    print("hostile_poke rv%u seed 0x%08x\n", (unsigned)__riscv_xlen, seed);
    struct random rng = {seed};
    on_trap = skip;
    for (unsigned i = 0; i < POKES; ++i) {
        poke(random_next(&rng));
    }
    write32(kDma + 4, 4); // abort, where there is a DMA controller
    console_init();
    print("\n  %u pokes\n", (unsigned)POKES);
    struct random again = {seed};
    for (unsigned i = 0; i < POKES; ++i) {
        random_next(&again);
    }
    check(again.state == rng.state, "the CPU still computes");
    return finish();
}
