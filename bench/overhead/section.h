// Sections of a bare-metal program whose time is taken outside, between the lines "BEGIN name count" and "END name sum".
#pragma once

#include "guest.h"
#include "kernel.h" // SCALED

// Runs the statement `count` times, eight in a row, so that little of the time is the loop's. `i` counts, `sum` is a result.
#define SECTION(name, count, statement)                                                                                \
    do {                                                                                                               \
        uint32_t sum = 0;                                                                                              \
        print("BEGIN %s %u\n", name, (count) / 8 * 8);                                                                 \
        for (uint32_t i = 0; i < (count) / 8; ++i) {                                                                   \
            asm volatile("" ::: "memory");                                                                             \
            statement;                                                                                                 \
            statement;                                                                                                 \
            statement;                                                                                                 \
            statement;                                                                                                 \
            statement;                                                                                                 \
            statement;                                                                                                 \
            statement;                                                                                                 \
            statement;                                                                                                 \
        }                                                                                                              \
        print("END %s %x\n", name, sum);                                                                               \
    } while (0)
