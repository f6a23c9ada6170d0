/// \file
/// Runs an operation and its SSE counterpart over random operands in every mode that both have.
#pragma once

#include "tests/accel/softfloat/operands.h"
#include "tests/accel/softfloat/sse.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace medley::accel::softfloat::test {

enum class Flush { None, Inputs, Outputs };

struct Mode {
    FloatEnv env;
    std::uint32_t mxcsr;
};

inline Mode mode_of(Rounding rounding, Flush flush) {
    FloatEnv env{.rounding = rounding};
    env.flush_inputs = flush == Flush::Inputs;
    env.flush_outputs = flush == Flush::Outputs;
    const std::uint32_t control = flush == Flush::Inputs    ? sse::kDenormalsAreZero
                                  : flush == Flush::Outputs ? sse::kFlushToZero
                                                            : 0;
    return {env, sse::kMasked | sse::rounding_control(rounding) | control};
}

/// SSE raises Inexact along with a flushed result's Underflow, and no flag that a caller would see for a flushed
/// input; which inputs are flushed is a matter of other tests.
inline std::uint8_t expected_flags(std::uint8_t host, Flush flush) {
    const bool flushed = flush == Flush::Outputs && (host & float_flag::kUnderflow) != 0;
    return flushed ? static_cast<std::uint8_t>(host & ~float_flag::kInexact) : host;
}

/// SSE propagates payloads in an order of its own.
template <class Result>
Result canonical(Result result) {
    if constexpr (FloatBits<Result>) {
        return is_nan(result) ? Format<Result>::kDefaultNan : result;
    } else {
        return result;
    }
}

/// `soft(triple, env, flags)` against `host(triple)`; `adapt(triple, env, expected, expected flags)` corrects for what
/// SSE does otherwise.
template <FloatBits Bits, class Soft, class Host, class Adapt>
void sweep_mode(Rounding rounding, Flush flush, const Soft& soft, const Host& host, const Adapt& adapt) {
    const Mode mode = mode_of(rounding, flush);
    Operands<Bits> operands{static_cast<unsigned>(rounding) * 3 + static_cast<unsigned>(flush)};
    for (int i = 0, n = scaled(40'000); i < n; ++i) {
        const auto operand = operands.triple();
        std::uint8_t flags = 0;
        std::uint8_t host_flags = 0;
        const auto result = soft(operand, mode.env, flags);
        auto expected = canonical(sse::run(mode.mxcsr, host_flags, [&] { return host(operand); }));
        host_flags = expected_flags(host_flags, flush);
        adapt(operand, mode.env, expected, host_flags);
        flags &= static_cast<std::uint8_t>(~float_flag::kInputDenormal);
        ASSERT_TRUE(result == expected && flags == host_flags)
            << std::hex << "operands " << +operand.a << ' ' << +operand.b << ' ' << +operand.c << " rounding "
            << int(rounding) << " flush " << int(flush) << ": " << +result << " flags " << +flags << ", SSE "
            << +expected << " flags " << +host_flags;
    }
}

struct NoAdaptation {
    template <class... Any>
    void operator()(const Any&...) const {}
};

template <FloatBits Bits, class Soft, class Host, class Adapt = NoAdaptation>
void sweep(const Soft& soft, const Host& host, const Adapt& adapt = {}) {
    for (const Rounding rounding : {Rounding::NearestEven, Rounding::TowardZero, Rounding::Down, Rounding::Up}) {
        for (const Flush flush : {Flush::None, Flush::Inputs, Flush::Outputs}) {
            sweep_mode<Bits>(rounding, flush, soft, host, adapt);
            if (::testing::Test::HasFatalFailure()) {
                return;
            }
        }
    }
}

} // namespace medley::accel::softfloat::test
