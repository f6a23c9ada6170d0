// Bit manipulation: Zba, Zbb, Zbc, Zbs; and Zicond.

#include "iss/riscv/lifting.h"

namespace medley::iss::riscv {

namespace {

void binary(Lifting& l, const Operands& o, Opcode opcode) {
    if (o.rd != 0)
        l.set_x(o.rd, l.b.op(opcode, {l.x(o.rs1), l.x(o.rs2)}));
}

void unary(Lifting& l, const Operands& o, Opcode opcode) {
    if (o.rd != 0)
        l.set_x(o.rd, l.b.op(opcode, {l.x(o.rs1)}));
}

/// Counts in the low word; the count is small, so that how it is extended does not matter.
void unary_word(Lifting& l, const Operands& o, Opcode opcode) {
    if (o.rd != 0)
        l.set_x(o.rd, l.b.zero_extend(Type::I64, l.b.op(opcode, {l.b.truncate(Type::I32, l.x(o.rs1))}), 32));
}

void shift_add(Lifting& l, const Operands& o, unsigned amount, bool word_index) {
    if (o.rd == 0)
        return;
    auto index = l.x(o.rs1);
    if (word_index)
        index = l.b.zero_extend(Type::I64, index, 32);
    if (amount != 0)
        index = l.b.shl(index, l.constant(amount));
    l.set_x(o.rd, l.b.add(index, l.x(o.rs2)));
}

enum class Extreme : bool { Minimum, Maximum };

void choose(Lifting& l, const Operands& o, Opcode less, Extreme extreme) {
    if (o.rd == 0)
        return;
    const auto first = l.x(o.rs1);
    const auto second = l.x(o.rs2);
    const auto first_is_less = l.b.op(less, {first, second});
    l.set_x(o.rd, extreme == Extreme::Minimum ? l.b.select(first_is_less, first, second)
                                              : l.b.select(first_is_less, second, first));
}

void rotate_word(Lifting& l, const Operands& o, Value amount) {
    const auto value = l.b.truncate(Type::I32, l.x(o.rs1));
    l.set_x(o.rd, l.b.sign_extend(Type::I64, l.b.op(Opcode::RotateRight, {value, amount}), 32));
}

/// 1 << index.
Value one_bit(Lifting& l, Value index) {
    return l.b.shl(l.constant(1), index);
}

void single_bit(Lifting& l, const Operands& o, Opcode opcode, bool immediate) {
    if (o.rd == 0)
        return;
    const auto mask = immediate ? l.constant(std::uint64_t{1} << o.imm) : one_bit(l, l.x(o.rs2));
    l.set_x(o.rd, l.b.op(opcode, {l.x(o.rs1), mask}));
}

void extract_bit(Lifting& l, const Operands& o, bool immediate) {
    if (o.rd == 0)
        return;
    const auto index = immediate ? l.constant(o.imm) : l.x(o.rs2);
    l.set_x(o.rd, l.b.op(Opcode::And, {l.b.shr_u(l.x(o.rs1), index), l.constant(1)}));
}

/// rs1, or 0 where rs2 compares so to 0.
void conditional_zero(Lifting& l, const Operands& o, Opcode opcode) {
    if (o.rd == 0)
        return;
    const auto condition = l.b.op(opcode, {l.x(o.rs2), l.constant(0)});
    l.set_x(o.rd, l.b.op(Opcode::Select, {condition, l.constant(0), l.x(o.rs1)}));
}

} // namespace

// Most lifters are one line, and read best as a table.
// clang-format off

// sh1add rd, rs1, rs2
void lift_sh1add(Lifting& l, const Operands& o) { shift_add(l, o, 1, false); }
void lift_sh2add(Lifting& l, const Operands& o) { shift_add(l, o, 2, false); }
void lift_sh3add(Lifting& l, const Operands& o) { shift_add(l, o, 3, false); }
// add.uw rd, rs1, rs2
void lift_add_uw(Lifting& l, const Operands& o) { shift_add(l, o, 0, true); }
void lift_sh1add_uw(Lifting& l, const Operands& o) { shift_add(l, o, 1, true); }
void lift_sh2add_uw(Lifting& l, const Operands& o) { shift_add(l, o, 2, true); }
void lift_sh3add_uw(Lifting& l, const Operands& o) { shift_add(l, o, 3, true); }
// slli.uw rd, rs1, shamt
void lift_slli_uw(Lifting& l, const Operands& o) {
    if (o.rd != 0)
        l.set_x(o.rd, l.b.op(Opcode::Shl, {l.b.zero_extend(Type::I64, l.x(o.rs1), 32), l.constant(o.imm)}));
}

// andn rd, rs1, rs2
void lift_andn(Lifting& l, const Operands& o) { binary(l, o, Opcode::AndNot); }
void lift_orn(Lifting& l, const Operands& o) { binary(l, o, Opcode::OrNot); }
void lift_xnor(Lifting& l, const Operands& o) {
    if (o.rd == 0)
        return;
    const auto difference = l.b.op(Opcode::Xor, {l.x(o.rs1), l.x(o.rs2)});
    l.set_x(o.rd, l.b.bit_xor(difference, l.constant(~std::uint64_t{0})));
}
// rol rd, rs1, rs2: a rotation right by the negated amount
void lift_rol(Lifting& l, const Operands& o) {
    if (o.rd == 0)
        return;
    const auto value = l.x(o.rs1);
    l.set_x(o.rd, l.b.op(Opcode::RotateRight, {value, l.b.op(Opcode::Sub, {l.constant(0), l.x(o.rs2)})}));
}
void lift_ror(Lifting& l, const Operands& o) { binary(l, o, Opcode::RotateRight); }
void lift_rori(Lifting& l, const Operands& o) {
    if (o.rd != 0)
        l.set_x(o.rd, l.b.op(Opcode::RotateRight, {l.x(o.rs1), l.constant(o.imm)}));
}
void lift_rolw(Lifting& l, const Operands& o) {
    if (o.rd != 0)
        rotate_word(l, o, l.b.op(Opcode::Sub, {l.word(0), l.b.truncate(Type::I32, l.x(o.rs2))}));
}
void lift_rorw(Lifting& l, const Operands& o) {
    if (o.rd != 0)
        rotate_word(l, o, l.b.truncate(Type::I32, l.x(o.rs2)));
}
void lift_roriw(Lifting& l, const Operands& o) {
    if (o.rd != 0)
        rotate_word(l, o, l.word(static_cast<std::uint32_t>(o.imm)));
}
void lift_rev8(Lifting& l, const Operands& o) { unary(l, o, Opcode::ByteSwap); }

void lift_clz(Lifting& l, const Operands& o) { unary(l, o, Opcode::CountLeadingZeros); }
void lift_ctz(Lifting& l, const Operands& o) { unary(l, o, Opcode::CountTrailingZeros); }
void lift_cpop(Lifting& l, const Operands& o) { unary(l, o, Opcode::PopCount); }
void lift_clzw(Lifting& l, const Operands& o) { unary_word(l, o, Opcode::CountLeadingZeros); }
void lift_ctzw(Lifting& l, const Operands& o) { unary_word(l, o, Opcode::CountTrailingZeros); }
void lift_cpopw(Lifting& l, const Operands& o) { unary_word(l, o, Opcode::PopCount); }

// min rd, rs1, rs2
void lift_min(Lifting& l, const Operands& o) { choose(l, o, Opcode::CompareLtS, Extreme::Minimum); }
void lift_minu(Lifting& l, const Operands& o) { choose(l, o, Opcode::CompareLtU, Extreme::Minimum); }
void lift_max(Lifting& l, const Operands& o) { choose(l, o, Opcode::CompareLtS, Extreme::Maximum); }
void lift_maxu(Lifting& l, const Operands& o) { choose(l, o, Opcode::CompareLtU, Extreme::Maximum); }

// sext.b rd, rs1
void lift_sext_b(Lifting& l, const Operands& o) {
    if (o.rd != 0)
        l.set_x(o.rd, l.b.sign_extend(l.xt(), l.x(o.rs1), 8));
}
void lift_sext_h(Lifting& l, const Operands& o) {
    if (o.rd != 0)
        l.set_x(o.rd, l.b.sign_extend(l.xt(), l.x(o.rs1), 16));
}
void lift_zext_h(Lifting& l, const Operands& o) {
    if (o.rd != 0)
        l.set_x(o.rd, l.b.zero_extend(l.xt(), l.x(o.rs1), 16));
}
// orc.b rd, rs1: each byte to 0xff unless it is 0. Bit 7 of a byte is made to say so: adding 0x7f to the low seven bits
// carries into it when one of them is set.
void lift_orc_b(Lifting& l, const Operands& o) {
    if (o.rd == 0)
        return;
    const auto value = l.x(o.rs1);
    const auto low_bits = l.constant(0x7f7f'7f7f'7f7f'7f7f);
    const auto carried = l.b.add(l.b.bit_and(value, low_bits), low_bits);
    const auto high_bits = l.b.op(Opcode::AndNot, {l.b.bit_or(carried, value), low_bits});
    const auto ones = l.b.shr_u(high_bits, l.constant(7));
    l.set_x(o.rd, l.b.op(Opcode::Mul, {ones, l.constant(0xff)}));
}

// clmul rd, rs1, rs2
void lift_clmul(Lifting& l, const Operands& o) { binary(l, o, Opcode::CarrylessMulLow); }
void lift_clmulh(Lifting& l, const Operands& o) { binary(l, o, Opcode::CarrylessMulHigh); }
// clmulr rd, rs1, rs2: bits 2 * XLEN - 2 down to XLEN - 1 of the product
void lift_clmulr(Lifting& l, const Operands& o) {
    if (o.rd == 0)
        return;
    const auto first = l.x(o.rs1);
    const auto second = l.x(o.rs2);
    const auto high = l.b.op(Opcode::CarrylessMulHigh, {first, second});
    const auto low = l.b.op(Opcode::CarrylessMulLow, {first, second});
    const auto top_of_low = l.b.shr_u(low, l.constant(l.isa().xlen() - 1));
    l.set_x(o.rd, l.b.bit_or(l.b.shl(high, l.constant(1)), top_of_low));
}

// bclr rd, rs1, rs2
void lift_bclr(Lifting& l, const Operands& o) { single_bit(l, o, Opcode::AndNot, false); }
void lift_binv(Lifting& l, const Operands& o) { single_bit(l, o, Opcode::Xor, false); }
void lift_bset(Lifting& l, const Operands& o) { single_bit(l, o, Opcode::Or, false); }
void lift_bext(Lifting& l, const Operands& o) { extract_bit(l, o, false); }
// bclri rd, rs1, index
void lift_bclri(Lifting& l, const Operands& o) { single_bit(l, o, Opcode::AndNot, true); }
void lift_binvi(Lifting& l, const Operands& o) { single_bit(l, o, Opcode::Xor, true); }
void lift_bseti(Lifting& l, const Operands& o) { single_bit(l, o, Opcode::Or, true); }
void lift_bexti(Lifting& l, const Operands& o) { extract_bit(l, o, true); }

// czero.eqz rd, rs1, rs2
void lift_czero_eqz(Lifting& l, const Operands& o) { conditional_zero(l, o, Opcode::CompareEq); }
void lift_czero_nez(Lifting& l, const Operands& o) { conditional_zero(l, o, Opcode::CompareNe); }

// clang-format on

} // namespace medley::iss::riscv
