// Advanced SIMD floating point, two-register miscellaneous: rounding, conversions, estimates, vector and scalar.

#include "iss/aarch64/lift_simd.h"

#include <algorithm>
#include <bit>
#include <optional>

namespace medley::iss::aarch64 {

namespace {

constexpr unsigned fraction_bits_of(unsigned lane) {
    return lane == 1 ? 10 : lane == 2 ? 23 : 52;
}
constexpr int bias_of(unsigned lane) {
    return lane == 1 ? 15 : lane == 2 ? 127 : 1023;
}
/// 2^exponent, which must be a normal number.
constexpr std::uint64_t power_of_two(unsigned lane, int exponent) {
    return static_cast<std::uint64_t>(exponent + bias_of(lane)) << fraction_bits_of(lane);
}

unsigned counted_lanes(const Simd& s, unsigned lane) {
    return s.scalar ? 1 : (s.q ? 16U : 8U) >> lane;
}

/// Sign bits alone: nothing is raised.
void change_sign(Lifting& l, const Operands& o, Opcode opcode) {
    lift_simd(l, o, [opcode](Simd& s) {
        const unsigned lane = s.float_lane();
        s.put(s.bitwise(opcode, s.n(), s.every(lane, lane_sign(lane))), lane);
    });
}

void unary(Lifting& l, const Operands& o, Opcode opcode, std::optional<Rounding> rounding, bool exact = false) {
    lift_simd(l, o, [&](Simd& s) {
        const unsigned lane = s.float_lane();
        auto how = float_environment(l, lane);
        how.env.rounding = rounding.value_or(how.env.rounding);
        how.exact = exact;
        const bool from_integer = opcode == Opcode::VSToF || opcode == Opcode::VUToF;
        const auto operand = from_integer ? s.isolated(s.n(), lane) : s.operand(s.n(), lane);
        s.put(s.float_op(opcode, {operand}, lane, how), lane);
    });
}

/// Scalars of 32 and 64 bits take the scalar conversion.
void convert_integer(Lifting& l, const Operands& o, Opcode vector_opcode, Opcode scalar_opcode,
                     std::optional<Rounding> rounding) {
    if (!bit(o.word, 28) || o.size == 0) {
        unary(l, o, vector_opcode, rounding);
        return;
    }
    lift_simd(l, o, [&](Simd& s) {
        const unsigned lane = s.float_lane();
        const auto integer = lane == 3 ? Type::I64 : Type::I32;
        const bool from_integer = scalar_opcode == Opcode::SToF || scalar_opcode == Opcode::UToF;
        auto how = float_environment(l, lane);
        how.env.rounding = rounding.value_or(how.env.rounding);
        const auto operand = s.extract(from_integer ? integer : float_type(lane), s.n(), lane);
        l.set_scalar(o.rd,
                     l.b.op_as(scalar_opcode, from_integer ? float_type(lane) : integer, {operand}, how.encode()));
    });
}
void to_signed(Lifting& l, const Operands& o, Rounding rounding) {
    convert_integer(l, o, Opcode::VFToS, Opcode::FToS, rounding);
}
void to_unsigned(Lifting& l, const Operands& o, Rounding rounding) {
    convert_integer(l, o, Opcode::VFToU, Opcode::FToU, rounding);
}

/// A helper (operand, mode) on the lanes that count.
void called(Lifting& l, const Operands& o, ir::HelperId id) {
    lift_simd(l, o, [&](Simd& s) {
        const unsigned lane = s.float_lane();
        l.set_v(o.rd, s.call(id, {s.n(), float_mode(l, lane, counted_lanes(s, lane))}));
    });
}

/// A helper that makes lanes of half the size.
void narrow_called(Lifting& l, const Operands& o, ir::HelperId id, unsigned from) {
    lift_simd(l, o, [&](Simd& s) {
        s.put_half(s.call(id, {s.n(), float_mode(l, from, s.scalar ? 1 : 16U >> from)}), from - 1);
    });
}

/// Conversions of formats do not heed FZ16.
ir::FloatOp format_environment(const Lifting& l, unsigned from, unsigned to) {
    auto how = float_environment(l, from);
    how.env.flush_inputs = from != 1 && l.mode().flush_to_zero;
    how.env.flush_outputs = to != 1 && l.mode().flush_to_zero;
    return how;
}

void convert_narrow(Lifting& l, const Operands& o, unsigned from) {
    if (from == 2 && l.mode().alternative_half) {
        narrow_called(l, o, helper::to_alternative_half, from);
        return;
    }
    lift_simd(l, o, [&](Simd& s) {
        s.put_half(s.float_op(Opcode::VFNarrow, {s.n()}, from, format_environment(l, from, from - 1)), from - 1);
    });
}

void convert_long(Lifting& l, const Operands& o, unsigned from) {
    lift_simd(l, o, [&](Simd& s) {
        const auto n = s.n();
        const auto operand = s.q ? s.shuffle(n, n, {8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15}) : n;
        if (from == 1 && l.mode().alternative_half)
            l.set_v(o.rd, s.call(helper::from_alternative_half, {operand, float_mode(l, 2, 4)}));
        else
            l.set_v(o.rd, s.float_op(Opcode::VFWiden, {operand}, from, format_environment(l, from, from + 1)));
    });
}

// --- fixed point

/// immh:immb is twice the size minus the number of fraction bits.
struct Fixed {
    explicit Fixed(const Operands& o)
        : lane(static_cast<unsigned>(std::bit_width(bits(o.word, 19, 4))) - 1),
          fraction((8U << lane) - static_cast<unsigned>(o.imm)) {}
    unsigned lane;
    unsigned fraction;
};

/// Scaling is exact but where the number overflows, and there it is beyond all integers: it becomes infinite first.
void to_fixed(Lifting& l, const Operands& o, Opcode opcode) {
    lift_simd(l, o, [&](Simd& s) {
        const auto [lane, fraction] = Fixed(o);
        const auto value = s.operand(s.n(), lane);
        const auto infinity = low_mask((8U << lane) - 1) & ~low_mask(fraction_bits_of(lane));
        const auto exponent = s.bitwise(Opcode::VAnd, value, s.every(lane, infinity));
        // What is scaled to 2^width or more; of half precision 2^15 is the highest power.
        const int limit = static_cast<int>(8U << lane) - static_cast<int>(fraction);
        const auto is_beyond =
            s.op(Opcode::VCompareGtS, {exponent, s.every(lane, power_of_two(lane, limit) - 1)}, lane);
        const auto is_special = s.op(Opcode::VCompareEq, {exponent, s.every(lane, infinity)}, lane);
        const auto replaced = s.bitwise(Opcode::VAndNot, is_beyond, is_special);
        const auto magnitude_mask = s.bitwise(Opcode::VAnd, replaced, s.every(lane, low_mask((8U << lane) - 1)));
        const auto limited = s.select(magnitude_mask, s.every(lane, infinity), value);
        auto how = float_environment(l, lane);
        how.env.rounding = Rounding::TowardZero;
        how.env.flush_outputs = false;
        // 2^16 is no number of half precision.
        const unsigned first = std::min(fraction, static_cast<unsigned>(bias_of(lane)));
        auto scaled =
            s.float_op(Opcode::VFMul, {limited, s.every(lane, power_of_two(lane, static_cast<int>(first)))}, lane, how);
        if (first != fraction)
            scaled =
                s.float_op(Opcode::VFMul,
                           {scaled, s.every(lane, power_of_two(lane, static_cast<int>(fraction - first)))}, lane, how);
        s.put(s.float_op(opcode, {scaled}, lane, how), lane);
    });
}

/// Lanes of 16 bits go through single precision, where everything up to the last rounding is exact.
Value half_from_fixed(Simd& s, Value value, unsigned fraction, Opcode opcode) {
    const auto extend = opcode == Opcode::VSToF ? Extend::Sign : Extend::Zero;
    auto narrow_how = float_environment(s.l, 1);
    const auto half = [&](bool high) {
        const auto whole = s.float_op(opcode, {s.widen(value, 1, extend, high)}, 2);
        const auto scaled =
            s.float_op(Opcode::VFMul, {whole, s.every(2, power_of_two(2, -static_cast<int>(fraction)))}, 2);
        return s.float_op(Opcode::VFNarrow, {scaled}, 2, narrow_how);
    };
    return s.shuffle(half(false), half(true), {0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23});
}

void from_fixed(Lifting& l, const Operands& o, Opcode opcode) {
    lift_simd(l, o, [&](Simd& s) {
        const auto [lane, fraction] = Fixed(o);
        const auto value = s.isolated(s.n(), lane);
        if (lane == 1) {
            s.put(half_from_fixed(s, value, fraction, opcode), lane);
            return;
        }
        const auto whole = s.float_op(opcode, {value}, lane);
        s.put(s.float_op(Opcode::VFMul, {whole, s.every(lane, power_of_two(lane, -static_cast<int>(fraction)))}, lane),
              lane);
    });
}

} // namespace

// clang-format off

// fabs vd.t, vn.t
void lift_v_fabs(Lifting& l, const Operands& o) { change_sign(l, o, Opcode::VAndNot); }
void lift_v_fneg(Lifting& l, const Operands& o) { change_sign(l, o, Opcode::VXor); }
void lift_v_fsqrt(Lifting& l, const Operands& o) { unary(l, o, Opcode::VFSqrt, std::nullopt); }
// frintn vd.t, vn.t
void lift_v_frintn(Lifting& l, const Operands& o) { unary(l, o, Opcode::VFRound, Rounding::NearestEven); }
void lift_v_frinta(Lifting& l, const Operands& o) { unary(l, o, Opcode::VFRound, Rounding::NearestAway); }
void lift_v_frintp(Lifting& l, const Operands& o) { unary(l, o, Opcode::VFRound, Rounding::Up); }
void lift_v_frintm(Lifting& l, const Operands& o) { unary(l, o, Opcode::VFRound, Rounding::Down); }
void lift_v_frintz(Lifting& l, const Operands& o) { unary(l, o, Opcode::VFRound, Rounding::TowardZero); }
void lift_v_frintx(Lifting& l, const Operands& o) { unary(l, o, Opcode::VFRound, std::nullopt, true); }
void lift_v_frinti(Lifting& l, const Operands& o) { unary(l, o, Opcode::VFRound, std::nullopt); }
void lift_v_frint32z(Lifting& l, const Operands& o) { called(l, o, helper::frint32z); }
void lift_v_frint32x(Lifting& l, const Operands& o) { called(l, o, helper::frint32x); }
void lift_v_frint64z(Lifting& l, const Operands& o) { called(l, o, helper::frint64z); }
void lift_v_frint64x(Lifting& l, const Operands& o) { called(l, o, helper::frint64x); }
// fcvtns vd.t, vn.t
void lift_v_fcvtns(Lifting& l, const Operands& o) { to_signed(l, o, Rounding::NearestEven); }
void lift_v_fcvtnu(Lifting& l, const Operands& o) { to_unsigned(l, o, Rounding::NearestEven); }
void lift_v_fcvtps(Lifting& l, const Operands& o) { to_signed(l, o, Rounding::Up); }
void lift_v_fcvtpu(Lifting& l, const Operands& o) { to_unsigned(l, o, Rounding::Up); }
void lift_v_fcvtms(Lifting& l, const Operands& o) { to_signed(l, o, Rounding::Down); }
void lift_v_fcvtmu(Lifting& l, const Operands& o) { to_unsigned(l, o, Rounding::Down); }
void lift_v_fcvtzs(Lifting& l, const Operands& o) { to_signed(l, o, Rounding::TowardZero); }
void lift_v_fcvtzu(Lifting& l, const Operands& o) { to_unsigned(l, o, Rounding::TowardZero); }
void lift_v_fcvtas(Lifting& l, const Operands& o) { to_signed(l, o, Rounding::NearestAway); }
void lift_v_fcvtau(Lifting& l, const Operands& o) { to_unsigned(l, o, Rounding::NearestAway); }
// scvtf vd.t, vn.t
void lift_v_scvtf(Lifting& l, const Operands& o) { convert_integer(l, o, Opcode::VSToF, Opcode::SToF, std::nullopt); }
void lift_v_ucvtf(Lifting& l, const Operands& o) { convert_integer(l, o, Opcode::VUToF, Opcode::UToF, std::nullopt); }
// frecpe vd.t, vn.t
void lift_v_frecpe(Lifting& l, const Operands& o) { called(l, o, helper::frecpe); }
void lift_v_frsqrte(Lifting& l, const Operands& o) { called(l, o, helper::frsqrte); }
void lift_v_frecpx(Lifting& l, const Operands& o) { called(l, o, helper::frecpx); }
// fcvtn vd.tb, vn.ta
void lift_v_fcvtn_h(Lifting& l, const Operands& o) { convert_narrow(l, o, 2); }
void lift_v_fcvtn_s(Lifting& l, const Operands& o) { convert_narrow(l, o, 3); }
void lift_v_fcvtl_h(Lifting& l, const Operands& o) { convert_long(l, o, 1); }
void lift_v_fcvtl_s(Lifting& l, const Operands& o) { convert_long(l, o, 2); }
void lift_v_fcvtxn(Lifting& l, const Operands& o) { narrow_called(l, o, helper::fcvtxn, 3); }
void lift_v_bfcvtn(Lifting& l, const Operands& o) { narrow_called(l, o, helper::bfcvt, 2); }
// scvtf vd.t, vn.t, #fbits
void lift_v_scvtf_fixed(Lifting& l, const Operands& o) { from_fixed(l, o, Opcode::VSToF); }
void lift_v_ucvtf_fixed(Lifting& l, const Operands& o) { from_fixed(l, o, Opcode::VUToF); }
void lift_v_fcvtzs_fixed(Lifting& l, const Operands& o) { to_fixed(l, o, Opcode::VFToS); }
void lift_v_fcvtzu_fixed(Lifting& l, const Operands& o) { to_fixed(l, o, Opcode::VFToU); }

// clang-format on

} // namespace medley::iss::aarch64
