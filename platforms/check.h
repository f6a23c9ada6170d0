/// \file
/// Checks a description against the catalogue and against itself. Nothing is built.
#pragma once

#include "platforms/description.h"

#include "medley/board/board.h"

#include <map>

namespace medley::board {

/// What the checks found out on the way.
struct Checked {
    std::map<std::string, periph::Configuration> configurations; ///< Of each component, complete.
    std::map<std::string, const periph::PeripheralKind*> kinds;

    [[nodiscard]] const periph::PeripheralKind* kind_of(const Component& component) const;
};

/// Models, targets, accelerators and their parameters; fills in the spans that the models give.
[[nodiscard]] Checked check_models(Description& description, const Catalogue& catalogue, Diagnostics& diagnostics);
/// Buses, addresses, overlaps, memories.
void check_map(const Description& description, const Checked& checked, Diagnostics& diagnostics);
/// Where wires end. What needs a model's ports is found when the platform is built.
void check_wires(const Description& description, const Catalogue& catalogue, Diagnostics& diagnostics);

/// The core's configuration in the target's terms.
[[nodiscard]] CoreConfig core_config(const CpuDescription& cpu);
/// "64K" for "128M" with -m: the value in the notation of boards.
void resize_main_memory(Description& description, const Setting& size, Diagnostics& diagnostics);

} // namespace medley::board
