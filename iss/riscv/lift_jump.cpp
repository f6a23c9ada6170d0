// Control transfer: jumps, branches, environment calls.

#include "iss/riscv/lifting.h"

namespace medley::iss::riscv {

namespace {

bool is_link(unsigned index) {
    return index == 1 || index == 5;
}

/// The return-address-stack rules (Unprivileged, table "Return-address stack prediction hints"). A pop with a push
/// counts as a call: what follows returns to the pushed address.
ir::JumpHint jalr_hint(const Operands& o) {
    if (is_link(o.rd))
        return ir::JumpHint::Call;
    return is_link(o.rs1) ? ir::JumpHint::Return : ir::JumpHint::Plain;
}

bool may_misalign(const Lifting& l) {
    return !l.isa().has(Extension::C);
}

void jal(Lifting& l, Address target, unsigned rd) {
    if (may_misalign(l) && target % 4 != 0) {
        l.b.raise(cause::kFetchMisaligned, l.constant(target));
        return;
    }
    if (rd != 0)
        l.set_x(rd, l.constant(l.next_pc()));
    l.b.go_to(target, is_link(rd) ? ir::JumpHint::Call : ir::JumpHint::Plain);
}

/// Goes to the target when `opcode` holds of the two values.
void conditional(Lifting& l, const Operands& o, Opcode opcode, Value first, Value second) {
    const auto target = l.address(l.pc() + o.imm);
    const auto condition = l.b.op(opcode, {first, second});
    // Only a taken branch faults.
    if (may_misalign(l) && target % 4 != 0) {
        const auto taken = l.constant(target);
        const auto chosen = l.b.select(condition, taken, l.constant(l.next_pc()));
        l.b.call(helper::check_target, Type::None, {chosen});
    }
    l.b.branch(condition, target, l.next_pc());
}

void in_order(Lifting& l, const Operands& o, Opcode opcode) {
    const auto first = l.x(o.rs1);
    conditional(l, o, opcode, first, l.x(o.rs2));
}

void swapped(Lifting& l, const Operands& o, Opcode opcode) {
    const auto first = l.x(o.rs2);
    conditional(l, o, opcode, first, l.x(o.rs1));
}

} // namespace

// Most lifters are one line, and read best as a table.
// clang-format off

// jal rd, target
void lift_jal(Lifting& l, const Operands& o) { jal(l, l.address(l.pc() + o.imm), o.rd); }
// c.jal target (RV32)
void lift_c_jal(Lifting& l, const Operands& o) { jal(l, l.address(l.pc() + o.imm), 1); }

// jalr rd, imm(rs1)
void lift_jalr(Lifting& l, const Operands& o) {
    const auto target = l.b.op(Opcode::And, {l.data_address(o), l.constant(~std::uint64_t{1})});
    if (may_misalign(l))
        l.b.call(helper::check_target, Type::None, {target});
    if (o.rd != 0)
        l.set_x(o.rd, l.constant(l.next_pc()));
    l.b.go_to_computed(target, jalr_hint(o));
}
// c.jalr rs1
void lift_c_jalr(Lifting& l, const Operands& o) {
    Operands expanded = o;
    expanded.rd = 1;
    lift_jalr(l, expanded);
}

// beq rs1, rs2, target
void lift_beq(Lifting& l, const Operands& o) { in_order(l, o, Opcode::CompareEq); }
void lift_bne(Lifting& l, const Operands& o) { in_order(l, o, Opcode::CompareNe); }
void lift_blt(Lifting& l, const Operands& o) { in_order(l, o, Opcode::CompareLtS); }
void lift_bge(Lifting& l, const Operands& o) { swapped(l, o, Opcode::CompareLeS); }
void lift_bltu(Lifting& l, const Operands& o) { in_order(l, o, Opcode::CompareLtU); }
void lift_bgeu(Lifting& l, const Operands& o) { swapped(l, o, Opcode::CompareLeU); }

// ecall
void lift_ecall(Lifting& l, const Operands&) {
    // The three causes follow each other in the order of the privilege levels (Privileged 1.13, table 14).
    l.b.raise(cause::kEcallFromUser + static_cast<std::uint32_t>(l.mode().privilege), l.constant(0));
}
// ebreak, c.ebreak
void lift_ebreak(Lifting& l, const Operands&) { l.b.raise(cause::kBreakpoint, l.constant(l.pc())); }

// clang-format on

} // namespace medley::iss::riscv
