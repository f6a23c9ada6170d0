/// \file
/// The architecture's tables of estimates as the rules that make them.
#pragma once

#include <cstdint>

namespace medley::iss::aarch64 {

/// Arm ARM, "RecipEstimate": 256 to 511 in (0.5 to 1.0), 256 to 511 out (1.0 to 2.0).
[[nodiscard]] std::uint32_t reciprocal_estimate(std::uint32_t operand);
/// Arm ARM, "RecipSqrtEstimate": 128 to 511 in (0.25 to 1.0), 256 to 511 out.
[[nodiscard]] std::uint32_t reciprocal_root_estimate(std::uint32_t operand);

} // namespace medley::iss::aarch64
