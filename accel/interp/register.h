/// \file
/// Makes the accelerator `interp` known.
#pragma once

#include "medley/cpu/registry.h"

namespace medley {

void register_interp(CpuRegistry& registry);

} // namespace medley
