// Runs a kernel between the markers "BEGIN name" and "END name checksum" on the console. Time is taken outside, where
// the markers appear; hosted builds print their own time as well.
#include "kernel.h"

#ifndef NAME
#error "NAME must be the name of the kernel, as a string"
#endif

// Shifts all code by some bytes: placement moves results by up to a quarter.
#if defined(ALIGN_PAD) && ALIGN_PAD > 0
__attribute__((section(".text.pad"), used, aligned(2))) static const char padding[ALIGN_PAD] = {1};
#endif

#ifdef BARE_METAL
#include "guest.h"

void* arena(void) {
    return ram_base + (32 << 20);
}

int main(void) {
    print("BEGIN %s\n", NAME);
    uint64_t sum = kernel();
    print("END %s %016llx\n", NAME, (unsigned long long)sum);
    return 0;
}
#else
#include <stdio.h>
#include <sys/mman.h>
#include <time.h>

void* arena(void) {
    void* memory = mmap(NULL, kArenaBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

int main(void) {
    printf("BEGIN %s\n", NAME);
    fflush(stdout);
    double start = now();
    uint64_t sum = kernel();
    double seconds = now() - start;
    printf("END %s %016llx\nTIME %s %.6f\n", NAME, (unsigned long long)sum, NAME, seconds);
    return 0;
}
#endif
