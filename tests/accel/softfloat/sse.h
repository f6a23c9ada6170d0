/// \file
/// An oracle that is not us: the host's SSE unit, one instruction at a time, with its own rounding and flags.
#pragma once

#include "accel/common/softfloat/softfloat.h"

#include <bit>
#include <cstdint>
#include <type_traits>

namespace medley::accel::softfloat::test::sse {

inline constexpr std::uint32_t kMasked = 0x1f80;
inline constexpr std::uint32_t kDenormalsAreZero = 0x0040;
inline constexpr std::uint32_t kFlushToZero = 0x8000;

template <FloatBits Bits>
using Host = std::conditional_t<sizeof(Bits) == 4, float, double>;

/// SSE names no rounding to nearest with ties away.
constexpr std::uint32_t rounding_control(Rounding rounding) {
    switch (rounding) {
    case Rounding::Down: return 1u << 13;
    case Rounding::Up: return 2u << 13;
    case Rounding::TowardZero: return 3u << 13;
    default: return 0;
    }
}

constexpr std::uint8_t flags_of(std::uint32_t mxcsr) {
    std::uint8_t flags = 0;
    flags |= (mxcsr & 0x01) != 0 ? float_flag::kInvalid : 0;
    flags |= (mxcsr & 0x04) != 0 ? float_flag::kDivideByZero : 0;
    flags |= (mxcsr & 0x08) != 0 ? float_flag::kOverflow : 0;
    flags |= (mxcsr & 0x10) != 0 ? float_flag::kUnderflow : 0;
    flags |= (mxcsr & 0x20) != 0 ? float_flag::kInexact : 0;
    return flags;
}

/// Volatile statements keep their order, so the instruction under test stands between the two loads.
template <class Instruction>
auto run(std::uint32_t mxcsr, std::uint8_t& flags, const Instruction& instruction) {
    std::uint32_t saved = 0;
    std::uint32_t after = 0;
    asm volatile("stmxcsr %0" : "=m"(saved));
    asm volatile("ldmxcsr %0" ::"m"(mxcsr));
    const auto result = instruction();
    asm volatile("stmxcsr %0" : "=m"(after));
    asm volatile("ldmxcsr %0" ::"m"(saved));
    flags |= flags_of(after);
    return result;
}

#define MEDLEY_SSE_BINARY(NAME)                                                                                        \
    template <FloatBits Bits>                                                                                          \
    Bits NAME(Bits a, Bits b) {                                                                                        \
        auto x = std::bit_cast<Host<Bits>>(a);                                                                         \
        const auto y = std::bit_cast<Host<Bits>>(b);                                                                   \
        if constexpr (sizeof(Bits) == 4) {                                                                             \
            asm volatile(#NAME "ss %1, %0" : "+x"(x) : "x"(y));                                                        \
        } else {                                                                                                       \
            asm volatile(#NAME "sd %1, %0" : "+x"(x) : "x"(y));                                                        \
        }                                                                                                              \
        return std::bit_cast<Bits>(x);                                                                                 \
    }
MEDLEY_SSE_BINARY(add)
MEDLEY_SSE_BINARY(sub)
MEDLEY_SSE_BINARY(mul)
MEDLEY_SSE_BINARY(div)
#undef MEDLEY_SSE_BINARY

template <FloatBits Bits>
Bits sqrt(Bits a) {
    auto x = std::bit_cast<Host<Bits>>(a);
    if constexpr (sizeof(Bits) == 4) {
        asm volatile("sqrtss %0, %0" : "+x"(x));
    } else {
        asm volatile("sqrtsd %0, %0" : "+x"(x));
    }
    return std::bit_cast<Bits>(x);
}

/// Only where the host has FMA3.
template <FloatBits Bits>
Bits fma(Bits a, Bits b, Bits c) {
    auto x = std::bit_cast<Host<Bits>>(a);
    const auto y = std::bit_cast<Host<Bits>>(b);
    const auto z = std::bit_cast<Host<Bits>>(c);
    if constexpr (sizeof(Bits) == 4) {
        asm volatile("vfmadd213ss %2, %1, %0" : "+x"(x) : "x"(y), "x"(z));
    } else {
        asm volatile("vfmadd213sd %2, %1, %0" : "+x"(x) : "x"(y), "x"(z));
    }
    return std::bit_cast<Bits>(x);
}

/// Only where the host has SSE4.1.
template <FloatBits Bits>
Bits round_to_int_exact(Bits a) {
    auto x = std::bit_cast<Host<Bits>>(a);
    if constexpr (sizeof(Bits) == 4) {
        asm volatile("roundss $4, %0, %0" : "+x"(x));
    } else {
        asm volatile("roundsd $4, %0, %0" : "+x"(x));
    }
    return std::bit_cast<Bits>(x);
}

constexpr Relation relation_of(bool below, bool equal, bool parity) {
    return parity ? Relation::Unordered : equal ? Relation::Equal : below ? Relation::Less : Relation::Greater;
}

template <FloatBits Bits>
Relation compare(Bits a, Bits b, NanCompare nan) {
    const auto x = std::bit_cast<Host<Bits>>(a);
    const auto y = std::bit_cast<Host<Bits>>(b);
    bool below = false;
    bool equal = false;
    bool parity = false;
    const bool quiet = nan == NanCompare::Quiet;
    if constexpr (sizeof(Bits) == 4) {
        if (quiet) {
            asm volatile("ucomiss %4, %3" : "=@ccb"(below), "=@cce"(equal), "=@ccp"(parity) : "x"(x), "x"(y));
        } else {
            asm volatile("comiss %4, %3" : "=@ccb"(below), "=@cce"(equal), "=@ccp"(parity) : "x"(x), "x"(y));
        }
    } else {
        if (quiet) {
            asm volatile("ucomisd %4, %3" : "=@ccb"(below), "=@cce"(equal), "=@ccp"(parity) : "x"(x), "x"(y));
        } else {
            asm volatile("comisd %4, %3" : "=@ccb"(below), "=@cce"(equal), "=@ccp"(parity) : "x"(x), "x"(y));
        }
    }
    return relation_of(below, equal, parity);
}

inline std::uint64_t widen(std::uint32_t a) {
    double result = 0;
    asm volatile("cvtss2sd %1, %0" : "+x"(result) : "x"(std::bit_cast<float>(a)));
    return std::bit_cast<std::uint64_t>(result);
}

inline std::uint32_t narrow(std::uint64_t a) {
    float result = 0;
    asm volatile("cvtsd2ss %1, %0" : "+x"(result) : "x"(std::bit_cast<double>(a)));
    return std::bit_cast<std::uint32_t>(result);
}

/// Out of range gives the least integer and Invalid.
template <class Int, FloatBits Bits>
Int to_int(Bits a) {
    const auto x = std::bit_cast<Host<Bits>>(a);
    Int result = 0;
    if constexpr (sizeof(Bits) == 4) {
        asm volatile("cvtss2si %1, %0" : "=r"(result) : "x"(x));
    } else {
        asm volatile("cvtsd2si %1, %0" : "=r"(result) : "x"(x));
    }
    return result;
}

template <FloatBits Bits, class Int>
Bits from_int(Int value) {
    Host<Bits> result = 0;
    if constexpr (sizeof(Bits) == 4 && sizeof(Int) == 4) {
        asm volatile("cvtsi2ssl %1, %0" : "+x"(result) : "r"(value));
    } else if constexpr (sizeof(Bits) == 4) {
        asm volatile("cvtsi2ssq %1, %0" : "+x"(result) : "r"(value));
    } else if constexpr (sizeof(Int) == 4) {
        asm volatile("cvtsi2sdl %1, %0" : "+x"(result) : "r"(value));
    } else {
        asm volatile("cvtsi2sdq %1, %0" : "+x"(result) : "r"(value));
    }
    return std::bit_cast<Bits>(result);
}

} // namespace medley::accel::softfloat::test::sse
