/// \file
/// Inside of the library: numbers taken apart, and the one place where results are rounded and put together.
#pragma once

#include "accel/common/softfloat/format.h"
#include "medley/base/float.h"

#include <bit>
#include <cstdint>

namespace medley::accel::softfloat::detail {

__extension__ typedef unsigned __int128 Wide;

/// The bit of a normalised significand that weighs one. The bit above takes the carry of a sum.
inline constexpr int kUnitBit = 62;

/// A finite, non-zero number: +-(significand / 2^kUnitBit) * 2^exponent with bit kUnitBit the highest one set.
/// The lowest bit is sticky: it stands for "and something more" where bits were lost.
struct Unpacked {
    bool sign;
    int exponent;
    std::uint64_t significand;
};

/// Shifts right by any non-negative amount; bits lost make the lowest bit one.
template <class Word>
constexpr Word shift_right_jam(Word value, int amount) {
    constexpr int kBits = sizeof(Word) * 8;
    if (amount == 0) {
        return value;
    }
    if (amount >= kBits) {
        return value != 0 ? 1 : 0;
    }
    const Word lost = value & ((Word{1} << amount) - 1);
    return (value >> amount) | (lost != 0 ? 1 : 0);
}

/// Brings a non-zero value to the normalised form; `exponent` is the weight that bit kUnitBit has now.
constexpr Unpacked normalised(bool sign, int exponent, std::uint64_t value) {
    const int excess = 1 - std::countl_zero(value);
    if (excess > 0) {
        return {sign, exponent + 1, shift_right_jam(value, 1)};
    }
    return {sign, exponent + excess, value << -excess};
}

/// `a` must be finite and not zero.
template <FloatBits Bits>
constexpr Unpacked unpack(Bits a) {
    using F = Format<Bits>;
    const std::uint64_t fraction = a & F::kFraction;
    const int biased = magnitude(a) >> F::kFractionBits;
    if (biased == 0) {
        return normalised(is_negative(a), F::kMinExponent, fraction << (kUnitBit - F::kFractionBits));
    }
    const std::uint64_t significand = (fraction | F::kMinNormal) << (kUnitBit - F::kFractionBits);
    return {is_negative(a), biased - F::kBias, significand};
}

/// With FloatEnv::flush_inputs, a denormal becomes zero.
template <FloatBits Bits>
constexpr Bits flush_input(Bits a, const FloatEnv& env, std::uint8_t& flags) {
    if (env.flush_inputs && is_denormal(a)) {
        flags |= float_flag::kInputDenormal;
        return static_cast<Bits>(a & Format<Bits>::kSign);
    }
    return a;
}

template <FloatBits Bits>
constexpr Bits signed_zero(bool sign) {
    return sign ? Format<Bits>::kSign : Bits{0};
}

template <FloatBits Bits>
constexpr Bits signed_infinity(bool sign) {
    return static_cast<Bits>(signed_zero<Bits>(sign) | Format<Bits>::kInfinity);
}

/// The sign of an exact zero sum of operands of opposite signs (IEEE 754-2019, 6.3).
constexpr bool cancelled_sign(const FloatEnv& env) {
    return env.rounding == Rounding::Down;
}

template <FloatBits Bits>
constexpr Bits invalid(std::uint8_t& flags) {
    flags |= float_flag::kInvalid;
    return Format<Bits>::kDefaultNan;
}

/// Is the magnitude to be rounded away from zero? `lost` holds the bits cut off, in units where `half` is a tie.
constexpr bool rounds_up(Rounding rounding, bool sign, bool odd, std::uint64_t lost, std::uint64_t half) {
    switch (rounding) {
    case Rounding::NearestEven: return lost > half || (lost == half && odd);
    case Rounding::NearestAway: return lost >= half;
    case Rounding::Down: return sign && lost != 0;
    case Rounding::Up: return !sign && lost != 0;
    case Rounding::TowardZero: break;
    }
    return false;
}

/// Drops the `count` lowest bits of `value`, rounding.
constexpr std::uint64_t round_off(std::uint64_t value, int count, Rounding rounding, bool sign) {
    const std::uint64_t kept = value >> count;
    const std::uint64_t lost = value & ((std::uint64_t{1} << count) - 1);
    return kept + (rounds_up(rounding, sign, (kept & 1) != 0, lost, std::uint64_t{1} << (count - 1)) ? 1 : 0);
}

/// IEEE 754-2019, 7.4.
template <FloatBits Bits>
constexpr Bits overflowed(bool sign, const FloatEnv& env, std::uint8_t& flags) {
    flags |= float_flag::kOverflow | float_flag::kInexact;
    const bool to_infinity = rounds_up(env.rounding, sign, true, 3, 2);
    return static_cast<Bits>(signed_zero<Bits>(sign) |
                             (to_infinity ? Format<Bits>::kInfinity : Format<Bits>::kMaxFinite));
}

/// How many low bits of a normalised significand a format has no room for.
template <FloatBits Bits>
inline constexpr int kSurplusBits = kUnitBit - Format<Bits>::kFractionBits;

/// IEEE 754-2019, 7.5, for a number whose exponent is below the least of the format.
template <FloatBits Bits>
constexpr bool is_tiny(const Unpacked& value, const FloatEnv& env) {
    if (env.tininess_before_rounding || value.exponent < Format<Bits>::kMinExponent - 1) {
        return true;
    }
    const std::uint64_t rounded = round_off(value.significand, kSurplusBits<Bits>, env.rounding, value.sign);
    return (rounded >> Format<Bits>::kPrecision) == 0;
}

/// Rounding and packing below the least normal number. A carry into the exponent field gives that number.
template <FloatBits Bits>
constexpr Bits round_pack_small(const Unpacked& value, const FloatEnv& env, std::uint8_t& flags) {
    const Bits zero = signed_zero<Bits>(value.sign);
    const bool tiny = is_tiny<Bits>(value, env);
    if (tiny && env.flush_outputs) {
        flags |= float_flag::kUnderflow;
        return zero;
    }
    constexpr int kSurplus = kSurplusBits<Bits>;
    const auto significand = shift_right_jam(value.significand, Format<Bits>::kMinExponent - value.exponent);
    if ((significand & ((std::uint64_t{1} << kSurplus) - 1)) != 0) {
        flags |= tiny ? float_flag::kUnderflow | float_flag::kInexact : float_flag::kInexact;
    }
    return static_cast<Bits>(zero | round_off(significand, kSurplus, env.rounding, value.sign));
}

/// The result of an operation: `value` rounded to the format, with the exceptions that this raises.
template <FloatBits Bits>
constexpr Bits round_pack(const Unpacked& value, const FloatEnv& env, std::uint8_t& flags) {
    using F = Format<Bits>;
    constexpr int kSurplus = kSurplusBits<Bits>;
    if (value.exponent < F::kMinExponent) {
        return round_pack_small<Bits>(value, env, flags);
    }
    if (value.exponent > F::kBias) {
        return overflowed<Bits>(value.sign, env, flags);
    }
    const std::uint64_t rounded = round_off(value.significand, kSurplus, env.rounding, value.sign);
    // The implicit bit adds one to the exponent field, and so does a carry out of the fraction.
    const std::uint64_t field = static_cast<std::uint64_t>(value.exponent - F::kMinExponent) << F::kFractionBits;
    const std::uint64_t packed = field + rounded;
    if (packed >= F::kInfinity) {
        return overflowed<Bits>(value.sign, env, flags);
    }
    if ((value.significand & ((std::uint64_t{1} << kSurplus) - 1)) != 0) {
        flags |= float_flag::kInexact;
    }
    return static_cast<Bits>(signed_zero<Bits>(value.sign) | packed);
}

} // namespace medley::accel::softfloat::detail
