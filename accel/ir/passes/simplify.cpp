#include "accel/ir/passes/fold.h"
#include "accel/ir/passes/slot_values.h"

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
    rewrite(block, scratch, [&](Operation* operations, Value value) {
        const auto known = slots.visit(value, operations[value]);
        return known == value ? fold(operations, value) : known;
    });
}

} // namespace medley::ir
