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
    Overwritten(std::vector<std::uint64_t>& bits, std::size_t slots) {
        bits.assign((slots + 63) / 64, 0);
        bits_ = bits.data();
        words_ = bits.size();
    }

    [[nodiscard]] bool has(std::uint64_t slot) const { return (bits_[slot / 64] >> slot % 64 & 1) != 0; }
    void add(std::uint64_t slot) {
        bits_[slot / 64] |= std::uint64_t{1} << slot % 64;
        empty_ = false;
    }
    void remove(std::uint64_t slot) { bits_[slot / 64] &= ~(std::uint64_t{1} << slot % 64); }
    void clear() {
        if (!std::exchange(empty_, true))
            std::fill_n(bits_, words_, 0);
    }

private:
    std::uint64_t* bits_;
    std::size_t words_;
    bool empty_ = true;
};

/// Going backwards, what is alive; the instruction that an operation belongs to is complete when its marker is reached.
class Liveness {
public:
    Liveness(const Block& block, const PassContext& context, PassScratch& scratch)
        : operations_(block.operations.data()), context_(context), overwritten_(scratch.slot_bits, context.layout.slots().size()) {
        scratch.flags.assign(block.operations.size(), 0);
        live_ = scratch.flags.data();
    }

    /// Of all operations, the last one first. Whether it is alive.
    bool visit(std::size_t at) {
        const auto& operation = operations_[at];
        const auto effects = effects_of(operation.opcode);
        if (effects != Pure)
            visit_effect(at, operation, effects);
        if (live_[at] == 0)
            return false;
        for (unsigned i = 0; i < operation.argument_count; ++i)
            live_[operation.arguments[i]] = 1;
        return true;
    }

private:
    void visit_effect(std::size_t at, const Operation& operation, std::uint16_t effects) {
        switch (operation.opcode) {
        case Opcode::PutSlot:
            live_[at] = overwritten_.has(operation.imm) ? 0 : 1;
            overwritten_.add(operation.imm);
            return;
        case Opcode::GetSlot:
            if (live_[at] == 0)
                return;
            overwritten_.remove(operation.imm);
            for (const auto other : context_.layout.overlapping(static_cast<SlotId>(operation.imm)))
                overwritten_.remove(other);
            return;
        case Opcode::Instruction:
            live_[at] = 1;
            if (accesses_memory_before(at))
                overwritten_.clear();
            return;
        case Opcode::CallHelper: effects = effects_of_call(operation, context_); break;
        default: break;
        }
        if (effects != CallsHelper)
            live_[at] = 1;
        if ((effects & kObservers) != 0 && effects != CallsHelper)
            overwritten_.clear();
        if ((effects & SetsFlags) != 0 && context_.layout.float_flags != StateLayout::kNone)
            overwritten_.remove(context_.layout.float_flags);
    }

    /// As may_leave_at().
    [[nodiscard]] bool accesses_memory_before(std::size_t marker) const {
        constexpr std::uint16_t kMemory = ReadsMem | WritesMem;
        for (auto at = marker; at-- > 0;) {
            const auto& operation = operations_[at];
            if (operation.opcode == Opcode::Instruction)
                return false;
            const auto effects = effects_of(operation.opcode);
            if ((effects & (kMemory | CallsHelper)) != 0 && (effects_of(operation, context_) & kMemory) != 0)
                return true;
        }
        return false;
    }

    const Operation* operations_;
    std::uint8_t* live_;
    const PassContext& context_;
    Overwritten overwritten_;
};

/// Drops what is dead, from the first dead one on, and renumbers the values.
void compact(Block& block, const std::uint8_t* live, std::vector<Value>& numbers) {
    auto* const operations = block.operations.data();
    const auto count = static_cast<Value>(block.operations.size());
    if (numbers.size() < count)
        numbers.resize(count);
    auto* const renumbered = numbers.data();
    Value next = 0;
    for (; live[next] != 0; ++next)
        renumbered[next] = next;
    for (auto value = next; value < count; ++value) {
        if (live[value] == 0)
            continue;
        auto& operation = operations[next] = operations[value];
        for (unsigned i = 0; i < operation.argument_count; ++i)
            operation.arguments[i] = renumbered[operation.arguments[i]];
        renumbered[value] = next++;
    }
    block.operations.resize(next);
}

} // namespace

/// Backwards: what only dead operations use is dead, too.
void remove_dead(Block& block, const PassContext& context, PassScratch& scratch) {
    Liveness liveness(block, context, scratch);
    bool all = true;
    for (auto at = block.operations.size(); at-- > 0;)
        all &= liveness.visit(at);
    if (!all)
        compact(block, scratch.flags.data(), scratch.values);
}

} // namespace medley::ir
