// Advanced SIMD floating-point products of narrow formats and of complex numbers.

#include "iss/aarch64/lift_simd.h"

namespace medley::iss::aarch64 {

namespace {

enum class Sign : bool { Plus, Minus };

/// Products of half-precision numbers are exact in single precision. The helper keeps signalling NaNs what they are.
void half_multiply_add(Lifting& l, const Operands& o, Sign sign, bool high, bool by_element) {
    lift_simd(l, o, [&](Simd& s) {
        const auto widened = [&](Value value, bool upper) {
            return s.isolated(s.call(helper::widen_halves,
                                     {value, s.l.word((upper ? 1U : 0U) | (l.mode().flush_to_zero16 ? 2U : 0U))}),
                              2);
        };
        // Of 64 bits, the high half has the third and the fourth lane.
        const auto chosen = [&](Value value) { return high && !s.q ? s.shift(Opcode::VShrU, value, 3, 32) : value; };
        auto n = widened(chosen(s.n()), high && s.q);
        if (sign == Sign::Minus)
            n = s.negated(n, 2);
        const auto m = by_element ? widened(indexed(s, 1), false) : widened(chosen(s.m()), high && s.q);
        s.put(s.float_op(Opcode::VFMulAdd, {n, m, s.isolated(s.d(), 2)}, 2), 2);
    });
}

/// A BFloat16 is the high half of a single-precision number: even or odd lanes (Q) take part.
void bfloat_multiply_add(Lifting& l, const Operands& o, bool by_element) {
    lift_simd(l, o, [&](Simd& s) {
        const auto widened = [&](Value value) {
            return s.q ? s.bitwise(Opcode::VAnd, value, s.every(2, 0xffff'0000)) : s.shift(Opcode::VShl, value, 2, 16);
        };
        const auto m = widened(by_element ? indexed(s, 1) : s.m());
        l.set_v(o.rd, s.float_op(Opcode::VFMulAdd, {widened(s.n()), m, s.d()}, 2));
    });
}

} // namespace

// clang-format off

// fmlal vd.t, vn.th, vm.th
void lift_v_fmlal(Lifting& l, const Operands& o) { half_multiply_add(l, o, Sign::Plus, false, false); }
void lift_v_fmlsl(Lifting& l, const Operands& o) { half_multiply_add(l, o, Sign::Minus, false, false); }
void lift_v_fmlal2(Lifting& l, const Operands& o) { half_multiply_add(l, o, Sign::Plus, true, false); }
void lift_v_fmlsl2(Lifting& l, const Operands& o) { half_multiply_add(l, o, Sign::Minus, true, false); }
void lift_ve_fmlal(Lifting& l, const Operands& o) { half_multiply_add(l, o, Sign::Plus, false, true); }
void lift_ve_fmlsl(Lifting& l, const Operands& o) { half_multiply_add(l, o, Sign::Minus, false, true); }
void lift_ve_fmlal2(Lifting& l, const Operands& o) { half_multiply_add(l, o, Sign::Plus, true, true); }
void lift_ve_fmlsl2(Lifting& l, const Operands& o) { half_multiply_add(l, o, Sign::Minus, true, true); }
// bfmlalb vd.4s, vn.8h, vm.8h
void lift_v_bfmlal(Lifting& l, const Operands& o) { bfloat_multiply_add(l, o, false); }
void lift_ve_bfmlal(Lifting& l, const Operands& o) { bfloat_multiply_add(l, o, true); }

// clang-format on

namespace {

/// Neighbours change places.
Value swapped(Simd& s, Value value, unsigned lane) {
    Simd::Bytes bytes{};
    for (unsigned i = 0; i < 16; ++i)
        bytes[i] = static_cast<std::uint8_t>(i ^ (1U << lane));
    return s.shuffle(value, value, bytes);
}

/// Each pair has its even or its odd lane twice.
Value doubled(Simd& s, Value value, unsigned lane, unsigned odd) {
    Simd::Bytes bytes{};
    for (unsigned i = 0; i < 16; ++i)
        bytes[i] = static_cast<std::uint8_t>((i & ~(1U << lane)) | odd << lane);
    return s.shuffle(value, value, bytes);
}

/// The sign bits of even lanes, of odd lanes, or of both.
Value pair_signs(Simd& s, unsigned lane, bool even, bool odd) {
    const auto sign = lane_sign(lane);
    if (lane == 3)
        return s.constant(even ? sign : 0, odd ? sign : 0);
    return s.every(lane + 1, (even ? sign : 0) | (odd ? sign << (8U << lane) : 0));
}

/// The element that is repeated is a pair.
Value indexed_pair(Simd& s, unsigned lane) {
    return s.repeat(s.m(), lane + 1, static_cast<unsigned>(s.o.imm));
}

/// A rotation by 90 degrees more than 0 or 180 takes the other part of vn and vm's parts crosswise.
void complex_multiply_add(Lifting& l, const Operands& o, unsigned lane, bool by_element) {
    lift_simd(l, o, [&](Simd& s) {
        const unsigned rotation = o.option;
        const bool crosswise = rotation % 2 != 0;
        const auto n = doubled(s, s.operand(s.n(), lane), lane, crosswise ? 1 : 0);
        auto m = s.operand(by_element ? indexed_pair(s, lane) : s.m(), lane);
        if (crosswise)
            m = swapped(s, m, lane);
        const bool negate_even = rotation == 1 || rotation == 2;
        const bool negate_odd = rotation >= 2;
        if (rotation != 0)
            m = s.bitwise(Opcode::VXor, m, pair_signs(s, lane, negate_even, negate_odd));
        s.put(s.float_op(Opcode::VFMulAdd, {n, m, s.operand(s.d(), lane)}, lane), lane);
    });
}

} // namespace

// fcmla vd.t, vn.t, vm.t, #rotation
void lift_v_fcmla(Lifting& l, const Operands& o) {
    complex_multiply_add(l, o, o.size == 0 ? 1 : o.size, false);
}
void lift_ve_fcmla(Lifting& l, const Operands& o) {
    complex_multiply_add(l, o, static_cast<unsigned>(bits(o.word, 22, 2)), true);
}
// fcadd vd.t, vn.t, vm.t, #rotation
void lift_v_fcadd(Lifting& l, const Operands& o) {
    lift_simd(l, o, [&](Simd& s) {
        const unsigned lane = s.float_lane();
        const bool by_270 = o.option != 0;
        const auto m = swapped(s, s.operand(s.m(), lane), lane);
        const auto turned = s.bitwise(Opcode::VXor, m, pair_signs(s, lane, !by_270, by_270));
        s.put(s.float_op(Opcode::VFAdd, {s.operand(s.n(), lane), turned}, lane), lane);
    });
}

} // namespace medley::iss::aarch64
