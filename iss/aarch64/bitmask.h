/// \file
/// The immediates of logical instructions (Arm ARM, "DecodeBitMasks").
#pragma once

#include "medley/base/bits.h"

#include <bit>
#include <cstdint>
#include <optional>

namespace medley::iss::aarch64 {

/// A run of imms + 1 ones, rotated right by immr, in elements whose size the highest bit of N:NOT(imms) tells, all over the
/// register. Nothing for reserved values.
[[nodiscard]] constexpr std::optional<std::uint64_t> decode_bitmask(bool sf, bool n, unsigned immr, unsigned imms) {
    if (n && !sf)
        return std::nullopt;
    const unsigned length = std::bit_width((n ? 64U : 0U) | (~imms & 0x3f));
    if (length < 2)
        return std::nullopt;
    const unsigned size = 1U << (length - 1);
    const unsigned ones = (imms & (size - 1)) + 1;
    const unsigned rotation = immr & (size - 1);
    if (ones == size)
        return std::nullopt;
    const auto run = low_mask(ones);
    auto element = rotation == 0 ? run : (run >> rotation | run << (size - rotation)) & low_mask(size);
    for (unsigned filled = size; filled < 64; filled *= 2)
        element |= element << filled;
    return sf ? element : element & low_mask(32);
}

} // namespace medley::iss::aarch64
