// Data processing, immediate.

#include "iss/aarch64/bitmask.h"
#include "iss/aarch64/lifting.h"

namespace medley::iss::aarch64 {

namespace {

std::uint64_t add_immediate(const Operands& o) {
    return o.imm << (o.amount != 0 ? 12 : 0);
}

/// Adds or subtracts without flags; either register may be the stack pointer.
void add_or_sub(Lifting& l, const Operands& o, Opcode opcode) {
    const auto value = add_immediate(o);
    auto result = l.reg_or_sp(o.sf, o.rn);
    if (value != 0)
        result = l.b.op(opcode, {result, l.immediate(o.sf, value)});
    const bool aligned = o.rn == kZeroOrSp && value % 16 == 0;
    l.set_or_sp(o.sf, o.rd, result, aligned ? Lifting::SpChange::KeepsAlignment : Lifting::SpChange::MayMisalign);
}

void logical(Lifting& l, const Operands& o, Opcode opcode) {
    const auto mask = decode_bitmask(o.sf, o.n, o.amount, o.imms);
    if (!mask) {
        l.undefined();
        return;
    }
    // ORR from the zero register is how constants are made.
    const bool is_move = opcode == Opcode::Or && o.rn == kZeroOrSp;
    const auto value = l.immediate(o.sf, *mask);
    const auto result = is_move ? value : l.b.op(opcode, {l.reg(o.sf, o.rn), value});
    const bool aligned = opcode == Opcode::And && *mask % 16 == 0;
    l.set_or_sp(o.sf, o.rd, result, aligned ? Lifting::SpChange::KeepsAlignment : Lifting::SpChange::MayMisalign);
}

/// hw selects a half of a W register only from two.
bool refuse_wide(Lifting& l, const Operands& o) {
    if (o.sf || o.amount < 2)
        return false;
    l.undefined();
    return true;
}

unsigned width_of(const Operands& o) {
    return o.sf ? 64 : 32;
}

bool refuse_bitfield(Lifting& l, const Operands& o) {
    if (o.n == o.sf && (o.sf || (o.amount < 32 && o.imms < 32)))
        return false;
    l.undefined();
    return true;
}

Value shifted(Lifting& l, bool sf, Opcode opcode, Value value, unsigned by) {
    return by == 0 ? value : l.b.op(opcode, {value, l.immediate(sf, by)});
}

/// The low bits of a value, by zero extension where the IR has that.
Value low_bits(Lifting& l, bool sf, Value value, unsigned count) {
    if (count >= (sf ? 64U : 32U))
        return value;
    if (count == 8 || count == 16 || count == 32)
        return l.b.zero_extend(Lifting::type_of(sf), value, count);
    return l.b.bit_and(value, l.immediate(sf, low_mask(count)));
}

} // namespace

// adr xd, label
void lift_adr(Lifting& l, const Operands& o) {
    l.set_x(o.rd, l.constant(l.pc() + o.imm));
}
// adrp xd, label
void lift_adrp(Lifting& l, const Operands& o) {
    l.set_x(o.rd, l.constant((l.pc() & kPageMask) + (o.imm << 12)));
}

// add rd|sp, rn|sp, #imm{, lsl #12}
void lift_add_imm(Lifting& l, const Operands& o) {
    add_or_sub(l, o, Opcode::Add);
}
void lift_sub_imm(Lifting& l, const Operands& o) {
    add_or_sub(l, o, Opcode::Sub);
}
// adds rd, rn|sp, #imm{, lsl #12}
void lift_adds_imm(Lifting& l, const Operands& o) {
    const auto left = l.reg_or_sp(o.sf, o.rn);
    const auto right = l.immediate(o.sf, add_immediate(o));
    const auto result = l.b.add(left, right);
    l.flags().set_add(left, right, result);
    l.set(o.sf, o.rd, result);
}
void lift_subs_imm(Lifting& l, const Operands& o) {
    const auto left = l.reg_or_sp(o.sf, o.rn);
    const auto right = l.immediate(o.sf, add_immediate(o));
    const auto result = l.b.sub(left, right);
    l.flags().set_sub(left, right, result);
    l.set(o.sf, o.rd, result);
}

// and rd|sp, rn, #imm
void lift_and_imm(Lifting& l, const Operands& o) {
    logical(l, o, Opcode::And);
}
void lift_orr_imm(Lifting& l, const Operands& o) {
    logical(l, o, Opcode::Or);
}
void lift_eor_imm(Lifting& l, const Operands& o) {
    logical(l, o, Opcode::Xor);
}
// ands rd, rn, #imm
void lift_ands_imm(Lifting& l, const Operands& o) {
    const auto mask = decode_bitmask(o.sf, o.n, o.amount, o.imms);
    if (!mask) {
        l.undefined();
        return;
    }
    const auto result = l.b.bit_and(l.reg(o.sf, o.rn), l.immediate(o.sf, *mask));
    l.flags().set_logic(result);
    l.set(o.sf, o.rd, result);
}

// movn rd, #imm{, lsl #hw}
void lift_movn(Lifting& l, const Operands& o) {
    if (!refuse_wide(l, o))
        l.set_x(o.rd, l.constant(~(o.imm << (o.amount * 16)) & low_mask(width_of(o))));
}
void lift_movz(Lifting& l, const Operands& o) {
    if (!refuse_wide(l, o))
        l.set_x(o.rd, l.constant(o.imm << (o.amount * 16)));
}
// movk rd, #imm{, lsl #hw}: the other halves stay
void lift_movk(Lifting& l, const Operands& o) {
    if (refuse_wide(l, o))
        return;
    const auto kept = l.b.bit_and(l.reg(o.sf, o.rd), l.immediate(o.sf, ~(std::uint64_t{0xffff} << (o.amount * 16))));
    l.set(o.sf, o.rd, o.imm == 0 ? kept : l.b.bit_or(kept, l.immediate(o.sf, o.imm << (o.amount * 16))));
}

// sbfm rd, rn, #immr, #imms
void lift_sbfm(Lifting& l, const Operands& o) {
    if (refuse_bitfield(l, o))
        return;
    const auto top = width_of(o) - 1;
    const auto source = l.reg(o.sf, o.rn);
    if (o.amount == 0 && (o.imms == 7 || o.imms == 15 || (o.sf && o.imms == 31))) {
        l.set(o.sf, o.rd, l.b.sign_extend(Lifting::type_of(o.sf), source, o.imms + 1U));
        return;
    }
    // Up until the field's highest bit is the register's, then down to where it belongs.
    const auto up = shifted(l, o.sf, Opcode::Shl, source, top - o.imms);
    const auto down = o.imms >= o.amount ? top - o.imms + o.amount : o.amount - o.imms - 1U;
    l.set(o.sf, o.rd, shifted(l, o.sf, Opcode::ShrS, up, down));
}
// ubfm rd, rn, #immr, #imms
void lift_ubfm(Lifting& l, const Operands& o) {
    if (refuse_bitfield(l, o))
        return;
    const auto width = width_of(o);
    const auto source = l.reg(o.sf, o.rn);
    if (o.imms >= o.amount) {
        const auto down = shifted(l, o.sf, Opcode::ShrU, source, o.amount);
        l.set(o.sf, o.rd, o.imms == width - 1 ? down : low_bits(l, o.sf, down, o.imms - o.amount + 1U));
        return;
    }
    const auto lsb = width - o.amount;
    // What is above the field leaves the register where the field ends at its top.
    const auto field = o.imms + 1U == o.amount ? source : low_bits(l, o.sf, source, o.imms + 1U);
    l.set(o.sf, o.rd, shifted(l, o.sf, Opcode::Shl, field, lsb));
}
// bfm rd, rn, #immr, #imms
void lift_bfm(Lifting& l, const Operands& o) {
    if (refuse_bitfield(l, o))
        return;
    const bool extracts = o.imms >= o.amount;
    const auto count = extracts ? o.imms - o.amount + 1U : o.imms + 1U;
    const auto lsb = extracts ? 0U : width_of(o) - o.amount;
    const auto mask = low_mask(count) << lsb;
    auto field = low_bits(l, o.sf, shifted(l, o.sf, Opcode::ShrU, l.reg(o.sf, o.rn), extracts ? o.amount : 0U), count);
    field = shifted(l, o.sf, Opcode::Shl, field, lsb);
    const auto kept = l.b.bit_and(l.reg(o.sf, o.rd), l.immediate(o.sf, ~mask));
    l.set(o.sf, o.rd, l.b.bit_or(kept, field));
}

// extr rd, rn, rm, #lsb
void lift_extr(Lifting& l, const Operands& o) {
    if (refuse_bitfield(l, o))
        return;
    const auto low = l.reg(o.sf, o.rm);
    if (o.amount == 0) {
        l.set(o.sf, o.rd, low);
        return;
    }
    const auto by = l.immediate(o.sf, o.amount);
    if (o.rn == o.rm) {
        l.set(o.sf, o.rd, l.b.op(Opcode::RotateRight, {low, by}));
        return;
    }
    const auto high = l.b.shl(l.reg(o.sf, o.rn), l.immediate(o.sf, width_of(o) - o.amount));
    l.set(o.sf, o.rd, l.b.bit_or(high, l.b.shr_u(low, by)));
}

} // namespace medley::iss::aarch64
