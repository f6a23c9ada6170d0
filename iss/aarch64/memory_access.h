/// \file
/// What the fields size, V and opc of loads and stores say: shared by the lifters and the disassembler.
#pragma once

#include "medley/base/bits.h"

#include <cstdint>

namespace medley::iss::aarch64 {

struct MemoryAccess {
    unsigned size_log2 = 0;
    bool vector = false;
    bool load = false;
    bool sign = false;
    /// The register that a signed load extends to is X, not W.
    bool to_x = false;
};

/// Loads and stores of one register with size in bits 31 and 30, V in bit 26 and opc in bits 23 and 22.
[[nodiscard]] constexpr MemoryAccess single_access(std::uint32_t word) {
    const auto size = static_cast<unsigned>(bits(word, 30, 2));
    const bool vector = bit(word, 26);
    const bool low = bit(word, 22);
    const bool high = bit(word, 23);
    if (vector)
        return {high ? 4U : size, true, low, false, false};
    return {size, false, high || low, high, high && !low};
}

/// Loads and stores of pairs, with opc in bits 31 and 30 and L in bit 22.
[[nodiscard]] constexpr MemoryAccess pair_access(std::uint32_t word) {
    const auto opc = static_cast<unsigned>(bits(word, 30, 2));
    const bool load = bit(word, 22);
    if (bit(word, 26))
        return {2 + opc, true, load, false, false};
    return {opc == 2 ? 3U : 2U, false, load, opc == 1, opc == 1};
}

/// Loads relative to the program counter, with opc in bits 31 and 30.
[[nodiscard]] constexpr MemoryAccess literal_access(std::uint32_t word) {
    const auto opc = static_cast<unsigned>(bits(word, 30, 2));
    if (bit(word, 26))
        return {2 + opc, true, true, false, false};
    return {opc == 1 ? 3U : 2U, false, true, opc == 2, opc == 2};
}

} // namespace medley::iss::aarch64
