/// \file
/// How a hart starts what a board loads.
#pragma once

#include "iss/riscv/config.h"

namespace medley::iss::riscv {

inline constexpr std::uint16_t kElfMachine = 243; ///< EM_RISCV (psABI, "ELF Object Files").

[[nodiscard]] ImagePlacement make_placement(const Config& config);
/// Throws UserError when the plan needs a boot ROM and the board has none.
[[nodiscard]] BootPlan make_boot_plan(const Config& config, const BootRequest& request);

} // namespace medley::iss::riscv
