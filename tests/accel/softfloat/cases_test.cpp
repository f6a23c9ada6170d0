// Rules that no host offers for comparison, case by case: NaN propagation, minimum and maximum, flushing.

#include "accel/common/softfloat/softfloat.h"

#include <gtest/gtest.h>

namespace medley::accel::softfloat::test {
namespace {

using Bits = std::uint32_t;

constexpr Bits kZero = 0;
constexpr Bits kMinusZero = 0x8000'0000;
constexpr Bits kOne = 0x3f80'0000;
constexpr Bits kTwo = 0x4000'0000;
constexpr Bits kInfinity = 0x7f80'0000;
constexpr Bits kDenormal = 0x0000'0001;
constexpr Bits kQuiet1 = 0x7fc0'0011;
constexpr Bits kQuiet2 = 0xffc0'0022;
constexpr Bits kSignalling1 = 0x7f80'0033;
constexpr Bits kSignalling2 = 0xff80'0044;
constexpr Bits kQuietBit = 0x0040'0000;
constexpr Bits kDefault = 0x7fc0'0000;

constexpr FloatEnv kPropagate{.nan = NanRule::PropagateSignallingFirst};
constexpr FloatEnv kPlain{};

struct Outcome {
    Bits bits;
    std::uint8_t flags;
    friend bool operator==(const Outcome&, const Outcome&) = default;
    friend std::ostream& operator<<(std::ostream& out, const Outcome& o) {
        return out << std::hex << o.bits << " flags " << +o.flags;
    }
};

constexpr Outcome quiet(Bits bits) {
    return {bits, 0};
}

constexpr Outcome raising(Bits bits, std::uint8_t flags = float_flag::kInvalid) {
    return {bits, flags};
}

template <class Operation>
Outcome outcome(const Operation& operation) {
    std::uint8_t flags = 0;
    const Bits bits = operation(flags);
    return {bits, flags};
}

Outcome add_of(Bits a, Bits b, const FloatEnv& env) {
    return outcome([&](auto& flags) { return add(a, b, env, flags); });
}

Outcome mul_of(Bits a, Bits b, const FloatEnv& env) {
    return outcome([&](auto& flags) { return mul(a, b, env, flags); });
}

Outcome fma_of(Bits a, Bits b, Bits c, const FloatEnv& env) {
    return outcome([&](auto& flags) { return fma(a, b, c, env, flags); });
}

Outcome min_of(Bits a, Bits b, MinMaxRule rule, const FloatEnv& env = kPlain) {
    return outcome([&](auto& flags) { return min(a, b, rule, env, flags); });
}

Outcome max_of(Bits a, Bits b, MinMaxRule rule, const FloatEnv& env = kPlain) {
    return outcome([&](auto& flags) { return max(a, b, rule, env, flags); });
}

TEST(NanPropagation, TakesTheFirstSignallingElseTheFirstQuietOperand) {
    EXPECT_EQ(add_of(kQuiet1, kQuiet2, kPropagate), quiet(kQuiet1));
    EXPECT_EQ(add_of(kOne, kQuiet2, kPropagate), quiet(kQuiet2));
    EXPECT_EQ(add_of(kQuiet1, kSignalling2, kPropagate), raising(kSignalling2 | kQuietBit));
    EXPECT_EQ(add_of(kSignalling1, kSignalling2, kPropagate), raising(kSignalling1 | kQuietBit));
    EXPECT_EQ(add_of(kInfinity, kInfinity | kMinusZero, kPropagate), raising(kDefault));
}

TEST(NanPropagation, SubtractionKeepsTheSignOfItsSecondOperand) {
    EXPECT_EQ(outcome([](auto& flags) { return sub(kOne, kQuiet2, kPropagate, flags); }), quiet(kQuiet2));
}

TEST(NanPropagation, DefaultRuleForgetsOperands) {
    EXPECT_EQ(add_of(kQuiet2, kOne, kPlain), quiet(kDefault));
    EXPECT_EQ(mul_of(kSignalling2, kOne, kPlain), raising(kDefault));
}

TEST(NanPropagation, FusedMultiplyAddLooksAtTheAddendFirst) {
    EXPECT_EQ(fma_of(kQuiet1, kOne, kQuiet2, kPropagate), quiet(kQuiet2));
    EXPECT_EQ(fma_of(kOne, kQuiet1, kOne, kPropagate), quiet(kQuiet1));
    EXPECT_EQ(fma_of(kSignalling1, kQuiet1, kQuiet2, kPropagate), raising(kSignalling1 | kQuietBit));
    EXPECT_EQ(fma_of(kSignalling1, kQuiet1, kSignalling2, kPropagate), raising(kSignalling2 | kQuietBit));
}

TEST(NanPropagation, InfinityTimesZeroIsInvalidWhateverIsAdded) {
    EXPECT_EQ(fma_of(kInfinity, kZero, kOne, kPropagate), raising(kDefault));
    EXPECT_EQ(fma_of(kZero, kInfinity, kQuiet2, kPropagate), raising(kDefault));
    EXPECT_EQ(fma_of(kZero, kInfinity, kSignalling2, kPropagate), raising(kSignalling2 | kQuietBit));
    EXPECT_EQ(fma_of(kZero, kInfinity, kQuiet2, kPlain), raising(kDefault));
}

TEST(NanPropagation, ConversionKeepsSignAndLeadingPayload) {
    std::uint8_t flags = 0;
    EXPECT_EQ(convert<std::uint64_t>(kQuiet2, kPropagate, flags), 0xfff8'0004'4000'0000u);
    EXPECT_EQ(convert<std::uint16_t>(Bits{0xffd2'3456}, kPropagate, flags), 0xfe91u);
    EXPECT_EQ(flags, 0);
    EXPECT_EQ(convert<std::uint16_t>(kSignalling2, kPropagate, flags), 0xfe00u);
    EXPECT_EQ(flags, float_flag::kInvalid);
    EXPECT_EQ(convert<std::uint64_t>(kSignalling2, kPlain, flags), 0x7ff8'0000'0000'0000u);
}

TEST(MinMax, OrdersZerosAndNumbers) {
    for (const auto rule : {MinMaxRule::Number, MinMaxRule::QuietNumber, MinMaxRule::Propagate}) {
        EXPECT_EQ(min_of(kZero, kMinusZero, rule), quiet(kMinusZero));
        EXPECT_EQ(min_of(kMinusZero, kZero, rule), quiet(kMinusZero));
        EXPECT_EQ(max_of(kZero, kMinusZero, rule), quiet(kZero));
        EXPECT_EQ(max_of(kMinusZero, kZero, rule), quiet(kZero));
        EXPECT_EQ(min_of(kOne, kTwo, rule), quiet(kOne));
        EXPECT_EQ(max_of(kOne, kTwo, rule), quiet(kTwo));
        EXPECT_EQ(min_of(kOne | kMinusZero, kTwo | kMinusZero, rule), quiet(kTwo | kMinusZero));
        EXPECT_EQ(max_of(kInfinity | kMinusZero, kTwo, rule), quiet(kTwo));
    }
}

TEST(MinMax, NumberRuleLetsANumberWinOverAnyNan) {
    EXPECT_EQ(min_of(kQuiet1, kOne, MinMaxRule::Number), quiet(kOne));
    EXPECT_EQ(max_of(kOne, kSignalling1, MinMaxRule::Number), raising(kOne));
    EXPECT_EQ(max_of(kQuiet2, kQuiet1, MinMaxRule::Number), quiet(kDefault));
    EXPECT_EQ(max_of(kQuiet2, kSignalling1, MinMaxRule::Number, kPropagate), raising(kSignalling1 | kQuietBit));
}

TEST(MinMax, QuietNumberRuleLetsANumberWinOverAQuietNanOnly) {
    EXPECT_EQ(min_of(kOne, kQuiet1, MinMaxRule::QuietNumber), quiet(kOne));
    EXPECT_EQ(min_of(kOne, kSignalling2, MinMaxRule::QuietNumber), raising(kDefault));
    EXPECT_EQ(min_of(kOne, kSignalling2, MinMaxRule::QuietNumber, kPropagate), raising(kSignalling2 | kQuietBit));
    EXPECT_EQ(min_of(kQuiet2, kQuiet1, MinMaxRule::QuietNumber, kPropagate), quiet(kQuiet2));
}

TEST(MinMax, PropagateRuleGivesANan) {
    EXPECT_EQ(min_of(kOne, kQuiet1, MinMaxRule::Propagate), quiet(kDefault));
    EXPECT_EQ(max_of(kQuiet2, kOne, MinMaxRule::Propagate, kPropagate), quiet(kQuiet2));
    EXPECT_EQ(max_of(kSignalling1, kOne, MinMaxRule::Propagate), raising(kDefault));
}

TEST(Flushing, OfAnInputRaisesItsFlagEvenBesideANan) {
    const FloatEnv env{.nan = NanRule::PropagateSignallingFirst, .flush_inputs = true};
    EXPECT_EQ(add_of(kDenormal, kOne, env), raising(kOne, float_flag::kInputDenormal));
    EXPECT_EQ(add_of(kDenormal, kQuiet1, env), raising(kQuiet1, float_flag::kInputDenormal));
    EXPECT_EQ(min_of(kDenormal, kOne, MinMaxRule::Number, env), raising(kZero, float_flag::kInputDenormal));
    EXPECT_EQ(fma_of(kInfinity, kDenormal, kOne, env),
              raising(kDefault, float_flag::kInputDenormal | float_flag::kInvalid));
    std::uint8_t flags = 0;
    EXPECT_TRUE(eq(kDenormal, kZero, NanCompare::Quiet, env, flags));
    EXPECT_EQ(flags, float_flag::kInputDenormal);
}

TEST(Flushing, OfAnOutputRaisesUnderflowAlone) {
    const FloatEnv env{.flush_outputs = true};
    constexpr Bits kLeastNormal = 0x0080'0000;
    constexpr Bits kHalf = 0x3f00'0000;
    EXPECT_EQ(mul_of(kLeastNormal | kMinusZero, kHalf, env), raising(kMinusZero, float_flag::kUnderflow));
    EXPECT_EQ(mul_of(kLeastNormal, 0x3eaa'aaab, env), raising(kZero, float_flag::kUnderflow));
    EXPECT_EQ(mul_of(kLeastNormal, kHalf, kPlain), quiet(0x0040'0000));
}

TEST(Tininess, IsJudgedBeforeOrAfterRounding) {
    // (1 + 2^-23) * (1 - 2^-23) * 2^-126, a hair below the least normal number, rounds up to it.
    constexpr Bits kAboveLeast = 0x0080'0001;
    constexpr Bits kBelowOne = 0x3f7f'fffe;
    const FloatEnv before{.tininess_before_rounding = true};
    constexpr std::uint8_t kBoth = float_flag::kUnderflow | float_flag::kInexact;
    EXPECT_EQ(mul_of(kAboveLeast, kBelowOne, before), raising(0x0080'0000, kBoth));
    EXPECT_EQ(mul_of(kAboveLeast, kBelowOne, kPlain), raising(0x0080'0000, float_flag::kInexact));
}

TEST(Integers, NanFollowsItsRule) {
    std::uint8_t flags = 0;
    EXPECT_EQ(to_int<std::int32_t>(kQuiet2, NanToInt::Maximum, kPlain, flags), 0x7fff'ffff);
    EXPECT_EQ(to_int<std::uint64_t>(kQuiet2, NanToInt::Maximum, kPlain, flags), ~std::uint64_t{0});
    EXPECT_EQ(to_int<std::int32_t>(kSignalling1, NanToInt::Zero, kPlain, flags), 0);
    EXPECT_EQ(flags, float_flag::kInvalid);
}

TEST(Integers, InfinitiesSaturate) {
    std::uint8_t flags = 0;
    EXPECT_EQ(to_int<std::uint32_t>(kInfinity | kMinusZero, NanToInt::Maximum, kPlain, flags), 0u);
    EXPECT_EQ(to_int<std::int64_t>(kInfinity, NanToInt::Zero, kPlain, flags), INT64_MAX);
    EXPECT_EQ(flags, float_flag::kInvalid);
}

TEST(Sum, OfOppositesIsMinusZeroOnlyRoundingDown) {
    EXPECT_EQ(add_of(kOne, kOne | kMinusZero, kPlain), quiet(kZero));
    EXPECT_EQ(add_of(kOne, kOne | kMinusZero, FloatEnv{.rounding = Rounding::Down}), quiet(kMinusZero));
    EXPECT_EQ(fma_of(kOne, kZero, kMinusZero, FloatEnv{.rounding = Rounding::Down}), quiet(kMinusZero));
    EXPECT_EQ(fma_of(kOne, kTwo, kTwo | kMinusZero, kPlain), quiet(kZero));
}

} // namespace
} // namespace medley::accel::softfloat::test
