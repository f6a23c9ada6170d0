/// \file
/// The floating-point environment of one operation, in terms that no guest and no host owns.
/// IEEE 754-2019, sections 4 (attributes and rounding), 6 (NaNs) and 7 (exceptions).
#pragma once

#include <cstdint>

namespace medley {

/// Rounding-direction attributes (IEEE 754-2019, 4.3).
enum class Rounding : std::uint8_t {
    NearestEven,
    TowardZero,
    Down,
    Up,
    NearestAway,
};

/// Exception flags (IEEE 754-2019, 7), accumulated by OR. Bit values are Medley's own; each target maps
/// them to its register when that is read or written.
namespace float_flag {
inline constexpr std::uint8_t kInexact = 1;
inline constexpr std::uint8_t kUnderflow = 2;
inline constexpr std::uint8_t kOverflow = 4;
inline constexpr std::uint8_t kDivideByZero = 8;
inline constexpr std::uint8_t kInvalid = 16;
/// A denormal operand was flushed to zero (only with FloatEnv::flush_inputs).
inline constexpr std::uint8_t kInputDenormal = 32;
} // namespace float_flag

/// What an operation whose result is a NaN delivers.
enum class NanRule : std::uint8_t {
    /// Always the positive quiet NaN with an otherwise empty payload.
    Default,
    /// The first signalling operand quietened, else the first quiet operand, in operand order (for a fused
    /// multiply-add the addend comes first); the default NaN where no operand is a NaN.
    PropagateSignallingFirst,
};

/// What a float-to-integer conversion delivers for a NaN. Out-of-range values always saturate.
enum class NanToInt : std::uint8_t {
    Maximum,
    Zero,
};

/// How minimum and maximum treat NaN operands.
enum class MinMaxRule : std::uint8_t {
    /// minimumNumber/maximumNumber of IEEE 754-2019: a number wins over any NaN; a signalling NaN raises
    /// Invalid. -0 < +0.
    Number,
    /// minNum/maxNum of IEEE 754-2008: a number wins over a quiet NaN only; a signalling NaN gives a NaN.
    QuietNumber,
    /// minimum/maximum of IEEE 754-2019: any NaN operand gives a NaN.
    Propagate,
};

/// Everything besides its operands that decides the result of a floating-point operation.
struct FloatEnv {
    Rounding rounding = Rounding::NearestEven;
    NanRule nan = NanRule::Default;
    bool tininess_before_rounding = false;
    bool flush_inputs = false;
    bool flush_outputs = false;

    friend bool operator==(const FloatEnv&, const FloatEnv&) = default;
};

} // namespace medley
