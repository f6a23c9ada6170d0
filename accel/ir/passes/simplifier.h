/// \file
/// Simplification while a block is built: as simplify(), without operations that would only be taken away again.
#pragma once

#include "accel/ir/passes/fold.h"
#include "accel/ir/passes/slot_values.h"
#include "accel/ir/passes/sums.h"

#include <vector>

namespace medley::ir {

class Simplifier {
public:
    /// For \p block, which is built again and again.
    Simplifier(Block& block, const PassContext& context) : block_(block), context_(context), slots_(context_, memory_) {}
    Simplifier(const Simplifier&) = delete;
    Simplifier& operator=(const Simplifier&) = delete;

    [[nodiscard]] bool is_for(const Block& block) const { return &block == &block_; }
    /// The block starts over, or operations were taken away from it that others could still refer to.
    void forget() { slots_.forget(); }
    /// The value that the slot is known to hold; else kNoValue.
    [[nodiscard]] Value known(SlotId slot) const { return slots_[slot]; }
    /// A GetSlot of a slot that is not known, and a PutSlot, were appended.
    void get(SlotId slot, Value value) { slots_.get(slot, value); }
    void put(SlotId slot, Value value) { slots_.put(slot, value); }

    /// Another operation was appended as the last one. The value to use for it; where that is another one the operation is gone again.
    Value settle(Value at) {
        auto* const operations = block_.operations.data();
        slots_.see(operations[at]);
        auto value = fold(operations, at);
        if (value == at)
            value = sums_.same(operations, at);
        if (value != at)
            block_.operations.pop_back();
        return value;
    }
    /// Appends an operation of any kind.
    Value append(const Operation& operation);

private:
    Block& block_;
    PassContext context_;
    std::vector<Value> memory_;
    SlotValues slots_;
    Sums sums_;
};

} // namespace medley::ir
