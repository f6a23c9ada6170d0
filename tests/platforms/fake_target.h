/// \file
/// A catalogue of things that exist only on paper, so that boards can be checked without any real target.
#pragma once

#include "medley/board/board.h"

namespace medley::test {

/// Target "fake" with the models f32 and f64 (ELF machine 0x7001), the parameter `level` (1 to 3), the inputs `irq` and `timer` and
/// the output `wake`; accelerator "interp" with the option `depth`; the peripherals "wire_bus", "cells", "line_controller" and "port".
/// Boards of them can be checked, not run.
void fill(board::Catalogue& catalogue);

inline constexpr std::uint16_t kFakeMachine = 0x7001;

} // namespace medley::test
