#include "tests/accel/softfloat/operands.h"
#include "tests/accel/softfloat/reference.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

namespace medley::accel::softfloat::test {
namespace {

using reference::Number;
using reference::number_of;

template <FloatBits Bits>
FloatEnv random_env(Operands<Bits>& operands) {
    FloatEnv env;
    env.rounding = kAllRoundings[operands.word() % kAllRoundings.size()];
    env.tininess_before_rounding = operands.one_in(2);
    env.flush_outputs = operands.one_in(4);
    return env;
}

std::string describe(const FloatEnv& env) {
    return " rounding " + std::to_string(int(env.rounding)) + (env.tininess_before_rounding ? " before" : " after") +
           (env.flush_outputs ? " flushing" : "");
}

template <FloatBits Bits>
bool is_number(Bits a) {
    return !is_nan(a) && !is_infinite(a) && !is_zero(a);
}

template <FloatBits To>
::testing::AssertionResult agrees(Number exact, To result, std::uint8_t flags, const FloatEnv& env) {
    std::uint8_t expected_flags = 0;
    const To expected = reference::round<To>(exact, env, expected_flags);
    if (expected == result && expected_flags == flags) {
        return ::testing::AssertionSuccess();
    }
    return ::testing::AssertionFailure() << std::hex << +result << " flags " << +flags << ", exactly " << +expected
                                         << " flags " << +expected_flags << describe(env);
}

/// `soft(triple, env, flags)` against `exact(numbers...)` wherever all three operands and the result are numbers.
template <FloatBits Bits, class Soft, class Exact>
void sweep(const Soft& soft, const Exact& exact) {
    Operands<Bits> operands;
    for (int i = 0, n = scaled(400'000); i < n; ++i) {
        const auto o = operands.triple();
        if (!is_number(o.a) || !is_number(o.b) || !is_number(o.c)) {
            continue;
        }
        const Number expected = exact(number_of(o.a), number_of(o.b), number_of(o.c));
        if (expected == 0) {
            continue;
        }
        const FloatEnv env = random_env(operands);
        std::uint8_t flags = 0;
        const auto result = soft(o, env, flags);
        ASSERT_TRUE(agrees(expected, result, flags, env)) << std::hex << +o.a << ' ' << +o.b << ' ' << +o.c;
    }
}

template <class Bits>
class AgainstReference : public ::testing::Test {};
using AllFormats = ::testing::Types<std::uint16_t, std::uint32_t, std::uint64_t>;
TYPED_TEST_SUITE(AgainstReference, AllFormats);

TYPED_TEST(AgainstReference, Add) {
    sweep<TypeParam>([](const auto& o, auto& env, auto& flags) { return add(o.a, o.b, env, flags); },
                     [](Number a, Number b, Number) { return reference::add_to_odd(a, b); });
}

TYPED_TEST(AgainstReference, Sub) {
    sweep<TypeParam>([](const auto& o, auto& env, auto& flags) { return sub(o.a, o.b, env, flags); },
                     [](Number a, Number b, Number) { return reference::add_to_odd(a, -b); });
}

TYPED_TEST(AgainstReference, Mul) {
    sweep<TypeParam>([](const auto& o, auto& env, auto& flags) { return mul(o.a, o.b, env, flags); },
                     [](Number a, Number b, Number) { return a * b; });
}

/// A quotient of two 53-digit numbers that is no 54-digit number is further from all of those than 113 digits round.
TYPED_TEST(AgainstReference, Div) {
    sweep<TypeParam>([](const auto& o, auto& env, auto& flags) { return div(o.a, o.b, env, flags); },
                     [](Number a, Number b, Number) { return a / b; });
}

TYPED_TEST(AgainstReference, Fma) {
    sweep<TypeParam>([](const auto& o, auto& env, auto& flags) { return fma(o.a, o.b, o.c, env, flags); },
                     [](Number a, Number b, Number c) { return reference::add_to_odd(a * b, c); });
}

TYPED_TEST(AgainstReference, ConvertToBinary16) {
    sweep<TypeParam>([](const auto& o, auto& env, auto& flags) { return convert<std::uint16_t>(o.a, env, flags); },
                     [](Number a, Number, Number) { return a; });
}

TYPED_TEST(AgainstReference, ConvertToBinary32) {
    sweep<TypeParam>([](const auto& o, auto& env, auto& flags) { return convert<std::uint32_t>(o.a, env, flags); },
                     [](Number a, Number, Number) { return a; });
}

TYPED_TEST(AgainstReference, ConvertToBinary64) {
    sweep<TypeParam>([](const auto& o, auto& env, auto& flags) { return convert<std::uint64_t>(o.a, env, flags); },
                     [](Number a, Number, Number) { return a; });
}

/// The host's double root is exact enough for the two short formats; binary64 is up to SSE, and no root is a tie.
TYPED_TEST(AgainstReference, Sqrt) {
    if constexpr (sizeof(TypeParam) < 8) {
        sweep<TypeParam>(
            [](const auto& o, auto& env, auto& flags) { return sqrt(magnitude(o.a), env, flags); },
            [](Number a, Number, Number) { return Number{std::sqrt(static_cast<double>(a < 0 ? -a : a))}; });
    }
    Operands<TypeParam> operands;
    for (int i = 0; i < 20'000; ++i) {
        const TypeParam a = operands.single();
        std::uint8_t even_flags = 0;
        std::uint8_t away_flags = 0;
        ASSERT_EQ(sqrt(a, FloatEnv{}, even_flags), sqrt(a, FloatEnv{.rounding = Rounding::NearestAway}, away_flags));
        ASSERT_EQ(even_flags, away_flags);
    }
}

template <class Int, FloatBits Bits>
void check_to_int(Bits a, const FloatEnv& env) {
    std::uint8_t flags = 0;
    const Int result = to_int<Int>(a, NanToInt::Maximum, env, flags);
    Int expected = is_negative(a) ? std::numeric_limits<Int>::min() : std::numeric_limits<Int>::max();
    std::uint8_t expected_flags = float_flag::kInvalid;
    if (reference::exponent_of(number_of(a)) < 64) {
        const auto rounded = reference::round_to_quantum(number_of(a), 0, env.rounding);
        const Number value = is_negative(a) ? -Number(rounded.digits) : Number(rounded.digits);
        if (value >= Number(std::numeric_limits<Int>::min()) && value <= Number(std::numeric_limits<Int>::max())) {
            expected = static_cast<Int>(value);
            expected_flags = rounded.inexact ? float_flag::kInexact : 0;
        }
    }
    ASSERT_TRUE(result == expected && flags == expected_flags)
        << std::hex << +a << ": " << result << " flags " << +flags << ", exactly " << expected << describe(env);
}

template <FloatBits Bits>
void check_round_to_int(Bits a, const FloatEnv& env) {
    std::uint8_t flags = 0;
    std::uint8_t exact_flags = 0;
    const Bits result = round_to_int(a, env, flags);
    ASSERT_EQ(result, round_to_int_exact(a, env, exact_flags));
    ASSERT_EQ(flags, 0);
    if (reference::exponent_of(number_of(a)) >= 63) {
        ASSERT_EQ(result, a);
        return;
    }
    const auto rounded = reference::round_to_quantum(number_of(a), 0, env.rounding);
    const Number value = is_zero(result) ? Number{0} : number_of(result);
    ASSERT_TRUE((value < 0 ? -value : value) == Number(rounded.digits)) << std::hex << +a << describe(env);
    ASSERT_EQ(is_negative(result), is_negative(a));
    ASSERT_EQ(exact_flags, rounded.inexact ? float_flag::kInexact : 0);
}

template <FloatBits Bits>
void check_integers(Bits a) {
    for (const Rounding rounding : kAllRoundings) {
        const FloatEnv env{.rounding = rounding};
        check_to_int<std::int32_t>(a, env);
        check_to_int<std::uint32_t>(a, env);
        check_to_int<std::int64_t>(a, env);
        check_to_int<std::uint64_t>(a, env);
        check_round_to_int(a, env);
    }
}

TYPED_TEST(AgainstReference, Integers) {
    Operands<TypeParam> operands;
    for (int i = 0, n = scaled(60'000); i < n; ++i) {
        const TypeParam a = operands.single();
        if (is_number(a)) {
            ASSERT_NO_FATAL_FAILURE(check_integers(a));
        }
    }
}

template <FloatBits Bits, class Int>
void check_from_int(Int value, const FloatEnv& env) {
    std::uint8_t flags = 0;
    const Bits result = from_int<Bits>(value, env, flags);
    if (value == 0) {
        ASSERT_TRUE(result == 0 && flags == 0);
        return;
    }
    ASSERT_TRUE(agrees(Number(value), result, flags, env)) << value;
}

TYPED_TEST(AgainstReference, FromInt) {
    Operands<TypeParam> operands;
    for (int i = 0, n = scaled(200'000); i < n; ++i) {
        const std::uint64_t word = operands.word() >> operands.word() % 64;
        const std::uint64_t gap = ~std::uint64_t{0} << operands.word() % 64;
        const std::uint64_t value = operands.one_in(2) ? word : operands.one_in(2) ? word & gap : word | gap;
        const FloatEnv env = random_env(operands);
        ASSERT_NO_FATAL_FAILURE((check_from_int<TypeParam>(static_cast<std::int32_t>(value), env)));
        ASSERT_NO_FATAL_FAILURE((check_from_int<TypeParam>(static_cast<std::uint32_t>(value), env)));
        ASSERT_NO_FATAL_FAILURE((check_from_int<TypeParam>(static_cast<std::int64_t>(value), env)));
        ASSERT_NO_FATAL_FAILURE((check_from_int<TypeParam>(value, env)));
    }
}

TEST(EveryBinary16, ConvertsToIntegersAndRoots) {
    for (unsigned bits = 0; bits < 0x10000; ++bits) {
        const auto a = static_cast<std::uint16_t>(bits);
        if (!is_number(a)) {
            continue;
        }
        ASSERT_NO_FATAL_FAILURE(check_integers(a));
        for (const Rounding rounding : kAllRoundings) {
            const FloatEnv env{.rounding = rounding};
            std::uint8_t flags = 0;
            const auto root = sqrt(magnitude(a), env, flags);
            ASSERT_TRUE(agrees(Number{std::sqrt(std::abs(static_cast<double>(number_of(a))))}, root, flags, env));
        }
    }
}

TEST(EveryBinary16, WidensExactlyAndComesBack) {
    for (unsigned bits = 0; bits < 0x10000; ++bits) {
        const auto a = static_cast<std::uint16_t>(bits);
        std::uint8_t flags = 0;
        const FloatEnv env{.nan = NanRule::PropagateSignallingFirst};
        const auto single = convert<std::uint32_t>(a, env, flags);
        const auto wide = convert<std::uint64_t>(a, env, flags);
        ASSERT_EQ(flags, is_signalling_nan(a) ? float_flag::kInvalid : 0);
        const auto quiet = is_nan(a) ? static_cast<std::uint16_t>(a | Format<std::uint16_t>::kQuiet) : a;
        ASSERT_EQ(convert<std::uint16_t>(single, env, flags), quiet);
        ASSERT_EQ(convert<std::uint16_t>(wide, env, flags), quiet);
        if (is_number(a)) {
            ASSERT_TRUE(number_of(a) == number_of(wide) && number_of(a) == number_of(single));
        }
    }
}

/// Zeros, infinities and NaNs: widening to binary64, which SSE vouches for, and back changes nothing.
TEST(Binary16, TreatsSpecialOperandsAsBinary64Does) {
    Operands<std::uint16_t> operands;
    const auto widen = [](std::uint16_t a) {
        std::uint8_t ignored = 0;
        const auto wide = convert<std::uint64_t>(a, FloatEnv{.nan = NanRule::PropagateSignallingFirst}, ignored);
        return is_signalling_nan(a) ? wide & ~Format<std::uint64_t>::kQuiet : wide;
    };
    for (int i = 0, n = scaled(400'000); i < n; ++i) {
        const auto o = operands.triple();
        if (is_number(o.a) && is_number(o.b)) {
            continue;
        }
        const FloatEnv env{.rounding = kAllRoundings[operands.word() % 5],
                           .nan = operands.one_in(2) ? NanRule::Default : NanRule::PropagateSignallingFirst};
        std::uint8_t flags = 0;
        std::uint8_t wide_flags = 0;
        const auto check = [&](std::uint16_t result, std::uint64_t wide) {
            EXPECT_EQ(result, convert<std::uint16_t>(wide, env, wide_flags)) << std::hex << o.a << ' ' << o.b;
            EXPECT_EQ(flags, wide_flags);
        };
        const auto a = widen(o.a);
        const auto b = widen(o.b);
        check(add(o.a, o.b, env, flags), add(a, b, env, wide_flags));
        check(sub(o.a, o.b, env, flags), sub(a, b, env, wide_flags));
        check(mul(o.a, o.b, env, flags), mul(a, b, env, wide_flags));
        check(div(o.a, o.b, env, flags), div(a, b, env, wide_flags));
        check(fma(o.a, o.b, o.c, env, flags), fma(a, b, widen(o.c), env, wide_flags));
        if (!is_number(o.a)) {
            check(sqrt(o.a, env, flags), sqrt(a, env, wide_flags));
        }
        ASSERT_FALSE(HasFailure());
        ASSERT_EQ(compare(o.a, o.b, NanCompare::Quiet, env, flags), compare(a, b, NanCompare::Quiet, env, wide_flags));
    }
}

} // namespace
} // namespace medley::accel::softfloat::test
