// Emission of terminals.
#include "accel/interp/lower.h"

namespace medley::accel::interp {

using ir::Opcode;

bool Lowering::is_near(Address target) const { return (target & kPageMask) == (pc_ & kPageMask); }

void Lowering::add_exit(std::size_t data, unsigned which, Address target) { exits_.push_back({data, which, target}); }

void Lowering::emit_terminal(Value at) {
    const auto& operation = source_->operations[at];
    const std::uint64_t count = executed_ + 1U;
    switch (operation.opcode) {
    case Opcode::Goto:
        end_sites(operation.imm);
        emit_goto(operation.imm, is_safepoint(operation.imm));
        break;
    case Opcode::GotoIndirect: {
        if (const auto known = plan_.constant(operation.arguments[0])) { // As of a call by two instructions, which make half of its address each.
            emit_goto(*known, true);
            break;
        }
        const auto* target = read(operation.arguments[0]);
        auto& op = emit(goto_indirect_handler(source_->type_of(operation.arguments[0])));
        op.count = count;
        op.a = target;
        break;
    }
    case Opcode::Branch: emit_branch(at); break;
    case Opcode::Raise: emit_raise(operation); break;
    default: emit_stop(operation); break;
    }
}

void Lowering::emit_goto(Address target, bool safepoint) {
    emit(goto_handler(is_near(target) && safepoint)).count = executed_ + 1U;
    add_exit(ops_.size(), 0, target);
    emit_data();
}

void Lowering::emit_branch(Value at) {
    const auto& operation = source_->operations[at];
    const auto taken = operation.imm;
    const auto not_taken = operation.imm2;
    const bool safepoint = is_near(taken) && is_safepoint(taken);
    if (plan_[at].fold == Fold::Comparison) {
        const auto& comparison = plan_.definition(operation.arguments[0]);
        const auto immediate = plan_.constant(comparison.arguments[1]);
        const auto type = source_->type_of(comparison.arguments[0]);
        const auto* a = read(comparison.arguments[0]);
        auto& op = emit(branch_handler(comparison.opcode, type, immediate.has_value(), safepoint));
        op.a = a;
        if (immediate)
            op.imm = *immediate;
        else
            op.b = read(comparison.arguments[1]);
    } else {
        const auto* condition = read(operation.arguments[0]);
        emit(branch_bit_handler(safepoint)).a = condition;
    }
    ops_.back().count = executed_ + 1U;
    const auto data = ops_.size();
    emit_data();
    add_exit(data, 0, taken);
    if (!is_near(not_taken) || !is_safepoint(not_taken)) {
        add_exit(data, 1, not_taken);
        return;
    }
    // The second exit is never a safepoint by itself: it leads to a jump that is.
    pending_.push_back({data, 1, ops_.size(), false});
    emit(goto_handler(true)).count = 0;
    add_exit(ops_.size(), 0, not_taken);
    emit_data();
}

void Lowering::emit_stop(const Operation& operation) {
    const auto reason = static_cast<ir::StopReason>(operation.imm2);
    const bool computed = operation.argument_count != 0;
    const auto* next = computed ? read(operation.arguments[0]) : nullptr;
    auto& op = emit(computed ? stop_computed_handler(reason, source_->type_of(operation.arguments[0])) : stop_handler(reason));
    op.count = executed_ + 1U;
    if (computed)
        op.a = next;
    else
        op.imm = operation.imm;
}

void Lowering::emit_raise(const Operation& operation) {
    const bool has_value = operation.argument_count != 0;
    const auto* value = has_value ? read(operation.arguments[0]) : nullptr;
    auto& op = emit(raise_handler(has_value ? source_->type_of(operation.arguments[0]) : ir::Type::I64));
    op.a = value;
    op.mem = {.offset = static_cast<std::int32_t>(operation.imm), .mem_index = 0, .flags = 0, .site = 0};
    add_site(op);
}

} // namespace medley::accel::interp
