// Advanced SIMD two-register miscellaneous, integer lanes, vector and scalar.

#include "iss/aarch64/lift_simd.h"

namespace medley::iss::aarch64 {

namespace {

/// vd = body(vn)
using Unary = Value (*)(Simd& s, Value value, unsigned lane);
void unary(Lifting& l, const Operands& o, Unary body) {
    lift_simd(l, o, [body](Simd& s) { s.put(body(s, s.n(), s.size), s.size); });
}

/// Lanes in reverse order within containers of 1 << container bytes.
void reverse(Lifting& l, const Operands& o, unsigned container) {
    lift_simd(l, o, [container](Simd& s) {
        const unsigned flip = (1U << container) - (1U << s.size);
        Simd::Bytes bytes{};
        for (unsigned i = 0; i < 16; ++i)
            bytes[i] = static_cast<std::uint8_t>(i ^ flip);
        const auto value = s.n();
        s.put(s.shuffle(value, value, bytes), s.size);
    });
}

Value negated(Simd& s, Value value, unsigned lane) {
    return s.op(Opcode::VSub, {s.zero(), value}, lane);
}

Value leading_sign_bits(Simd& s, Value value, unsigned lane) {
    const auto changes = s.bitwise(Opcode::VXor, value, s.shift(Opcode::VShrS, value, lane, (8U << lane) - 1));
    return s.op(Opcode::VSub, {s.op(Opcode::VCountLeadingZeros, {changes}, lane), s.every(lane, 1)}, lane);
}

/// The four bits of each nibble are looked up.
Value reversed_bits(Simd& s, Value value, unsigned) {
    constexpr std::uint64_t kLow = 0x0e06'0a02'0c04'0800;
    constexpr std::uint64_t kHigh = 0x0f07'0b03'0d05'0901;
    const auto low_nibble = s.bitwise(Opcode::VAnd, value, s.every(0, 15));
    const auto upper = s.b.op(Opcode::VTable, {s.constant(kLow << 4, kHigh << 4), low_nibble});
    const auto lower = s.b.op(Opcode::VTable, {s.constant(kLow, kHigh), s.shift(Opcode::VShrU, value, 0, 4)});
    return s.bitwise(Opcode::VOr, upper, lower);
}

template <Opcode opcode>
Value against_zero(Simd& s, Value value, unsigned lane) {
    return s.op(opcode, {value, s.zero()}, lane);
}
template <Opcode opcode>
Value zero_against(Simd& s, Value value, unsigned lane) {
    return s.op(opcode, {s.zero(), value}, lane);
}

Value saturating_negated(Simd& s, Value value, unsigned lane) {
    return saturating_sub(s, s.zero(), value, lane, Extend::Sign);
}
/// Of a number that is not negative the difference cannot overflow.
Value saturating_magnitude(Simd& s, Value value, unsigned lane) {
    const auto negative = s.op(Opcode::VMinS, {value, s.zero()}, lane);
    return s.op(Opcode::VMaxS, {saturating_negated(s, negative, lane), value}, lane);
}

void accumulate_mixed(Lifting& l, const Operands& o, ir::HelperId id) {
    lift_simd(l, o, [id](Simd& s) {
        s.put(s.call(id, {s.isolated(s.d(), s.size), s.isolated(s.n(), s.size), s.l.word(s.size)}), s.size);
    });
}

void narrow(Lifting& l, const Operands& o, Narrowing kind) {
    lift_simd(l, o, [kind](Simd& s) {
        const auto wide = s.scalar ? s.isolated(s.n(), s.size + 1) : s.n();
        s.put_half(saturating_narrow(s, wide, s.size, kind), s.size);
    });
}

void estimate(Lifting& l, const Operands& o, ir::HelperId id) {
    lift_simd(l, o, [id](Simd& s) { s.put(s.call(id, {s.n()}), 2); });
}

} // namespace

// clang-format off

// rev64 vd.t, vn.t
void lift_v_rev64(Lifting& l, const Operands& o) { reverse(l, o, 3); }
void lift_v_rev32(Lifting& l, const Operands& o) { reverse(l, o, 2); }
void lift_v_rev16(Lifting& l, const Operands& o) { reverse(l, o, 1); }
void lift_v_cls(Lifting& l, const Operands& o) { unary(l, o, leading_sign_bits); }
void lift_v_clz(Lifting& l, const Operands& o) {
    unary(l, o, [](Simd& s, Value value, unsigned lane) { return s.op(Opcode::VCountLeadingZeros, {value}, lane); });
}
void lift_v_cnt(Lifting& l, const Operands& o) {
    unary(l, o, [](Simd& s, Value value, unsigned lane) { return s.op(Opcode::VPopCount, {value}, lane); });
}
void lift_v_not(Lifting& l, const Operands& o) { unary(l, o, [](Simd& s, Value value, unsigned) { return s.inverted(value); }); }
void lift_v_rbit(Lifting& l, const Operands& o) { unary(l, o, reversed_bits); }
void lift_v_abs(Lifting& l, const Operands& o) {
    unary(l, o, [](Simd& s, Value value, unsigned lane) { return s.op(Opcode::VAbs, {value}, lane); });
}
void lift_v_neg(Lifting& l, const Operands& o) { unary(l, o, negated); }
void lift_v_sqabs(Lifting& l, const Operands& o) { unary(l, o, saturating_magnitude); }
void lift_v_sqneg(Lifting& l, const Operands& o) { unary(l, o, saturating_negated); }
// cmgt vd.t, vn.t, #0
void lift_v_cmgt_zero(Lifting& l, const Operands& o) { unary(l, o, against_zero<Opcode::VCompareGtS>); }
void lift_v_cmge_zero(Lifting& l, const Operands& o) { unary(l, o, against_zero<Opcode::VCompareGeS>); }
void lift_v_cmeq_zero(Lifting& l, const Operands& o) { unary(l, o, against_zero<Opcode::VCompareEq>); }
void lift_v_cmle_zero(Lifting& l, const Operands& o) { unary(l, o, zero_against<Opcode::VCompareGeS>); }
void lift_v_cmlt_zero(Lifting& l, const Operands& o) { unary(l, o, zero_against<Opcode::VCompareGtS>); }
// suqadd vd.t, vn.t
void lift_v_suqadd(Lifting& l, const Operands& o) { accumulate_mixed(l, o, helper::suqadd); }
void lift_v_usqadd(Lifting& l, const Operands& o) { accumulate_mixed(l, o, helper::usqadd); }
// xtn vd.tb, vn.ta
void lift_v_xtn(Lifting& l, const Operands& o) {
    lift_simd(l, o, [](Simd& s) { s.put_half(s.narrow(s.n(), s.size), s.size); });
}
void lift_v_sqxtn(Lifting& l, const Operands& o) { narrow(l, o, Narrowing::Signed); }
void lift_v_uqxtn(Lifting& l, const Operands& o) { narrow(l, o, Narrowing::Unsigned); }
void lift_v_sqxtun(Lifting& l, const Operands& o) { narrow(l, o, Narrowing::SignedToUnsigned); }
// shll vd.ta, vn.tb, #bits
void lift_v_shll(Lifting& l, const Operands& o) {
    lift_simd(l, o, [](Simd& s) {
        s.put_wide(s.shift(Opcode::VShl, s.widen(s.n(), s.size, Extend::Zero), s.size + 1, 8U << s.size), s.size + 1);
    });
}
// urecpe vd.t, vn.t
void lift_v_urecpe(Lifting& l, const Operands& o) { estimate(l, o, helper::urecpe); }
void lift_v_ursqrte(Lifting& l, const Operands& o) { estimate(l, o, helper::ursqrte); }

// clang-format on

} // namespace medley::iss::aarch64
