// Greatest common divisors, digits and modular powers: integer divisions of 32 and 64 bits, signed and unsigned.
#include "kernel.h"

enum { kRounds = 4500000 };

static uint32_t gcd(uint32_t a, uint32_t b) {
    while (b != 0) {
        uint32_t r = a % b;
        a = b;
        b = r;
    }
    return a;
}

uint64_t kernel(void) {
    uint32_t seed = 4711;
    uint64_t sum = 0;
    volatile uint32_t ten_from_memory = 10; // or the compiler would multiply by an inverse
    for (uint32_t round = 0; round < SCALED(kRounds); ++round) {
        uint32_t a = next_random(&seed), b = next_random(&seed) | 1, ten = ten_from_memory;
        sum += gcd(a, b);
        uint64_t wide = (uint64_t)a << 20 ^ b;
        for (uint32_t v = b; v != 0; v /= ten) {
            sum += v % ten;
        }
        sum += wide % b + wide / (a | 1);
        sum ^= (uint64_t)((int64_t)(wide ^ 0x8000000000000001) / (int32_t)(b | 2));
    }
    return sum;
}
