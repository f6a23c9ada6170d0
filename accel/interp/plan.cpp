#include "accel/interp/plan.h"

#include "accel/ir/passes/passes.h"

#include <algorithm>
#include <limits>

namespace medley::accel::interp {
namespace {

using ir::Opcode;
using ir::Operation;
using ir::Type;
using ir::Value;

constexpr Value kNever = std::numeric_limits<Value>::max();
/// How far apart a value and the PutSlot that is merged into it may be.
constexpr Value kMergeDistance = 24;

bool is_comparison(Opcode opcode) { return opcode >= Opcode::CompareEq && opcode <= Opcode::CompareLeU; }
bool is_shift(Opcode opcode) { return opcode >= Opcode::Shl && opcode <= Opcode::RotateRight; }
bool is_binary(Opcode opcode) { return opcode >= Opcode::Add && opcode <= Opcode::RotateRight; }
/// Operations whose low 32 bits depend on the low 32 bits of the operands only.
bool is_low_closed(Opcode opcode) {
    return opcode == Opcode::Add || opcode == Opcode::Sub || opcode == Opcode::Mul || opcode == Opcode::And ||
           opcode == Opcode::Or || opcode == Opcode::Xor || opcode == Opcode::AndNot || opcode == Opcode::OrNot;
}

/// Whether the operation's result is the low bytes of its argument, as they stand.
bool is_low_part(const ir::Block& block, const Operation& operation) {
    if (operation.opcode == Opcode::Truncate)
        return operation.type != Type::I1;
    return operation.opcode == Opcode::Bitcast && size_of(operation.type) <= size_of(block.type_of(operation.arguments[0])) &&
           operation.type != Type::I1;
}

bool is_pure(const Operation& operation) {
    return (ir::effects_of(operation.opcode) & ~ir::ReadsState) == 0 && operation.type != Type::None;
}

} // namespace

Plan::Plan(const StateLayout& layout, std::span<const Helper> helpers) : layout_(layout), helpers_(helpers) {
    const auto count = static_cast<ir::SlotId>(layout.slots().size());
    overlapping_.resize(count);
    for (ir::SlotId one = 0; one < count; ++one)
        for (ir::SlotId other = 0; other < count; ++other)
            if (overlap(one, other))
                overlapping_[one].push_back(other);
}

bool Plan::overlap(ir::SlotId one, ir::SlotId other) const {
    const auto& a = layout_[one];
    const auto& b = layout_[other];
    return a.offset < b.offset + size_of(b.type) && b.offset < a.offset + size_of(a.type);
}

void Plan::make(const ir::Block& block) {
    block_ = &block;
    values_.assign(block.operations.size(), {});
    find_roots();
    count_uses();
    for (auto at = static_cast<Value>(values_.size()); at-- > 0;)
        if (!values_[at].skipped)
            fold(at);
    find_last_uses();
    merge_puts();
    find_homes();
}

std::optional<std::uint64_t> Plan::constant(Value value) const {
    const auto& root = definition(value);
    if (root.opcode != Opcode::Const || root.type == Type::V128)
        return std::nullopt;
    return root.imm;
}

Value Plan::shift_amount(const Operation& operation) const {
    const auto root = values_[operation.arguments[1]].root;
    return values_[root].folded ? block_->operations[root].arguments[0] : operation.arguments[1];
}

void Plan::find_roots() {
    for (Value at = 0; at < values_.size(); ++at) {
        const auto& operation = block_->operations[at];
        values_[at].position = at;
        values_[at].root = is_low_part(*block_, operation) ? values_[operation.arguments[0]].root : at;
    }
}

/// Backwards, so that what only dead operations use is dead too.
void Plan::count_uses() {
    for (auto at = static_cast<Value>(values_.size()); at-- > 0;) {
        const auto& operation = block_->operations[at];
        if (values_[at].root != at || (is_pure(operation) && values_[at].uses == 0)) {
            values_[at].skipped = true;
            continue;
        }
        for (unsigned i = 0; i < operation.argument_count; ++i)
            ++values_[values_[operation.arguments[i]].root].uses;
    }
}

// --- folding

bool Plan::can_fold(Value root) const { return values_[root].uses == 1 && !values_[root].skipped; }

void Plan::fold_into(Value at, Value root, Fold how) {
    values_[at].fold = how;
    values_[root].folded = true;
    values_[root].position = values_[at].position;
}

void Plan::fold_extension(Value at, const Operation& operation, Value root) {
    const auto& inner = block_->operations[root];
    if (operation.opcode == Opcode::ZeroExtend && operation.imm == 1 && is_comparison(inner.opcode))
        return fold_into(at, root, Fold::Comparison);
    if (operation.imm != 32 || operation.type != Type::I64 || !is_binary(inner.opcode))
        return;
    if (inner.type == Type::I32 || (inner.type == Type::I64 && is_low_closed(inner.opcode)))
        fold_into(at, root, Fold::Arithmetic);
    else if (inner.type == Type::I64 && inner.opcode == Opcode::Shl && constant(inner.arguments[1]).value_or(32) < 32)
        fold_into(at, root, Fold::Arithmetic);
}

/// A shift takes its amount modulo the width by itself.
void Plan::fold_shift_mask(Value at, const Operation& operation) {
    const auto root = values_[operation.arguments[1]].root;
    const auto& mask = block_->operations[root];
    if (!can_fold(root) || mask.opcode != Opcode::And)
        return;
    const auto low = std::uint64_t{bits_of(operation.type)} - 1;
    if (const auto bits = constant(mask.arguments[1]); bits && (*bits & low) == low) {
        values_[root].folded = true;
        values_[root].position = values_[at].position;
    }
}

void Plan::fold(Value at) {
    const auto& operation = block_->operations[at];
    if (is_shift(operation.opcode))
        return fold_shift_mask(at, operation);
    if (operation.argument_count == 0)
        return;
    const auto root = values_[operation.arguments[0]].root;
    if (!can_fold(root))
        return;
    const auto& inner = block_->operations[root];
    switch (operation.opcode) {
    case Opcode::Load:
    case Opcode::Store:
        if (inner.opcode == Opcode::Add) {
            const auto offset = constant(inner.arguments[1]);
            const auto wide = static_cast<std::int64_t>(offset.value_or(0));
            if (offset && (inner.type == Type::I32 || wide == static_cast<std::int32_t>(wide)))
                fold_into(at, root, Fold::AddressOffset);
        }
        return;
    case Opcode::Branch:
        if (is_comparison(inner.opcode))
            fold_into(at, root, Fold::Comparison);
        return;
    case Opcode::SignExtend:
    case Opcode::ZeroExtend: return fold_extension(at, operation, root);
    default: return;
    }
}

// --- homes

void Plan::find_last_uses() {
    for (Value at = 0; at < values_.size(); ++at) {
        if (values_[at].skipped || values_[at].folded)
            continue;
        each_read(at, [this, at](Value root) { values_[root].last_use = at; });
    }
}

/// Whether the value can be made in the slot at once: nothing in between reads or writes the slot, or shows it to anybody.
bool Plan::can_merge(Value from, Value put, ir::SlotId slot) const {
    if (put - from > kMergeDistance)
        return false;
    for (auto at = from + 1; at < put; ++at) {
        const auto& operation = block_->operations[at];
        const auto effects = ir::effects_of(operation.opcode);
        if ((effects & (ir::MayFault | ir::ReadsMem | ir::WritesMem)) != 0)
            return false;
        if (operation.opcode == Opcode::CallHelper && helper_effects(operation) != helper_effect::kPure)
            return false;
        if (operation.opcode == Opcode::Instruction && ir::may_leave_at(*block_, at, {layout_, helpers_}))
            return false;
        if ((effects & ir::SetsFlags) != 0 && layout_.float_flags != StateLayout::kNone && overlap(slot, layout_.float_flags))
            return false;
        const bool touches = operation.opcode == Opcode::GetSlot || operation.opcode == Opcode::PutSlot;
        if (touches && overlap(slot, static_cast<ir::SlotId>(operation.imm)))
            return false;
    }
    return true;
}

void Plan::merge_puts() {
    for (Value put = 0; put < values_.size(); ++put) {
        const auto& operation = block_->operations[put];
        if (operation.opcode != Opcode::PutSlot || operation.imm == layout_.attention)
            continue;
        const auto slot = static_cast<ir::SlotId>(operation.imm);
        const auto from = operation.arguments[0];
        auto& value = values_[from];
        const auto made_by = block_->operations[from].opcode;
        if (value.root != from || value.folded || value.slot != StateLayout::kNone || made_by == Opcode::Const ||
            made_by == Opcode::GetSlot || !can_merge(from, put, slot))
            continue;
        value.slot = slot;
        values_[put].skipped = true;
    }
}

void Plan::note_write(ir::SlotId slot, Value at) {
    for (const auto other : overlapping_[slot])
        next_write_[other] = at;
}

void Plan::note_writes(Value at) {
    const auto& operation = block_->operations[at];
    if (operation.opcode == Opcode::PutSlot) {
        if (!values_[at].skipped)
            note_write(static_cast<ir::SlotId>(operation.imm), at);
        return;
    }
    if (values_[at].slot != StateLayout::kNone)
        note_write(values_[at].slot, at);
    if ((ir::effects_of(operation.opcode) & ir::SetsFlags) != 0 && layout_.float_flags != StateLayout::kNone)
        note_write(layout_.float_flags, at);
    if (operation.opcode != Opcode::CallHelper)
        return;
    if ((helper_effects(operation) & helper_effect::kWritesState) != 0)
        std::fill(next_write_.begin(), next_write_.end(), at);
}

/// Backwards: a value can stay in its slot when its last use is not behind the next write.
void Plan::find_homes() {
    next_write_.assign(layout_.slots().size(), kNever);
    for (auto at = static_cast<Value>(values_.size()); at-- > 0;) {
        auto& value = values_[at];
        const auto& operation = block_->operations[at];
        const bool makes = !value.skipped && !value.folded && operation.type != Type::None &&
                           operation.opcode != Opcode::Const && operation.opcode != Opcode::PutSlot &&
                           operation.opcode != Opcode::Store;
        if (makes && operation.opcode == Opcode::GetSlot) {
            value.slot = StateLayout::kNone;
            const auto slot = static_cast<ir::SlotId>(operation.imm);
            // The program counter is brought up to date in front of helper calls, so nothing refers to its slot.
            const bool stays = next_write_[slot] >= value.last_use && !overlap(slot, layout_.program_counter);
            value.home = stays ? Home::Slot : Home::Temporary;
        } else if (makes && value.slot != StateLayout::kNone) {
            value.home = next_write_[value.slot] >= value.last_use ? Home::Slot : Home::SlotAndCopy;
        } else if (makes) {
            value.home = Home::Temporary;
        }
        if (!value.folded)
            note_writes(at);
    }
}

} // namespace medley::accel::interp
