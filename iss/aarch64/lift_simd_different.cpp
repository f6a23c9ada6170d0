// Advanced SIMD three different: widening and narrowing arithmetic, and the same by element.

#include "iss/aarch64/lift_simd.h"

namespace medley::iss::aarch64 {

namespace {

/// Which operand is multiplied: a whole register, or one of its elements.
enum class Second : bool { Vector, Element };

Value second_operand(Simd& s, Second second) {
    return second == Second::Element ? indexed(s, s.size) : s.m();
}

/// Both operands are widened.
template <Opcode opcode>
Value long_op(Simd& s, Value left, Value right, Extend extend) {
    return s.op(opcode, {s.widen(left, s.size, extend), s.widen(right, s.size, extend)}, s.size + 1);
}

Value long_difference(Simd& s, Value left, Value right, Extend extend) {
    const bool sign = extend == Extend::Sign;
    const auto larger = s.op(sign ? Opcode::VMaxS : Opcode::VMaxU, {left, right}, s.size);
    const auto smaller = s.op(sign ? Opcode::VMinS : Opcode::VMinU, {left, right}, s.size);
    return s.widen(s.op(Opcode::VSub, {larger, smaller}, s.size), s.size, Extend::Zero);
}

using LongOp = Value (*)(Simd& s, Value left, Value right, Extend extend);

/// vd = op(vn, vm)
void long_form(Lifting& l, const Operands& o, LongOp op, Extend extend, Second second = Second::Vector) {
    lift_simd(l, o, [&](Simd& s) { s.put_wide(op(s, s.n(), second_operand(s, second), extend), s.size + 1); });
}

/// vd = vd +- op(vn, vm)
void long_accumulate(Lifting& l, const Operands& o, Opcode how, LongOp op, Extend extend,
                     Second second = Second::Vector) {
    lift_simd(l, o, [&](Simd& s) {
        const auto value = op(s, s.n(), second_operand(s, second), extend);
        s.put_wide(s.op(how, {s.d(), value}, s.size + 1), s.size + 1);
    });
}

/// vn is wide already.
void wide_form(Lifting& l, const Operands& o, Opcode opcode, Extend extend) {
    lift_simd(l, o, [&](Simd& s) {
        s.put_wide(s.op(opcode, {s.n(), s.widen(s.m(), s.size, extend)}, s.size + 1), s.size + 1);
    });
}

/// The high halves of sums or differences.
void narrow_high(Lifting& l, const Operands& o, Opcode opcode, bool round) {
    lift_simd(l, o, [&](Simd& s) {
        const unsigned bits = 8U << s.size;
        auto value = s.op(opcode, {s.n(), s.m()}, s.size + 1);
        if (round)
            value = s.op(Opcode::VAdd, {value, s.every(s.size + 1, std::uint64_t{1} << (bits - 1))}, s.size + 1);
        s.put_half(s.narrow(s.shift(Opcode::VShrU, value, s.size + 1, bits), s.size), s.size);
    });
}

/// 2 * vn * vm, saturated.
Value doubled_product(Simd& s, Second second) {
    const auto product = long_op<Opcode::VMul>(s, s.n(), second_operand(s, second), Extend::Sign);
    return saturating_add(s, product, product, s.size + 1, Extend::Sign, true);
}

void doubling_form(Lifting& l, const Operands& o, Second second) {
    lift_simd(l, o, [&](Simd& s) { s.put_wide(doubled_product(s, second), s.size + 1); });
}

void doubling_accumulate(Lifting& l, const Operands& o, bool subtract, Second second) {
    lift_simd(l, o, [&](Simd& s) {
        const auto product = doubled_product(s, second);
        const auto result = subtract ? saturating_sub(s, s.d(), product, s.size + 1, Extend::Sign, true)
                                     : saturating_add(s, s.d(), product, s.size + 1, Extend::Sign, true);
        s.put_wide(result, s.size + 1);
    });
}

constexpr LongOp kAdd = long_op<Opcode::VAdd>;
constexpr LongOp kSub = long_op<Opcode::VSub>;
constexpr LongOp kMul = long_op<Opcode::VMul>;

} // namespace

// clang-format off

// saddl vd.ta, vn.t, vm.t
void lift_v_saddl(Lifting& l, const Operands& o) { long_form(l, o, kAdd, Extend::Sign); }
void lift_v_uaddl(Lifting& l, const Operands& o) { long_form(l, o, kAdd, Extend::Zero); }
void lift_v_ssubl(Lifting& l, const Operands& o) { long_form(l, o, kSub, Extend::Sign); }
void lift_v_usubl(Lifting& l, const Operands& o) { long_form(l, o, kSub, Extend::Zero); }
void lift_v_saddw(Lifting& l, const Operands& o) { wide_form(l, o, Opcode::VAdd, Extend::Sign); }
void lift_v_uaddw(Lifting& l, const Operands& o) { wide_form(l, o, Opcode::VAdd, Extend::Zero); }
void lift_v_ssubw(Lifting& l, const Operands& o) { wide_form(l, o, Opcode::VSub, Extend::Sign); }
void lift_v_usubw(Lifting& l, const Operands& o) { wide_form(l, o, Opcode::VSub, Extend::Zero); }
void lift_v_sabdl(Lifting& l, const Operands& o) { long_form(l, o, long_difference, Extend::Sign); }
void lift_v_uabdl(Lifting& l, const Operands& o) { long_form(l, o, long_difference, Extend::Zero); }
void lift_v_sabal(Lifting& l, const Operands& o) { long_accumulate(l, o, Opcode::VAdd, long_difference, Extend::Sign); }
void lift_v_uabal(Lifting& l, const Operands& o) { long_accumulate(l, o, Opcode::VAdd, long_difference, Extend::Zero); }
// smull vd.ta, vn.t, vm.t
void lift_v_smull(Lifting& l, const Operands& o) { long_form(l, o, kMul, Extend::Sign); }
void lift_v_umull(Lifting& l, const Operands& o) { long_form(l, o, kMul, Extend::Zero); }
void lift_v_smlal(Lifting& l, const Operands& o) { long_accumulate(l, o, Opcode::VAdd, kMul, Extend::Sign); }
void lift_v_umlal(Lifting& l, const Operands& o) { long_accumulate(l, o, Opcode::VAdd, kMul, Extend::Zero); }
void lift_v_smlsl(Lifting& l, const Operands& o) { long_accumulate(l, o, Opcode::VSub, kMul, Extend::Sign); }
void lift_v_umlsl(Lifting& l, const Operands& o) { long_accumulate(l, o, Opcode::VSub, kMul, Extend::Zero); }
void lift_v_sqdmull(Lifting& l, const Operands& o) { doubling_form(l, o, Second::Vector); }
void lift_v_sqdmlal(Lifting& l, const Operands& o) { doubling_accumulate(l, o, false, Second::Vector); }
void lift_v_sqdmlsl(Lifting& l, const Operands& o) { doubling_accumulate(l, o, true, Second::Vector); }
// smull vd.ta, vn.t, vm.t[i]
void lift_ve_smull(Lifting& l, const Operands& o) { long_form(l, o, kMul, Extend::Sign, Second::Element); }
void lift_ve_umull(Lifting& l, const Operands& o) { long_form(l, o, kMul, Extend::Zero, Second::Element); }
void lift_ve_smlal(Lifting& l, const Operands& o) { long_accumulate(l, o, Opcode::VAdd, kMul, Extend::Sign, Second::Element); }
void lift_ve_umlal(Lifting& l, const Operands& o) { long_accumulate(l, o, Opcode::VAdd, kMul, Extend::Zero, Second::Element); }
void lift_ve_smlsl(Lifting& l, const Operands& o) { long_accumulate(l, o, Opcode::VSub, kMul, Extend::Sign, Second::Element); }
void lift_ve_umlsl(Lifting& l, const Operands& o) { long_accumulate(l, o, Opcode::VSub, kMul, Extend::Zero, Second::Element); }
void lift_ve_sqdmull(Lifting& l, const Operands& o) { doubling_form(l, o, Second::Element); }
void lift_ve_sqdmlal(Lifting& l, const Operands& o) { doubling_accumulate(l, o, false, Second::Element); }
void lift_ve_sqdmlsl(Lifting& l, const Operands& o) { doubling_accumulate(l, o, true, Second::Element); }
// addhn vd.tb, vn.ta, vm.ta
void lift_v_addhn(Lifting& l, const Operands& o) { narrow_high(l, o, Opcode::VAdd, false); }
void lift_v_raddhn(Lifting& l, const Operands& o) { narrow_high(l, o, Opcode::VAdd, true); }
void lift_v_subhn(Lifting& l, const Operands& o) { narrow_high(l, o, Opcode::VSub, false); }
void lift_v_rsubhn(Lifting& l, const Operands& o) { narrow_high(l, o, Opcode::VSub, true); }

// clang-format on

// pmull vd.8h, vn.8b, vm.8b
void lift_v_pmull(Lifting& l, const Operands& o) {
    lift_simd(l, o, [](Simd& s) { s.l.set_v(s.o.rd, s.call(helper::pmull, {s.n(), s.m(), s.l.word(s.q ? 1 : 0)})); });
}
// pmull vd.1q, vn.1d, vm.1d
void lift_v_pmull_q(Lifting& l, const Operands& o) {
    lift_simd(l, o, [](Simd& s) {
        const auto left = s.extract(Type::I64, s.n(), 3, s.q ? 1 : 0);
        const auto right = s.extract(Type::I64, s.m(), 3, s.q ? 1 : 0);
        const auto low = s.b.op(Opcode::CarrylessMulLow, {left, right});
        const auto high = s.b.op(Opcode::CarrylessMulHigh, {left, right});
        s.l.set_v(s.o.rd, s.insert(s.b.bitcast(Type::V128, low), high, 3, 1));
    });
}

} // namespace medley::iss::aarch64
