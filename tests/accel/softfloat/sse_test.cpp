#include "tests/accel/softfloat/sse_sweep.h"

namespace medley::accel::softfloat::test {
namespace {

template <class Bits>
class AgainstSse : public ::testing::Test {};
using HostFormats = ::testing::Types<std::uint32_t, std::uint64_t>;
TYPED_TEST_SUITE(AgainstSse, HostFormats);

TYPED_TEST(AgainstSse, Add) {
    sweep<TypeParam>([](const auto& o, auto& env, auto& flags) { return add(o.a, o.b, env, flags); },
                     [](const auto& o) { return sse::add(o.a, o.b); });
}

TYPED_TEST(AgainstSse, Sub) {
    sweep<TypeParam>([](const auto& o, auto& env, auto& flags) { return sub(o.a, o.b, env, flags); },
                     [](const auto& o) { return sse::sub(o.a, o.b); });
}

TYPED_TEST(AgainstSse, Mul) {
    sweep<TypeParam>([](const auto& o, auto& env, auto& flags) { return mul(o.a, o.b, env, flags); },
                     [](const auto& o) { return sse::mul(o.a, o.b); });
}

TYPED_TEST(AgainstSse, Div) {
    sweep<TypeParam>([](const auto& o, auto& env, auto& flags) { return div(o.a, o.b, env, flags); },
                     [](const auto& o) { return sse::div(o.a, o.b); });
}

TYPED_TEST(AgainstSse, Sqrt) {
    sweep<TypeParam>([](const auto& o, auto& env, auto& flags) { return sqrt(o.a, env, flags); },
                     [](const auto& o) { return sse::sqrt(o.a); });
}

TYPED_TEST(AgainstSse, Fma) {
    if (!__builtin_cpu_supports("fma")) {
        GTEST_SKIP() << "the host has no FMA3";
    }
    // Infinity times zero plus a quiet NaN raises nothing there: the standard leaves it open (7.2, c).
    const auto adapt = [](const auto& o, const FloatEnv& env, auto&, std::uint8_t& host_flags) {
        if (is_nan(o.c) && !is_nan(o.a) && !is_nan(o.b)) {
            std::uint8_t product_flags = 0;
            mul(o.a, o.b, env, product_flags);
            host_flags |= product_flags & float_flag::kInvalid;
        }
    };
    sweep<TypeParam>([](const auto& o, auto& env, auto& flags) { return fma(o.a, o.b, o.c, env, flags); },
                     [](const auto& o) { return sse::fma(o.a, o.b, o.c); }, adapt);
}

TYPED_TEST(AgainstSse, QuietComparison) {
    sweep<TypeParam>(
        [](const auto& o, auto& env, auto& flags) { return int(compare(o.a, o.b, NanCompare::Quiet, env, flags)); },
        [](const auto& o) { return int(sse::compare(o.a, o.b, NanCompare::Quiet)); });
}

TYPED_TEST(AgainstSse, SignallingComparison) {
    sweep<TypeParam>([](const auto& o, auto& env,
                        auto& flags) { return int(compare(o.a, o.b, NanCompare::Signalling, env, flags)); },
                     [](const auto& o) { return int(sse::compare(o.a, o.b, NanCompare::Signalling)); });
}

} // namespace
} // namespace medley::accel::softfloat::test
