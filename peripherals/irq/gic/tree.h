/// \file
/// What boards and the device tree say about the interrupts of both versions of the controller (binding arm,gic and arm,gic-v3).
#pragma once

#include "medley/periph/peripheral.h"

#include <cstdint>

namespace medley::periph::gic {

/// \p private_flags are ORed into the flags of private interrupts.
[[nodiscard]] TreeInfo tree_info(std::uint64_t private_flags, const Configuration& configuration);

/// Parameters of both versions: "virtualization", "maintenance" and "secure".
[[nodiscard]] std::vector<Parameter> common_parameters();
/// The input that maintenance interrupts drive; throws UserError.
[[nodiscard]] unsigned maintenance_input(const std::string& name, const Configuration& configuration);

} // namespace medley::periph::gic
