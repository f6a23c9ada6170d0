/// \file
/// Translation regimes, and what a mem_index means.
#pragma once

#include <cstdint>

namespace medley::iss::aarch64 {

/// Bytes that DC ZVA clears: DCZID_EL0.BS is 4.
inline constexpr unsigned kZeroedBytes = 64;

/// Translation regimes (Arm ARM, "Translation regimes").
enum class Regime : std::uint8_t {
    El10, ///< EL1&0: two ranges, two privileges, stage 2 behind it.
    El2,  ///< EL2 alone.
    El20, ///< EL2&0: EL2 with E2H.
    El3,
};

constexpr bool has_two_ranges(Regime regime) { return regime == Regime::El10 || regime == Regime::El20; }

/// The rights under which an access is made; the regime is that of the current exception level.
struct AccessIndex {
    bool privileged = true;
    bool never_user_data = false; ///< PSTATE.PAN
    /// A part of DC ZVA: checked as a write of the whole block, and only in Normal memory. Guests clear pages by it that they use otherwise: the bit
    /// is one that accelerators know such indexes apart by.
    bool zeroes_block = false;

    [[nodiscard]] static constexpr AccessIndex decode(unsigned index) {
        return {(index & 1) != 0, (index & 2) != 0, (index & 4) != 0};
    }
    [[nodiscard]] constexpr unsigned encode() const {
        return (privileged ? 1U : 0U) | (never_user_data ? 2U : 0U) | (zeroes_block ? 4U : 0U);
    }
};

} // namespace medley::iss::aarch64
