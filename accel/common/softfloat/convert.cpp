#include "accel/common/softfloat/nan.h"
#include "accel/common/softfloat/softfloat.h"
#include "accel/common/softfloat/unpacked.h"

#include <limits>
#include <type_traits>

namespace medley::accel::softfloat {

using namespace detail;

namespace {

struct RoundedMagnitude {
    std::uint64_t value;
    bool inexact;
};

/// The magnitude of a number of exponent 63 at most, rounded to an integer.
RoundedMagnitude round_magnitude(const Unpacked& number, Rounding rounding) {
    // Two digits of fraction, the second one sticky, decide.
    constexpr int kFractionDigits = 2;
    const int surplus = kUnitBit - kFractionDigits - number.exponent;
    if (surplus <= 0) {
        // No format has that many digits: a whole number.
        return {number.exponent > kUnitBit ? number.significand << 1
                                           : number.significand >> (kUnitBit - number.exponent),
                false};
    }
    const std::uint64_t fixed = shift_right_jam(number.significand, surplus);
    return {round_off(fixed, kFractionDigits, rounding, number.sign), (fixed & 3) != 0};
}

template <FloatBits Bits>
Bits round_to_int_with(Bits a, std::uint8_t inexact_flag, const FloatEnv& env, std::uint8_t& flags) {
    a = flush_input(a, env, flags);
    if (is_nan(a)) {
        return nan_result({a}, env, flags);
    }
    if (is_zero(a) || is_infinite(a)) {
        return a;
    }
    const Unpacked number = unpack(a);
    if (number.exponent >= Format<Bits>::kFractionBits) {
        return a;
    }
    const RoundedMagnitude integer = round_magnitude(number, env.rounding);
    flags |= integer.inexact ? inexact_flag : 0;
    if (integer.value == 0) {
        return signed_zero<Bits>(number.sign);
    }
    return round_pack<Bits>(normalised(number.sign, kUnitBit, integer.value), env, flags);
}

/// The largest magnitude that fits.
template <ConvertibleInt Int>
constexpr std::uint64_t magnitude_limit(bool sign) {
    if (!sign) {
        return static_cast<std::uint64_t>(std::numeric_limits<Int>::max());
    }
    return 0 - static_cast<std::uint64_t>(std::numeric_limits<Int>::min());
}

template <ConvertibleInt Int>
constexpr Int saturated(bool sign, std::uint8_t& flags) {
    flags |= float_flag::kInvalid;
    return sign ? std::numeric_limits<Int>::min() : std::numeric_limits<Int>::max();
}

} // namespace

template <FloatBits To, FloatBits From>
To convert(From a, const FloatEnv& env, std::uint8_t& flags) {
    a = flush_input(a, env, flags);
    const bool sign = is_negative(a);
    if (is_nan(a)) {
        const From nan = nan_result({a}, env, flags);
        const std::uint64_t payload = std::uint64_t{static_cast<From>(nan & Format<From>::kFraction)}
                                      << (64 - Format<From>::kFractionBits);
        const std::uint64_t fraction = payload >> (64 - Format<To>::kFractionBits);
        return static_cast<To>(signed_infinity<To>(is_negative(nan)) | fraction);
    }
    if (is_infinite(a)) {
        return signed_infinity<To>(sign);
    }
    if (is_zero(a)) {
        return signed_zero<To>(sign);
    }
    return round_pack<To>(unpack(a), env, flags);
}

template <FloatBits Bits>
Bits round_to_int(Bits a, const FloatEnv& env, std::uint8_t& flags) {
    return round_to_int_with(a, 0, env, flags);
}

template <FloatBits Bits>
Bits round_to_int_exact(Bits a, const FloatEnv& env, std::uint8_t& flags) {
    return round_to_int_with(a, float_flag::kInexact, env, flags);
}

template <ConvertibleInt Int, FloatBits Bits>
Int to_int(Bits a, NanToInt nan, const FloatEnv& env, std::uint8_t& flags) {
    a = flush_input(a, env, flags);
    if (is_zero(a)) {
        return 0;
    }
    if (is_nan(a)) {
        flags |= float_flag::kInvalid;
        return nan == NanToInt::Zero ? Int{0} : std::numeric_limits<Int>::max();
    }
    const bool sign = is_negative(a);
    if (is_infinite(a)) {
        return saturated<Int>(sign, flags);
    }
    const Unpacked number = unpack(a);
    if (number.exponent > 63) {
        return saturated<Int>(sign, flags);
    }
    const RoundedMagnitude integer = round_magnitude(number, env.rounding);
    if (integer.value > magnitude_limit<Int>(sign)) {
        return saturated<Int>(sign, flags);
    }
    flags |= integer.inexact ? float_flag::kInexact : 0;
    return static_cast<Int>(sign ? 0 - integer.value : integer.value);
}

template <FloatBits Bits, ConvertibleInt Int>
Bits from_int(Int value, const FloatEnv& env, std::uint8_t& flags) {
    if (value == 0) {
        return 0;
    }
    const bool sign = value < 0;
    const auto extended = static_cast<std::uint64_t>(value);
    return round_pack<Bits>(normalised(sign, kUnitBit, sign ? 0 - extended : extended), env, flags);
}

#define INSTANTIATE_INT(BITS, INT)                                                                                     \
    template INT to_int<INT>(BITS, NanToInt, const FloatEnv&, std::uint8_t&);                                          \
    template BITS from_int<BITS>(INT, const FloatEnv&, std::uint8_t&);
#define INSTANTIATE(BITS)                                                                                              \
    template std::uint16_t convert<std::uint16_t>(BITS, const FloatEnv&, std::uint8_t&);                               \
    template std::uint32_t convert<std::uint32_t>(BITS, const FloatEnv&, std::uint8_t&);                               \
    template std::uint64_t convert<std::uint64_t>(BITS, const FloatEnv&, std::uint8_t&);                               \
    template BITS round_to_int(BITS, const FloatEnv&, std::uint8_t&);                                                  \
    template BITS round_to_int_exact(BITS, const FloatEnv&, std::uint8_t&);                                            \
    INSTANTIATE_INT(BITS, std::int32_t)                                                                                \
    INSTANTIATE_INT(BITS, std::uint32_t)                                                                               \
    INSTANTIATE_INT(BITS, std::int64_t)                                                                                \
    INSTANTIATE_INT(BITS, std::uint64_t)
INSTANTIATE(std::uint16_t)
INSTANTIATE(std::uint32_t)
INSTANTIATE(std::uint64_t)
#undef INSTANTIATE
#undef INSTANTIATE_INT

} // namespace medley::accel::softfloat
