#include "accel/ir/passes/passes.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace medley::ir {

namespace {

/// Effects at which guest state must be exact: whoever runs there may read any slot.
constexpr std::uint16_t kObservers = MayFault | ReadsMem | WritesMem | CallsHelper | Ends;

/// Slots that are written before an observer comes, going backwards. Clearing is cheap: it happens at every instruction that
/// accesses memory.
class Overwritten {
public:
    Overwritten(std::vector<std::uint64_t>& bits, std::size_t slots) : bits_(bits) { bits_.assign((slots + 63) / 64, 0); }

    [[nodiscard]] bool has(std::uint64_t slot) const { return (bits_[slot / 64] >> slot % 64 & 1) != 0; }
    void add(std::uint64_t slot) {
        bits_[slot / 64] |= std::uint64_t{1} << slot % 64;
        empty_ = false;
    }
    void remove(std::uint64_t slot) { bits_[slot / 64] &= ~(std::uint64_t{1} << slot % 64); }
    void clear() {
        if (!std::exchange(empty_, true))
            std::ranges::fill(bits_, 0);
    }

private:
    std::vector<std::uint64_t>& bits_;
    bool empty_ = true;
};

/// Drops what is dead and renumbers the values.
void compact(Block& block, const std::vector<std::uint8_t>& live, std::vector<Value>& renumbered) {
    renumbered.resize(block.operations.size());
    Value next = 0;
    for (Value value = 0; value < block.operations.size(); ++value) {
        if (live[value] == 0)
            continue;
        auto& operation = block.operations[value];
        for (unsigned i = 0; i < operation.argument_count; ++i)
            operation.arguments[i] = renumbered[operation.arguments[i]];
        renumbered[value] = next;
        if (next != value)
            block.operations[next] = operation;
        ++next;
    }
    block.operations.resize(next);
}

} // namespace

/// Backwards: what only dead operations use is dead, too.
void remove_dead(Block& block, const PassContext& context, PassScratch& scratch) {
    scratch.flags.assign(block.operations.size(), 0);
    auto* const live = scratch.flags.data(); // Bytes may alias everything: the pointers stay in registers this way.
    const auto* const operations = block.operations.data();
    Overwritten overwritten(scratch.slot_bits, context.layout.slots().size());
    bool all = true;
    for (std::size_t i = block.operations.size(); i-- > 0;) {
        const auto& operation = operations[i];
        if (operation.opcode == Opcode::PutSlot) {
            live[i] = overwritten.has(operation.imm) ? 0 : 1;
            overwritten.add(operation.imm);
        } else if (operation.opcode == Opcode::GetSlot) {
            if (live[i] != 0) {
                overwritten.remove(operation.imm);
                for (const auto other : context.layout.overlapping(static_cast<SlotId>(operation.imm)))
                    overwritten.remove(other);
            }
        } else if (operation.opcode == Opcode::Instruction) {
            live[i] = 1;
            if (may_leave_at(block, static_cast<Value>(i), context))
                overwritten.clear();
        } else if (const auto effects = effects_of(operation, context); effects != Pure) {
            if (effects != CallsHelper)
                live[i] = 1;
            if ((effects & kObservers) != 0 && effects != CallsHelper)
                overwritten.clear();
            if ((effects & SetsFlags) != 0 && context.layout.float_flags != StateLayout::kNone)
                overwritten.remove(context.layout.float_flags);
        }
        if (live[i] == 0) {
            all = false;
            continue;
        }
        for (unsigned a = 0; a < operation.argument_count; ++a)
            live[operation.arguments[a]] = 1;
    }
    if (!all)
        compact(block, scratch.flags, scratch.values);
}

} // namespace medley::ir
