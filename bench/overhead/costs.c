// What leaving the plain instructions costs: device registers, control registers, the clock.
#include "section.h"

// A register of the board's UART that only holds a value; the runner's table of architectures says which.
#define DEVICE (*(volatile uint8_t*)(DEVICE_REGISTER))

#if defined(__riscv)
static inline word control_pair(word v) {
    csr_write(sscratch, v);
    return csr_read(sscratch);
}

static inline word counter(void) {
    return csr_read(time);
}
#elif defined(__aarch64__)
static inline word control_pair(word v) {
    asm volatile("msr tpidr_el0, %0" ::"r"(v));
    return sys_read(tpidr_el0);
}

static inline word counter(void) {
    return sys_read(cntvct_el0);
}
#else
#error "say how this architecture's control registers and counter are reached"
#endif

int main(void) {
    enum { kCount = 2000000 };
    SECTION("empty", SCALED(kCount), asm volatile("" : "+r"(sum)));
    SECTION("device-read", SCALED(kCount), sum += DEVICE);
    SECTION("device-write", SCALED(kCount), DEVICE = (uint8_t)i);
    SECTION("control-pair", SCALED(kCount), sum += (uint32_t)control_pair(i));
    SECTION("counter-read", SCALED(kCount), sum ^= (uint32_t)counter());
    return 0;
}
