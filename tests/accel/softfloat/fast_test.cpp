#include "accel/common/softfloat/fast.h"
#include "tests/accel/softfloat/operands.h"

#include <gtest/gtest.h>

namespace medley::accel::softfloat::test {
namespace {

/// Mostly what the shortcut is for, sometimes anything.
template <FloatBits Bits>
FloatEnv random_env(Operands<Bits>& operands) {
    FloatEnv env;
    if (operands.one_in(3)) {
        env.rounding = kAllRoundings[operands.word() % kAllRoundings.size()];
    }
    if (operands.one_in(3)) {
        env.nan = operands.one_in(2) ? NanRule::Default : NanRule::PropagateSignallingFirst;
        env.tininess_before_rounding = operands.one_in(2);
        env.flush_inputs = operands.one_in(2);
        env.flush_outputs = operands.one_in(2);
    }
    return env;
}

/// `quick` and `soft` take (triple, env, flags) and must agree in result and flags from any prior flags.
template <FloatBits Bits, class Quick, class Soft>
void sweep(const Quick& quick, const Soft& soft) {
    Operands<Bits> operands;
    for (int i = 0, n = scaled(200'000); i < n; ++i) {
        const auto o = operands.triple();
        const FloatEnv env = random_env(operands);
        std::uint8_t quick_flags = operands.word() & 0x3f;
        std::uint8_t soft_flags = quick_flags;
        const auto result = quick(o, env, quick_flags);
        const auto expected = soft(o, env, soft_flags);
        ASSERT_TRUE(result == expected && quick_flags == soft_flags)
            << std::hex << "operands " << +o.a << ' ' << +o.b << ' ' << +o.c << " rounding " << int(env.rounding)
            << ": " << result << " flags " << +quick_flags << ", soft " << expected << " flags " << +soft_flags;
    }
}

template <class Bits>
class FastEqualsSoft : public ::testing::Test {};
using HostFormats = ::testing::Types<std::uint32_t, std::uint64_t>;
TYPED_TEST_SUITE(FastEqualsSoft, HostFormats);

TYPED_TEST(FastEqualsSoft, Add) {
    sweep<TypeParam>([](auto& o, auto& env, auto& flags) { return fast::add(o.a, o.b, env, flags); },
                     [](auto& o, auto& env, auto& flags) { return add(o.a, o.b, env, flags); });
}

TYPED_TEST(FastEqualsSoft, Sub) {
    sweep<TypeParam>([](auto& o, auto& env, auto& flags) { return fast::sub(o.a, o.b, env, flags); },
                     [](auto& o, auto& env, auto& flags) { return sub(o.a, o.b, env, flags); });
}

TYPED_TEST(FastEqualsSoft, Mul) {
    sweep<TypeParam>([](auto& o, auto& env, auto& flags) { return fast::mul(o.a, o.b, env, flags); },
                     [](auto& o, auto& env, auto& flags) { return mul(o.a, o.b, env, flags); });
}

TYPED_TEST(FastEqualsSoft, Div) {
    sweep<TypeParam>([](auto& o, auto& env, auto& flags) { return fast::div(o.a, o.b, env, flags); },
                     [](auto& o, auto& env, auto& flags) { return div(o.a, o.b, env, flags); });
}

TYPED_TEST(FastEqualsSoft, Sqrt) {
    sweep<TypeParam>([](auto& o, auto& env, auto& flags) { return fast::sqrt(o.a, env, flags); },
                     [](auto& o, auto& env, auto& flags) { return sqrt(o.a, env, flags); });
}

TYPED_TEST(FastEqualsSoft, Fma) {
    sweep<TypeParam>([](auto& o, auto& env, auto& flags) { return fast::fma(o.a, o.b, o.c, env, flags); },
                     [](auto& o, auto& env, auto& flags) { return fma(o.a, o.b, o.c, env, flags); });
}

TYPED_TEST(FastEqualsSoft, Comparisons) {
    for (const NanCompare nan : {NanCompare::Quiet, NanCompare::Signalling}) {
        sweep<TypeParam>([=](auto& o, auto& env, auto& flags) { return fast::eq(o.a, o.b, nan, env, flags); },
                         [=](auto& o, auto& env, auto& flags) { return eq(o.a, o.b, nan, env, flags); });
        sweep<TypeParam>([=](auto& o, auto& env, auto& flags) { return fast::lt(o.a, o.b, nan, env, flags); },
                         [=](auto& o, auto& env, auto& flags) { return lt(o.a, o.b, nan, env, flags); });
        sweep<TypeParam>([=](auto& o, auto& env, auto& flags) { return fast::le(o.a, o.b, nan, env, flags); },
                         [=](auto& o, auto& env, auto& flags) { return le(o.a, o.b, nan, env, flags); });
        sweep<TypeParam>([=](auto& o, auto& env, auto& flags) { return int(fast::compare(o.a, o.b, nan, env, flags)); },
                         [=](auto& o, auto& env, auto& flags) { return int(compare(o.a, o.b, nan, env, flags)); });
    }
}

TYPED_TEST(FastEqualsSoft, Convert) {
    using To = std::conditional_t<sizeof(TypeParam) == 4, std::uint64_t, std::uint32_t>;
    sweep<TypeParam>([](auto& o, auto& env, auto& flags) { return fast::convert<To>(o.a, env, flags); },
                     [](auto& o, auto& env, auto& flags) { return convert<To>(o.a, env, flags); });
}

template <class Int, FloatBits Bits>
void sweep_integers() {
    for (const NanToInt nan : {NanToInt::Maximum, NanToInt::Zero}) {
        const auto toward_zero = [](FloatEnv env, auto& o) {
            env.rounding = (o.b & 3) != 0 ? Rounding::TowardZero : env.rounding;
            return env;
        };
        sweep<Bits>(
            [=](auto& o, auto& env, auto& flags) { return fast::to_int<Int>(o.a, nan, toward_zero(env, o), flags); },
            [=](auto& o, auto& env, auto& flags) { return to_int<Int>(o.a, nan, toward_zero(env, o), flags); });
    }
    const auto integer = [](auto& o) {
        return static_cast<Int>(static_cast<Int>((std::uint64_t{o.a} << 32) ^ o.b) >> (o.c % (sizeof(Int) * 8)));
    };
    sweep<Bits>([=](auto& o, auto& env, auto& flags) { return fast::from_int<Bits>(integer(o), env, flags); },
                [=](auto& o, auto& env, auto& flags) { return from_int<Bits>(integer(o), env, flags); });
}

TYPED_TEST(FastEqualsSoft, Integers32) {
    sweep_integers<std::int32_t, TypeParam>();
    sweep_integers<std::uint32_t, TypeParam>();
}

TYPED_TEST(FastEqualsSoft, Integers64) {
    sweep_integers<std::int64_t, TypeParam>();
    sweep_integers<std::uint64_t, TypeParam>();
}

/// An exact sum or product of short numbers raises nothing and leaves Inexact as it was.
TEST(FastPath, KeepsInexactClearForExactResults) {
    std::uint8_t flags = 0;
    const FloatEnv env;
    const auto three = fast::from_int<std::uint64_t>(std::int32_t{3}, env, flags);
    const auto seven = fast::from_int<std::uint64_t>(std::int32_t{7}, env, flags);
    EXPECT_EQ(fast::to_int<std::int32_t>(fast::add(three, seven, env, flags), NanToInt::Zero, env, flags), 10);
    EXPECT_EQ(fast::to_int<std::int32_t>(fast::mul(three, seven, env, flags), NanToInt::Zero, env, flags), 21);
    EXPECT_EQ(flags, 0);
    fast::div(three, seven, env, flags);
    EXPECT_EQ(flags, float_flag::kInexact);
}

} // namespace
} // namespace medley::accel::softfloat::test
