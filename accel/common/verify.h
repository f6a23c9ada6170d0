/// \file
/// The IR of a core's blocks, checked and printed with the names of its slots and helpers.
#pragma once

#include "medley/cpu/target.h"
#include "medley/ir/verifier.h"

#include <cstddef>

namespace medley::accel {

[[nodiscard]] ir::Context context_of(TargetCore& core);
/// Fails with the block's text where it breaks a rule: the target, or a pass, made a mistake.
void verify(TargetCore& core, const ir::Block& block);
/// The same for the operations from \p first on, which were appended as a block of their own.
void verify_from(TargetCore& core, const ir::Block& block, std::size_t first);

} // namespace medley::accel
