/// \file
/// Arm semihosting for AArch64, version 2.0: HLT #0xf000 asks the host. There is the console, and files below the folder of the
/// parameter `semihosting-folder`. Time is simulated time, so that runs repeat.
#pragma once

#include "medley/base/host_files.h"

namespace medley::iss::aarch64 {

class System;

inline constexpr unsigned kSemihostingHalt = 0xf000;

/// Executes the operation in W0 with the parameter in X1; the result is in X0. What memory the guest names is reached through
/// its translation; where there is none, the call fails.
void call_semihosting(System& system, HostFiles& files);

} // namespace medley::iss::aarch64
