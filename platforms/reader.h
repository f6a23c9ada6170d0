/// \file
/// From the tree to the description. What the text alone can tell is checked here; what needs the catalogue, in check.h.
#pragma once

#include "platforms/description.h"
#include "platforms/override.h"

#include <string>
#include <vector>

namespace medley::board {

/// Errors go to \p diagnostics; the description then holds what could be read.
[[nodiscard]] Description read_board(const std::string& text, const std::string& file,
                                     const std::vector<Override>& overrides, Diagnostics& diagnostics);

/// The table `cpus`.
[[nodiscard]] std::vector<CpuDescription> read_cpus(const Node& table, const std::vector<CpuOverride>& overrides,
                                                    Diagnostics& diagnostics);
/// The tables `buses`, `memories` and `devices`. \p groups are known already, for wires to each CPU of a group.
[[nodiscard]] std::vector<Component> read_components(const Node& table, ComponentKind kind,
                                                     const std::vector<CpuDescription>& cpus,
                                                     const std::string& only_bus, Diagnostics& diagnostics);
/// The table `connect` (output: input, or list of inputs) and `irq` (input of the first output) of \p owner.
class MapReader;
[[nodiscard]] std::vector<Wire> read_wires(MapReader& owner, const std::vector<CpuDescription>& cpus,
                                           Diagnostics& diagnostics);
/// Letters, digits and underscores, not starting with a digit.
void check_name(const NodeEntry& entry, const std::string& what, Diagnostics& diagnostics);

} // namespace medley::board
