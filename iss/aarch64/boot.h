/// \file
/// How a core starts what a board loads.
#pragma once

#include "iss/aarch64/config.h"

namespace medley::iss::aarch64 {

inline constexpr std::uint16_t kElfMachine = 183; ///< EM_AARCH64 (ELF for the Arm 64-bit Architecture, 5.1).

[[nodiscard]] ImagePlacement make_placement();
[[nodiscard]] BootPlan make_boot_plan(const Config& config, const BootRequest& request);

} // namespace medley::iss::aarch64
