#include "accel/ir/passes/simplifier.h"

namespace medley::ir {
namespace {

/// Visits all operations in order; \p instead delivers what is used for one whose arguments are final.
template <class Instead>
void rewrite(Block& block, PassScratch& scratch, Instead instead) {
    const auto count = static_cast<Value>(block.operations.size());
    scratch.values.resize(count);
    auto* const operations = block.operations.data();
    auto* const alias = scratch.values.data();
    for (Value value = 0; value < count; ++value) {
        auto& operation = operations[value];
        for (unsigned i = 0; i < operation.argument_count; ++i)
            operation.arguments[i] = alias[operation.arguments[i]];
        alias[value] = instead(operations, value);
    }
}

} // namespace

void fold_constants(Block& block, PassScratch& scratch) {
    rewrite(block, scratch, [](Operation* operations, Value value) { return fold(operations, value); });
}

void simplify(Block& block, const PassContext& context, PassScratch& scratch) {
    SlotValues slots(context, scratch.slots);
    Sums sums;
    rewrite(block, scratch, [&](Operation* operations, Value value) {
        if (const auto known = slots.visit(value, operations[value]); known != value)
            return known;
        const auto folded = fold(operations, value);
        return folded == value ? sums.same(operations, value) : folded;
    });
}

Value Simplifier::append(const Operation& operation) {
    const auto at = static_cast<Value>(block_.operations.size());
    const auto slot = static_cast<SlotId>(operation.imm);
    switch (operation.opcode) {
    case Opcode::GetSlot:
        if (const auto value = known(slot); value != kNoValue)
            return value;
        get(slot, at);
        break;
    case Opcode::PutSlot: put(slot, operation.arguments[0]); break;
    default: block_.operations.push_back(operation); return settle(at);
    }
    block_.operations.push_back(operation);
    return at;
}

} // namespace medley::ir
