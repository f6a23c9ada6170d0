/* What the harnesses of all instruction sets share: output, the digest, random contents of memory. Each defines put(). */
#pragma once

#include <stdint.h>

typedef unsigned long reg;

static void put(char c);

static inline void put_text(const char *text) {
    while (*text)
        put(*text++);
}

static inline void put_hex(uint64_t value, unsigned digits) {
    while (digits-- > 0)
        put("0123456789abcdef"[value >> (4 * digits) & 15]);
}

static inline void put_register(const char *prefix, unsigned number, uint64_t value, unsigned digits) {
    put_text(prefix);
    if (number >= 10)
        put((char)('0' + number / 10));
    put((char)('0' + number % 10));
    put('=');
    put_hex(value, digits);
    put(number % 4 == 3 ? '\n' : ' ');
}

/* ---- the digest: every step is a bijection of what came before, and needs no multiplier */

static reg digest;

static inline void mix(reg value) {
    digest ^= value;
    digest += digest << 7;
    digest ^= digest >> 11;
    digest += digest << 3;
}

static inline void mix64(uint64_t value) {
    mix((reg)value);
    if (sizeof(reg) == 4)
        mix((reg)(value >> 32));
}

static inline void mix_range(reg start, reg bytes) {
    for (reg at = start; at < start + bytes; at += sizeof(reg))
        mix(*(const reg *)at);
}

/* ---- contents of memory */

static inline uint32_t next_random(uint32_t seed) {
    seed ^= seed << 13;
    seed ^= seed >> 17;
    return seed ^ seed << 5;
}

static inline void fill(reg start, reg bytes, uint32_t seed) {
    for (reg at = start; at < start + bytes; at += 4)
        *(uint32_t *)at = seed = next_random(seed);
}

/* Only words that differ from what was there before are worth printing. */
static inline void dump_word(reg at, uint32_t before) {
    if (*(const uint32_t *)at != before)
        put_text("mem "), put_hex(at, 8), put('='), put_hex(*(const uint32_t *)at, 8), put('\n');
}
