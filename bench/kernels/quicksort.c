// Quicksort of one million integers (4 MB): data-dependent branches, recursion.
#include "kernel.h"

enum { kCount = 1 << 20, kRounds = 5 };

static void sort(int32_t* a, int32_t* end) {
    while (end - a > 12) {
        int32_t pivot = a[(end - a) / 2], *low = a, *high = end - 1;
        while (low <= high) {
            while (*low < pivot) {
                ++low;
            }
            while (*high > pivot) {
                --high;
            }
            if (low <= high) {
                int32_t t = *low;
                *low++ = *high;
                *high-- = t;
            }
        }
        sort(a, high + 1);
        a = low;
    }
    for (int32_t* p = a + 1; p < end; ++p) {
        int32_t v = *p, *q = p;
        for (; q > a && q[-1] > v; --q) {
            *q = q[-1];
        }
        *q = v;
    }
}

uint64_t kernel(void) {
    int32_t* a = arena();
    uint32_t seed = 12345;
    uint64_t sum = 0;
    for (uint32_t round = 0; round < SCALED(kRounds); ++round) {
        for (uint32_t i = 0; i < kCount; ++i) {
            a[i] = (int32_t)next_random(&seed);
        }
        sort(a, a + kCount);
        for (uint32_t i = 0; i < kCount; i += 1021) {
            sum = sum * 31 + (uint32_t)a[i];
        }
    }
    return sum;
}
