#include "accel/common/softfloat/nan.h"
#include "accel/common/softfloat/softfloat.h"
#include "accel/common/softfloat/unpacked.h"

#include <utility>

namespace medley::accel::softfloat {

using namespace detail;

namespace {

/// Both operands finite and not zero. Two digits below the last of the result are enough: where more than one is
/// lost to the sticky bit, the exponents are so far apart that at most one leading digit cancels.
template <FloatBits Bits>
Bits add_finite(Unpacked a, Unpacked b, const FloatEnv& env, std::uint8_t& flags) {
    if (a.exponent < b.exponent || (a.exponent == b.exponent && a.significand < b.significand)) {
        std::swap(a, b);
    }
    const std::uint64_t aligned = shift_right_jam(b.significand, a.exponent - b.exponent);
    const std::uint64_t sum = a.sign == b.sign ? a.significand + aligned : a.significand - aligned;
    if (sum == 0) {
        return signed_zero<Bits>(cancelled_sign(env));
    }
    return round_pack<Bits>(normalised(a.sign, a.exponent, sum), env, flags);
}

/// Operands already flushed.
template <FloatBits Bits>
Bits add_flushed(Bits a, Bits b, const FloatEnv& env, std::uint8_t& flags) {
    if (is_infinite(a) || is_infinite(b)) {
        const bool opposite = is_infinite(a) && is_infinite(b) && a != b;
        return opposite ? invalid<Bits>(flags) : is_infinite(a) ? a : b;
    }
    if (is_zero(a) && is_zero(b)) {
        return a == b ? a : signed_zero<Bits>(cancelled_sign(env));
    }
    if (is_zero(a) || is_zero(b)) {
        return round_pack<Bits>(unpack(is_zero(a) ? b : a), env, flags);
    }
    return add_finite<Bits>(unpack(a), unpack(b), env, flags);
}

/// The integer square root of radicand * 4^(digits - 32), to `digits` binary digits, the last one sticky:
/// the schoolbook method, two digits of the radicand and one of the root at a time.
std::uint64_t sqrt_digits(std::uint64_t radicand, int digits) {
    std::uint64_t root = 0;
    std::uint64_t remainder = 0;
    for (int i = 0; i < digits; ++i) {
        remainder = remainder << 2 | radicand >> 62;
        radicand <<= 2;
        const std::uint64_t trial = root << 2 | 1;
        const bool fits = remainder >= trial;
        remainder -= fits ? trial : 0;
        root = root << 1 | (fits ? 1 : 0);
    }
    return root | (remainder != 0 || radicand != 0 ? 1 : 0);
}

} // namespace

template <FloatBits Bits>
Bits add(Bits a, Bits b, const FloatEnv& env, std::uint8_t& flags) {
    a = flush_input(a, env, flags);
    b = flush_input(b, env, flags);
    if (is_nan(a) || is_nan(b)) {
        return nan_result({a, b}, env, flags);
    }
    return add_flushed(a, b, env, flags);
}

template <FloatBits Bits>
Bits sub(Bits a, Bits b, const FloatEnv& env, std::uint8_t& flags) {
    a = flush_input(a, env, flags);
    b = flush_input(b, env, flags);
    if (is_nan(a) || is_nan(b)) {
        return nan_result({a, b}, env, flags);
    }
    return add_flushed(a, static_cast<Bits>(b ^ Format<Bits>::kSign), env, flags);
}

template <FloatBits Bits>
Bits mul(Bits a, Bits b, const FloatEnv& env, std::uint8_t& flags) {
    a = flush_input(a, env, flags);
    b = flush_input(b, env, flags);
    if (is_nan(a) || is_nan(b)) {
        return nan_result({a, b}, env, flags);
    }
    const bool sign = is_negative(a) != is_negative(b);
    const bool zero = is_zero(a) || is_zero(b);
    if (is_infinite(a) || is_infinite(b)) {
        return zero ? invalid<Bits>(flags) : signed_infinity<Bits>(sign);
    }
    if (zero) {
        return signed_zero<Bits>(sign);
    }
    const Unpacked x = unpack(a);
    const Unpacked y = unpack(b);
    const auto product = static_cast<std::uint64_t>(shift_right_jam(Wide{x.significand} * y.significand, kUnitBit));
    return round_pack<Bits>(normalised(sign, x.exponent + y.exponent, product), env, flags);
}

template <FloatBits Bits>
Bits div(Bits a, Bits b, const FloatEnv& env, std::uint8_t& flags) {
    a = flush_input(a, env, flags);
    b = flush_input(b, env, flags);
    if (is_nan(a) || is_nan(b)) {
        return nan_result({a, b}, env, flags);
    }
    const bool sign = is_negative(a) != is_negative(b);
    if ((is_zero(a) && is_zero(b)) || (is_infinite(a) && is_infinite(b))) {
        return invalid<Bits>(flags);
    }
    if (is_infinite(a) || is_zero(b)) {
        flags |= is_infinite(a) ? 0 : float_flag::kDivideByZero;
        return signed_infinity<Bits>(sign);
    }
    if (is_zero(a) || is_infinite(b)) {
        return signed_zero<Bits>(sign);
    }
    const Unpacked x = unpack(a);
    const Unpacked y = unpack(b);
    const Wide dividend = Wide{x.significand} << kUnitBit;
    const auto quotient = static_cast<std::uint64_t>(dividend / y.significand);
    const bool exact = Wide{quotient} * y.significand == dividend;
    return round_pack<Bits>(normalised(sign, x.exponent - y.exponent, quotient | (exact ? 0 : 1)), env, flags);
}

template <FloatBits Bits>
Bits sqrt(Bits a, const FloatEnv& env, std::uint8_t& flags) {
    a = flush_input(a, env, flags);
    if (is_nan(a)) {
        return nan_result({a}, env, flags);
    }
    if (is_zero(a) || a == Format<Bits>::kInfinity) {
        return a;
    }
    if (is_negative(a)) {
        return invalid<Bits>(flags);
    }
    // An even exponent halves exactly; the radicand is then in [1, 4), its root in [1, 2).
    const Unpacked x = unpack(a);
    const bool odd = (x.exponent & 1) != 0;
    constexpr int kDigits = Format<Bits>::kPrecision + 2;
    const std::uint64_t root = sqrt_digits(odd ? x.significand << 1 : x.significand, kDigits);
    const int exponent = (x.exponent - (odd ? 1 : 0)) / 2;
    return round_pack<Bits>({false, exponent, root << (kUnitBit + 1 - kDigits)}, env, flags);
}

#define INSTANTIATE(BITS)                                                                                              \
    template BITS add(BITS, BITS, const FloatEnv&, std::uint8_t&);                                                     \
    template BITS sub(BITS, BITS, const FloatEnv&, std::uint8_t&);                                                     \
    template BITS mul(BITS, BITS, const FloatEnv&, std::uint8_t&);                                                     \
    template BITS div(BITS, BITS, const FloatEnv&, std::uint8_t&);                                                     \
    template BITS sqrt(BITS, const FloatEnv&, std::uint8_t&);
INSTANTIATE(std::uint16_t)
INSTANTIATE(std::uint32_t)
INSTANTIATE(std::uint64_t)
#undef INSTANTIATE

} // namespace medley::accel::softfloat
