/// \file
/// Entry point of the target.
#pragma once

#include "medley/cpu/registry.h"

namespace medley {

/// Adds the target "riscv".
void register_riscv(CpuRegistry& registry);

} // namespace medley
