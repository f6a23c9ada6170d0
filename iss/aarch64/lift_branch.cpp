// Branches and exception generation.

#include "iss/aarch64/lifting.h"
#include "iss/aarch64/sys.h"

namespace medley::iss::aarch64 {

namespace {

constexpr unsigned kLink = 30;

void link(Lifting& l) {
    l.set_x(kLink, l.constant(l.next_pc()));
}

Value tested_bit(Lifting& l, const Operands& o) {
    return l.b.bit_and(l.x(o.rd), l.constant(std::uint64_t{1} << o.amount));
}

Value authenticated(Lifting& l, const Operands& o, unsigned index, Value modifier) {
    const auto key = o.n ? PacKey::InstructionB : PacKey::InstructionA;
    return l.b.call(helper::pac_authenticate, Type::I64, {l.x(index), modifier, l.word(static_cast<unsigned>(key))});
}

} // namespace

// b target
void lift_b(Lifting& l, const Operands& o) {
    l.go_to(l.pc() + o.imm * 4);
}
void lift_bl(Lifting& l, const Operands& o) {
    link(l);
    l.go_to(l.pc() + o.imm * 4, ir::JumpHint::Call);
}
// b.cond target
void lift_b_cond(Lifting& l, const Operands& o) {
    const auto condition = static_cast<Condition>(o.cond);
    if (condition >= Condition::Al)
        lift_b(l, o);
    else
        l.branch(l.flags().holds(condition), l.pc() + o.imm * 4);
}
// cbz rt, target
void lift_cbz(Lifting& l, const Operands& o) {
    l.branch(l.b.op(Opcode::CompareEq, {l.reg(o.sf, o.rd), l.immediate(o.sf, 0)}), l.pc() + o.imm * 4);
}
void lift_cbnz(Lifting& l, const Operands& o) {
    l.branch(l.b.op(Opcode::CompareNe, {l.reg(o.sf, o.rd), l.immediate(o.sf, 0)}), l.pc() + o.imm * 4);
}
// tbz rt, #bit, target
void lift_tbz(Lifting& l, const Operands& o) {
    l.branch(l.b.op(Opcode::CompareEq, {tested_bit(l, o), l.constant(0)}), l.pc() + o.imm * 4);
}
void lift_tbnz(Lifting& l, const Operands& o) {
    l.branch(l.b.op(Opcode::CompareNe, {tested_bit(l, o), l.constant(0)}), l.pc() + o.imm * 4);
}

// br xn. The top byte of a tagged target falls away when the block there is lifted.
void lift_br(Lifting& l, const Operands& o) {
    l.go_to_computed(l.x(o.rn));
}
void lift_blr(Lifting& l, const Operands& o) {
    const auto target = l.x(o.rn);
    link(l);
    l.go_to_computed(target, ir::JumpHint::Call);
}
void lift_ret(Lifting& l, const Operands& o) {
    l.go_to_computed(l.x(o.rn), ir::JumpHint::Return);
}

// braaz xn
void lift_braz(Lifting& l, const Operands& o) {
    l.go_to_computed(authenticated(l, o, o.rn, l.constant(0)));
}
// braa xn, xm|sp
void lift_bra(Lifting& l, const Operands& o) {
    l.go_to_computed(authenticated(l, o, o.rn, l.x_or_sp(o.rm)));
}
// blraaz xn
void lift_blraz(Lifting& l, const Operands& o) {
    const auto target = authenticated(l, o, o.rn, l.constant(0));
    link(l);
    l.go_to_computed(target, ir::JumpHint::Call);
}
// blraa xn, xm|sp
void lift_blra(Lifting& l, const Operands& o) {
    const auto target = authenticated(l, o, o.rn, l.x_or_sp(o.rm));
    link(l);
    l.go_to_computed(target, ir::JumpHint::Call);
}
// retaa
void lift_reta(Lifting& l, const Operands& o) {
    l.go_to_computed(authenticated(l, o, kLink, l.x_or_sp(kZeroOrSp)), ir::JumpHint::Return);
}

// eret, eretaa, eretab
void lift_eret(Lifting& l, const Operands&) {
    if (l.mode().el == 0) {
        l.undefined();
        return;
    }
    const auto next = l.b.call(helper::exception_return, Type::I64, {l.encoding_value()});
    l.b.op(Opcode::ClearExclusive, {}); // Arm ARM, AArch64.ExceptionReturn: what runs on is another flow of control
    l.b.stop_computed(next, ir::StopReason::Resync);
}
// drps, dcps: debug state alone has them
void lift_drps(Lifting& l, const Operands&) {
    l.undefined();
}
void lift_dcps(Lifting& l, const Operands&) {
    l.undefined();
}

// svc #imm
void lift_svc(Lifting& l, const Operands& o) {
    l.b.raise(syndrome::svc(static_cast<std::uint32_t>(o.imm)));
}
void lift_brk(Lifting& l, const Operands& o) {
    l.b.raise(syndrome::brk(static_cast<std::uint32_t>(o.imm)));
}
// hvc #imm: an exception, or a call of the firmware that is behind it
void lift_hvc(Lifting& l, const Operands&) {
    l.b.call(helper::hypervisor_call, Type::None, {l.encoding_value()});
    l.resync();
}
void lift_smc(Lifting& l, const Operands&) {
    l.b.call(helper::monitor_call, Type::None, {l.encoding_value()});
    l.resync();
}
// hlt #imm: a call of the host
void lift_hlt(Lifting& l, const Operands&) {
    l.b.call(helper::halt, Type::None, {l.encoding_value()});
    l.resync();
}
void lift_udf(Lifting& l, const Operands&) {
    l.undefined();
}

} // namespace medley::iss::aarch64
