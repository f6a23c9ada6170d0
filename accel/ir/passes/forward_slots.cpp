#include "accel/ir/passes/slot_values.h"

namespace medley::ir {

void forward_slots(Block& block, const PassContext& context, PassScratch& scratch) {
    SlotValues slots(context, scratch.slots);
    auto& alias = scratch.values;
    alias.resize(block.operations.size());
    for (Value value = 0; value < block.operations.size(); ++value) {
        auto& operation = block.operations[value];
        for (unsigned i = 0; i < operation.argument_count; ++i)
            operation.arguments[i] = alias[operation.arguments[i]];
        alias[value] = slots.visit(value, operation);
    }
}

} // namespace medley::ir
