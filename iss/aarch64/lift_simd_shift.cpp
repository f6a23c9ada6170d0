// Advanced SIMD shift by immediate and modified immediate.

#include "iss/aarch64/lift_simd.h"

#include <bit>

namespace medley::iss::aarch64 {

namespace {

/// immh:immb is the size in bits plus a left shift, or twice the size minus a right shift.
struct ShiftAmount {
    explicit ShiftAmount(const Operands& o)
        : lane(static_cast<unsigned>(std::bit_width(bits(o.word, 19, 4))) - 1), left(static_cast<unsigned>(o.imm)),
          right((8U << lane) - left) {}
    unsigned lane;
    unsigned left;
    unsigned right;
};

template <class Body>
void lift_shift(Lifting& l, const Operands& o, Body body) {
    lift_simd(l, o, [&](Simd& s) { body(s, ShiftAmount(o)); });
}

/// value >> amount, rounded: the last bit that goes is added.
Value rounded(Simd& s, Opcode shift, Value value, unsigned lane, unsigned amount) {
    const auto last = s.bitwise(Opcode::VAnd, s.shift(Opcode::VShrU, value, lane, amount - 1), s.every(lane, 1));
    return s.op(Opcode::VAdd, {s.shift(shift, value, lane, amount), last}, lane);
}

enum class Round : bool { No, Yes };

void shift_right(Lifting& l, const Operands& o, Opcode shift, Round round, bool accumulate) {
    lift_shift(l, o, [&](Simd& s, ShiftAmount by) {
        auto value = round == Round::Yes ? rounded(s, shift, s.n(), by.lane, by.right)
                                         : s.shift(shift, s.n(), by.lane, by.right);
        if (accumulate)
            value = s.op(Opcode::VAdd, {s.d(), value}, by.lane);
        s.put(value, by.lane);
    });
}

/// Bits that the shift brings in stay as they are in vd.
void shift_insert(Lifting& l, const Operands& o, bool to_left) {
    lift_shift(l, o, [&](Simd& s, ShiftAmount by) {
        const auto opcode = to_left ? Opcode::VShl : Opcode::VShrU;
        const auto amount = to_left ? by.left : by.right;
        const auto mask = s.shift(opcode, s.ones(), by.lane, amount);
        s.put(s.select(mask, s.shift(opcode, s.n(), by.lane, amount), s.d()), by.lane);
    });
}

/// Shifts left and saturates where shifting back does not give the operand.
void saturating_left(Lifting& l, const Operands& o, Extend kind) {
    lift_shift(l, o, [&](Simd& s, ShiftAmount by) {
        const auto value = s.n();
        const auto shifted = s.shift(Opcode::VShl, value, by.lane, by.left);
        const auto back = s.shift(kind == Extend::Sign ? Opcode::VShrS : Opcode::VShrU, shifted, by.lane, by.left);
        s.note_saturation(s.bitwise(Opcode::VXor, back, value), by.lane);
        const auto fits = s.op(Opcode::VCompareEq, {back, value}, by.lane);
        const unsigned sign_bit = (8U << by.lane) - 1;
        const auto limit = kind == Extend::Sign
                               ? s.bitwise(Opcode::VXor, s.shift(Opcode::VShrS, value, by.lane, sign_bit),
                                           s.every(by.lane, low_mask(sign_bit)))
                               : s.ones();
        s.put(s.select(fits, shifted, limit), by.lane);
    });
}

void saturating_left_unsigned(Lifting& l, const Operands& o) {
    lift_shift(l, o, [](Simd& s, ShiftAmount by) {
        const auto value = s.n();
        const auto positive = s.op(Opcode::VMaxS, {value, s.zero()}, by.lane);
        const auto shifted = s.shift(Opcode::VShl, positive, by.lane, by.left);
        const auto back = s.shift(Opcode::VShrU, shifted, by.lane, by.left);
        s.note_saturation(s.bitwise(Opcode::VXor, back, value), by.lane);
        const auto fits = s.op(Opcode::VCompareEq, {back, positive}, by.lane);
        s.put(s.bitwise(Opcode::VOr, shifted, s.inverted(fits)), by.lane);
    });
}

/// The operand of a narrowing shift has lanes of twice the size; a scalar one counts alone.
Value wide_operand(Simd& s, unsigned lane) {
    return s.scalar ? s.isolated(s.n(), lane + 1) : s.n();
}

void shift_narrow(Lifting& l, const Operands& o, Round round) {
    lift_shift(l, o, [&](Simd& s, ShiftAmount by) {
        const auto wide = by.lane + 1;
        const auto value = round == Round::Yes ? rounded(s, Opcode::VShrU, s.n(), wide, by.right)
                                               : s.shift(Opcode::VShrU, s.n(), wide, by.right);
        s.put_half(s.narrow(value, by.lane), by.lane);
    });
}

void saturating_shift_narrow(Lifting& l, const Operands& o, Round round, Narrowing kind) {
    lift_shift(l, o, [&](Simd& s, ShiftAmount by) {
        const auto wide = by.lane + 1;
        const auto shift = kind == Narrowing::Unsigned ? Opcode::VShrU : Opcode::VShrS;
        const auto operand = wide_operand(s, by.lane);
        const auto value =
            round == Round::Yes ? rounded(s, shift, operand, wide, by.right) : s.shift(shift, operand, wide, by.right);
        s.put_half(saturating_narrow(s, value, by.lane, kind), by.lane);
    });
}

void shift_long(Lifting& l, const Operands& o, Extend extend) {
    lift_shift(l, o, [&](Simd& s, ShiftAmount by) {
        const auto value = s.widen(s.n(), by.lane, extend);
        s.put_wide(by.left == 0 ? value : s.shift(Opcode::VShl, value, by.lane + 1, by.left), by.lane + 1);
    });
}

} // namespace

Value saturating_narrow(Simd& s, Value wide, unsigned lane, Narrowing kind) {
    const unsigned bits = 8U << lane;
    Value limited = wide;
    switch (kind) {
    case Narrowing::Signed:
        limited = s.op(Opcode::VMinS, {wide, s.every(lane + 1, low_mask(bits - 1))}, lane + 1);
        limited = s.op(Opcode::VMaxS, {limited, s.every(lane + 1, ~low_mask(bits - 1))}, lane + 1);
        break;
    case Narrowing::Unsigned: limited = s.op(Opcode::VMinU, {wide, s.every(lane + 1, low_mask(bits))}, lane + 1); break;
    case Narrowing::SignedToUnsigned:
        limited = s.op(Opcode::VMaxS, {wide, s.zero()}, lane + 1);
        limited = s.op(Opcode::VMinS, {limited, s.every(lane + 1, low_mask(bits))}, lane + 1);
        break;
    }
    s.note_saturation(s.bitwise(Opcode::VXor, limited, wide), lane + 1, true);
    return s.narrow(limited, lane);
}

// clang-format off

// sshr vd.t, vn.t, #shift
void lift_v_sshr(Lifting& l, const Operands& o) { shift_right(l, o, Opcode::VShrS, Round::No, false); }
void lift_v_ushr(Lifting& l, const Operands& o) { shift_right(l, o, Opcode::VShrU, Round::No, false); }
void lift_v_ssra(Lifting& l, const Operands& o) { shift_right(l, o, Opcode::VShrS, Round::No, true); }
void lift_v_usra(Lifting& l, const Operands& o) { shift_right(l, o, Opcode::VShrU, Round::No, true); }
void lift_v_srshr(Lifting& l, const Operands& o) { shift_right(l, o, Opcode::VShrS, Round::Yes, false); }
void lift_v_urshr(Lifting& l, const Operands& o) { shift_right(l, o, Opcode::VShrU, Round::Yes, false); }
void lift_v_srsra(Lifting& l, const Operands& o) { shift_right(l, o, Opcode::VShrS, Round::Yes, true); }
void lift_v_ursra(Lifting& l, const Operands& o) { shift_right(l, o, Opcode::VShrU, Round::Yes, true); }
void lift_v_shl(Lifting& l, const Operands& o) {
    lift_shift(l, o, [](Simd& s, ShiftAmount by) { s.put(s.shift(Opcode::VShl, s.n(), by.lane, by.left), by.lane); });
}
void lift_v_sri(Lifting& l, const Operands& o) { shift_insert(l, o, false); }
void lift_v_sli(Lifting& l, const Operands& o) { shift_insert(l, o, true); }
// sqshl vd.t, vn.t, #shift
void lift_v_sqshl_imm(Lifting& l, const Operands& o) { saturating_left(l, o, Extend::Sign); }
void lift_v_uqshl_imm(Lifting& l, const Operands& o) { saturating_left(l, o, Extend::Zero); }
void lift_v_sqshlu_imm(Lifting& l, const Operands& o) { saturating_left_unsigned(l, o); }
// shrn vd.tb, vn.ta, #shift
void lift_v_shrn(Lifting& l, const Operands& o) { shift_narrow(l, o, Round::No); }
void lift_v_rshrn(Lifting& l, const Operands& o) { shift_narrow(l, o, Round::Yes); }
void lift_v_sqshrn(Lifting& l, const Operands& o) { saturating_shift_narrow(l, o, Round::No, Narrowing::Signed); }
void lift_v_sqrshrn(Lifting& l, const Operands& o) { saturating_shift_narrow(l, o, Round::Yes, Narrowing::Signed); }
void lift_v_uqshrn(Lifting& l, const Operands& o) { saturating_shift_narrow(l, o, Round::No, Narrowing::Unsigned); }
void lift_v_uqrshrn(Lifting& l, const Operands& o) { saturating_shift_narrow(l, o, Round::Yes, Narrowing::Unsigned); }
void lift_v_sqshrun(Lifting& l, const Operands& o) { saturating_shift_narrow(l, o, Round::No, Narrowing::SignedToUnsigned); }
void lift_v_sqrshrun(Lifting& l, const Operands& o) { saturating_shift_narrow(l, o, Round::Yes, Narrowing::SignedToUnsigned); }
// sshll vd.ta, vn.tb, #shift
void lift_v_sshll(Lifting& l, const Operands& o) { shift_long(l, o, Extend::Sign); }
void lift_v_ushll(Lifting& l, const Operands& o) { shift_long(l, o, Extend::Zero); }

// clang-format on

namespace {

void set_immediate(Lifting& l, const Operands& o, unsigned lane, std::uint64_t value) {
    lift_simd(l, o, [&](Simd& s) {
        const auto all = value & low_mask(8U << lane);
        if (s.q) {
            l.set_v(o.rd, s.every(lane, all));
            return;
        }
        std::uint64_t pattern = all;
        for (unsigned width = 8U << lane; width < 64; width *= 2)
            pattern |= pattern << width;
        l.set_v(o.rd, s.constant(pattern, 0));
    });
}

void combine_immediate(Lifting& l, const Operands& o, Opcode opcode, unsigned lane, std::uint64_t value) {
    lift_simd(l, o, [&](Simd& s) { s.put(s.bitwise(opcode, s.d(), s.every(lane, value)), lane); });
}

/// imm8 shifted by whole bytes.
std::uint64_t shifted(const Operands& o) {
    return o.imm << (8U * o.option);
}
/// imm8 shifted by one or two bytes, with ones below.
std::uint64_t shifted_ones(const Operands& o) {
    const unsigned amount = o.option == 0 ? 8 : 16;
    return o.imm << amount | low_mask(amount);
}

/// Each bit of imm8 fills a byte.
std::uint64_t bytes_of_bits(std::uint64_t imm8) {
    std::uint64_t value = 0;
    for (unsigned i = 0; i < 8; ++i)
        value |= bit(imm8, i) ? std::uint64_t{0xff} << (8 * i) : 0;
    return value;
}

} // namespace

// clang-format off

// movi vd.t, #imm
void lift_movi_b(Lifting& l, const Operands& o) { set_immediate(l, o, 0, o.imm); }
void lift_movi_h(Lifting& l, const Operands& o) { set_immediate(l, o, 1, shifted(o)); }
void lift_movi_s(Lifting& l, const Operands& o) { set_immediate(l, o, 2, shifted(o)); }
void lift_movi_m(Lifting& l, const Operands& o) { set_immediate(l, o, 2, shifted_ones(o)); }
void lift_movi_d(Lifting& l, const Operands& o) { set_immediate(l, o, 3, bytes_of_bits(o.imm)); }
void lift_mvni_h(Lifting& l, const Operands& o) { set_immediate(l, o, 1, ~shifted(o)); }
void lift_mvni_s(Lifting& l, const Operands& o) { set_immediate(l, o, 2, ~shifted(o)); }
void lift_mvni_m(Lifting& l, const Operands& o) { set_immediate(l, o, 2, ~shifted_ones(o)); }
void lift_orr_h(Lifting& l, const Operands& o) { combine_immediate(l, o, Opcode::VOr, 1, shifted(o)); }
void lift_orr_s(Lifting& l, const Operands& o) { combine_immediate(l, o, Opcode::VOr, 2, shifted(o)); }
void lift_bic_h(Lifting& l, const Operands& o) { combine_immediate(l, o, Opcode::VAndNot, 1, shifted(o)); }
void lift_bic_s(Lifting& l, const Operands& o) { combine_immediate(l, o, Opcode::VAndNot, 2, shifted(o)); }
// fmov vd.t, #imm
void lift_fmov_vh(Lifting& l, const Operands& o) { set_immediate(l, o, 1, float_immediate(o.imm, 1)); }
void lift_fmov_vs(Lifting& l, const Operands& o) { set_immediate(l, o, 2, float_immediate(o.imm, 2)); }
void lift_fmov_vd(Lifting& l, const Operands& o) { set_immediate(l, o, 3, float_immediate(o.imm, 3)); }

// clang-format on

} // namespace medley::iss::aarch64
