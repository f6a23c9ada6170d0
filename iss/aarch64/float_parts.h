/// \file
/// Floating-point numbers taken apart and put together, for the few operations of the architecture that are not among
/// the IR's: estimates, other formats, rounding to odd (Arm ARM, "FPUnpackBase", "FPRoundBase").
#pragma once

#include "iss/aarch64/float_mode.h"
#include "medley/base/bits.h"

#include <bit>
#include <cstdint>

namespace medley::iss::aarch64 {

struct FloatFormat {
    unsigned exponent_bits;
    unsigned fraction_bits;
    /// Numbers stand in place of infinities and NaNs.
    bool alternative = false;

    [[nodiscard]] constexpr unsigned width() const { return 1 + exponent_bits + fraction_bits; }
    [[nodiscard]] constexpr int bias() const { return (1 << (exponent_bits - 1)) - 1; }
    [[nodiscard]] constexpr std::uint64_t max_field() const { return low_mask(exponent_bits); }
    [[nodiscard]] constexpr std::uint64_t infinity() const { return max_field() << fraction_bits; }
    [[nodiscard]] constexpr std::uint64_t quiet_bit() const { return std::uint64_t{1} << (fraction_bits - 1); }
    [[nodiscard]] constexpr std::uint64_t default_nan() const { return infinity() | quiet_bit(); }
    [[nodiscard]] constexpr std::uint64_t signed_zero(bool sign) const { return std::uint64_t{sign} << (width() - 1); }
    [[nodiscard]] constexpr std::uint64_t exponent_field(std::uint64_t value) const {
        return bits(value, fraction_bits, exponent_bits);
    }
    [[nodiscard]] constexpr std::uint64_t fraction(std::uint64_t value) const {
        return value & low_mask(fraction_bits);
    }
    [[nodiscard]] constexpr bool negative(std::uint64_t value) const { return bit(value, width() - 1); }
};

inline constexpr FloatFormat kHalf{5, 10};
inline constexpr FloatFormat kAlternativeHalf{5, 10, true};
inline constexpr FloatFormat kBFloat{8, 7};
inline constexpr FloatFormat kSingle{8, 23};
inline constexpr FloatFormat kDouble{11, 52};

[[nodiscard]] constexpr const FloatFormat& format_of(unsigned lane_log2) {
    return lane_log2 == 1 ? kHalf : lane_log2 == 2 ? kSingle : kDouble;
}

enum class FloatClass : std::uint8_t { Zero, Finite, Infinite, QuietNan, SignallingNan };

struct FloatParts {
    FloatClass kind = FloatClass::Zero;
    bool sign = false;
    /// Finite: +-(significand / 2^63) * 2^exponent, with the highest bit set.
    int exponent = 0;
    std::uint64_t significand = 0;

    [[nodiscard]] bool is_nan() const { return kind == FloatClass::QuietNan || kind == FloatClass::SignallingNan; }
};

/// With \p flush, denormal numbers are zeros; \p flags receives what that raises.
[[nodiscard]] FloatParts unpack(std::uint64_t value, const FloatFormat& format, bool flush, std::uint32_t& flags);

/// How a result is rounded. Odd has no name in FloatEnv: to zero, but inexact results have their lowest bit set.
struct FloatRounding {
    Rounding mode = Rounding::NearestEven;
    bool odd = false;
    bool flush = false;
};
/// A finite number in a format. \p sticky: something below the significand was lost.
[[nodiscard]] std::uint64_t pack(const FloatParts& number, const FloatFormat& format, FloatRounding how,
                                 std::uint32_t& flags, bool sticky = false);

/// The quiet NaN that an operation on a NaN delivers (Arm ARM, "FPProcessNaN").
[[nodiscard]] std::uint64_t process_nan(std::uint64_t nan, const FloatFormat& format, bool default_nan,
                                        std::uint32_t& flags);
/// A NaN's sign and the highest bits of its payload in another format, quiet (Arm ARM, "FPConvertNaN").
[[nodiscard]] std::uint64_t convert_nan(std::uint64_t nan, const FloatFormat& from, const FloatFormat& to);

} // namespace medley::iss::aarch64
