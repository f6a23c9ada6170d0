/// \file
/// The accelerator that a test program is built for: the same tests run on each.
#pragma once

#include "medley/cpu/registry.h"

namespace medley::test {

/// Registers it, and nothing else. Each test program defines this for itself.
void register_under_test(CpuRegistry& registry);

} // namespace medley::test
