/// \file
/// The targets, accelerators and peripherals that are built in.
#pragma once

#include "medley/board/board.h"

namespace medley {

/// Adds them all. The build generates it.
void register_everything(board::Catalogue& catalogue);

} // namespace medley
