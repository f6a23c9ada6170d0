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

// --- print
// --------------------------------------------------------------------------------------------------------------------------

static void put(char c) {
    if (c == '\n') {
        console_put('\r');
    }
    console_put(c);
}

static void put_number(uint64_t v, unsigned base, unsigned width, char pad) {
    char digits[24];
    unsigned n = 0;
    do {
        digits[n++] = "0123456789abcdef"[v % base];
        v /= base;
    } while (v != 0);
    for (; width > n; --width) {
        put(pad);
    }
    while (n > 0) {
        put(digits[--n]);
    }
}

static uint64_t take(va_list* arguments, unsigned longs, bool is_signed) {
    if (longs >= 2) {
        return va_arg(*arguments, unsigned long long);
    }
    if (longs == 1) {
        return is_signed ? (uint64_t)va_arg(*arguments, long) : va_arg(*arguments, unsigned long);
    }
    return is_signed ? (uint64_t)va_arg(*arguments, int) : va_arg(*arguments, unsigned);
}

static void put_converted(char conversion, unsigned longs, unsigned width, char pad, va_list* arguments) {
    switch (conversion) {
    case 'd': {
        int64_t v = (int64_t)take(arguments, longs, true);
        if (v < 0) {
            put('-');
        }
        put_number(v < 0 ? -(uint64_t)v : (uint64_t)v, 10, width, pad);
        break;
    }
    case 'u': put_number(take(arguments, longs, false), 10, width, pad); break;
    case 'x': put_number(take(arguments, longs, false), 16, width, pad); break;
    case 'p': put_number((word)va_arg(*arguments, void*), 16, sizeof(word) * 2, '0'); break;
    case 'c': put((char)va_arg(*arguments, int)); break;
    case 's':
        for (const char* s = va_arg(*arguments, const char*); *s; ++s) {
            put(*s);
        }
        break;
    default: put(conversion);
    }
}

void print(const char* format, ...) {
    va_list arguments;
    va_start(arguments, format);
    for (; *format; ++format) {
        if (*format != '%') {
            put(*format);
            continue;
        }
        ++format;
        char pad = *format == '0' ? '0' : ' ';
        unsigned width = 0, longs = 0;
        for (; *format >= '0' && *format <= '9'; ++format) {
            width = width * 10 + (unsigned)(*format - '0');
        }
        for (; *format == 'l'; ++format) {
            ++longs;
        }
        put_converted(*format, longs, width, pad, &arguments);
    }
    va_end(arguments);
}

// --- Results
// ------------------------------------------------------------------------------------------------------------------------

static unsigned wrong;

bool check(bool ok, const char* what) {
    print("  %s %s\n", ok ? "ok   " : "WRONG", what);
    wrong += !ok;
    return ok;
}

int finish(void) {
    print("%s\n", wrong == 0 ? "PASS" : "FAIL");
    return wrong != 0;
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

// --- Random numbers
// -----------------------------------------------------------------------------------------------------------------

uint64_t random_next(struct random* r) {
    r->state ^= r->state >> 12;
    r->state ^= r->state << 25;
    r->state ^= r->state >> 27;
    return r->state * 0x2545f4914f6cdd1dull;
}

uint32_t seed_from_board(uint32_t fallback) {
    uint32_t seed = read32((word)ram_base + 0xf00000);
    return seed != 0 ? seed : fallback;
}

__attribute__((weak)) void secondary_main(int hart) {
    (void)hart;
    halt();
}
