/// \file
/// The meaning of the IR's vector operations in plain C++, for whatever an accelerator has no better way for.
#pragma once

#include "accel/common/memory_unit.h"
#include "medley/ir/block.h"

#include <cstddef>
#include <cstdint>

namespace medley::accel::vector {

/// Arguments point to the bytes of their values in host memory, which may lie anywhere; null where there is none.
struct Operands {
    const std::byte* a = nullptr;
    const std::byte* b = nullptr;
    const std::byte* c = nullptr;
    std::uint64_t imm = 0;
    std::uint64_t imm2 = 0;
    std::uint32_t* float_flags = nullptr; ///< Exceptions are ORed into it.
};

/// The result; of other types than V128 in the low half, extended by zeros.
using Function = Wide (*)(const Operands&);

[[nodiscard]] constexpr bool is_vector(ir::Opcode opcode) {
    return opcode >= ir::Opcode::VExtract && opcode <= ir::Opcode::VFNarrow;
}

/// What executes an operation; null for one that is_vector() denies. Which one depends on the opcode and the immediate.
[[nodiscard]] Function function(ir::Opcode opcode, std::uint64_t imm);

} // namespace medley::accel::vector
