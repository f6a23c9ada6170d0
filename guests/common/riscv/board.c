// The devices of the RISC-V boards that every guest uses: console, finisher, timer.
#include "guest.h"

// --- Console: NS16550A, polled
// ------------------------------------------------------------------------------------------------------

enum { kThr = 0, kIer = 1, kFcr = 2, kLcr = 3, kMcr = 4, kLsr = 5, kLsrThre = 0x20 };

#ifdef GUEST_HTIF
// Host-target interface: a 64-bit word `tohost` holds device (63:56), command (55:48) and payload (47:0); 0 means
// "taken".
volatile uint64_t tohost __attribute__((section(".htif"), aligned(64)));
volatile uint64_t fromhost __attribute__((section(".htif"), aligned(64)));

static void htif_send(uint64_t request) {
    while (tohost != 0) {
        fromhost = 0;
    }
    // On RV32 the upper half is written last and completes the request, as in riscv-tests.
#if __riscv_xlen == 32
    ((volatile uint32_t*)&tohost)[0] = (uint32_t)request;
    ((volatile uint32_t*)&tohost)[1] = (uint32_t)(request >> 32);
#else
    tohost = request;
#endif
}

void console_init(void) {}

void console_put(char c) {
    htif_send(1ull << 56 | 1ull << 48 | (uint8_t)c);
    while (tohost != 0) {
    }
    fromhost = 0;
}

void machine_exit(int status) {
    htif_send((uint64_t)(uint32_t)status << 1 | 1);
    halt();
}
#else
void console_init(void) {
    write8(kUart + kIer, 0);
    write8(kUart + kLcr, 0x80); // divisor latch
    write8(kUart + 0, 2);       // 3.6864 MHz / 16 / 2 = 115200
    write8(kUart + 1, 0);
    write8(kUart + kLcr, 0x03); // 8N1
    write8(kUart + kFcr, 0x07); // FIFOs on and empty
    write8(kUart + kMcr, 0x03);
}

void console_put(char c) {
    while (!(read8(kUart + kLsr) & kLsrThre)) {
    }
    write8(kUart + kThr, (uint8_t)c);
}

void machine_exit(int status) {
    write32(kFinisher, status == 0 ? 0x5555 : (uint32_t)status << 16 | 0x3333);
    halt();
}
#endif

void halt(void) {
    csr_write(mie, 0);
    for (;;) {
        wfi();
    }
}

// --- Time
// ---------------------------------------------------------------------------------------------------------------------------

enum { kMtimecmp = kClint + 0x4000, kMtime = kClint + 0xbff8 };

uint64_t time_now(void) {
    uint32_t high, low;
    do {
        high = read32(kMtime + 4);
        low = read32(kMtime);
    } while (read32(kMtime + 4) != high);
    return (uint64_t)high << 32 | low;
}

void time_alarm(int hart, uint64_t t) {
    word compare = kMtimecmp + 8 * (word)hart;
    write32(compare + 4, 0xffffffff); // no alarm in between (Privileged 3.2.1)
    write32(compare, (uint32_t)t);
    write32(compare + 4, (uint32_t)(t >> 32));
}

void time_wakes(void) {
    csr_write(mie, kIrqTimer);
}

void cpu_start(int cpu) {
    write32(kClint + 4 * (word)cpu, 1);
}
