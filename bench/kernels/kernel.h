// What a benchmark kernel provides and gets. One source for bare-metal guests, Linux user space and the host itself.
#pragma once

#include <stddef.h>
#include <stdint.h>

// 100: 0.3 to 0.6 s on a current x86-64 core. The runner's --quick uses 20.
#ifndef SCALE
#define SCALE 100
#endif
#define SCALED(n) ((uint32_t)((uint64_t)(n)*SCALE / 100 > 0 ? (uint64_t)(n)*SCALE / 100 : 1))

uint64_t kernel(void); // the work: returns a checksum that depends on all of it, and is the same everywhere

enum { kArenaBytes = 80 << 20 };
void* arena(void); // zeroed memory, page-aligned

static inline uint32_t next_random(uint32_t* state) { // xorshift32
    uint32_t x = *state;
    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    return *state = x;
}
