/// \file
/// Entry point of the target.
#pragma once

#include "medley/cpu/registry.h"

namespace medley {

/// Adds the target "aarch64".
void register_aarch64(CpuRegistry& registry);

} // namespace medley
