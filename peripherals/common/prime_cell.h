/// \file
/// What PrimeCell peripherals have in common in the device tree.
#pragma once

#include "medley/periph/peripheral.h"

#include <string>

namespace medley::periph {

/// Of their bus clock, where the model has no clock of its own.
inline constexpr std::uint64_t kPrimeCellClock = 24'000'000;

[[nodiscard]] inline TreeInfo prime_cell_tree(const std::string& node, const std::string& compatible) {
    TreeInfo tree;
    tree.node_name = node;
    tree.compatible = {compatible, "arm,primecell"};
    tree.clocks = {{"apb_pclk", kPrimeCellClock}};
    return tree;
}

} // namespace medley::periph
