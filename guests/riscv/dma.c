// The DMA controller: copies of many sizes, interrupt, fixed addresses, code replaced by DMA, bus error, abort.
#include "guest.h"

enum {
    kId = kDma,
    kControl = kDma + 4,
    kStatus = kDma + 8,
    kSrc = kDma + 0x10,
    kDst = kDma + 0x18,
    kLength = kDma + 0x20,
    kDone = kDma + 0x24
};
enum {
    kStart = 1,
    kIrqEnable = 2,
    kAbort = 4,
    kFixedSource = 8,
    kFixedDestination = 16,
    kBusy = 1,
    kStatusDone = 2,
    kError = 4,
    kBurst = 64
};
enum { kPriority = kPlic, kEnable = kPlic + 0x2000, kThreshold = kPlic + 0x200000, kClaim = kPlic + 0x200004 };

static uint8_t from[8192] __attribute__((aligned(64))), to[8192 + 64] __attribute__((aligned(64)));
static volatile unsigned interrupts, claimed;

static void start(word source, word destination, uint32_t length, uint32_t control) {
    write32(kStatus, kStatusDone | kError);
    write32(kSrc, (uint32_t)source);
    write32(kSrc + 4, (uint32_t)((uint64_t)source >> 32));
    write32(kDst, (uint32_t)destination);
    write32(kDst + 4, (uint32_t)((uint64_t)destination >> 32));
    write32(kLength, length);
    write32(kControl, kStart | control);
}

static uint32_t complete(void) {
    uint32_t status;
    while ((status = read32(kStatus)) & kBusy) {
    }
    return status & (kStatusDone | kError);
}

static void copies(void) {
    static const uint16_t sizes[] = {0, 1, 3, 4, 63, 64, 65, 127, 128, 1000, 4096, 8192};
    bool ok = true, counted = true, nothing_else = true;
    for (unsigned i = 0; i < sizeof sizes / sizeof sizes[0]; ++i) {
        unsigned size = sizes[i], shift = size < 8000 ? i : 0;
        for (unsigned k = 0; k < sizeof to; ++k) {
            to[k] = 0xee;
        }
        start((word)from + shift, (word)to + 2 * shift, size, 0);
        ok &= complete() == kStatusDone;
        counted &= read32(kDone) == size;
        for (unsigned k = 0; k < size; ++k) {
            ok &= to[2 * shift + k] == from[shift + k];
        }
        nothing_else &= to[2 * shift + size] == 0xee && (shift == 0 || to[2 * shift - 1] == 0xee);
    }
    check(ok, "copies of 0 to 8192 bytes at odd addresses");
    check(counted, "DONE_BYTES is the length");
    check(nothing_else, "the bytes around stay");
}

static void fixed_addresses(void) {
    start((word)from, (word)to, 8, kFixedSource);
    check(complete() == kStatusDone && read32(kDone) == 8, "a fixed source completes");
    start((word)from, (word)to, 8, kFixedDestination);
    check(complete() == kStatusDone && read32(kDone) == 8, "a fixed destination completes");
    for (const char* s = "  this line went to the UART by DMA\r\n"; *s; ++s) {
        while (!(read8(kUart + 5) & 0x20)) { // LSR: transmitter empty
        }
        start((word)s, kUart, 1, kFixedDestination);
        complete();
    }
}

static void on_external(struct trap_frame* f) {
    if (f->cause != (kInterrupt | 11)) {
        print("trap with cause %lx\nFAIL\n", f->cause);
        machine_exit(1);
    }
    claimed = read32(kClaim);
    interrupts++;
    write32(kStatus, kStatusDone | kError);
    write32(kClaim, claimed);
}

static void interrupt(void) {
    trap_hook* old = on_trap;
    on_trap = on_external;
    write32(kPriority + 4 * kIrqDma, 1);
    write32(kEnable, 1u << kIrqDma);
    write32(kThreshold, 0);
    csr_write(mie, kIrqExternal);
    uint64_t begin = time_now();
    start((word)from, (word)to, 8192, kIrqEnable); // 128 bursts of 64 ns: 8.192 us
    while (interrupts == 0) {
        wfi_and_serve();
    }
    uint64_t ticks = time_now() - begin;
    csr_write(mie, 0);
    on_trap = old;
    check(interrupts == 1 && claimed == kIrqDma, "DONE interrupts through the PLIC");
    check(ticks >= 80, "128 bursts take at least 8 us");
    check(to[8191] == from[8191], "at the interrupt all data are there");
}

static void code_by_dma(void) {
    static uint32_t code[2] __attribute__((aligned(64))), fresh[2] __attribute__((aligned(64)));
    bool ok = true;
    for (uint32_t i = 0; i < 100; ++i) {
        fresh[0] = i << 20 | 0x00000513; // li a0, i
        fresh[1] = 0x00008067;           // ret
        asm volatile("fence" ::: "memory");
        start((word)fresh, (word)code, sizeof code, 0);
        complete();
        fence_i();
        ok &= ((word(*)(void))(word)code)() == i;
    }
    check(ok, "code replaced by DMA 100 times, executed each time");
}

static void errors(void) {
    start(kHole, (word)to, 256, 0);
    check(complete() == kError && read32(kDone) == 0, "a source of nothing: ERROR, no byte copied");
    start((word)from, kHole, 256, 0);
    check(complete() == kError && read32(kDone) == 0, "a destination of nothing: ERROR");
    // From the last 128 bytes below the hole behind the ROM: two bursts succeed.
    start(kRom + 0x10000 - 128, (word)to, 256, 0);
    check(complete() == kError && read32(kDone) == 128,
          "an error on the way: DONE_BYTES is where the failing burst begins");
    write32(kStatus, kError);
    check((read32(kStatus) & kError) == 0, "writing 1 clears ERROR");
    start((word)from, (word)to, 64, 0);
    check(complete() == kStatusDone, "after an error it works again");
    start((word)from, (word)to, 8192, 0);
    write32(kControl, kAbort);
    complete();
    check((read32(kStatus) & kBusy) == 0 && read32(kDone) <= 8192, "ABORT ends a transfer");
}

int main(void) {
    print("dma rv%u\n", (unsigned)__riscv_xlen);
    struct random random = {42};
    for (unsigned i = 0; i < sizeof from; ++i) {
        from[i] = (uint8_t)random_next(&random);
    }
    check(read32(kId) == 0x444d4131, "ID");
    copies();
    fixed_addresses();
    interrupt();
    code_by_dma();
    errors();
    return finish();
}
