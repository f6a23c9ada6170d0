/// \file
/// Operations on constants.
#pragma once

#include "medley/ir/block.h"

namespace medley::ir {

/// For fold(): a Branch; an operation with a constant among its arguments.
void fold_branch(const Operation* operations, Operation& branch);
[[nodiscard]] Value fold_with_constants(Operation* operations, Value at);
/// For fold(): a VExtract. A float that was made a vector of is that float.
[[nodiscard]] Value fold_extract(const Operation* operations, Value at);

/// What is used instead of operations[at], whose arguments are final: itself, which may have become a constant or a Goto, or an
/// earlier value that is the same.
[[nodiscard]] inline Value fold(Operation* operations, Value at) {
    auto& operation = operations[at];
    if (operation.opcode < Opcode::Add || operation.opcode > Opcode::Select) {
        if (operation.opcode == Opcode::Branch)
            fold_branch(operations, operation);
        return operation.opcode == Opcode::VExtract ? fold_extract(operations, at) : at;
    }
    bool any = false; // Most have no constant to look at.
    for (unsigned i = 0; i < operation.argument_count; ++i)
        any = any || operations[operation.arguments[i]].opcode == Opcode::Const;
    return any ? fold_with_constants(operations, at) : at;
}

} // namespace medley::ir
