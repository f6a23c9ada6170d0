/// \file
/// Which rounding a region asks of the host.
#pragma once

#include "medley/base/float.h"
#include "medley/ir/block.h"

#include <optional>

namespace medley::accel::jit {

/// Of the first operation whose result depends on a rounding direction that hosts have; none when there is no such operation.
[[nodiscard]] std::optional<Rounding> first_rounding(const ir::Block& region);

} // namespace medley::accel::jit
