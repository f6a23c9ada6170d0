// What hostile_poke pokes on the AArch64 board.
#pragma once

#include "gic.h"

struct region {
    word base, size;
};
static const struct region regions[] = {
    {kGicd, 0x1000},  {kGicd + 0x6000, 0x2000}, {kGicd + 0xff00, 0x100}, {kGicc, 0x2000},   {kGicr, 0x100},        {kGicr + 0x10000, 0x1000},
    {kUart, 0x50},    {kUart + 0xf00, 0x100},   {kRtc, 0x30},            {kRtc + 0xf00, 0x100}, {kFwCfg, 0x18},    {kGpio, 0x430},
    {kGpio, 0x1000},  {kFlash, 0x1000},         {kFlash + 0x4000000, 0x4000}, {kHole, 0x1000}, {kGicd + 0x80000, 0x100}, {kGicr + 0x1fff0, 0x20},
};

static inline bool skip_bus_error(struct trap_frame* f) {
    if (class_of(f->syndrome) != 0x25) {
        return false;
    }
    f->pc += 4;
    return true;
}

// What must not be written: text on the console but dots.
static inline uint64_t harmless(word address, uint64_t v) {
    if (address - kUart < 4) {
        return (v & ~(uint64_t)0xff) | '.';
    }
    return v;
}

static inline bool may_write(word address, unsigned size) {
    // Not the address at which fw_cfg's DMA starts.
    return address + size <= kFwCfg + 0x10 || address >= kFwCfg + 0x18;
}

static inline void quieten(void) {}
