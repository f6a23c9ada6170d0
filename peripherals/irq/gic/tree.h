/// \file
/// What the device tree says about the interrupts of both versions of the controller (binding arm,gic and arm,gic-v3).
#pragma once

#include "medley/periph/peripheral.h"

#include <cstdint>

namespace medley::periph::gic {

/// \p private_flags are ORed into the flags of private interrupts.
[[nodiscard]] TreeInfo tree_info(std::uint64_t private_flags);

} // namespace medley::periph::gic
