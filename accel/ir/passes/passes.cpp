#include "accel/ir/passes/passes.h"

namespace medley::ir {

std::uint16_t effects_of_call(const Operation& operation, const PassContext& context) {
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

bool may_leave_at(const Block& block, Value marker, const PassContext& context) {
    for (auto at = marker; at-- > 0 && block.operations[at].opcode != Opcode::Instruction;) {
        const auto effects = effects_of(block.operations[at], context);
        if ((effects & (ReadsMem | WritesMem)) != 0)
            return true;
    }
    return false;
}

void clean_up(Block& block, const PassContext& context, PassScratch& scratch) {
    type_float_accesses(block, scratch);
    remove_dead(block, context, scratch);
}

void optimize(Block& block, const PassContext& context, PassScratch& scratch) {
    simplify(block, context, scratch);
    clean_up(block, context, scratch);
}

void optimize(Block& block, const PassContext& context) {
    PassScratch scratch;
    optimize(block, context, scratch);
}

void fold_constants(Block& block) {
    PassScratch scratch;
    fold_constants(block, scratch);
}

void type_float_accesses(Block& block) {
    PassScratch scratch;
    type_float_accesses(block, scratch);
}

} // namespace medley::ir
