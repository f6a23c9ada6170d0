#include "accel/ir/passes/passes.h"

namespace medley::ir {

void forward_slots(Block& block, const PassContext& context, PassScratch& scratch) {
    auto& known = scratch.slots;
    auto& alias = scratch.values;
    known.assign(context.layout.slots().size(), kNoValue);
    alias.resize(block.operations.size());

    for (Value value = 0; value < block.operations.size(); ++value) {
        alias[value] = value;
        auto& operation = block.operations[value];
        for (unsigned i = 0; i < operation.argument_count; ++i)
            operation.arguments[i] = alias[operation.arguments[i]];

        if (operation.opcode == Opcode::GetSlot) {
            auto& current = known[operation.imm];
            if (current == kNoValue)
                current = value;
            else
                alias[value] = current;
            continue;
        }
        if (operation.opcode == Opcode::PutSlot) {
            known[operation.imm] = operation.arguments[0];
            for (const auto other : context.layout.overlapping(static_cast<SlotId>(operation.imm)))
                known[other] = kNoValue;
            continue;
        }
        if ((info(operation.opcode).effects & (SetsFlags | WritesState | CallsHelper)) == 0)
            continue;
        const auto effects = effects_of(operation, context);
        if ((effects & SetsFlags) != 0 && context.layout.float_flags != StateLayout::kNone)
            known[context.layout.float_flags] = kNoValue;
        if ((effects & WritesState) != 0)
            known.assign(known.size(), kNoValue);
    }
}

} // namespace medley::ir
