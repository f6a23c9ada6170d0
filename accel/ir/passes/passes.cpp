#include "accel/ir/passes/passes.h"

namespace medley::ir {

std::uint16_t effects_of(const Operation& operation, const PassContext& context) {
    const auto effects = info(operation.opcode).effects;
    if (operation.opcode != Opcode::CallHelper)
        return effects;
    const auto declared = context.helpers[operation.imm].effects;
    std::uint16_t result = CallsHelper;
    if ((declared & helper_effect::kReadsState) != 0)
        result |= ReadsState;
    if ((declared & helper_effect::kWritesState) != 0)
        result |= WritesState;
    if ((declared & helper_effect::kMayFault) != 0)
        result |= MayFault;
    if ((declared & helper_effect::kMemory) != 0)
        result |= ReadsMem | WritesMem | Barrier;
    if ((declared & helper_effect::kNeedsCount) != 0)
        result |= Barrier;
    return result;
}

void optimize(Block& block, const PassContext& context) {
    forward_slots(block, context);
    fold_constants(block);
    type_float_accesses(block);
    remove_dead(block, context);
}

} // namespace medley::ir
