// Comparisons. The host's flags after one serve several: a guest with condition flags asks for each of them, and then branches.
#include "accel/jit/x64/emitter.h"

#include <algorithm>

namespace medley::accel::jit::x64 {

namespace x86 = asmjit::x86;

namespace {

/// How far behind a comparison the PutSlot of its outcome is looked for.
constexpr ir::Value kPutDistance = 12;

bool is_outcome(ir::Opcode opcode) { return opcode >= ir::Opcode::CompareEq && opcode <= ir::Opcode::SubOverflowS; }

x86::CondCode condition_of(ir::Opcode opcode) {
    using ir::Opcode;
    switch (opcode) {
    case Opcode::CompareEq: return x86::CondCode::kEqual;
    case Opcode::CompareNe: return x86::CondCode::kNotEqual;
    case Opcode::CompareLtS: return x86::CondCode::kSignedLT;
    case Opcode::CompareLeS: return x86::CondCode::kSignedLE;
    case Opcode::CompareLtU: return x86::CondCode::kUnsignedLT;
    case Opcode::CompareLeU: return x86::CondCode::kUnsignedLE;
    default: return x86::CondCode::kOverflow;
    }
}

} // namespace

/// The next operation finds the outcome in the host's flags.
bool Emitter::is_fused(Value comparison) const {
    if (values_.uses().count(comparison) != 1 || comparison + 1 >= region_->operations.size())
        return false;
    // An unused selection is not emitted, and the one use is somebody else's.
    if (values_.uses().skipped(comparison + 1))
        return false;
    const auto& next = region_->operations[comparison + 1];
    if (next.arguments[0] != comparison)
        return false;
    return next.opcode == Opcode::Branch || (next.opcode == Opcode::Select && next.type != Type::V128 && next.type != Type::F16);
}

Emitter::Compared Emitter::operand_of(Value value) const {
    if (const auto number = values_.constant(value))
        return {ir::kNoValue, *number};
    return {values_.uses().root(value), 0};
}

Emitter::HostFlags Emitter::difference(Value left, Value right) const {
    return {type_of(left), operand_of(left), operand_of(right)};
}

/// Whether the operation leaves the host's flags alone.
bool Emitter::spares_host_flags(const Operation& operation) const {
    switch (operation.opcode) {
    case Opcode::Const:
    case Opcode::GetSlot: return true;
    case Opcode::Instruction: return operation.argument_count == 0 && !mode_.trace;
    case Opcode::PutSlot: {
        const auto& place = pins_[operation.imm];
        return place.integer < 0 && place.floating < 0 && !place.plain;
    }
    default: return is_outcome(operation.opcode);
    }
}

/// The condition for the outcome in the flags as they are.
std::optional<Emitter::Condition> Emitter::known_condition(const Operation& comparison) const {
    if (host_flags_.type == Type::None)
        return std::nullopt;
    const auto wanted = difference(comparison.arguments[0], comparison.arguments[1]);
    const auto condition = condition_of(comparison.opcode);
    if (wanted == host_flags_)
        return comparison.opcode == Opcode::AddOverflowS ? std::nullopt : std::optional(condition);
    if (comparison.opcode > Opcode::CompareLeU)
        return std::nullopt;
    if (wanted.type == host_flags_.type && wanted.left == host_flags_.right && wanted.right == host_flags_.left)
        return x86::reverseCond(condition);
    // The difference itself against 0.
    const auto first = comparison.arguments[0];
    const auto& made_by = region_->operations[values_.uses().root(first)];
    if (values_.constant(comparison.arguments[1]) != std::uint64_t{0} || made_by.opcode != Opcode::Sub ||
        made_by.type != wanted.type || difference(made_by.arguments[0], made_by.arguments[1]) != host_flags_)
        return std::nullopt;
    switch (comparison.opcode) {
    case Opcode::CompareEq:
    case Opcode::CompareNe: return condition;
    case Opcode::CompareLtS: return x86::CondCode::kSign;
    default: return std::nullopt;
    }
}

Emitter::Condition Emitter::emit_flags(const Operation& comparison) {
    if (const auto known = known_condition(comparison))
        return *known;
    host_flags_ = {};
    const auto type = type_of(comparison.arguments[0]);
    auto first = comparison.arguments[0];
    auto second = comparison.arguments[1];
    if (comparison.opcode == Opcode::AddOverflowS)
        return emit_sum_flags(type, first, second);
    const bool swapped = comparison.opcode != Opcode::SubOverflowS && values_.constant(first).has_value() && !values_.constant(second);
    if (swapped)
        std::swap(first, second);
    const auto left = values_.integer(first);
    const auto number = values_.immediate(second, type);
    if (number && *number == 0)
        a.test(sized(left, type), sized(left, type));
    else if (number)
        a.cmp(sized(left, type), *number);
    else if (const auto memory = values_.memory(second, type); memory && type != Type::I1)
        a.cmp(sized(left, type), *memory);
    else
        a.cmp(sized(left, type), sized(values_.integer(second), type));
    host_flags_ = difference(first, second);
    const auto condition = condition_of(comparison.opcode);
    return swapped ? x86::reverseCond(condition) : condition;
}

Emitter::Condition Emitter::emit_sum_flags(Type type, Value first, Value second) {
    const auto left = values_.integer(first);
    const auto number = values_.immediate(second, type);
    const auto right = number ? left : values_.integer(second);
    const auto sum = values_.temporary();
    a.mov(sized(sum, type), sized(left, type));
    if (number)
        a.add(sized(sum, type), *number);
    else
        a.add(sized(sum, type), sized(right, type));
    values_.release(sum);
    return x86::CondCode::kOverflow;
}

/// A condition flag can be written while the others are pending where all of them are overwritten.
bool Emitter::may_be_put_early(Value put) const {
    const auto* group = values_.uses().flag_group_around(put);
    return group != nullptr ? group->source == FlagSource::Values : flags_settled_;
}

/// The slot in memory that soon gets the outcome, which nobody else wants: it can be written at once.
std::optional<ir::SlotId> Emitter::slot_of_outcome(Value at) const {
    const auto& uses = values_.uses();
    const auto& operations = region_->operations;
    if (uses.count(at) != 1)
        return std::nullopt;
    const auto end = std::min<std::size_t>(at + kPutDistance, operations.size());
    for (auto next = at + 1; next < end; ++next) {
        const auto& operation = operations[next];
        if (uses.skipped(next) || operation.opcode == Opcode::Const || is_outcome(operation.opcode))
            continue;
        if (operation.opcode != Opcode::PutSlot)
            return std::nullopt;
        if (uses.root(operation.arguments[0]) != at)
            continue;
        const auto slot = static_cast<ir::SlotId>(operation.imm);
        if (is_condition_flag(slot) && !may_be_put_early(next))
            return std::nullopt;
        const bool in_memory = pins_[slot].type == Type::I1 && !pins_[slot].plain && pins_[slot].integer < 0;
        return in_memory ? std::optional(slot) : std::nullopt;
    }
    return std::nullopt;
}

void Emitter::emit_compare(Value at, const Operation& operation) {
    const auto condition = emit_flags(operation);
    if (is_fused(at)) {
        flags_ = condition;
        return;
    }
    values_.keep_flags();
    if (const auto slot = slot_of_outcome(at)) {
        a.set_if(condition, values_.overwrite(*slot));
        stored_outcomes_.push_back(at);
        return;
    }
    const auto to = values_.make_integer();
    a.set_if(condition, to.r8());
    a.movzx(to.r32(), to.r8());
}

// --- condition flags

bool Emitter::emit_put_flag() {
    const auto& uses = values_.uses();
    if (const auto* group = uses.flag_group(now_)) {
        if (group->source != FlagSource::Values) {
            emit_flag_group(*group);
            return false;
        }
        if (!flags_settled_)
            a.mov(at_address(&frame_.flag_operands.source, 4), PendingFlags::kNothing);
        flags_settled_ = true;
    } else if (uses.flag_group_around(now_) == nullptr) {
        settle_flags();
    }
    return true;
}

/// Notes what the flags come from.
void Emitter::emit_flag_group(const FlagGroup& group) {
    values_.keep_flags();
    const auto& flags = frame_.core.layout().condition_flags;
    for (const auto slot : {flags.negative, flags.zero, flags.carry, flags.overflow})
        static_cast<void>(values_.overwrite(slot));
    auto& pending = frame_.flag_operands;
    flags_settled_ = false;
    if (group.source == FlagSource::Given)
        return a.mov(at_address(&pending.source, 4), PendingFlags::encode_given(group.given));
    emit_pending(pending.left, group.left, group.wide);
    auto source = PendingFlags::encode(group.source, group.wide);
    if (group.right != ir::kNoValue) {
        const auto number = values_.immediate(group.right, group.wide ? Type::I64 : Type::I32);
        if (number && PendingFlags::can_encode(*number))
            source = PendingFlags::encode(group.source, group.wide, *number);
        else
            emit_pending(pending.right, group.right, group.wide);
    }
    if (group.condition != ir::kNoValue)
        emit_chosen_source(group, source);
    else
        a.mov(at_address(&pending.source, PendingFlags::is_one_byte(source) ? 1 : 4), source);
}

/// A truth value is 0 or 1: it makes one number or the other.
void Emitter::emit_chosen_source(const FlagGroup& group, std::uint32_t source) {
    const auto given = PendingFlags::encode_given(group.given);
    const auto chosen = values_.temporary();
    a.imul(chosen.r32(), values_.integer(group.condition).r32(), static_cast<std::int32_t>(source - given));
    a.add(chosen.r32(), static_cast<std::int32_t>(given));
    a.mov(at_address(&frame_.flag_operands.source, 4), chosen.r32());
    values_.note_operand(group.condition);
    host_flags_ = {};
}

void Emitter::emit_pending(std::uint64_t& to, Value operand, bool wide) {
    const auto type = wide ? Type::I64 : Type::I32;
    if (const auto number = values_.immediate(operand, type)) {
        a.mov(at_address(&to, wide ? 8 : 4), *number);
        return;
    }
    a.mov(at_address(&to, wide ? 8 : 4), sized(values_.integer(operand), type));
    values_.note_operand(operand);
}

/// Code behind finds the flags in their slots.
void Emitter::settle_flags() {
    if (flags_settled_)
        return;
    host_flags_ = {};
    const auto pending = a.newLabel();
    const auto back = a.newLabel();
    a.cmp(at_address(&frame_.flag_operands.source, 1), 0);
    a.jump_if(Condition::kNotEqual, pending);
    a.bind(back);
    later([=, this] {
        a.bind(pending);
        call(thunks_.flags);
        a.jmp(back);
    });
    flags_settled_ = true;
}

} // namespace medley::accel::jit::x64
