// Sieve of Eratosthenes over 2 MB of bytes: strided stores, long simple loops.
#include "kernel.h"

enum { kLimit = 2 << 20, kRounds = 100 };

uint64_t kernel(void) {
    uint8_t* composite = arena();
    uint64_t sum = 0;
    for (uint32_t round = 0; round < SCALED(kRounds); ++round) {
        for (uint32_t i = 0; i < kLimit; i += 8) {
            *(uint64_t*)(composite + i) = 0;
        }
        for (uint32_t i = 2; i * i < kLimit; ++i) {
            if (!composite[i]) {
                for (uint32_t k = i * i; k < kLimit; k += i) {
                    composite[k] = 1;
                }
            }
        }
        uint32_t primes = 0;
        for (uint32_t i = 2; i < kLimit; ++i) {
            primes += !composite[i];
        }
        sum = sum * 31 + primes + round;
    }
    return sum;
}
