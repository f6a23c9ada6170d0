#include "accel/ir/passes/passes.h"

#include <algorithm>

namespace medley::ir {

namespace {

/// Whether the operation hands on all bits of a float as an integer, or the reverse.
bool keeps_all_bits(const Block& block, const Operation& operation) {
    if (operation.opcode != Opcode::Bitcast)
        return false;
    const auto from = block.type_of(operation.arguments[0]);
    return size_of(from) == size_of(operation.type) && is_float(from) != is_float(operation.type);
}

bool is_whole(const Operation& access, Type type) { return MemOp::decode(access.imm).size() == size_of(type); }

} // namespace

void type_float_accesses(Block& block, PassScratch& scratch) {
    auto& operations = block.operations;
    if (!block.may_use_floats() || std::ranges::none_of(operations, [](const Operation& operation) { return operation.opcode == Opcode::Bitcast; }))
        return;
    auto& uses = scratch.values;
    uses.assign(operations.size(), 0);
    for (const auto& operation : operations)
        for (unsigned i = 0; i < operation.argument_count; ++i)
            ++uses[operation.arguments[i]];

    for (auto& operation : operations) {
        if (keeps_all_bits(block, operation) && is_float(operation.type)) {
            auto& source = operations[operation.arguments[0]];
            if (source.opcode == Opcode::Load && uses[operation.arguments[0]] == 1 && is_whole(source, operation.type))
                source.type = operation.type;
        } else if (operation.opcode == Opcode::Store) {
            const auto& source = operations[operation.arguments[1]];
            if (keeps_all_bits(block, source) && is_integer(source.type) && is_whole(operation, source.type)) {
                operation.arguments[1] = source.arguments[0];
                operation.type = block.type_of(source.arguments[0]);
            }
        }
    }
}

} // namespace medley::ir
