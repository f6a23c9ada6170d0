// Doubly recursive Fibonacci numbers: calls and returns.
#include "kernel.h"

enum { kArgument = 32, kRounds = 60 };

// Not cloned nor turned into loops, or nothing of the recursion would be left.
__attribute__((noinline, noclone, optimize("no-optimize-sibling-calls"))) static uint32_t fib(uint32_t n) {
    return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

uint64_t kernel(void) {
    uint64_t sum = 0;
    for (uint32_t round = 0; round < SCALED(kRounds); ++round) {
        sum = sum * 31 + fib(kArgument - (round & 1));
    }
    return sum;
}
