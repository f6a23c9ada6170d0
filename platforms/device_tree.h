/// \file
/// The device tree of what one CPU group sees.
#pragma once

#include "platforms/boot.h"

namespace medley::board {

/// CPUs of the head's target on its bus, the bus's main memory, and every device on that bus that has a node.
[[nodiscard]] std::vector<std::byte> make_device_tree(const Description& description, const Checked& checked,
                                                      const Catalogue& catalogue, const CpuDescription& head,
                                                      const TreeBoot& boot);

} // namespace medley::board
