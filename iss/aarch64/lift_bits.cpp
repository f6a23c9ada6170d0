// Data processing, register: conditional, one and two sources, flag manipulation, CRC32, pointer authentication.

#include "iss/aarch64/lifting.h"
#include "iss/aarch64/sys.h"

namespace medley::iss::aarch64 {

namespace {

/// A bit of an immediate NZCV.
bool flag_of(unsigned nzcv, unsigned bit) {
    return (nzcv >> bit & 1) != 0;
}

/// ccmp rn, operand, #nzcv, cond
void compare_if(Lifting& l, const Operands& o, Opcode opcode, Value right) {
    const auto left = l.reg(o.sf, o.rn);
    const auto result = l.b.op(opcode, {left, right});
    const auto condition = static_cast<Condition>(o.cond);
    const bool adds = opcode == Opcode::Add;
    auto& flags = l.flags();
    if (condition >= Condition::Al)
        adds ? flags.set_add(left, right, result) : flags.set_sub(left, right, result);
    else if (adds)
        flags.set_add_if(condition, o.nzcv, left, right, result);
    else
        flags.set_sub_if(condition, o.nzcv, left, right, result);
}

Value condition_of(Lifting& l, const Operands& o) {
    const auto condition = static_cast<Condition>(o.cond);
    return condition >= Condition::Al ? l.boolean(true) : l.flags().holds(condition);
}

bool is_real(const Operands& o) {
    return static_cast<Condition>(o.cond) < Condition::Al;
}

/// The condition that holds when that of the instruction does not; not of the ones that always hold.
Value opposite_of(Lifting& l, const Operands& o) {
    return l.flags().holds(static_cast<Condition>(o.cond ^ 1));
}

void two_sources(Lifting& l, const Operands& o, Opcode opcode, std::uint64_t imm = 0) {
    const auto left = l.reg(o.sf, o.rn);
    l.set(o.sf, o.rd, l.b.op(opcode, {left, l.reg(o.sf, o.rm)}, imm));
}

void one_source(Lifting& l, const Operands& o, Opcode opcode) {
    l.set(o.sf, o.rd, l.b.op(opcode, {l.reg(o.sf, o.rn)}));
}

/// crc32b wd, wn, wm
void crc(Lifting& l, const Operands& o, ir::HelperId id, unsigned size_log2) {
    const auto accumulator = l.w(o.rn);
    const auto value = l.x(o.rm);
    l.set(false, o.rd, l.b.call(id, Type::I32, {accumulator, value, l.word(1U << size_log2)}));
}

bool refuse_crc_size(Lifting& l, const Operands& o) {
    if (o.size < 3)
        return false;
    l.undefined();
    return true;
}

void pac(Lifting& l, const Operands& o, ir::HelperId id, Value modifier) {
    l.set_x(o.rd, l.b.call(id, Type::I64, {l.x(o.rd), modifier, l.word(o.imms)}));
}

/// setf8 wn: as if an 8-bit addition had given the register's low 9 bits
void set_flags_from(Lifting& l, const Operands& o, unsigned bits) {
    const auto value = l.w(o.rn);
    const auto top = l.b.truncate(Type::I1, l.b.shr_u(value, l.word(bits - 1)));
    const auto above = l.b.truncate(Type::I1, l.b.shr_u(value, l.word(bits)));
    const auto z = l.b.op(Opcode::CompareEq, {l.b.zero_extend(Type::I32, value, bits), l.word(0)});
    const auto c = l.flags().c();
    l.flags().set(top, z, c, l.b.bit_xor(top, above));
}

} // namespace

// Most lifters are one line, and read best as a table.
// clang-format off

// ccmn rn, rm, #nzcv, cond
void lift_ccmn_reg(Lifting& l, const Operands& o) { compare_if(l, o, Opcode::Add, l.reg(o.sf, o.rm)); }
void lift_ccmp_reg(Lifting& l, const Operands& o) { compare_if(l, o, Opcode::Sub, l.reg(o.sf, o.rm)); }
void lift_ccmn_imm(Lifting& l, const Operands& o) { compare_if(l, o, Opcode::Add, l.immediate(o.sf, o.imm)); }
void lift_ccmp_imm(Lifting& l, const Operands& o) { compare_if(l, o, Opcode::Sub, l.immediate(o.sf, o.imm)); }

// csel rd, rn, rm, cond
void lift_csel(Lifting& l, const Operands& o) {
    const auto condition = condition_of(l, o);
    const auto first = l.reg(o.sf, o.rn);
    l.set(o.sf, o.rd, l.b.select(condition, first, l.reg(o.sf, o.rm)));
}
// csinc rd, rn, rm, cond; from zero registers it makes a number of the condition
void lift_csinc(Lifting& l, const Operands& o) {
    if (is_real(o) && o.rn == kZeroOrSp && o.rm == kZeroOrSp) {
        l.set_bool(o.sf, o.rd, opposite_of(l, o));
        return;
    }
    const auto condition = condition_of(l, o);
    const auto first = l.reg(o.sf, o.rn);
    l.set(o.sf, o.rd, l.b.select(condition, first, l.b.add(l.reg(o.sf, o.rm), l.immediate(o.sf, 1))));
}
// csinv rd, rn, rm, cond
void lift_csinv(Lifting& l, const Operands& o) {
    if (is_real(o) && o.rn == kZeroOrSp && o.rm == kZeroOrSp) {
        l.set(o.sf, o.rd, l.b.sign_extend(Lifting::type_of(o.sf), opposite_of(l, o), 1));
        return;
    }
    const auto condition = condition_of(l, o);
    const auto first = l.reg(o.sf, o.rn);
    const auto other = l.b.bit_xor(l.reg(o.sf, o.rm), l.immediate(o.sf, ~std::uint64_t{0}));
    l.set(o.sf, o.rd, l.b.select(condition, first, other));
}
// csneg rd, rn, rm, cond
void lift_csneg(Lifting& l, const Operands& o) {
    const auto condition = condition_of(l, o);
    const auto first = l.reg(o.sf, o.rn);
    l.set(o.sf, o.rd, l.b.select(condition, first, l.b.sub(l.immediate(o.sf, 0), l.reg(o.sf, o.rm))));
}

// udiv rd, rn, rm
void lift_udiv(Lifting& l, const Operands& o) {
    two_sources(l, o, Opcode::DivU, static_cast<std::uint64_t>(ir::DivideByZero::Zero));
}
void lift_sdiv(Lifting& l, const Operands& o) {
    two_sources(l, o, Opcode::DivS, static_cast<std::uint64_t>(ir::DivideByZero::Zero));
}
// lsl rd, rn, rm
void lift_lslv(Lifting& l, const Operands& o) { two_sources(l, o, Opcode::Shl); }
void lift_lsrv(Lifting& l, const Operands& o) { two_sources(l, o, Opcode::ShrU); }
void lift_asrv(Lifting& l, const Operands& o) { two_sources(l, o, Opcode::ShrS); }
void lift_rorv(Lifting& l, const Operands& o) { two_sources(l, o, Opcode::RotateRight); }

// crc32b wd, wn, wm
void lift_crc32(Lifting& l, const Operands& o) {
    if (!refuse_crc_size(l, o))
        crc(l, o, helper::crc32, o.size);
}
void lift_crc32c(Lifting& l, const Operands& o) {
    if (!refuse_crc_size(l, o))
        crc(l, o, helper::crc32c, o.size);
}
// crc32x wd, wn, xm
void lift_crc32x(Lifting& l, const Operands& o) { crc(l, o, helper::crc32, 3); }
void lift_crc32cx(Lifting& l, const Operands& o) { crc(l, o, helper::crc32c, 3); }

// rbit rd, rn
void lift_rbit(Lifting& l, const Operands& o) { one_source(l, o, Opcode::BitReverse); }
void lift_clz(Lifting& l, const Operands& o) { one_source(l, o, Opcode::CountLeadingZeros); }
// rev wd, wn
void lift_rev_w(Lifting& l, const Operands& o) { l.set(false, o.rd, l.b.op(Opcode::ByteSwap, {l.w(o.rn)})); }
void lift_rev_x(Lifting& l, const Operands& o) { l.set_x(o.rd, l.b.op(Opcode::ByteSwap, {l.x(o.rn)})); }
// rev16 rd, rn
void lift_rev16(Lifting& l, const Operands& o) {
    const auto value = l.reg(o.sf, o.rn);
    const auto low_bytes = l.immediate(o.sf, 0x00ff'00ff'00ff'00ff);
    const auto eight = l.immediate(o.sf, 8);
    const auto up = l.b.shl(l.b.bit_and(value, low_bytes), eight);
    l.set(o.sf, o.rd, l.b.bit_or(up, l.b.bit_and(l.b.shr_u(value, eight), low_bytes)));
}
// rev32 xd, xn
void lift_rev32(Lifting& l, const Operands& o) {
    l.set_x(o.rd, l.b.op(Opcode::RotateRight, {l.b.op(Opcode::ByteSwap, {l.x(o.rn)}), l.constant(32)}));
}
// cls rd, rn: leading bits that equal the sign, which does not count
void lift_cls(Lifting& l, const Operands& o) {
    const auto value = l.reg(o.sf, o.rn);
    const auto one = l.immediate(o.sf, 1);
    const auto changes = l.b.bit_xor(value, l.b.shr_s(value, one));
    l.set(o.sf, o.rd, l.b.sub(l.b.op(Opcode::CountLeadingZeros, {changes}), one));
}

// rmif xn, #shift, #mask
void lift_rmif(Lifting& l, const Operands& o) {
    const auto value = l.x(o.rn);
    auto& flags = l.flags();
    const auto pick = [&](unsigned bit, Value old) {
        const auto by = l.constant((bit + o.amount) & 63);
        return flag_of(o.nzcv, bit) ? l.b.truncate(Type::I1, l.b.shr_u(value, by)) : old;
    };
    const auto n = pick(3, flags.n());
    const auto z = pick(2, flags.z());
    const auto c = pick(1, flags.c());
    flags.set(n, z, c, pick(0, flags.v()));
}
// setf8 wn
void lift_setf8(Lifting& l, const Operands& o) { set_flags_from(l, o, 8); }
void lift_setf16(Lifting& l, const Operands& o) { set_flags_from(l, o, 16); }

// pacga xd, xn, xm|sp
void lift_pacga(Lifting& l, const Operands& o) {
    const auto value = l.x(o.rn);
    l.set_x(o.rd, l.b.call(helper::pac_generic, Type::I64, {value, l.x_or_sp(o.rm)}));
}
// pacia xd, xn|sp
void lift_pac(Lifting& l, const Operands& o) { pac(l, o, helper::pac_sign, l.x_or_sp(o.rn)); }
void lift_aut(Lifting& l, const Operands& o) { pac(l, o, helper::pac_authenticate, l.x_or_sp(o.rn)); }
// paciza xd
void lift_pac_zero(Lifting& l, const Operands& o) { pac(l, o, helper::pac_sign, l.constant(0)); }
void lift_aut_zero(Lifting& l, const Operands& o) { pac(l, o, helper::pac_authenticate, l.constant(0)); }
// xpaci xd
void lift_xpaci(Lifting& l, const Operands& o) {
    l.set_x(o.rd, l.b.call(helper::pac_strip, Type::I64, {l.x(o.rd), l.word(0)}));
}
void lift_xpacd(Lifting& l, const Operands& o) {
    l.set_x(o.rd, l.b.call(helper::pac_strip, Type::I64, {l.x(o.rd), l.word(1)}));
}

// clang-format on

} // namespace medley::iss::aarch64
