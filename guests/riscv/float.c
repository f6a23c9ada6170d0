// F and D: results, flags, rounding modes, NaN boxing, conversions, fused multiply-add, classification.
#include "guest.h"

static uint32_t bits_f(float v) {
    union {
        float f;
        uint32_t u;
    } x = {.f = v};
    return x.u;
}
static uint64_t bits_d(double v) {
    union {
        double d;
        uint64_t u;
    } x = {.d = v};
    return x.u;
}
static float from_f(uint32_t u) {
    union {
        uint32_t u;
        float f;
    } x = {.u = u};
    return x.f;
}
static double from_d(uint64_t u) {
    union {
        uint64_t u;
        double d;
    } x = {.u = u};
    return x.d;
}

enum { kNx = 1, kUf = 2, kOf = 4, kDz = 8, kNv = 16 };
enum { kRne = 0, kRtz = 1, kRdn = 2, kRup = 3, kRmm = 4 };

#define F2(op, a, b)                                                                                                   \
    ({                                                                                                                 \
        float r_;                                                                                                      \
        asm volatile(#op " %0, %1, %2" : "=f"(r_) : "f"(a), "f"(b));                                                   \
        r_;                                                                                                            \
    })
#define D2(op, a, b)                                                                                                   \
    ({                                                                                                                 \
        double r_;                                                                                                     \
        asm volatile(#op " %0, %1, %2" : "=f"(r_) : "f"(a), "f"(b));                                                   \
        r_;                                                                                                            \
    })
#define D3(op, a, b, c)                                                                                                \
    ({                                                                                                                 \
        double r_;                                                                                                     \
        asm volatile(#op " %0, %1, %2, %3" : "=f"(r_) : "f"(a), "f"(b), "f"(c));                                       \
        r_;                                                                                                            \
    })
#define X1(op, a)                                                                                                      \
    ({                                                                                                                 \
        word r_;                                                                                                       \
        asm volatile(#op " %0, %1" : "=r"(r_) : "f"(a));                                                               \
        r_;                                                                                                            \
    })
#define TO_INT(rm, a)                                                                                                  \
    ({                                                                                                                 \
        word r_;                                                                                                       \
        asm volatile("fcvt.w.d %0, %1, " #rm : "=r"(r_) : "f"(a));                                                     \
        (int32_t) r_;                                                                                                  \
    })

static word flags(void) {
    word f = csr_read(fflags);
    csr_write(fflags, 0);
    return f;
}

static void arithmetic(void) {
    flags();
    check(bits_d(D2(fadd.d, 1.5, 2.25)) == bits_d(3.75) && flags() == 0, "exact addition raises nothing");
    check(bits_d(D2(fdiv.d, 1.0, 3.0)) == 0x3fd5555555555555 && flags() == kNx, "1/3 is inexact");
    check(bits_f(F2(fdiv.s, 1.0f, 3.0f)) == 0x3eaaaaab && flags() == kNx, "1/3 in single");
    check(bits_d(D2(fdiv.d, 1.0, 0.0)) == 0x7ff0000000000000 && flags() == kDz, "division by zero");
    check(bits_d(D2(fdiv.d, 0.0, 0.0)) == 0x7ff8000000000000 && flags() == kNv, "0/0 is the canonical NaN");
    check(bits_f(F2(fmul.s, 3e38f, 10.0f)) == 0x7f800000 && flags() == (kOf | kNx), "overflow");
    check(bits_f(F2(fmul.s, from_f(1), 0.5f)) == 0 && flags() == (kUf | kNx), "underflow");
    check(bits_d(D2(fsub.d, from_d(0x7ff0000000000001), 1.0)) == 0x7ff8000000000000 && flags() == kNv,
          "a signalling NaN");
    double root;
    asm volatile("fsqrt.d %0, %1" : "=f"(root) : "f"(2.0));
    check(bits_d(root) == 0x3ff6a09e667f3bcd && flags() == kNx, "square root of 2");
    double e = from_d(0x3e40000000000000); // 2^-27
    check(bits_d(D3(fmadd.d, 1.0 + e, 1.0 + e, -(1.0 + 2 * e))) == bits_d(e * e), "fmadd rounds once");
    flags();
    check(bits_d(D3(fmadd.d, from_d(0x7ff0000000000000), 0.0, from_d(0x7ff8000000000000))) == 0x7ff8000000000000 &&
              flags() == kNv,
          "inf * 0 + qNaN is invalid");
    check(bits_d(D2(fmin.d, -0.0, 0.0)) == 0x8000000000000000 && bits_d(D2(fmax.d, -0.0, 0.0)) == 0,
          "minimum and maximum order zeros");
    check(bits_d(D2(fmin.d, from_d(0x7ff8000000000000), 1.0)) == bits_d(1.0) && flags() == 0,
          "minimum ignores a quiet NaN");
}

static void rounding(void) {
    check(TO_INT(rne, 2.5) == 2 && TO_INT(rtz, 2.5) == 2 && TO_INT(rdn, 2.5) == 2 && TO_INT(rup, 2.5) == 3 &&
              TO_INT(rmm, 2.5) == 3,
          "2.5 in the five rounding modes");
    check(TO_INT(rne, -2.5) == -2 && TO_INT(rtz, -2.5) == -2 && TO_INT(rdn, -2.5) == -3 && TO_INT(rup, -2.5) == -2 &&
              TO_INT(rmm, -2.5) == -3,
          "-2.5 in the five rounding modes");
    static const uint64_t third[5] = {0x3fd5555555555555, 0x3fd5555555555555, 0x3fd5555555555555, 0x3fd5555555555556,
                                      0x3fd5555555555555};
    bool ok = true;
    for (word mode = 0; mode < 5; ++mode) {
        csr_write(frm, mode);
        ok &= bits_d(D2(fdiv.d, 1.0, 3.0)) == third[mode];
    }
    csr_write(frm, kRne);
    check(ok, "1/3 by frm");
    on_trap = record_and_skip;
    forget_traps();
    csr_write(frm, 5);
    D2(fadd.d, 1.0, 1.0);
    csr_write(frm, kRne);
    check(last_trap.count == 1 && last_trap.cause == 2, "an invalid dynamic rounding mode is an illegal instruction");
}

static void conversions(void) {
    flags();
    check(TO_INT(rtz, 3e9) == INT32_MAX && flags() == kNv, "out of range saturates and is invalid");
    check(TO_INT(rtz, from_d(0x7ff8000000000000)) == INT32_MAX && flags() == kNv, "NaN converts to the maximum");
    check((uint32_t)X1(fcvt.wu.d, -1.0) == 0 && flags() == kNv, "-1 to unsigned is 0 and invalid");
    float narrowed;
    asm volatile("fcvt.s.d %0, %1" : "=f"(narrowed) : "f"(1.0 + from_d(0x3e00000000000000)));
    check(bits_f(narrowed) == 0x3f800000 && flags() == kNx, "narrowing rounds");
    double widened;
    asm volatile("fcvt.d.s %0, %1" : "=f"(widened) : "f"(1.1f));
    check(bits_d(widened) == 0x3ff19999a0000000 && flags() == 0, "widening is exact");
#if __riscv_xlen == 64
    check(X1(fcvt.l.d, 1e18) == 1000000000000000000 && flags() == 0, "double to 64-bit integer");
    double from_u;
    asm volatile("fcvt.d.lu %0, %1" : "=f"(from_u) : "r"(~(word)0));
    check(bits_d(from_u) == 0x43f0000000000000 && flags() == kNx, "64-bit unsigned to double");
#endif
}

static void boxing_and_classes(void) {
    static volatile uint64_t memory;
    float one = 1.0f;
    asm volatile("fsd %1, (%0)" ::"r"(&memory), "f"(one) : "memory");
    check(memory == 0xffffffff3f800000, "a single in a register is NaN-boxed");
    memory = 0x123456783f800000;
    uint32_t sum;
    asm volatile("fld ft0, (%1)\n\tfadd.s ft1, ft0, ft0\n\tfmv.x.w %0, ft1" : "=r"(sum) : "r"(&memory) : "ft0", "ft1");
    check(sum == 0x7fc00000, "a badly boxed single counts as NaN");
    static const struct {
        uint64_t value;
        word class;
    } classes[] = {{0xfff0000000000000, 1},
                   {0xbff0000000000000, 2},
                   {0x8000000000000001, 4},
                   {0x8000000000000000, 8},
                   {0, 16},
                   {1, 32},
                   {0x3ff0000000000000, 64},
                   {0x7ff0000000000000, 128},
                   {0x7ff0000000000001, 256},
                   {0x7ff8000000000000, 512}};
    bool ok = true;
    for (unsigned i = 0; i < sizeof classes / sizeof classes[0]; ++i) {
        ok &= X1(fclass.d, from_d(classes[i].value)) == classes[i].class;
    }
    check(ok, "the ten classes");
}

static void status(void) {
    word old = csr_read(mstatus);
    on_trap = record_and_skip;
    forget_traps();
    csr_clear(mstatus, 3 << 13);
    asm volatile("fmv.w.x ft0, zero" ::: "ft0");
    bool illegal = last_trap.count == 1 && last_trap.cause == 2;
    csr_write(mstatus, (old & ~(word)(3 << 13)) | 1 << 13);
    asm volatile("fmv.w.x ft0, zero" ::: "ft0");
    check(illegal, "with mstatus.FS off floating point is illegal");
    check((csr_read(mstatus) >> 13 & 3) == 3 && csr_read(mstatus) >> (__riscv_xlen - 1),
          "a write makes FS dirty, SD shows it");
}

int main(void) {
    print("float rv%u\n", (unsigned)__riscv_xlen);
    arithmetic();
    rounding();
    conversions();
    boxing_and_classes();
    status();
    return finish();
}
