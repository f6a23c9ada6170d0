#include "accel/ir/passes/passes.h"

#include <vector>

namespace medley::ir {

namespace {

/// Effects at which guest state must be exact: whoever runs there may read any slot.
constexpr std::uint16_t kObservers = MayFault | ReadsMem | WritesMem | CallsHelper | Ends;

/// Marks slot writes that a later write replaces before an observer.
void find_dead_writes(const Block& block, const PassContext& context, std::vector<bool>& dead) {
    std::vector<bool> overwritten(context.layout.slots().size(), false);
    for (std::size_t i = block.operations.size(); i-- > 0;) {
        const auto& operation = block.operations[i];
        if (operation.opcode == Opcode::PutSlot) {
            dead[i] = overwritten[operation.imm];
            overwritten[operation.imm] = true;
        } else if (operation.opcode == Opcode::GetSlot) {
            overwritten[operation.imm] = false;
            for (const auto other : context.layout.overlapping(static_cast<SlotId>(operation.imm)))
                overwritten[other] = false;
        } else if (operation.opcode == Opcode::Instruction) {
            if (may_leave_at(block, static_cast<Value>(i), context))
                overwritten.assign(overwritten.size(), false);
        } else {
            const auto effects = effects_of(operation, context);
            if ((effects & kObservers) != 0 && effects != CallsHelper)
                overwritten.assign(overwritten.size(), false);
            if ((effects & SetsFlags) != 0 && context.layout.float_flags != StateLayout::kNone)
                overwritten[context.layout.float_flags] = false;
        }
    }
}

bool needed_by_itself(const Operation& operation, const PassContext& context) {
    if (operation.opcode == Opcode::GetSlot)
        return false;
    const auto effects = effects_of(operation, context);
    return effects != Pure && effects != CallsHelper;
}

/// Drops what is dead and renumbers the values.
void compact(Block& block, const std::vector<bool>& live) {
    std::vector<Value> renumbered(block.operations.size(), kNoValue);
    Value next = 0;
    for (Value value = 0; value < block.operations.size(); ++value) {
        if (!live[value])
            continue;
        auto operation = block.operations[value];
        for (unsigned i = 0; i < operation.argument_count; ++i)
            operation.arguments[i] = renumbered[operation.arguments[i]];
        renumbered[value] = next;
        block.operations[next++] = operation;
    }
    block.operations.resize(next);
}

} // namespace

void remove_dead(Block& block, const PassContext& context) {
    const auto count = block.operations.size();
    std::vector<bool> dead_write(count, false);
    find_dead_writes(block, context, dead_write);

    std::vector<bool> live(count, false);
    for (std::size_t i = count; i-- > 0;) {
        const auto& operation = block.operations[i];
        live[i] = live[i] || (needed_by_itself(operation, context) && !dead_write[i]);
        if (!live[i])
            continue;
        for (unsigned a = 0; a < operation.argument_count; ++a)
            live[operation.arguments[a]] = true;
    }
    compact(block, live);
}

} // namespace medley::ir
