#include "guest.h"

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

// --- Random numbers
// -----------------------------------------------------------------------------------------------------------------

uint64_t random_next(struct random* r) {
    r->state ^= r->state >> 12;
    r->state ^= r->state << 25;
    r->state ^= r->state >> 27;
    return r->state * 0x2545f4914f6cdd1dull;
}

uint32_t seed_from_board(uint32_t fallback) {
    uint32_t seed = read32(kSeedAddress);
    return seed != 0 ? seed : fallback;
}

__attribute__((weak)) void secondary_main(int cpu) {
    (void)cpu;
    halt();
}
