/// \file
/// What slots are known to hold while a block is walked through.
#pragma once

#include "accel/ir/passes/passes.h"

namespace medley::ir {

class SlotValues {
public:
    /// \p memory is used as long as this is.
    SlotValues(const PassContext& context, std::vector<Value>& memory) : context_(context), known_(memory) { forget(); }

    void forget() { known_.assign(context_.layout.slots().size(), kNoValue); }
    /// What the slot holds; kNoValue where that is not known.
    [[nodiscard]] Value operator[](std::uint64_t slot) const { return known_[slot]; }

    /// The next operation; its arguments are final. Delivers the value to use instead of it: itself, unless it reads what is known.
    [[nodiscard]] Value visit(Value value, const Operation& operation) {
        if (operation.opcode == Opcode::GetSlot) {
            auto& current = known_[operation.imm];
            if (current == kNoValue)
                current = value;
            return current;
        }
        if (operation.opcode == Opcode::PutSlot)
            put(operation.imm, operation.arguments[0]);
        else
            see(operation);
        return value;
    }
    /// The slot was read, and written.
    void get(std::uint64_t slot, Value value) { known_[slot] = value; }
    void put(std::uint64_t slot, Value value) {
        known_[slot] = value;
        for (const auto other : context_.layout.overlapping(static_cast<SlotId>(slot)))
            known_[other] = kNoValue;
    }
    /// Any other operation.
    void see(const Operation& operation) {
        if ((effects_of(operation.opcode) & (SetsFlags | WritesState | CallsHelper)) != 0)
            forget(effects_of(operation, context_));
    }

private:
    void forget(std::uint16_t effects) {
        if ((effects & SetsFlags) != 0 && context_.layout.float_flags != StateLayout::kNone)
            known_[context_.layout.float_flags] = kNoValue;
        if ((effects & WritesState) != 0)
            forget();
    }

    const PassContext& context_;
    std::vector<Value>& known_;
};

} // namespace medley::ir
