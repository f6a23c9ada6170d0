#include "iss/aarch64/state.h"

#include "medley/base/float.h"

#include <array>
#include <utility>

namespace medley::iss::aarch64 {
namespace {

/// Bits of FPSR and the neutral flags that they stand for.
constexpr std::array<std::pair<std::uint32_t, std::uint8_t>, 6> kFlags{{
    {1U << 0, float_flag::kInvalid},
    {1U << 1, float_flag::kDivideByZero},
    {1U << 2, float_flag::kOverflow},
    {1U << 3, float_flag::kUnderflow},
    {1U << 4, float_flag::kInexact},
    {1U << 7, float_flag::kInputDenormal},
}};
constexpr std::uint32_t kQc = 1U << 27;

} // namespace

std::uint32_t State::fpsr() const {
    std::uint32_t value = saturated != 0 ? kQc : 0;
    for (const auto& [bit, flag] : kFlags)
        value |= (float_flags & flag) != 0 ? bit : 0;
    return value;
}

void State::set_fpsr(std::uint32_t value) {
    saturated = (value & kQc) != 0 ? 1 : 0;
    float_flags = 0;
    for (const auto& [bit, flag] : kFlags)
        float_flags |= (value & bit) != 0 ? flag : 0U;
}

} // namespace medley::iss::aarch64
