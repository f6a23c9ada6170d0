/// \file
/// What helpers that compute with floats are told: a format, how many lanes count, and FPCR's modes, in one word.
#pragma once

#include "medley/base/float.h"

#include <cstdint>

namespace medley::iss::aarch64 {

struct FloatMode {
    unsigned lane_log2 = 2; ///< 1 half, 2 single, 3 double precision.
    unsigned lanes = 1;     ///< The others deliver 0.
    Rounding rounding = Rounding::NearestEven;
    bool flush = false; ///< FZ, or FZ16 for half precision.
    bool default_nan = false;

    [[nodiscard]] constexpr std::uint64_t encode() const {
        return lane_log2 | lanes << 4 | static_cast<unsigned>(rounding) << 8 | unsigned{flush} << 12 |
               unsigned{default_nan} << 13;
    }
    [[nodiscard]] static constexpr FloatMode decode(std::uint64_t word) {
        return {static_cast<unsigned>(word & 15), static_cast<unsigned>(word >> 4 & 15),
                static_cast<Rounding>(word >> 8 & 15), (word >> 12 & 1) != 0, (word >> 13 & 1) != 0};
    }
};

} // namespace medley::iss::aarch64
