#include "accel/common/softfloat/nan.h"
#include "accel/common/softfloat/softfloat.h"
#include "accel/common/softfloat/unpacked.h"

#include <utility>

namespace medley::accel::softfloat {

using namespace detail;

namespace {

/// As Unpacked, with room for an exact product: bit kWideUnitBit weighs one.
struct WideUnpacked {
    bool sign;
    int exponent;
    Wide significand;
};

constexpr int kWideUnitBit = kUnitBit + 64;

constexpr int leading_zeros(Wide value) {
    const auto high = static_cast<std::uint64_t>(value >> 64);
    return high != 0 ? std::countl_zero(high) : 64 + std::countl_zero(static_cast<std::uint64_t>(value));
}

constexpr WideUnpacked wide_normalised(bool sign, int exponent, Wide value) {
    const int excess = 1 - leading_zeros(value);
    return {sign, exponent + excess, excess > 0 ? shift_right_jam(value, excess) : value << -excess};
}

constexpr WideUnpacked widened(const Unpacked& value) {
    return {value.sign, value.exponent, Wide{value.significand} << 64};
}

constexpr Unpacked narrowed(const WideUnpacked& value) {
    return {value.sign, value.exponent, static_cast<std::uint64_t>(shift_right_jam(value.significand, 64))};
}

constexpr WideUnpacked product(const Unpacked& a, const Unpacked& b) {
    // The product of two significands weighs one at bit 2 * kUnitBit.
    const Wide significand = Wide{a.significand} * b.significand << (kWideUnitBit - 2 * kUnitBit);
    return wide_normalised(a.sign != b.sign, a.exponent + b.exponent, significand);
}

/// As for a plain sum: where the sticky bit loses digits, at most one leading digit cancels.
template <FloatBits Bits>
Bits add_wide(WideUnpacked a, WideUnpacked b, const FloatEnv& env, std::uint8_t& flags) {
    if (a.exponent < b.exponent || (a.exponent == b.exponent && a.significand < b.significand)) {
        std::swap(a, b);
    }
    const Wide aligned = shift_right_jam(b.significand, a.exponent - b.exponent);
    const Wide sum = a.sign == b.sign ? a.significand + aligned : a.significand - aligned;
    if (sum == 0) {
        return signed_zero<Bits>(cancelled_sign(env));
    }
    return round_pack<Bits>(narrowed(wide_normalised(a.sign, a.exponent, sum)), env, flags);
}

/// No operand is a NaN, and one at least is infinite; infinity times zero has been dealt with.
template <FloatBits Bits>
Bits fma_infinite(bool product_sign, bool product_infinite, Bits c, std::uint8_t& flags) {
    if (!product_infinite) {
        return c;
    }
    if (is_infinite(c) && is_negative(c) != product_sign) {
        return invalid<Bits>(flags);
    }
    return signed_infinity<Bits>(product_sign);
}

template <FloatBits Bits>
Bits fma_nan(Bits a, Bits b, Bits c, bool product_invalid, const FloatEnv& env, std::uint8_t& flags) {
    const Bits result = nan_result({c, a, b}, env, flags);
    if (!product_invalid) {
        return result;
    }
    const Bits default_nan = invalid<Bits>(flags);
    return is_signalling_nan(c) ? result : default_nan;
}

} // namespace

template <FloatBits Bits>
Bits fma(Bits a, Bits b, Bits c, const FloatEnv& env, std::uint8_t& flags) {
    a = flush_input(a, env, flags);
    b = flush_input(b, env, flags);
    c = flush_input(c, env, flags);
    const bool product_zero = is_zero(a) || is_zero(b);
    const bool product_infinite = is_infinite(a) || is_infinite(b);
    const bool product_invalid = (is_zero(a) && is_infinite(b)) || (is_infinite(a) && is_zero(b));
    if (is_nan(a) || is_nan(b) || is_nan(c)) {
        return fma_nan(a, b, c, product_invalid, env, flags);
    }
    if (product_invalid) {
        return invalid<Bits>(flags);
    }
    const bool product_sign = is_negative(a) != is_negative(b);
    if (product_infinite || is_infinite(c)) {
        return fma_infinite(product_sign, product_infinite, c, flags);
    }
    if (product_zero) {
        if (!is_zero(c)) {
            return round_pack<Bits>(unpack(c), env, flags);
        }
        return is_negative(c) == product_sign ? c : signed_zero<Bits>(cancelled_sign(env));
    }
    const WideUnpacked exact = product(unpack(a), unpack(b));
    if (is_zero(c)) {
        return round_pack<Bits>(narrowed(exact), env, flags);
    }
    return add_wide<Bits>(exact, widened(unpack(c)), env, flags);
}

template std::uint16_t fma(std::uint16_t, std::uint16_t, std::uint16_t, const FloatEnv&, std::uint8_t&);
template std::uint32_t fma(std::uint32_t, std::uint32_t, std::uint32_t, const FloatEnv&, std::uint8_t&);
template std::uint64_t fma(std::uint64_t, std::uint64_t, std::uint64_t, const FloatEnv&, std::uint8_t&);

} // namespace medley::accel::softfloat
