/// \file
/// What PrimeCell peripherals have in common: identification registers, and the device tree.
#pragma once

#include "medley/periph/peripheral.h"
#include "medley/periph/register_map.h"

#include <cstdint>
#include <string>

namespace medley::periph {

/// Eight registers from this offset on.
inline constexpr std::uint64_t kPrimeCellIds = 0xfe0;
inline constexpr RegisterShape kPrimeCellIdsShape{.count = 8};

/// PeriphID0 to 3, which are the bytes of \p peripheral (part, designer 0x41, revision, configuration), and PCellID0 to 3.
[[nodiscard]] constexpr std::uint64_t prime_cell_id(std::uint32_t peripheral, unsigned element) {
    constexpr std::uint32_t kPrimeCell = 0xb105'f00d;
    return (element < 4 ? peripheral : kPrimeCell) >> (8 * (element % 4)) & 0xff;
}

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
