/// \file
#pragma once

#include "medley/cpu/registry.h"

namespace medley {

/// Adds the accelerator `jit`.
void register_jit(CpuRegistry& registry);

} // namespace medley
