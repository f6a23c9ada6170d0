// A loop over two arrays that lie a power of two (32 MB) apart: what defeats direct-mapped tables indexed by the page
// number.
#include "kernel.h"

enum { kElements = 1 << 15, kDistance = 32 << 20, kRounds = 300000 };

uint64_t kernel(void) {
    uint64_t *a = arena(), *b = (uint64_t*)((char*)a + kDistance);
    for (uint32_t i = 0; i < kElements; ++i) {
        a[i] = i;
        b[i] = i * 3;
    }
    for (uint32_t round = 0; round < SCALED(kRounds); ++round) {
        // Every page of both in turn, eight elements of each.
        for (uint32_t page = 0; page < kElements; page += 512) {
            uint64_t *p = a + page + (round & 63) * 8, *q = b + page + (round & 63) * 8;
            for (uint32_t i = 0; i < 8; ++i) {
                p[i] += q[i] >> 1;
                q[i] ^= p[i];
            }
        }
    }
    uint64_t sum = 0;
    for (uint32_t i = 0; i < kElements; ++i) {
        sum = sum * 31 + a[i] + b[i];
    }
    return sum;
}
