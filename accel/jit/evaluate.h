/// \file
/// The meaning of every operation that only makes a value, in C++: for what a back end does not emit.
#pragma once

#include "accel/jit/frame.h"

#include <span>

namespace medley::accel::jit {

/// Whether evaluate() knows the operation.
[[nodiscard]] bool is_value_operation(ir::Opcode opcode);

/// \p arguments may have rubbish above their types' widths; the result has zeros there. Flags are ORed into \p flags.
[[nodiscard]] Wide evaluate(const Site& operation, std::span<const Wide> arguments, std::uint32_t& flags);

} // namespace medley::accel::jit
