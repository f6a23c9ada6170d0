// Floating-point helpers of Advanced SIMD: estimates, rounding to the size of integers, other formats.

#include "iss/aarch64/core.h"
#include "iss/aarch64/float_parts.h"
#include "iss/aarch64/helpers.h"
#include "iss/aarch64/simd_estimates.h"

namespace medley::iss::aarch64 {

namespace {

void raise_flags(HelperContext& context, std::uint32_t flags) {
    if (flags != 0)
        core_of(context).system().state().float_flags |= flags;
}

/// A lane of 1 << lane_log2 bytes.
std::uint64_t lane_bits(const Vector128& vector, unsigned lane_log2, unsigned index) {
    const unsigned at = index * (8U << lane_log2);
    return bits(at < 64 ? vector.low : vector.high, at % 64, 8U << lane_log2);
}
void set_lane(Vector128& vector, unsigned lane_log2, unsigned index, std::uint64_t value) {
    const unsigned at = index * (8U << lane_log2);
    (at < 64 ? vector.low : vector.high) |= value << at % 64;
}

/// result lane = body(lane, mode, flags) for the lanes that count, from lanes of one size to lanes of another.
template <class Body>
void each(HelperContext& context, const Vector128* a, Vector128& result, unsigned from, unsigned to, Body body) {
    const auto mode = FloatMode::decode(a[1].low);
    const Vector128 operand = a[0];
    std::uint32_t flags = 0;
    Vector128 made;
    for (unsigned i = 0; i < mode.lanes; ++i)
        set_lane(made, to, i, body(lane_bits(operand, from, i), mode, flags));
    result = made;
    raise_flags(context, flags);
}
template <class Body>
void each(HelperContext& context, const Vector128* a, Vector128& result, Body body) {
    const unsigned lane = FloatMode::decode(a[1].low).lane_log2;
    each(context, a, result, lane, lane, body);
}

bool overflows_to_infinity(Rounding rounding, bool sign) {
    return rounding == Rounding::NearestEven || (rounding == Rounding::Up && !sign) ||
           (rounding == Rounding::Down && sign);
}

/// The exponent field and the first eight bits of the fraction, of denormal numbers as if they were normal.
struct Scaled {
    int exponent;
    std::uint32_t fraction;
};
Scaled scaled(const FloatParts& number, const FloatFormat& format) {
    return {number.exponent + format.bias(), static_cast<std::uint32_t>(number.significand >> 55 & 0xff)};
}

// FRECPE (Arm ARM, "FPRecipEstimate")
std::uint64_t estimate_reciprocal(std::uint64_t value, const FloatMode& mode, std::uint32_t& flags) {
    const auto& format = format_of(mode.lane_log2);
    const auto number = unpack(value, format, mode.flush, flags);
    const auto zero = format.signed_zero(number.sign);
    if (number.is_nan())
        return process_nan(value, format, mode.default_nan, flags);
    if (number.kind == FloatClass::Infinite)
        return zero;
    if (number.kind == FloatClass::Zero) {
        flags |= float_flag::kDivideByZero;
        return zero | format.infinity();
    }
    // Below 2^-(bias + 1) the reciprocal overflows.
    if (number.exponent < -format.bias() - 1) {
        flags |= float_flag::kOverflow | float_flag::kInexact;
        return zero | (overflows_to_infinity(mode.rounding, number.sign) ? format.infinity() : format.infinity() - 1);
    }
    if (mode.flush && number.exponent >= format.bias() - 1) {
        flags |= float_flag::kUnderflow;
        return zero;
    }
    const auto [exponent, fraction] = scaled(number, format);
    int result_exponent = 2 * format.bias() - 1 - exponent;
    const unsigned shift = format.fraction_bits - 8;
    std::uint64_t result = std::uint64_t{reciprocal_estimate(256 | fraction) & 0xff} << shift;
    if (result_exponent == 0) {
        result = result >> 1 | format.quiet_bit();
    } else if (result_exponent == -1) {
        result = (result >> 2) | format.quiet_bit() >> 1;
        result_exponent = 0;
    }
    return zero | static_cast<std::uint64_t>(result_exponent) << format.fraction_bits | result;
}

// FRSQRTE (Arm ARM, "FPRSqrtEstimate")
std::uint64_t estimate_root(std::uint64_t value, const FloatMode& mode, std::uint32_t& flags) {
    const auto& format = format_of(mode.lane_log2);
    const auto number = unpack(value, format, mode.flush, flags);
    if (number.is_nan())
        return process_nan(value, format, mode.default_nan, flags);
    if (number.kind == FloatClass::Zero) {
        flags |= float_flag::kDivideByZero;
        return format.signed_zero(number.sign) | format.infinity();
    }
    if (number.sign) {
        flags |= float_flag::kInvalid;
        return format.default_nan();
    }
    if (number.kind == FloatClass::Infinite)
        return 0;
    const auto [exponent, fraction] = scaled(number, format);
    const std::uint32_t operand = exponent % 2 == 0 ? 256 | fraction : 128 | fraction >> 1;
    const auto result_exponent = static_cast<std::uint64_t>((3 * format.bias() - 1 - exponent) / 2);
    const auto estimate = std::uint64_t{reciprocal_root_estimate(operand) & 0xff};
    return result_exponent << format.fraction_bits | estimate << (format.fraction_bits - 8);
}

// FRECPX (Arm ARM, "FPRecpX")
std::uint64_t reciprocal_exponent(std::uint64_t value, const FloatMode& mode, std::uint32_t& flags) {
    const auto& format = format_of(mode.lane_log2);
    const auto number = unpack(value, format, mode.flush, flags);
    if (number.is_nan())
        return process_nan(value, format, mode.default_nan, flags);
    const auto field = format.exponent_field(value);
    const auto turned = field == 0 ? format.max_field() - 1 : field ^ format.max_field();
    return format.signed_zero(number.sign) | turned << format.fraction_bits;
}

/// The magnitude of a finite number, rounded to an integer below 2^64.
struct Integral {
    std::uint64_t magnitude;
    bool inexact;
};
Integral integral(const FloatParts& number, Rounding rounding) {
    if (number.exponent >= 63)
        return {number.significand, false};
    const int drop = 63 - number.exponent;
    const std::uint64_t kept = drop < 64 ? number.significand >> drop : 0;
    const bool half = drop <= 64 && bit(number.significand, static_cast<unsigned>(drop - 1));
    const bool rest = drop > 64 || (number.significand & low_mask(static_cast<unsigned>(drop - 1))) != 0;
    bool up = false;
    switch (rounding) {
    case Rounding::NearestEven: up = half && (rest || (kept & 1) != 0); break;
    case Rounding::NearestAway: up = half; break;
    case Rounding::Down: up = number.sign && (half || rest); break;
    case Rounding::Up: up = !number.sign && (half || rest); break;
    case Rounding::TowardZero: break;
    }
    return {kept + (up ? 1 : 0), half || rest};
}

// FRINT32Z and the like (Arm ARM, "FPRoundIntN")
std::uint64_t round_to_size(std::uint64_t value, const FloatMode& mode, Rounding rounding, unsigned size,
                            std::uint32_t& flags) {
    const auto& format = format_of(mode.lane_log2);
    const auto number = unpack(value, format, mode.flush, flags);
    const auto least = format.signed_zero(true) | static_cast<std::uint64_t>(format.bias() + static_cast<int>(size) - 1)
                                                      << format.fraction_bits;
    if (number.kind == FloatClass::Zero)
        return format.signed_zero(number.sign);
    const auto limit = std::uint64_t{1} << (size - 1);
    if (number.kind != FloatClass::Finite || number.exponent > 63) {
        flags |= float_flag::kInvalid;
        return least;
    }
    const auto [magnitude, inexact] = integral(number, rounding);
    if (magnitude > limit || (magnitude == limit && !number.sign)) {
        flags |= float_flag::kInvalid;
        return least;
    }
    flags |= inexact ? float_flag::kInexact : 0U;
    if (magnitude == 0)
        return format.signed_zero(number.sign);
    const int zeros = std::countl_zero(magnitude);
    const FloatParts rounded{FloatClass::Finite, number.sign, 63 - zeros, magnitude << zeros};
    return pack(rounded, format, {Rounding::TowardZero}, flags);
}

void round_vector(HelperContext& context, const Vector128* a, Vector128& result, bool toward_zero, unsigned size) {
    each(context, a, result, [=](std::uint64_t value, const FloatMode& mode, std::uint32_t& flags) {
        return round_to_size(value, mode, toward_zero ? Rounding::TowardZero : mode.rounding, size, flags);
    });
}

/// To a smaller format; what is special in the alternative one is dealt with by the caller.
std::uint64_t converted(std::uint64_t value, const FloatFormat& from, const FloatFormat& to, FloatRounding how,
                        const FloatMode& mode, std::uint32_t& flags) {
    const auto number = unpack(value, from, mode.flush, flags);
    if (number.is_nan()) {
        const auto nan = process_nan(value, from, mode.default_nan, flags);
        return mode.default_nan ? to.default_nan() : convert_nan(nan, from, to);
    }
    if (number.kind == FloatClass::Infinite)
        return to.signed_zero(number.sign) | to.infinity();
    if (number.kind == FloatClass::Zero)
        return to.signed_zero(number.sign);
    return pack(number, to, how, flags);
}

/// NaNs become zeros and infinities the largest number, both with Invalid (Arm ARM, "FPConvert").
std::uint64_t to_alternative(std::uint64_t value, const FloatFormat& from, const FloatMode& mode,
                             std::uint32_t& flags) {
    const auto number = unpack(value, from, mode.flush, flags);
    const auto zero = kAlternativeHalf.signed_zero(number.sign);
    if (number.kind == FloatClass::Finite)
        return pack(number, kAlternativeHalf, {mode.rounding}, flags);
    if (number.kind != FloatClass::Zero)
        flags |= float_flag::kInvalid;
    return number.kind == FloatClass::Infinite ? zero | low_mask(15) : zero;
}

/// An element of a matching lane; exact.
std::uint64_t from_half(std::uint64_t value, const FloatFormat& from, const FloatFormat& to, bool flush) {
    std::uint32_t ignored = 0;
    const auto number = unpack(value, from, flush, ignored);
    if (number.is_nan()) // with the quiet bit as it is
        return to.signed_zero(number.sign) | to.infinity() |
               from.fraction(value) << (to.fraction_bits - from.fraction_bits);
    if (number.kind == FloatClass::Infinite)
        return to.signed_zero(number.sign) | to.infinity();
    if (number.kind == FloatClass::Zero)
        return to.signed_zero(number.sign);
    return pack(number, to, {Rounding::TowardZero}, ignored);
}

} // namespace

void helper_frecpe(HelperContext& context, const Vector128* a, Vector128& result) {
    each(context, a, result, estimate_reciprocal);
}
void helper_frsqrte(HelperContext& context, const Vector128* a, Vector128& result) {
    each(context, a, result, estimate_root);
}
void helper_frecpx(HelperContext& context, const Vector128* a, Vector128& result) {
    each(context, a, result, reciprocal_exponent);
}
void helper_frint32z(HelperContext& context, const Vector128* a, Vector128& result) {
    round_vector(context, a, result, true, 32);
}
void helper_frint32x(HelperContext& context, const Vector128* a, Vector128& result) {
    round_vector(context, a, result, false, 32);
}
void helper_frint64z(HelperContext& context, const Vector128* a, Vector128& result) {
    round_vector(context, a, result, true, 64);
}
void helper_frint64x(HelperContext& context, const Vector128* a, Vector128& result) {
    round_vector(context, a, result, false, 64);
}

void helper_fcvtxn(HelperContext& context, const Vector128* a, Vector128& result) {
    each(context, a, result, 3, 2, [](std::uint64_t value, const FloatMode& mode, std::uint32_t& flags) {
        return converted(value, kDouble, kSingle, {Rounding::TowardZero, true, mode.flush}, mode, flags);
    });
}
void helper_bfcvt(HelperContext& context, const Vector128* a, Vector128& result) {
    each(context, a, result, 2, 1, [](std::uint64_t value, const FloatMode& mode, std::uint32_t& flags) {
        return converted(value, kSingle, kBFloat, {mode.rounding, false, mode.flush}, mode, flags);
    });
}
void helper_to_alternative_half(HelperContext& context, const Vector128* a, Vector128& result) {
    const unsigned from = FloatMode::decode(a[1].low).lane_log2;
    each(context, a, result, from, 1, [from](std::uint64_t value, const FloatMode& mode, std::uint32_t& flags) {
        return to_alternative(value, format_of(from), mode, flags);
    });
}
void helper_from_alternative_half(HelperContext&, const Vector128* a, Vector128& result) {
    const auto mode = FloatMode::decode(a[1].low);
    const Vector128 operand = a[0];
    Vector128 made;
    for (unsigned i = 0; i < mode.lanes; ++i)
        set_lane(made, mode.lane_log2, i,
                 from_half(lane_bits(operand, 1, i), kAlternativeHalf, format_of(mode.lane_log2), false));
    result = made;
}

void helper_widen_halves(HelperContext&, const Vector128* a, Vector128& result) {
    const Vector128 operand = a[0];
    const unsigned first = bit(a[1].low, 0) ? 4 : 0;
    const bool flush = bit(a[1].low, 1);
    Vector128 made;
    for (unsigned i = 0; i < 4; ++i)
        set_lane(made, 2, i, from_half(lane_bits(operand, 1, first + i), kHalf, kSingle, flush));
    result = made;
}

// FJCVTZS (Arm ARM, "FPToFixedJS")
std::uint64_t helper_fjcvtzs(HelperContext& context, std::uint64_t value, std::uint64_t word, std::uint64_t,
                             std::uint64_t) {
    const auto mode = FloatMode::decode(word);
    std::uint32_t flags = 0;
    const auto number = unpack(value, kDouble, mode.flush, flags);
    std::uint64_t result = 0;
    bool exact = false;
    if (number.kind == FloatClass::Zero) {
        exact = value == 0;
    } else if (number.kind != FloatClass::Finite) {
        flags |= float_flag::kInvalid;
    } else {
        // Modulo 2^32: digits from 2^64 on do not count.
        const auto [magnitude, inexact] = integral(number, Rounding::TowardZero);
        const bool is_large = number.exponent > 63;
        const unsigned up = is_large ? static_cast<unsigned>(number.exponent - 63) : 0;
        const std::uint64_t low = up < 64 ? magnitude << up : 0;
        result = (number.sign ? 0 - low : low) & low_mask(32);
        const bool out_of_range = is_large || magnitude > (std::uint64_t{1} << 31) - (number.sign ? 0 : 1);
        flags |= out_of_range ? float_flag::kInvalid : inexact ? float_flag::kInexact : 0U;
        exact = !out_of_range && !inexact;
    }
    raise_flags(context, flags);
    return result | std::uint64_t{exact} << 32;
}

// For FMULX, FRECPS and FRSQRTS, which know infinity times zero.
void helper_drop_infinity(HelperContext&, const Vector128* a, Vector128& result) {
    const auto mode = FloatMode::decode(a[2].low);
    const auto& format = format_of(mode.lane_log2);
    const Vector128 values = a[0];
    const Vector128 others = a[1];
    Vector128 made;
    for (unsigned i = 0; i < 16U >> mode.lane_log2; ++i) {
        const auto value = lane_bits(values, mode.lane_log2, i);
        const auto other = lane_bits(others, mode.lane_log2, i);
        const bool is_infinite = (value & low_mask(format.width() - 1)) == format.infinity();
        const bool other_is_zero = format.exponent_field(other) == 0 && (mode.flush || format.fraction(other) == 0);
        set_lane(made, mode.lane_log2, i,
                 is_infinite && other_is_zero ? format.signed_zero(format.negative(value)) : value);
    }
    result = made;
}

void helper_halve_larger(HelperContext&, const Vector128* a, Vector128& result) {
    const auto lane = static_cast<unsigned>(a[2].low & 3);
    const bool yields = bit(a[2].low, 4);
    const auto& format = format_of(lane);
    const Vector128 values = a[0];
    const Vector128 others = a[1];
    Vector128 made;
    for (unsigned i = 0; i < 16U >> lane; ++i) {
        const auto value = lane_bits(values, lane, i);
        const auto field = format.exponent_field(value);
        const auto other = format.exponent_field(lane_bits(others, lane, i));
        const bool is_larger = field > other || (field == other && !yields);
        const bool is_special = field == format.max_field() || other == format.max_field();
        // Two numbers as small as that make no difference whether one of them is halved.
        const bool halve = is_larger && !is_special && field > 1;
        set_lane(made, lane, i, halve ? value - (std::uint64_t{1} << format.fraction_bits) : value);
    }
    result = made;
}

} // namespace medley::iss::aarch64
