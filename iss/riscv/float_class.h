/// \file
/// FCLASS (Unprivileged, "Single-Precision Floating-Point Classify Instruction").
#pragma once

#include "medley/base/bits.h"

#include <cstdint>

namespace medley::iss::riscv {

/// The ten-bit mask for a value of a binary interchange format.
[[nodiscard]] constexpr std::uint64_t classify(std::uint64_t value, unsigned exponent_bits, unsigned fraction_bits) {
    const bool negative = bit(value, exponent_bits + fraction_bits);
    const auto exponent = bits(value, fraction_bits, exponent_bits);
    const auto fraction = bits(value, 0, fraction_bits);
    if (exponent == low_mask(exponent_bits) && fraction != 0)
        return bit(value, fraction_bits - 1) ? 1U << 9 : 1U << 8;
    if (exponent == low_mask(exponent_bits))
        return negative ? 1U << 0 : 1U << 7;
    if (exponent != 0)
        return negative ? 1U << 1 : 1U << 6;
    if (fraction != 0)
        return negative ? 1U << 2 : 1U << 5;
    return negative ? 1U << 3 : 1U << 4;
}

} // namespace medley::iss::riscv
