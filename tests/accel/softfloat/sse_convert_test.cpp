#include "tests/accel/softfloat/sse_sweep.h"

#include <limits>

namespace medley::accel::softfloat::test {
namespace {

template <class Bits>
class ConversionAgainstSse : public ::testing::Test {};
using HostFormats = ::testing::Types<std::uint32_t, std::uint64_t>;
TYPED_TEST_SUITE(ConversionAgainstSse, HostFormats);

TYPED_TEST(ConversionAgainstSse, OtherFormat) {
    using To = std::conditional_t<sizeof(TypeParam) == 4, std::uint64_t, std::uint32_t>;
    sweep<TypeParam>([](const auto& o, auto& env, auto& flags) { return convert<To>(o.a, env, flags); },
                     [](const auto& o) {
                         if constexpr (sizeof(TypeParam) == 4) {
                             return sse::widen(o.a);
                         } else {
                             return sse::narrow(o.a);
                         }
                     });
}

TYPED_TEST(ConversionAgainstSse, RoundToInt) {
    if (!__builtin_cpu_supports("sse4.1")) {
        GTEST_SKIP() << "the host has no SSE4.1";
    }
    sweep<TypeParam>([](const auto& o, auto& env, auto& flags) { return round_to_int_exact(o.a, env, flags); },
                     [](const auto& o) { return sse::round_to_int_exact(o.a); });
    sweep<TypeParam>(
        [](const auto& o, auto& env, auto& flags) { return round_to_int(o.a, env, flags); },
        [](const auto& o) { return sse::round_to_int_exact(o.a); },
        [](const auto&, const auto&, auto&, std::uint8_t& flags) { flags &= std::uint8_t(~float_flag::kInexact); });
}

/// What saturation makes of SSE's Invalid.
template <class Int, FloatBits Bits>
Int saturated(Bits a) {
    return is_negative(a) && !is_nan(a) ? std::numeric_limits<Int>::min() : std::numeric_limits<Int>::max();
}

template <class Int, FloatBits Bits>
void sweep_to_signed() {
    sweep<Bits>([](const auto& o, auto& env, auto& flags) { return to_int<Int>(o.a, NanToInt::Maximum, env, flags); },
                [](const auto& o) { return sse::to_int<Int>(o.a); },
                [](const auto& o, const auto&, Int& expected, std::uint8_t flags) {
                    expected = (flags & float_flag::kInvalid) != 0 ? saturated<Int>(o.a) : expected;
                });
}

TYPED_TEST(ConversionAgainstSse, ToInt32) {
    sweep_to_signed<std::int32_t, TypeParam>();
}

TYPED_TEST(ConversionAgainstSse, ToInt64) {
    sweep_to_signed<std::int64_t, TypeParam>();
}

TYPED_TEST(ConversionAgainstSse, ToUnsigned32) {
    sweep<TypeParam>(
        [](const auto& o, auto& env, auto& flags) {
            return std::int64_t{to_int<std::uint32_t>(o.a, NanToInt::Maximum, env, flags)};
        },
        [](const auto& o) { return sse::to_int<std::int64_t>(o.a); },
        [](const auto& o, const auto&, std::int64_t& expected, std::uint8_t& flags) {
            if (expected < 0 || expected > std::numeric_limits<std::uint32_t>::max()) {
                expected = saturated<std::uint32_t>(o.a);
                flags = float_flag::kInvalid;
            }
        });
}

/// The bits of the operands, shifted at random by their own low bits, are integers of all lengths.
template <class Int, FloatBits Bits>
Int some_integer(Bits a, Bits b) {
    const auto word = static_cast<Int>((std::uint64_t{a} << 32) ^ std::uint64_t{b} * 0x9e3779b97f4a7c15u);
    return static_cast<Int>(word >> (a ^ b) % (sizeof(Int) * 8));
}

template <class Int, class HostInt, FloatBits Bits>
void sweep_from_int() {
    sweep<Bits>(
        [](const auto& o, auto& env, auto& flags) { return from_int<Bits>(some_integer<Int>(o.a, o.b), env, flags); },
        [](const auto& o) { return sse::from_int<Bits, HostInt>(some_integer<Int>(o.a, o.b)); });
}

TYPED_TEST(ConversionAgainstSse, FromInt32) {
    sweep_from_int<std::int32_t, std::int32_t, TypeParam>();
}

TYPED_TEST(ConversionAgainstSse, FromUnsigned32) {
    sweep_from_int<std::uint32_t, std::int64_t, TypeParam>();
}

TYPED_TEST(ConversionAgainstSse, FromInt64) {
    sweep_from_int<std::int64_t, std::int64_t, TypeParam>();
}

} // namespace
} // namespace medley::accel::softfloat::test
