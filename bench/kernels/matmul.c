// Product of double matrices: loads, multiplications and additions in double precision.
#include "kernel.h"

enum { kN = 160, kRounds = 100 };

uint64_t kernel(void) {
    double *a = arena(), *b = a + kN * kN, *c = b + kN * kN;
    for (uint32_t i = 0; i < kN * kN; ++i) {
        a[i] = (double)(i % 17) - 8.0;
        b[i] = (double)(i % 13) * 0.25;
    }
    for (uint32_t round = 0; round < SCALED(kRounds); ++round) {
        for (uint32_t i = 0; i < kN; ++i) {
            for (uint32_t j = 0; j < kN; ++j) {
                double s = 0;
                for (uint32_t k = 0; k < kN; ++k) {
                    s += a[i * kN + k] * b[k * kN + j];
                }
                c[i * kN + j] = s;
            }
        }
        a[round % (kN * kN)] += c[(round * 7) % (kN * kN)] * 0x1p-20;
    }
    uint64_t sum = 0;
    for (uint32_t i = 0; i < kN * kN; ++i) {
        sum = sum * 31 + (uint64_t)(int64_t)(c[i] * 1024.0);
    }
    return sum;
}
