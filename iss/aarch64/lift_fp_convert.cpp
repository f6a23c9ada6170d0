// Scalar floating point: conversions between formats and to and from general registers.

#include "iss/aarch64/lift_simd.h"

#include <optional>

namespace medley::iss::aarch64 {

namespace {

bool is_64_bit(const Operands& o) {
    return bit(o.word, 31);
}

/// The environment of a conversion between formats: FZ16 plays no role in it (Arm ARM, "FPUnpackCV", "FPRoundCV").
ir::FloatOp convert_environment(const Lifting& l, unsigned from, unsigned to) {
    auto how = float_environment(l, from);
    how.env.flush_inputs = from != 1 && l.mode().flush_to_zero;
    how.env.flush_outputs = to != 1 && l.mode().flush_to_zero;
    return how;
}

void convert(Lifting& l, const Operands& o, unsigned to, unsigned from) {
    if (l.float_trapped())
        return;
    if (l.mode().alternative_half && to == 1) {
        l.set_v(o.rd, l.b.call(helper::to_alternative_half, Type::V128, {l.v(o.rn), float_mode(l, from, 1)}));
        return;
    }
    if (l.mode().alternative_half && from == 1) {
        l.set_v(o.rd, l.b.call(helper::from_alternative_half, Type::V128, {l.v(o.rn), float_mode(l, to, 1)}));
        return;
    }
    const auto how = convert_environment(l, from, to);
    l.set_scalar(o.rd, l.b.op_as(Opcode::FConvert, float_type(to), {l.scalar(o.rn, float_type(from))}, how.encode()));
}

void to_integer(Lifting& l, const Operands& o, Opcode opcode, Rounding rounding) {
    if (l.float_trapped())
        return;
    auto how = float_environment(l, float_lane(o));
    how.env.rounding = rounding;
    const bool sf = is_64_bit(o);
    const auto operand = scalar_operand(l, o.rn, float_lane(o));
    l.set(sf, o.rd, l.b.op_as(opcode, Lifting::type_of(sf), {operand}, how.encode()));
}

void from_integer(Lifting& l, const Operands& o, Opcode opcode) {
    if (l.float_trapped())
        return;
    const auto how = float_environment(l, float_lane(o));
    l.set_scalar(o.rd, l.b.op_as(opcode, float_type(float_lane(o)), {l.reg(is_64_bit(o), o.rn)}, how.encode()));
}

// --- fixed point

/// 64 - scale; of W registers the highest bit of scale is 1.
unsigned fraction_bits(const Operands& o) {
    return 64 - static_cast<unsigned>(bits(o.word, 10, 6));
}

/// 2^exponent in double precision.
Value power_of_two(Lifting& l, int exponent) {
    return l.b.constant(Type::F64, static_cast<std::uint64_t>(1023 + exponent) << 52);
}

/// In double precision, where scaling is exact; what is beyond all integers becomes infinite, so that it does not
/// overflow.
void to_fixed(Lifting& l, const Operands& o, Opcode opcode) {
    if (l.float_trapped())
        return;
    const unsigned lane = float_lane(o);
    auto how = float_environment(l, lane);
    auto value = scalar_operand(l, o.rn, lane);
    if (lane != 3)
        value = l.b.op_as(Opcode::FConvert, Type::F64, {value}, how.encode());
    how.env.rounding = Rounding::TowardZero;
    how.env.flush_inputs = how.env.flush_inputs && lane == 3;
    how.env.flush_outputs = false;
    const auto pattern = l.b.bitcast(Type::I64, value);
    const auto exponent = l.b.bit_and(pattern, l.constant(std::uint64_t{0x7ff} << 52));
    const auto is_beyond = l.b.op(Opcode::CompareLeU, {l.constant(std::uint64_t{1023 + 64} << 52), exponent});
    const auto factor = l.b.select(is_beyond, power_of_two(l, 0), power_of_two(l, static_cast<int>(fraction_bits(o))));
    const auto scaled = l.b.op(Opcode::FMul, {value, factor}, how.encode());
    const bool sf = is_64_bit(o);
    l.set(sf, o.rd, l.b.op_as(opcode, Lifting::type_of(sf), {scaled}, how.encode()));
}

/// An integer with at most 53 significant bits that rounds as the given one does to half precision: low bits of what is
/// large are gathered in one.
Value half_precision_source(Lifting& l, Value value, bool is_signed) {
    auto& b = l.b;
    const auto kept = b.bit_and(value, l.constant(~low_mask(12)));
    const auto lost = b.op(Opcode::CompareNe, {b.bit_and(value, l.constant(low_mask(12))), l.constant(0)});
    const auto sticky = b.shl(b.zero_extend(Type::I64, lost, 1), l.constant(11));
    const auto limit = l.constant(std::uint64_t{1} << 52);
    const auto is_small = is_signed ? b.op(Opcode::CompareLtU, {b.add(value, limit), b.add(limit, limit)})
                                    : b.op(Opcode::CompareLtU, {value, limit});
    return b.select(is_small, value, b.bit_or(kept, sticky));
}

void from_fixed(Lifting& l, const Operands& o, Opcode opcode) {
    if (l.float_trapped())
        return;
    const unsigned lane = float_lane(o);
    const bool sf = is_64_bit(o);
    const auto how = float_environment(l, lane);
    const auto down = static_cast<int>(fraction_bits(o));
    auto value = l.reg(sf, o.rn);
    if (lane == 1) {
        // Scaled in double precision, where it is exact, then rounded once.
        if (sf)
            value = half_precision_source(l, value, opcode == Opcode::SToF);
        const auto wide = l.b.op_as(opcode, Type::F64, {value}, how.encode());
        const auto scaled = l.b.op(Opcode::FMul, {wide, power_of_two(l, -down)}, float_environment(l, 3).encode());
        l.set_scalar(o.rd, l.b.op_as(Opcode::FConvert, Type::F16, {scaled}, how.encode()));
        return;
    }
    const auto type = float_type(lane);
    const auto factor =
        lane == 3 ? power_of_two(l, -down) : l.b.constant(Type::F32, static_cast<std::uint64_t>(127 - down) << 23);
    const auto whole = l.b.op_as(opcode, type, {value}, how.encode());
    l.set_scalar(o.rd, l.b.op(Opcode::FMul, {whole, factor}, how.encode()));
}

} // namespace

// clang-format off

// fcvt dd, sn
void lift_fcvt_ds(Lifting& l, const Operands& o) { convert(l, o, 3, 2); }
void lift_fcvt_hs(Lifting& l, const Operands& o) { convert(l, o, 1, 2); }
void lift_fcvt_sd(Lifting& l, const Operands& o) { convert(l, o, 2, 3); }
void lift_fcvt_hd(Lifting& l, const Operands& o) { convert(l, o, 1, 3); }
void lift_fcvt_sh(Lifting& l, const Operands& o) { convert(l, o, 2, 1); }
void lift_fcvt_dh(Lifting& l, const Operands& o) { convert(l, o, 3, 1); }
// fcvtns wd, sn
void lift_g_fcvtns(Lifting& l, const Operands& o) { to_integer(l, o, Opcode::FToS, Rounding::NearestEven); }
void lift_g_fcvtnu(Lifting& l, const Operands& o) { to_integer(l, o, Opcode::FToU, Rounding::NearestEven); }
void lift_g_fcvtas(Lifting& l, const Operands& o) { to_integer(l, o, Opcode::FToS, Rounding::NearestAway); }
void lift_g_fcvtau(Lifting& l, const Operands& o) { to_integer(l, o, Opcode::FToU, Rounding::NearestAway); }
void lift_g_fcvtps(Lifting& l, const Operands& o) { to_integer(l, o, Opcode::FToS, Rounding::Up); }
void lift_g_fcvtpu(Lifting& l, const Operands& o) { to_integer(l, o, Opcode::FToU, Rounding::Up); }
void lift_g_fcvtms(Lifting& l, const Operands& o) { to_integer(l, o, Opcode::FToS, Rounding::Down); }
void lift_g_fcvtmu(Lifting& l, const Operands& o) { to_integer(l, o, Opcode::FToU, Rounding::Down); }
void lift_g_fcvtzs(Lifting& l, const Operands& o) { to_integer(l, o, Opcode::FToS, Rounding::TowardZero); }
void lift_g_fcvtzu(Lifting& l, const Operands& o) { to_integer(l, o, Opcode::FToU, Rounding::TowardZero); }
// scvtf sd, wn
void lift_g_scvtf(Lifting& l, const Operands& o) { from_integer(l, o, Opcode::SToF); }
void lift_g_ucvtf(Lifting& l, const Operands& o) { from_integer(l, o, Opcode::UToF); }
// scvtf sd, wn, #fbits
void lift_fix_scvtf(Lifting& l, const Operands& o) { from_fixed(l, o, Opcode::SToF); }
void lift_fix_ucvtf(Lifting& l, const Operands& o) { from_fixed(l, o, Opcode::UToF); }
// fcvtzs wd, sn, #fbits
void lift_fix_fcvtzs(Lifting& l, const Operands& o) { to_fixed(l, o, Opcode::FToS); }
void lift_fix_fcvtzu(Lifting& l, const Operands& o) { to_fixed(l, o, Opcode::FToU); }

// clang-format on

// bfcvt hd, sn
void lift_bfcvt(Lifting& l, const Operands& o) {
    if (!l.float_trapped())
        l.set_v(o.rd, l.b.call(helper::bfcvt, Type::V128, {l.v(o.rn), float_mode(l, 2, 1)}));
}

// fjcvtzs wd, dn
void lift_fjcvtzs(Lifting& l, const Operands& o) {
    if (l.float_trapped())
        return;
    const auto operand = l.b.bitcast(Type::I64, l.scalar(o.rn, Type::F64));
    // The result, 1 where it is exact in bit 32.
    const auto result = l.b.call(helper::fjcvtzs, Type::I64, {operand, float_mode(l, 3, 1)});
    l.set(false, o.rd, l.b.truncate(Type::I32, result));
    const auto exact = l.b.truncate(Type::I1, l.b.shr_u(result, l.constant(32)));
    l.flags().set(l.boolean(false), exact, l.boolean(false), l.boolean(false));
}

namespace {

/// The lane that fmov moves, by ftype.
unsigned move_lane(const Operands& o) {
    switch (bits(o.word, 22, 2)) {
    case 0: return 2;
    case 3: return 1;
    default: return 3;
    }
}

void move_to_general(Lifting& l, const Operands& o, unsigned index) {
    if (l.float_trapped())
        return;
    Simd s(l, o);
    const bool sf = is_64_bit(o);
    const unsigned lane = move_lane(o);
    l.set(sf, o.rd, s.extract(Lifting::type_of(sf), l.v(o.rn), lane, index));
}

} // namespace

// fmov wd, sn
void lift_fmov_to_gpr(Lifting& l, const Operands& o) {
    move_to_general(l, o, 0);
}
// fmov xd, vn.d[1]
void lift_fmov_to_gpr_high(Lifting& l, const Operands& o) {
    move_to_general(l, o, 1);
}
// fmov sd, wn
void lift_fmov_from_gpr(Lifting& l, const Operands& o) {
    if (l.float_trapped())
        return;
    const unsigned lane = move_lane(o);
    l.set_scalar(o.rd, lane == 3 ? l.x(o.rn) : lane == 2 ? l.w(o.rn) : l.b.bit_and(l.w(o.rn), l.word(0xffff)));
}
// fmov vd.d[1], xn
void lift_fmov_from_gpr_high(Lifting& l, const Operands& o) {
    if (l.float_trapped())
        return;
    Simd s(l, o);
    l.set_v(o.rd, s.insert(s.d(), l.x(o.rn), 3, 1));
}

} // namespace medley::iss::aarch64
