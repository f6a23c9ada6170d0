/// \file
/// The meaning of the pure integer opcodes on host integers (std::uint8_t for I1, 0 or 1).
#pragma once

#include "medley/ir/block.h"

#include <bit>
#include <cstdint>
#include <limits>
#include <type_traits>

namespace medley::accel::interp {

__extension__ typedef unsigned __int128 Unsigned128;
__extension__ typedef __int128 Signed128;

template <class T>
inline constexpr unsigned kWidth = sizeof(T) * 8;
template <class T>
using Signed = std::make_signed_t<T>;
template <class T>
using Double = std::conditional_t<sizeof(T) == 8, Unsigned128, std::uint64_t>;
template <class T>
using SignedDouble = std::conditional_t<sizeof(T) == 8, Signed128, std::int64_t>;

template <class T>
constexpr Double<T> carryless_product(T a, T b) {
    Double<T> product = 0;
    for (unsigned i = 0; i < kWidth<T>; ++i)
        product ^= (b >> i & 1) != 0 ? static_cast<Double<T>>(a) << i : 0;
    return product;
}

template <class T>
constexpr bool overflows(T a, T b) {
    return a == static_cast<T>(std::numeric_limits<Signed<T>>::min()) && b == static_cast<T>(-1);
}

template <class T>
constexpr T divide_signed(T a, T b, T by_zero) {
    if (b == 0)
        return by_zero;
    return overflows(a, b) ? a : static_cast<T>(static_cast<Signed<T>>(a) / static_cast<Signed<T>>(b));
}

/// Two operands of type T in, one out.
template <ir::Opcode>
struct Binary;

#define MEDLEY_BINARY(name, ...)                                                                                       \
    template <>                                                                                                        \
    struct Binary<ir::Opcode::name> {                                                                                  \
        template <class T>                                                                                             \
        static constexpr T apply(T a, T b) {                                                                           \
            return static_cast<T>(__VA_ARGS__);                                                                        \
        }                                                                                                              \
    };
MEDLEY_BINARY(Add, a + b)
MEDLEY_BINARY(Sub, a - b)
MEDLEY_BINARY(Mul, a * b)
MEDLEY_BINARY(MulHighS, static_cast<SignedDouble<T>>(static_cast<Signed<T>>(a)) * static_cast<Signed<T>>(b) >> kWidth<T>)
MEDLEY_BINARY(MulHighU, static_cast<Double<T>>(a) * b >> kWidth<T>)
MEDLEY_BINARY(MulHighSU, static_cast<SignedDouble<T>>(static_cast<Signed<T>>(a)) * static_cast<SignedDouble<T>>(b) >> kWidth<T>)
MEDLEY_BINARY(RemS, b == 0 ? a : overflows(a, b) ? 0 : static_cast<T>(static_cast<Signed<T>>(a) % static_cast<Signed<T>>(b)))
MEDLEY_BINARY(RemU, b == 0 ? a : a % b)
MEDLEY_BINARY(And, a & b)
MEDLEY_BINARY(Or, a | b)
MEDLEY_BINARY(Xor, a ^ b)
MEDLEY_BINARY(AndNot, a & ~b)
MEDLEY_BINARY(OrNot, a | ~b)
MEDLEY_BINARY(Shl, a << (b % kWidth<T>))
MEDLEY_BINARY(ShrU, a >> (b % kWidth<T>))
MEDLEY_BINARY(ShrS, static_cast<Signed<T>>(a) >> (b % kWidth<T>))
MEDLEY_BINARY(RotateRight, std::rotr(a, static_cast<int>(b % kWidth<T>)))
MEDLEY_BINARY(CarrylessMulLow, carryless_product(a, b))
MEDLEY_BINARY(CarrylessMulHigh, carryless_product(a, b) >> kWidth<T>)
#undef MEDLEY_BINARY

/// Division, which an immediate splits in two.
template <ir::Opcode, ir::DivideByZero>
struct Division;
template <ir::DivideByZero Rule>
struct Division<ir::Opcode::DivS, Rule> {
    template <class T>
    static constexpr T apply(T a, T b) {
        return divide_signed(a, b, static_cast<T>(Rule == ir::DivideByZero::Zero ? 0 : -1));
    }
};
template <ir::DivideByZero Rule>
struct Division<ir::Opcode::DivU, Rule> {
    template <class T>
    static constexpr T apply(T a, T b) {
        return b == 0 ? static_cast<T>(Rule == ir::DivideByZero::Zero ? 0 : -1) : static_cast<T>(a / b);
    }
};

/// Two operands in, a truth value out.
template <ir::Opcode>
struct Comparison;

#define MEDLEY_COMPARISON(name, ...)                                                                                   \
    template <>                                                                                                        \
    struct Comparison<ir::Opcode::name> {                                                                              \
        template <class T>                                                                                             \
        static constexpr bool apply(T a, T b) {                                                                        \
            return __VA_ARGS__;                                                                                        \
        }                                                                                                              \
    };
MEDLEY_COMPARISON(CompareEq, a == b)
MEDLEY_COMPARISON(CompareNe, a != b)
MEDLEY_COMPARISON(CompareLtS, static_cast<Signed<T>>(a) < static_cast<Signed<T>>(b))
MEDLEY_COMPARISON(CompareLeS, static_cast<Signed<T>>(a) <= static_cast<Signed<T>>(b))
MEDLEY_COMPARISON(CompareLtU, a < b)
MEDLEY_COMPARISON(CompareLeU, a <= b)
MEDLEY_COMPARISON(AddOverflowS, __builtin_add_overflow_p(static_cast<Signed<T>>(a), static_cast<Signed<T>>(b), Signed<T>{}))
MEDLEY_COMPARISON(SubOverflowS, __builtin_sub_overflow_p(static_cast<Signed<T>>(a), static_cast<Signed<T>>(b), Signed<T>{}))
#undef MEDLEY_COMPARISON

template <class T>
constexpr T bits_reversed(T value) {
    T reversed = 0;
    for (unsigned i = 0; i < kWidth<T>; ++i)
        reversed = static_cast<T>(reversed << 1 | (value >> i & 1));
    return reversed;
}

template <class T>
constexpr T bytes_reversed(T value) {
    return sizeof(T) == 8 ? static_cast<T>(__builtin_bswap64(value)) : static_cast<T>(__builtin_bswap32(static_cast<std::uint32_t>(value)));
}

template <ir::Opcode>
struct Unary;

#define MEDLEY_UNARY(name, ...)                                                                                        \
    template <>                                                                                                        \
    struct Unary<ir::Opcode::name> {                                                                                   \
        template <class T>                                                                                             \
        static constexpr T apply(T a) {                                                                                \
            return static_cast<T>(__VA_ARGS__);                                                                        \
        }                                                                                                              \
    };
MEDLEY_UNARY(CountLeadingZeros, std::countl_zero(a))
MEDLEY_UNARY(CountTrailingZeros, std::countr_zero(a))
MEDLEY_UNARY(PopCount, std::popcount(a))
MEDLEY_UNARY(ByteSwap, bytes_reversed(a))
MEDLEY_UNARY(BitReverse, bits_reversed(a))
#undef MEDLEY_UNARY

} // namespace medley::accel::interp
