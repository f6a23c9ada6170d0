/// \file
/// What the device tree says about a hart.
#pragma once

#include "iss/riscv/config.h"

namespace medley::iss::riscv {

[[nodiscard]] CoreTree make_tree(const Config& config);

} // namespace medley::iss::riscv
