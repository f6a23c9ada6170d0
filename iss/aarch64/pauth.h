/// \file
/// Pointer authentication codes by QARMA5 (Arm ARM, "ComputePAC"; FEAT_PACQARMA5).
#pragma once

#include <cstdint>

namespace medley::iss::aarch64 {

struct PacKeyValue {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
};

/// The 64-bit code of \p data under \p modifier.
[[nodiscard]] std::uint64_t compute_pac(std::uint64_t data, std::uint64_t modifier, const PacKeyValue& key);

} // namespace medley::iss::aarch64
