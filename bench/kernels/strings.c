// Copying and hashing of strings byte by byte.
#include "kernel.h"

enum { kText = 4096, kRounds = 80000 };

// The compiler must not see that this is strcpy: the loop is what is measured.
__attribute__((noinline, optimize("no-tree-loop-distribute-patterns", "no-tree-vectorize"))) static char*
copy(char* to, const char* from) {
    while ((*to = *from) != 0) {
        ++to;
        ++from;
    }
    return to;
}

__attribute__((noinline)) static uint32_t hash(const char* s) { // FNV-1a
    uint32_t h = 0x811c9dc5;
    for (; *s; ++s) {
        h = (h ^ (uint8_t)*s) * 0x01000193;
    }
    return h;
}

uint64_t kernel(void) {
    char *from = arena(), *to = from + 2 * kText;
    uint32_t seed = 17, at = 0;
    while (at < kText - 1) {
        uint32_t length = next_random(&seed) % 24 + 1;
        for (uint32_t i = 0; i < length && at < kText - 1; ++i) {
            from[at++] = (char)('a' + next_random(&seed) % 26);
        }
        at += at < kText - 1;
    }
    uint64_t sum = 0;
    for (uint32_t round = 0; round < SCALED(kRounds); ++round) {
        uint32_t h = 0;
        for (char *p = from, *q = to; p < from + kText - 32;) { // word by word
            char* end = copy(q, p);
            h = h * 31 + hash(q);
            p += end - q + 1;
            q = to + (h & 63);
        }
        from[round % 7] = (char)('a' + h % 26);
        sum = sum * 31 + h;
    }
    return sum;
}
