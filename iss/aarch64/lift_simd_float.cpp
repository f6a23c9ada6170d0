// Advanced SIMD floating-point arithmetic and comparison, vector and scalar, half to double precision.

#include "iss/aarch64/lift_simd.h"

namespace medley::iss::aarch64 {

namespace {

Value magnitude(Simd& s, Value value, unsigned lane) {
    return s.bitwise(Opcode::VAnd, value, s.every(lane, lane_sign(lane) - 1));
}

template <Opcode opcode>
Value plain(Simd& s, Value left, Value right, unsigned lane) {
    return s.float_op(opcode, {left, right}, lane);
}

template <Opcode opcode, MinMaxRule rule>
Value extreme(Simd& s, Value left, Value right, unsigned lane) {
    auto how = float_environment(s.l, lane);
    how.min_max = rule;
    return s.float_op(opcode, {left, right}, lane, how);
}

Value absolute_difference(Simd& s, Value left, Value right, unsigned lane) {
    return magnitude(s, s.float_op(Opcode::VFSub, {left, right}, lane), lane);
}

/// left >= right and left > right raise Invalid for any NaN.
template <Opcode opcode>
Value ordered(Simd& s, Value left, Value right, unsigned lane) {
    auto how = float_environment(s.l, lane);
    how.signalling = true;
    return s.float_op(opcode, {right, left}, lane, how);
}
template <Opcode opcode>
Value ordered_magnitudes(Simd& s, Value left, Value right, unsigned lane) {
    return ordered<opcode>(s, magnitude(s, left, lane), magnitude(s, right, lane), lane);
}

/// Factors whose product is a zero of the right sign where it would be infinity times zero, without an exception for
/// that: the infinity is replaced. `changed` has the bits of an infinity in those lanes, and 0 in others.
struct Factors {
    Value left;
    Value right;
    Value changed;
};
Factors without_invalid(Simd& s, Value left, Value right, unsigned lane) {
    const auto mode = float_mode(s.l, lane, 0);
    const auto safe_left = s.call(helper::drop_infinity, {left, right, mode});
    const auto safe_right = s.call(helper::drop_infinity, {right, left, mode});
    const auto changed =
        s.bitwise(Opcode::VOr, s.bitwise(Opcode::VXor, left, safe_left), s.bitwise(Opcode::VXor, right, safe_right));
    return {safe_left, safe_right, changed};
}

/// Infinity times zero is 2 (Arm ARM, "FPMulX"), whose one exponent bit an infinity has, too.
Value multiply_extended(Simd& s, Value left, Value right, unsigned lane) {
    const auto factors = without_invalid(s, left, right, lane);
    const auto product = s.float_op(Opcode::VFMul, {factors.left, factors.right}, lane);
    const auto two = s.bitwise(Opcode::VAnd, factors.changed, s.every(lane, lane_sign(lane) >> 1));
    return s.bitwise(Opcode::VOr, product, two);
}

/// 2 - left * right (Arm ARM, "FPRecipStepFused").
Value reciprocal_step(Simd& s, Value left, Value right, unsigned lane) {
    const auto factors = without_invalid(s, s.negated(left, lane), right, lane);
    return s.float_op(Opcode::VFMulAdd, {factors.left, factors.right, s.every(lane, float_immediate(0x00, lane))},
                      lane);
}

/// (3 - left * right) / 2 with one rounding (Arm ARM, "FPRSqrtStepFused"): 1.5 - left * right / 2, with the larger one
/// halved.
Value reciprocal_root_step(Simd& s, Value left, Value right, unsigned lane) {
    const auto factors = without_invalid(s, s.negated(left, lane), right, lane);
    const auto halved_left = s.call(helper::halve_larger, {factors.left, factors.right, s.l.word(lane)});
    const auto halved_right = s.call(helper::halve_larger, {factors.right, factors.left, s.l.word(lane | 16)});
    return s.float_op(Opcode::VFMulAdd, {halved_left, halved_right, s.every(lane, float_immediate(0x78, lane))}, lane);
}

/// vd = combine(vn, vm)
void combine_floats(Lifting& l, const Operands& o, Combine combine) {
    lift_simd(l, o, [combine](Simd& s) {
        const unsigned lane = s.float_lane();
        s.put(combine(s, s.operand(s.n(), lane), s.operand(s.m(), lane), lane), lane);
    });
}

/// The pairs of vn, then those of vm.
void pairwise(Lifting& l, const Operands& o, Combine combine) {
    lift_simd(l, o, [combine](Simd& s) {
        const unsigned lane = s.float_lane();
        const auto n = s.operand(s.n(), lane);
        const auto m = s.operand(s.m(), lane);
        s.put(combine(s, s.every_second(n, m, lane, 0), s.every_second(n, m, lane, 1), lane), lane);
    });
}

/// Neighbours first, as the architecture has it ("Reduce"), so that the same NaN wins. Lanes repeat what counts.
void across(Lifting& l, const Operands& o, Combine combine) {
    lift_simd(l, o, [combine](Simd& s) {
        const bool half = !bit(s.o.word, 29);
        const unsigned lane = half ? 1 : 2;
        unsigned lanes = (s.q ? 16U : 8U) >> lane;
        auto value = s.operand(s.n(), lane);
        for (; lanes > 1; lanes /= 2) {
            Simd::Bytes even{};
            Simd::Bytes odd{};
            for (unsigned i = 0; i < 16; ++i) {
                const unsigned pair = (i >> lane) % (lanes / 2);
                even[i] = static_cast<std::uint8_t>((2 * pair << lane) + i % (1U << lane));
                odd[i] = static_cast<std::uint8_t>(even[i] + (1U << lane));
            }
            value = combine(s, s.shuffle(value, value, even), s.shuffle(value, value, odd), lane);
        }
        s.l.set_scalar(s.o.rd, s.extract(float_type(lane), value, lane));
    });
}

/// The two lowest lanes of vn.
void scalar_pair(Lifting& l, const Operands& o, Opcode opcode, MinMaxRule rule = MinMaxRule::Propagate) {
    lift_simd(l, o, [&](Simd& s) {
        const unsigned lane = s.float_lane();
        auto how = float_environment(l, lane);
        how.min_max = rule;
        const auto pair = lane == 1 && l.mode().flush_to_zero16 ? s.flushed_halves(s.n()) : s.n();
        const auto low = s.extract(float_type(lane), pair, lane, 0);
        const auto high = s.extract(float_type(lane), pair, lane, 1);
        l.set_scalar(o.rd, l.b.op(opcode, {low, high}, how.encode()));
    });
}

enum class Sign : bool { Plus, Minus };

/// vd + vn * factor, or vd - vn * factor
void multiply_add(Lifting& l, const Operands& o, Sign sign, bool by_element) {
    lift_simd(l, o, [&](Simd& s) {
        const unsigned lane = by_element ? element_lane(o) : s.float_lane();
        auto n = s.operand(s.n(), lane);
        if (sign == Sign::Minus)
            n = s.negated(n, lane);
        const auto factor = s.operand(by_element ? indexed(s, lane) : s.m(), lane);
        s.put(s.float_op(Opcode::VFMulAdd, {n, factor, s.operand(s.d(), lane)}, lane), lane);
    });
}

void multiply_element(Lifting& l, const Operands& o, Combine combine) {
    lift_simd(l, o, [&](Simd& s) {
        const unsigned lane = element_lane(o);
        s.put(combine(s, s.operand(s.n(), lane), s.operand(indexed(s, lane), lane), lane), lane);
    });
}

void compare_zero(Lifting& l, const Operands& o, Combine combine, bool zero_first) {
    lift_simd(l, o, [&](Simd& s) {
        const unsigned lane = s.float_lane();
        const auto value = s.operand(s.n(), lane);
        s.put(zero_first ? combine(s, s.zero(), value, lane) : combine(s, value, s.zero(), lane), lane);
    });
}

} // namespace

// clang-format off

// fadd vd.t, vn.t, vm.t
void lift_v_fadd(Lifting& l, const Operands& o) { combine_floats(l, o, plain<Opcode::VFAdd>); }
void lift_v_fsub(Lifting& l, const Operands& o) { combine_floats(l, o, plain<Opcode::VFSub>); }
void lift_v_fmul(Lifting& l, const Operands& o) { combine_floats(l, o, plain<Opcode::VFMul>); }
void lift_v_fmulx(Lifting& l, const Operands& o) { combine_floats(l, o, multiply_extended); }
void lift_v_fabd(Lifting& l, const Operands& o) { combine_floats(l, o, absolute_difference); }
void lift_v_frecps(Lifting& l, const Operands& o) { combine_floats(l, o, reciprocal_step); }
void lift_v_frsqrts(Lifting& l, const Operands& o) { combine_floats(l, o, reciprocal_root_step); }
void lift_v_fdiv(Lifting& l, const Operands& o) {
    lift_simd(l, o, [](Simd& s) {
        const unsigned lane = s.float_lane();
        s.put(s.float_op(Opcode::VFDiv, {s.repeated_operand(s.n(), lane), s.repeated_operand(s.m(), lane)}, lane), lane);
    });
}
void lift_v_fmla(Lifting& l, const Operands& o) { multiply_add(l, o, Sign::Plus, false); }
void lift_v_fmls(Lifting& l, const Operands& o) { multiply_add(l, o, Sign::Minus, false); }
void lift_ve_fmla(Lifting& l, const Operands& o) { multiply_add(l, o, Sign::Plus, true); }
void lift_ve_fmls(Lifting& l, const Operands& o) { multiply_add(l, o, Sign::Minus, true); }
void lift_ve_fmul(Lifting& l, const Operands& o) { multiply_element(l, o, plain<Opcode::VFMul>); }
void lift_ve_fmulx(Lifting& l, const Operands& o) { multiply_element(l, o, multiply_extended); }
// fmax vd.t, vn.t, vm.t
void lift_v_fmax(Lifting& l, const Operands& o) { combine_floats(l, o, extreme<Opcode::VFMax, MinMaxRule::Propagate>); }
void lift_v_fmin(Lifting& l, const Operands& o) { combine_floats(l, o, extreme<Opcode::VFMin, MinMaxRule::Propagate>); }
void lift_v_fmaxnm(Lifting& l, const Operands& o) { combine_floats(l, o, extreme<Opcode::VFMax, MinMaxRule::QuietNumber>); }
void lift_v_fminnm(Lifting& l, const Operands& o) { combine_floats(l, o, extreme<Opcode::VFMin, MinMaxRule::QuietNumber>); }
// faddp vd.t, vn.t, vm.t
void lift_v_faddp(Lifting& l, const Operands& o) { pairwise(l, o, plain<Opcode::VFAdd>); }
void lift_v_fmaxp(Lifting& l, const Operands& o) { pairwise(l, o, extreme<Opcode::VFMax, MinMaxRule::Propagate>); }
void lift_v_fminp(Lifting& l, const Operands& o) { pairwise(l, o, extreme<Opcode::VFMin, MinMaxRule::Propagate>); }
void lift_v_fmaxnmp(Lifting& l, const Operands& o) { pairwise(l, o, extreme<Opcode::VFMax, MinMaxRule::QuietNumber>); }
void lift_v_fminnmp(Lifting& l, const Operands& o) { pairwise(l, o, extreme<Opcode::VFMin, MinMaxRule::QuietNumber>); }
void lift_s_faddp(Lifting& l, const Operands& o) { scalar_pair(l, o, Opcode::FAdd); }
void lift_s_fmaxp(Lifting& l, const Operands& o) { scalar_pair(l, o, Opcode::FMax); }
void lift_s_fminp(Lifting& l, const Operands& o) { scalar_pair(l, o, Opcode::FMin); }
void lift_s_fmaxnmp(Lifting& l, const Operands& o) { scalar_pair(l, o, Opcode::FMax, MinMaxRule::QuietNumber); }
void lift_s_fminnmp(Lifting& l, const Operands& o) { scalar_pair(l, o, Opcode::FMin, MinMaxRule::QuietNumber); }
// fmaxv sd, vn.4s
void lift_v_fmaxv(Lifting& l, const Operands& o) { across(l, o, extreme<Opcode::VFMax, MinMaxRule::Propagate>); }
void lift_v_fminv(Lifting& l, const Operands& o) { across(l, o, extreme<Opcode::VFMin, MinMaxRule::Propagate>); }
void lift_v_fmaxnmv(Lifting& l, const Operands& o) { across(l, o, extreme<Opcode::VFMax, MinMaxRule::QuietNumber>); }
void lift_v_fminnmv(Lifting& l, const Operands& o) { across(l, o, extreme<Opcode::VFMin, MinMaxRule::QuietNumber>); }
// fcmeq vd.t, vn.t, vm.t
void lift_v_fcmeq(Lifting& l, const Operands& o) { combine_floats(l, o, plain<Opcode::VFCompareEq>); }
void lift_v_fcmge(Lifting& l, const Operands& o) { combine_floats(l, o, ordered<Opcode::VFCompareLe>); }
void lift_v_fcmgt(Lifting& l, const Operands& o) { combine_floats(l, o, ordered<Opcode::VFCompareLt>); }
void lift_v_facge(Lifting& l, const Operands& o) { combine_floats(l, o, ordered_magnitudes<Opcode::VFCompareLe>); }
void lift_v_facgt(Lifting& l, const Operands& o) { combine_floats(l, o, ordered_magnitudes<Opcode::VFCompareLt>); }
void lift_v_fcmeq_zero(Lifting& l, const Operands& o) { compare_zero(l, o, plain<Opcode::VFCompareEq>, false); }
void lift_v_fcmge_zero(Lifting& l, const Operands& o) { compare_zero(l, o, ordered<Opcode::VFCompareLe>, false); }
void lift_v_fcmgt_zero(Lifting& l, const Operands& o) { compare_zero(l, o, ordered<Opcode::VFCompareLt>, false); }
void lift_v_fcmle_zero(Lifting& l, const Operands& o) { compare_zero(l, o, ordered<Opcode::VFCompareLe>, true); }
void lift_v_fcmlt_zero(Lifting& l, const Operands& o) { compare_zero(l, o, ordered<Opcode::VFCompareLt>, true); }

// clang-format on

} // namespace medley::iss::aarch64
