/// \file
/// softfloat.h for binary32 and binary64 with a shortcut, to be inlined into an interpreter's operations: where the
/// host's floating-point unit provably gives the same bits and the same exceptions, it is used; everything else
/// calls the software version. Each function here equals its namesake in softfloat.h for every operand, environment
/// and prior value of `flags`.
///
/// The proof is the same everywhere. The environment rounds to nearest, ties to even, as the host does, and flushes
/// none of the operands. The host's result is finite and above the least normal number, or it is an exact zero. So no
/// operand was infinite or a NaN, nothing was invalid or divided by zero, and the result neither overflowed nor was
/// tiny, however tininess is defined. What remains is Inexact: either it is set in `flags` already, or the result is
/// shown to be exact. The host's own exception flags are neither read nor cleared.
///
/// The host must be in its default mode: to nearest, exceptions masked, denormals not flushed. Compile without
/// -ffast-math and with -ffp-contract=off, which the library's CMake target hands on.
#pragma once

#include "accel/common/softfloat/format.h"
#include "accel/common/softfloat/softfloat.h"
#include "medley/base/float.h"

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>

namespace medley::accel::softfloat::fast {

/// The formats that the host computes in.
template <class T>
concept HostBits = std::same_as<T, std::uint32_t> || std::same_as<T, std::uint64_t>;

namespace detail {

template <HostBits Bits>
using HostFloat = std::conditional_t<std::is_same_v<Bits, std::uint32_t>, float, double>;

template <HostBits Bits>
inline HostFloat<Bits> to_host(Bits a) {
    return std::bit_cast<HostFloat<Bits>>(a);
}

template <HostBits Bits>
inline Bits from_host(HostFloat<Bits> a) {
    return std::bit_cast<Bits>(a);
}

inline bool rounds_as_host(const FloatEnv& env) {
    return env.rounding == Rounding::NearestEven;
}

/// To nearest and with Inexact raised before: an inexact result changes no flag.
inline bool inexact_is_free(const FloatEnv& env, std::uint8_t flags) {
    return rounds_as_host(env) && (flags & float_flag::kInexact) != 0;
}

template <class... Operands>
inline bool flushes_none(const FloatEnv& env, Operands... operands) {
    return !env.flush_inputs || !(is_denormal(operands) || ...);
}

/// Finite, and larger than the least normal number, which itself may have been rounded up from a tiny one.
template <HostBits Bits>
inline bool is_safely_normal(Bits result) {
    constexpr Bits kLeast = Format<Bits>::kMinNormal + 1;
    return static_cast<Bits>(magnitude(result) - kLeast) < Format<Bits>::kInfinity - kLeast;
}

/// Is `sum`, the host's a + b, the exact sum? Its error by Knuth's two-sum, which is exact unless something overflows
/// on the way, and is a NaN then.
template <class Float>
inline bool is_exact_sum(Float a, Float b, Float sum) {
    const Float b_part = sum - a;
    const Float a_part = sum - b_part;
    return (a - a_part) + (b - b_part) == 0;
}

/// Do the digits of both significands, without trailing zeros, number no more than a product can hold?
template <HostBits Bits>
inline bool is_exact_product(Bits a, Bits b) {
    using F = Format<Bits>;
    const int trailing_zeros =
        std::countr_zero(static_cast<Bits>(a | F::kMinNormal)) + std::countr_zero(static_cast<Bits>(b | F::kMinNormal));
    return trailing_zeros >= F::kPrecision;
}

/// A sum below the least normal number is exact, so a zero is a true zero (and +0 unless both operands are -0).
template <HostBits Bits>
inline bool try_add(Bits a, Bits b, const FloatEnv& env, std::uint8_t flags, Bits& result) {
    const HostFloat<Bits> sum = to_host(a) + to_host(b);
    result = from_host<Bits>(sum);
    return rounds_as_host(env) && flushes_none(env, a, b) && (is_safely_normal(result) || is_zero(result)) &&
           ((flags & float_flag::kInexact) != 0 || is_exact_sum(to_host(a), to_host(b), sum));
}

/// Is every value of the integer type a number of the format?
template <HostBits Bits, ConvertibleInt Int>
inline constexpr bool kAlwaysExact = std::numeric_limits<Int>::digits <= Format<Bits>::kPrecision;

/// Is this value one, whatever the type?
template <HostBits Bits, ConvertibleInt Int>
inline bool converts_exactly(Int value) {
    constexpr std::uint64_t kLimit = std::uint64_t{1} << Format<Bits>::kPrecision;
    if constexpr (kAlwaysExact<Bits, Int>) {
        return true;
    } else if constexpr (std::is_signed_v<Int>) {
        return static_cast<std::uint64_t>(value) + kLimit <= 2 * kLimit;
    } else {
        return value <= kLimit;
    }
}

/// The least power of two that is out of range.
template <ConvertibleInt Int, class Float>
inline constexpr Float kIntLimit = static_cast<Float>(std::uint64_t{1} << (std::numeric_limits<Int>::digits - 1)) * 2;

} // namespace detail

template <HostBits Bits>
inline Bits add(Bits a, Bits b, const FloatEnv& env, std::uint8_t& flags) {
    Bits result;
    if (detail::try_add(a, b, env, flags, result)) [[likely]] {
        return result;
    }
    return softfloat::add(a, b, env, flags);
}

template <HostBits Bits>
inline Bits sub(Bits a, Bits b, const FloatEnv& env, std::uint8_t& flags) {
    Bits result;
    if (detail::try_add(a, static_cast<Bits>(b ^ Format<Bits>::kSign), env, flags, result)) [[likely]] {
        return result;
    }
    return softfloat::sub(a, b, env, flags);
}

template <HostBits Bits>
inline Bits mul(Bits a, Bits b, const FloatEnv& env, std::uint8_t& flags) {
    const Bits result = detail::from_host<Bits>(detail::to_host(a) * detail::to_host(b));
    const bool exact_zero = is_zero(result) && (is_zero(a) || is_zero(b));
    if (detail::rounds_as_host(env) && detail::flushes_none(env, a, b) &&
        (detail::is_safely_normal(result) || exact_zero) &&
        ((flags & float_flag::kInexact) != 0 || detail::is_exact_product(a, b))) [[likely]] {
        return result;
    }
    return softfloat::mul(a, b, env, flags);
}

template <HostBits Bits>
inline Bits div(Bits a, Bits b, const FloatEnv& env, std::uint8_t& flags) {
    if (detail::inexact_is_free(env, flags) && detail::flushes_none(env, a, b)) [[likely]] {
        const Bits result = detail::from_host<Bits>(detail::to_host(a) / detail::to_host(b));
        if (detail::is_safely_normal(result) || (is_zero(result) && is_zero(a))) [[likely]] {
            return result;
        }
    }
    return softfloat::div(a, b, env, flags);
}

/// No root of a finite number is tiny.
template <HostBits Bits>
inline Bits sqrt(Bits a, const FloatEnv& env, std::uint8_t& flags) {
    const bool positive = a < Format<Bits>::kInfinity;
    if (detail::inexact_is_free(env, flags) && positive && detail::flushes_none(env, a)) [[likely]] {
        return detail::from_host<Bits>(std::sqrt(detail::to_host(a)));
    }
    return softfloat::sqrt(a, env, flags);
}

template <HostBits Bits>
inline Bits fma(Bits a, Bits b, Bits c, const FloatEnv& env, std::uint8_t& flags) {
    if (detail::inexact_is_free(env, flags) && detail::flushes_none(env, a, b, c)) [[likely]] {
        const auto host = std::fma(detail::to_host(a), detail::to_host(b), detail::to_host(c));
        const Bits result = detail::from_host<Bits>(host);
        if (detail::is_safely_normal(result)) [[likely]] {
            return result;
        }
    }
    return softfloat::fma(a, b, c, env, flags);
}

/// Without NaNs and without flushed inputs a comparison has no exceptions, and no rounding.
template <HostBits Bits>
inline bool eq(Bits a, Bits b, NanCompare nan, const FloatEnv& env, std::uint8_t& flags) {
    if (!is_nan(a) && !is_nan(b) && !env.flush_inputs) [[likely]] {
        return detail::to_host(a) == detail::to_host(b);
    }
    return softfloat::eq(a, b, nan, env, flags);
}

template <HostBits Bits>
inline bool lt(Bits a, Bits b, NanCompare nan, const FloatEnv& env, std::uint8_t& flags) {
    if (!is_nan(a) && !is_nan(b) && !env.flush_inputs) [[likely]] {
        return detail::to_host(a) < detail::to_host(b);
    }
    return softfloat::lt(a, b, nan, env, flags);
}

template <HostBits Bits>
inline bool le(Bits a, Bits b, NanCompare nan, const FloatEnv& env, std::uint8_t& flags) {
    if (!is_nan(a) && !is_nan(b) && !env.flush_inputs) [[likely]] {
        return detail::to_host(a) <= detail::to_host(b);
    }
    return softfloat::le(a, b, nan, env, flags);
}

template <HostBits Bits>
inline Relation compare(Bits a, Bits b, NanCompare nan, const FloatEnv& env, std::uint8_t& flags) {
    if (!is_nan(a) && !is_nan(b) && !env.flush_inputs) [[likely]] {
        const auto x = detail::to_host(a);
        const auto y = detail::to_host(b);
        return x < y ? Relation::Less : x == y ? Relation::Equal : Relation::Greater;
    }
    return softfloat::compare(a, b, nan, env, flags);
}

/// binary32 to binary64 is exact in any rounding; binary64 to binary32 rounds like arithmetic.
template <HostBits To, HostBits From>
inline To convert(From a, const FloatEnv& env, std::uint8_t& flags) {
    constexpr bool kWidens = sizeof(To) > sizeof(From);
    if ((kWidens || detail::inexact_is_free(env, flags)) && detail::flushes_none(env, a)) [[likely]] {
        const To result = detail::from_host<To>(static_cast<detail::HostFloat<To>>(detail::to_host(a)));
        if (detail::is_safely_normal(result) || is_zero(a)) [[likely]] {
            return result;
        }
    }
    return softfloat::convert<To>(a, env, flags);
}

/// Toward zero only, the rounding of most languages' casts. Whether it was exact shows on the way back.
template <ConvertibleInt Int, HostBits Bits>
inline Int to_int(Bits a, NanToInt nan, const FloatEnv& env, std::uint8_t& flags) {
    using Float = detail::HostFloat<Bits>;
    const Float value = detail::to_host(a);
    constexpr Float kLimit = detail::kIntLimit<Int, Float>;
    constexpr Float kLeast = std::is_signed_v<Int> ? -kLimit : Float{0};
    if (env.rounding == Rounding::TowardZero && detail::flushes_none(env, a) && value >= kLeast && value < kLimit)
        [[likely]] {
        const Int result = static_cast<Int>(value);
        flags |= static_cast<Float>(result) != value ? float_flag::kInexact : 0;
        return result;
    }
    return softfloat::to_int<Int>(a, nan, env, flags);
}

template <HostBits Bits, ConvertibleInt Int>
inline Bits from_int(Int value, const FloatEnv& env, std::uint8_t& flags) {
    if (detail::converts_exactly<Bits>(value) || detail::inexact_is_free(env, flags)) [[likely]] {
        return detail::from_host<Bits>(static_cast<detail::HostFloat<Bits>>(value));
    }
    return softfloat::from_int<Bits>(value, env, flags);
}

} // namespace medley::accel::softfloat::fast
