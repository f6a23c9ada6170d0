/// \file
/// A second oracle, for what SSE lacks (binary16, ties away, tininess before rounding): operands as numbers of
/// 113 digits, the compiler's arithmetic on those, and one rounding that works with numbers, not with bit fields.
/// Finite operands and results other than zero only.
#pragma once

#include "accel/common/softfloat/softfloat.h"

#include <bit>
#include <cstdint>

namespace medley::accel::softfloat::test::reference {

__extension__ typedef __float128 Number;
__extension__ typedef unsigned __int128 NumberBits;

inline constexpr int kNumberFractionBits = 112;
inline constexpr int kNumberBias = 16383;

inline Number power_of_two(int exponent) {
    return std::bit_cast<Number>(NumberBits(exponent + kNumberBias) << kNumberFractionBits);
}

inline int exponent_of(Number x) {
    return static_cast<int>(std::bit_cast<NumberBits>(x) >> kNumberFractionBits & 0x7fff) - kNumberBias;
}

template <FloatBits Bits>
Number number_of(Bits a) {
    using F = Format<Bits>;
    const int biased = magnitude(a) >> F::kFractionBits;
    const std::uint64_t digits = (a & F::kFraction) + (biased == 0 ? 0 : std::uint64_t{F::kMinNormal});
    const Number absolute = digits * power_of_two((biased == 0 ? 1 : biased) - F::kBias - F::kFractionBits);
    return is_negative(a) ? -absolute : absolute;
}

/// a + b rounded to odd: rounding that to half as many digits is as good as rounding the exact sum.
inline Number add_to_odd(Number a, Number b) {
    const Number sum = a + b;
    const Number b_part = sum - a;
    const Number error = (a - (sum - b_part)) + (b - b_part);
    auto bits = std::bit_cast<NumberBits>(sum);
    if (error == 0 || (bits & 1) != 0) {
        return sum;
    }
    bits += (error > 0) == (sum > 0) ? 1 : -1;
    return std::bit_cast<Number>(bits);
}

struct Rounded {
    std::uint64_t digits;
    bool inexact;
};

/// |x| in units of 2^quantum, which must be below 2^64, rounded to a whole number.
inline Rounded round_to_quantum(Number x, int quantum, Rounding rounding) {
    const bool negative = x < 0;
    const Number scaled_up = (negative ? -x : x) * power_of_two(-quantum);
    const auto below = static_cast<std::uint64_t>(scaled_up);
    const Number rest = scaled_up - below;
    bool up = false;
    switch (rounding) {
    case Rounding::NearestEven: up = rest > 0.5 || (rest == 0.5 && below % 2 == 1); break;
    case Rounding::NearestAway: up = rest >= 0.5; break;
    case Rounding::TowardZero: break;
    case Rounding::Down: up = negative && rest > 0; break;
    case Rounding::Up: up = !negative && rest > 0; break;
    }
    return {below + (up ? 1 : 0), rest > 0};
}

template <FloatBits Bits>
bool is_tiny(Number x, const FloatEnv& env) {
    using F = Format<Bits>;
    const int exponent = exponent_of(x);
    if (exponent >= F::kMinExponent) {
        return false;
    }
    if (env.tininess_before_rounding) {
        return true;
    }
    const auto digits = round_to_quantum(x, exponent - F::kFractionBits, env.rounding).digits;
    return digits * power_of_two(exponent - F::kFractionBits) < power_of_two(F::kMinExponent);
}

template <FloatBits Bits>
Bits overflow(bool negative, Rounding rounding, std::uint8_t& flags) {
    flags |= float_flag::kOverflow | float_flag::kInexact;
    const bool stays_finite =
        rounding == Rounding::TowardZero || rounding == (negative ? Rounding::Up : Rounding::Down);
    const Bits sign = negative ? Format<Bits>::kSign : Bits{0};
    return static_cast<Bits>(sign | (stays_finite ? Format<Bits>::kMaxFinite : Format<Bits>::kInfinity));
}

template <FloatBits Bits>
Bits round(Number x, const FloatEnv& env, std::uint8_t& flags) {
    using F = Format<Bits>;
    const bool negative = x < 0;
    const Bits sign = negative ? F::kSign : Bits{0};
    const bool tiny = is_tiny<Bits>(x, env);
    if (tiny && env.flush_outputs) {
        flags |= float_flag::kUnderflow;
        return sign;
    }
    const int exponent = exponent_of(x) > F::kMinExponent ? exponent_of(x) : F::kMinExponent;
    const int quantum = exponent - F::kFractionBits;
    const Rounded rounded = round_to_quantum(x, quantum, env.rounding);
    // 2^p digits stand for the next power of two; fewer than 2^(p-1) for a denormal.
    const bool carried = rounded.digits >> F::kPrecision != 0;
    const bool normal = rounded.digits >> F::kFractionBits != 0;
    const int biased = normal ? exponent + F::kBias + (carried ? 1 : 0) : 0;
    if (biased >= F::kMaxBiased) {
        return overflow<Bits>(negative, env.rounding, flags);
    }
    flags |= rounded.inexact ? float_flag::kInexact : 0;
    flags |= rounded.inexact && tiny ? float_flag::kUnderflow : 0;
    const std::uint64_t fraction = carried ? 0 : rounded.digits & F::kFraction;
    return static_cast<Bits>(sign | std::uint64_t(biased) << F::kFractionBits | fraction);
}

} // namespace medley::accel::softfloat::test::reference
