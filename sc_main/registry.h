/// \file
/// Fills a catalogue with the targets, accelerators and peripherals that are built in.
#pragma once

#include "medley/board/board.h"

namespace medley {

void register_everything(board::Catalogue& catalogue);

} // namespace medley
