/// \file
/// Simplification while a block is built: as simplify(), without operations that would only be taken away again.
#pragma once

#include "accel/ir/passes/fold.h"
#include "accel/ir/passes/slot_values.h"

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

    /// An operation was appended. The value to use for it; where that is another one the operation is gone again.
    Value settle() {
        auto* const operations = block_.operations.data();
        const auto at = static_cast<Value>(block_.operations.size() - 1);
        auto value = slots_.visit(at, operations[at]);
        if (value == at)
            value = fold(operations, at);
        if (value != at)
            block_.operations.pop_back();
        return value;
    }
    Value append(const Operation& operation) {
        block_.operations.push_back(operation);
        return settle();
    }

private:
    Block& block_;
    PassContext context_;
    std::vector<Value> memory_;
    SlotValues slots_;
};

} // namespace medley::ir
