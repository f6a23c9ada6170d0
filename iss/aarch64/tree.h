/// \file
/// What the device tree says about cores.
#pragma once

#include "iss/aarch64/config.h"

namespace medley::iss::aarch64 {

[[nodiscard]] CoreTree make_tree(const Config& config);
[[nodiscard]] std::vector<TreeNode> make_machine_tree(const Config& config);

} // namespace medley::iss::aarch64
