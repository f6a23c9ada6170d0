// Data processing, register: logical, additive, with carry, multiplying.

#include "iss/aarch64/lifting.h"

namespace medley::iss::aarch64 {

namespace {

/// LSL, LSR, ASR, ROR, in the order of the shift field.
constexpr Opcode kShifts[]{Opcode::Shl, Opcode::ShrU, Opcode::ShrS, Opcode::RotateRight};
constexpr unsigned kRotate = 3;

bool refuse_shift(Lifting& l, const Operands& o) {
    if (o.sf || o.amount < 32)
        return false;
    l.undefined();
    return true;
}

/// Rm, shifted by a constant.
Value shifted(Lifting& l, const Operands& o) {
    const auto value = l.reg(o.sf, o.rm);
    return o.amount == 0 ? value : l.b.op(kShifts[o.option], {value, l.immediate(o.sf, o.amount)});
}

Value logical_result(Lifting& l, const Operands& o, Opcode opcode) {
    const auto left = l.reg(o.sf, o.rn);
    return l.b.op(opcode, {left, shifted(l, o)});
}

void logical(Lifting& l, const Operands& o, Opcode opcode) {
    if (!refuse_shift(l, o))
        l.set(o.sf, o.rd, logical_result(l, o, opcode));
}

void logical_with_flags(Lifting& l, const Operands& o, Opcode opcode) {
    if (refuse_shift(l, o))
        return;
    const auto result = logical_result(l, o, opcode);
    l.flags().set_logic(result);
    l.set(o.sf, o.rd, result);
}

enum class Sets : bool { Nothing, Flags };

/// left + right or left - right, as the instructions without stack pointer as a result do.
void additive(Lifting& l, const Operands& o, Opcode opcode, Sets sets, Value left, Value right) {
    const auto result = l.b.op(opcode, {left, right});
    if (sets == Sets::Flags && opcode == Opcode::Add)
        l.flags().set_add(left, right, result);
    if (sets == Sets::Flags && opcode == Opcode::Sub)
        l.flags().set_sub(left, right, result);
    l.set(o.sf, o.rd, result);
}

void additive_shifted(Lifting& l, const Operands& o, Opcode opcode, Sets sets) {
    if (o.option == kRotate) {
        l.undefined();
        return;
    }
    if (refuse_shift(l, o))
        return;
    const auto left = l.reg(o.sf, o.rn);
    additive(l, o, opcode, sets, left, shifted(l, o));
}

/// Rm, extended as option says and shifted left.
Value extended(Lifting& l, const Operands& o) {
    constexpr unsigned kBits[]{8, 16, 32, 64};
    const auto bits = kBits[o.option & 3];
    const auto type = Lifting::type_of(o.sf);
    auto value = l.reg(o.sf, o.rm);
    if (bits < (o.sf ? 64U : 32U))
        value = (o.option & 4) != 0 ? l.b.sign_extend(type, value, bits) : l.b.zero_extend(type, value, bits);
    return o.amount == 0 ? value : l.b.shl(value, l.immediate(o.sf, o.amount));
}

void additive_extended(Lifting& l, const Operands& o, Opcode opcode, Sets sets) {
    constexpr unsigned kMaxShift = 4;
    if (o.amount > kMaxShift) {
        l.undefined();
        return;
    }
    const auto left = l.reg_or_sp(o.sf, o.rn);
    const auto right = extended(l, o);
    if (sets == Sets::Flags)
        additive(l, o, opcode, sets, left, right);
    else
        l.set_or_sp(o.sf, o.rd, l.b.op(opcode, {left, right}));
}

/// left + right + C; subtraction is that of the inverted operand (Arm ARM, "AddWithCarry").
void with_carry(Lifting& l, const Operands& o, bool subtracts, Sets sets) {
    const auto left = l.reg(o.sf, o.rn);
    auto right = l.reg(o.sf, o.rm);
    if (subtracts)
        right = l.b.bit_xor(right, l.immediate(o.sf, ~std::uint64_t{0}));
    const auto carry = l.b.zero_extend(Lifting::type_of(o.sf), l.flags().c(), 1);
    const auto sum = l.b.add(left, right);
    const auto result = l.b.add(sum, carry);
    if (sets == Sets::Flags) {
        const auto zero = l.immediate(o.sf, 0);
        const auto n = l.b.op(Opcode::CompareLtS, {result, zero});
        const auto z = l.b.op(Opcode::CompareEq, {result, zero});
        const auto first = l.b.op(Opcode::CompareLtU, {sum, left});
        const auto c = l.b.bit_or(first, l.b.op(Opcode::CompareLtU, {result, sum}));
        // The sign differs from both operands'.
        const auto signs = l.b.bit_and(l.b.bit_xor(left, result), l.b.bit_xor(right, result));
        l.flags().set(n, z, c, l.b.op(Opcode::CompareLtS, {signs, zero}));
    }
    l.set(o.sf, o.rd, result);
}

void multiply(Lifting& l, const Operands& o, Opcode opcode) {
    const auto left = l.reg(o.sf, o.rn);
    const auto product = l.b.op(Opcode::Mul, {left, l.reg(o.sf, o.rm)});
    const bool plain = o.ra == kZeroOrSp && opcode == Opcode::Add;
    l.set(o.sf, o.rd, plain ? product : l.b.op(opcode, {l.reg(o.sf, o.ra), product}));
}

/// Of two W registers to an X register.
void multiply_long(Lifting& l, const Operands& o, Opcode extension, Opcode opcode) {
    const auto left = l.b.op_as(extension, Type::I64, {l.x(o.rn)}, 32);
    const auto right = l.b.op_as(extension, Type::I64, {l.x(o.rm)}, 32);
    const auto product = l.b.op(Opcode::Mul, {left, right});
    const bool plain = o.ra == kZeroOrSp && opcode == Opcode::Add;
    l.set_x(o.rd, plain ? product : l.b.op(opcode, {l.x(o.ra), product}));
}

} // namespace

// Most lifters are one line, and read best as a table.
// clang-format off

// and rd, rn, rm{, shift #amount}
void lift_and_reg(Lifting& l, const Operands& o) { logical(l, o, Opcode::And); }
void lift_bic_reg(Lifting& l, const Operands& o) { logical(l, o, Opcode::AndNot); }
void lift_eor_reg(Lifting& l, const Operands& o) { logical(l, o, Opcode::Xor); }
void lift_ands_reg(Lifting& l, const Operands& o) { logical_with_flags(l, o, Opcode::And); }
void lift_bics_reg(Lifting& l, const Operands& o) { logical_with_flags(l, o, Opcode::AndNot); }
// orr rd, rn, rm{, shift #amount}; from the zero register it is a move
void lift_orr_reg(Lifting& l, const Operands& o) {
    if (o.rn != kZeroOrSp)
        logical(l, o, Opcode::Or);
    else if (!refuse_shift(l, o))
        l.set(o.sf, o.rd, shifted(l, o));
}
// orn rd, rn, rm{, shift #amount}; from the zero register it inverts
void lift_orn_reg(Lifting& l, const Operands& o) {
    if (o.rn != kZeroOrSp)
        logical(l, o, Opcode::OrNot);
    else if (!refuse_shift(l, o))
        l.set(o.sf, o.rd, l.b.bit_xor(shifted(l, o), l.immediate(o.sf, ~std::uint64_t{0})));
}
// eon rd, rn, rm{, shift #amount}
void lift_eon_reg(Lifting& l, const Operands& o) {
    if (!refuse_shift(l, o))
        l.set(o.sf, o.rd, l.b.bit_xor(logical_result(l, o, Opcode::Xor), l.immediate(o.sf, ~std::uint64_t{0})));
}

// add rd, rn, rm{, shift #amount}
void lift_add_reg(Lifting& l, const Operands& o) { additive_shifted(l, o, Opcode::Add, Sets::Nothing); }
void lift_adds_reg(Lifting& l, const Operands& o) { additive_shifted(l, o, Opcode::Add, Sets::Flags); }
void lift_sub_reg(Lifting& l, const Operands& o) { additive_shifted(l, o, Opcode::Sub, Sets::Nothing); }
void lift_subs_reg(Lifting& l, const Operands& o) { additive_shifted(l, o, Opcode::Sub, Sets::Flags); }
// add rd|sp, rn|sp, rm, extend #amount
void lift_add_ext(Lifting& l, const Operands& o) { additive_extended(l, o, Opcode::Add, Sets::Nothing); }
void lift_adds_ext(Lifting& l, const Operands& o) { additive_extended(l, o, Opcode::Add, Sets::Flags); }
void lift_sub_ext(Lifting& l, const Operands& o) { additive_extended(l, o, Opcode::Sub, Sets::Nothing); }
void lift_subs_ext(Lifting& l, const Operands& o) { additive_extended(l, o, Opcode::Sub, Sets::Flags); }

// adc rd, rn, rm
void lift_adc(Lifting& l, const Operands& o) { with_carry(l, o, false, Sets::Nothing); }
void lift_adcs(Lifting& l, const Operands& o) { with_carry(l, o, false, Sets::Flags); }
void lift_sbc(Lifting& l, const Operands& o) { with_carry(l, o, true, Sets::Nothing); }
void lift_sbcs(Lifting& l, const Operands& o) { with_carry(l, o, true, Sets::Flags); }

// madd rd, rn, rm, ra
void lift_madd(Lifting& l, const Operands& o) { multiply(l, o, Opcode::Add); }
void lift_msub(Lifting& l, const Operands& o) { multiply(l, o, Opcode::Sub); }
// smaddl xd, wn, wm, xa
void lift_smaddl(Lifting& l, const Operands& o) { multiply_long(l, o, Opcode::SignExtend, Opcode::Add); }
void lift_smsubl(Lifting& l, const Operands& o) { multiply_long(l, o, Opcode::SignExtend, Opcode::Sub); }
void lift_umaddl(Lifting& l, const Operands& o) { multiply_long(l, o, Opcode::ZeroExtend, Opcode::Add); }
void lift_umsubl(Lifting& l, const Operands& o) { multiply_long(l, o, Opcode::ZeroExtend, Opcode::Sub); }
// smulh xd, xn, xm
void lift_smulh(Lifting& l, const Operands& o) {
    const auto left = l.x(o.rn);
    l.set_x(o.rd, l.b.op(Opcode::MulHighS, {left, l.x(o.rm)}));
}
void lift_umulh(Lifting& l, const Operands& o) {
    const auto left = l.x(o.rn);
    l.set_x(o.rd, l.b.op(Opcode::MulHighU, {left, l.x(o.rm)}));
}

// clang-format on

} // namespace medley::iss::aarch64
