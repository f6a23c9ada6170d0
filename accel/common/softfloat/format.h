/// \file
/// The three binary interchange formats (IEEE 754-2019, 3.4), each known by the unsigned type that holds its bits.
#pragma once

#include <concepts>
#include <cstdint>

namespace medley::accel::softfloat {

/// binary16, binary32 or binary64 as raw bits.
template <class T>
concept FloatBits = std::same_as<T, std::uint16_t> || std::same_as<T, std::uint32_t> || std::same_as<T, std::uint64_t>;

/// The integer types that a float converts to and from.
template <class T>
concept ConvertibleInt = std::same_as<T, std::int32_t> || std::same_as<T, std::uint32_t> ||
    std::same_as<T, std::int64_t> || std::same_as<T, std::uint64_t>;

/// Parameters of a format; everything follows from the width and the width of the exponent field.
template <FloatBits Bits>
struct Format {
    static constexpr int kWidth = sizeof(Bits) * 8;
    static constexpr int kExponentBits = kWidth == 16 ? 5 : kWidth == 32 ? 8 : 11;
    static constexpr int kFractionBits = kWidth - 1 - kExponentBits;
    /// Significand digits, the implicit one included (p in the standard).
    static constexpr int kPrecision = kFractionBits + 1;
    static constexpr int kBias = (1 << (kExponentBits - 1)) - 1;
    static constexpr int kMinExponent = 1 - kBias;
    static constexpr int kMaxBiased = (1 << kExponentBits) - 1;

    static constexpr Bits kSign = static_cast<Bits>(std::uint64_t{1} << (kWidth - 1));
    static constexpr Bits kMagnitude = static_cast<Bits>(kSign - 1);
    static constexpr Bits kMinNormal = static_cast<Bits>(std::uint64_t{1} << kFractionBits);
    static constexpr Bits kFraction = static_cast<Bits>(kMinNormal - 1);
    static constexpr Bits kInfinity = static_cast<Bits>(kMagnitude & ~std::uint64_t{kFraction});
    static constexpr Bits kMaxFinite = static_cast<Bits>(kInfinity - 1);
    static constexpr Bits kQuiet = static_cast<Bits>(std::uint64_t{1} << (kFractionBits - 1));
    static constexpr Bits kDefaultNan = static_cast<Bits>(kInfinity | kQuiet);
};

template <FloatBits Bits>
constexpr Bits magnitude(Bits a) {
    return static_cast<Bits>(a & Format<Bits>::kMagnitude);
}

template <FloatBits Bits>
constexpr bool is_negative(Bits a) {
    return (a & Format<Bits>::kSign) != 0;
}

template <FloatBits Bits>
constexpr bool is_zero(Bits a) {
    return magnitude(a) == 0;
}

template <FloatBits Bits>
constexpr bool is_infinite(Bits a) {
    return magnitude(a) == Format<Bits>::kInfinity;
}

template <FloatBits Bits>
constexpr bool is_nan(Bits a) {
    return magnitude(a) > Format<Bits>::kInfinity;
}

template <FloatBits Bits>
constexpr bool is_signalling_nan(Bits a) {
    return is_nan(a) && (a & Format<Bits>::kQuiet) == 0;
}

template <FloatBits Bits>
constexpr bool is_denormal(Bits a) {
    return !is_zero(a) && magnitude(a) < Format<Bits>::kMinNormal;
}

/// Neither zero, denormal, infinite nor NaN. Adding one to the exponent field brings the two special values of
/// the field down to 0 and 1, so one mask tells them from all others.
template <FloatBits Bits>
constexpr bool is_normal(Bits a) {
    using F = Format<Bits>;
    constexpr Bits kBeyondOne = static_cast<Bits>(F::kInfinity & ~std::uint64_t{F::kMinNormal});
    return (static_cast<Bits>(a + F::kMinNormal) & kBeyondOne) != 0;
}

} // namespace medley::accel::softfloat
