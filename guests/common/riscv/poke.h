// What hostile_poke pokes on the RISC-V boards.
#pragma once

#include "guest.h"

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

static inline bool skip_bus_error(struct trap_frame* f) {
    if (f->cause < 4 || f->cause > 7) {
        return false;
    }
    f->epc += insn_length(f->epc);
    return true;
}

// What must not be written: the words that end the simulation, text on the console, and DMA into our own RAM.
static inline uint64_t harmless(word address, uint64_t v) {
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

static inline bool may_write(word address, unsigned size) {
    // Not what would reach the next copy of the transmit register.
    return size == 1 || address - kUart >= 0x100 || address % 8 + size <= 8;
}

static inline void quieten(void) {
    write32(kDma + 4, 4); // abort, where there is a DMA controller
}
