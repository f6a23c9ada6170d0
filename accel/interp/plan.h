/// \file
/// What lowering decides before it emits: which operations vanish into others, and where each value lives.
#pragma once

#include "medley/cpu/helper.h"
#include "medley/cpu/state_layout.h"
#include "medley/ir/block.h"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace medley::accel::interp {

/// How the operation's first argument was folded into it.
enum class Fold : std::uint8_t {
    None,
    AddressOffset, ///< Load or store of an addition with a constant.
    Comparison,    ///< Branch on, or zero extension of, a comparison.
    Arithmetic,    ///< Extension of a 32-bit result.
};

/// Where a value lives.
enum class Home : std::uint8_t {
    None,         ///< It has no use, is folded, or is constant.
    Slot,         ///< In a slot of the guest state.
    Temporary,
    SlotAndCopy,  ///< Made in its slot, and copied to a temporary because the slot is overwritten too early.
};

struct ValuePlan {
    ir::Value root = 0;        ///< Itself, or the value whose low bytes it is.
    ir::Value position = 0;    ///< The operation in whose place it is computed.
    ir::Value last_use = 0;
    std::uint32_t uses = 0;
    ir::SlotId slot = StateLayout::kNone;
    Fold fold = Fold::None;
    Home home = Home::None;
    bool folded = false;       ///< Computed by the operation at `position`.
    bool skipped = false;      ///< Emits nothing: dead, or a PutSlot whose value is made in the slot.
};

class Plan {
public:
    Plan(const StateLayout& layout, std::span<const Helper> helpers);

    void make(const ir::Block& block);

    [[nodiscard]] const ValuePlan& operator[](ir::Value value) const { return values_[value]; }
    /// The constant that a value is.
    [[nodiscard]] std::optional<std::uint64_t> constant(ir::Value value) const;
    /// The operation that makes the value's bytes.
    [[nodiscard]] const ir::Operation& definition(ir::Value value) const {
        return block_->operations[values_[value].root];
    }
    /// The second argument of a shift without a mask that the shift implies.
    [[nodiscard]] ir::Value shift_amount(const ir::Operation& operation) const;
    /// Calls `visit` with each root value that the operation reads, through what is folded into it.
    template <class Visit>
    void each_read(ir::Value at, Visit visit) const {
        const auto& operation = block_->operations[at];
        for (unsigned i = 0; i < operation.argument_count; ++i) {
            const auto root = values_[operation.arguments[i]].root;
            if (values_[root].folded && values_[root].position == values_[at].position)
                each_read(root, visit);
            else
                visit(root);
        }
    }
    [[nodiscard]] std::uint16_t helper_effects(const ir::Operation& operation) const {
        return helpers_[operation.imm].effects;
    }

private:
    void find_roots();
    void count_uses();
    void fold(ir::Value at);
    [[nodiscard]] bool can_fold(ir::Value root) const;
    void fold_into(ir::Value at, ir::Value root, Fold how);
    void fold_extension(ir::Value at, const ir::Operation& operation, ir::Value root);
    void fold_shift_mask(ir::Value at, const ir::Operation& operation);
    void find_last_uses();
    void merge_puts();
    [[nodiscard]] bool can_merge(ir::Value from, ir::Value put, ir::SlotId slot) const;
    void find_homes();
    void note_writes(ir::Value at);
    void note_write(ir::SlotId slot, ir::Value at);
    [[nodiscard]] bool overlap(ir::SlotId one, ir::SlotId other) const;

    const StateLayout& layout_;
    std::span<const Helper> helpers_;
    std::vector<std::vector<ir::SlotId>> overlapping_; ///< By slot: itself and those that share bytes with it.
    const ir::Block* block_ = nullptr;
    std::vector<ValuePlan> values_;
    std::vector<ir::Value> next_write_;                ///< By slot, while homes are found.
};

} // namespace medley::accel::interp
