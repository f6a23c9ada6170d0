/// \file
/// The catalogue of the models that come with Medley.
#pragma once

#include "medley/periph/peripheral.h"

namespace medley {

/// Adds every model of this folder.
void register_peripherals(periph::PeripheralRegistry& registry);

} // namespace medley
