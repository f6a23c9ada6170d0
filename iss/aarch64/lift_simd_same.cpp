// Advanced SIMD three same, integer lanes, vector and scalar.

#include "iss/aarch64/lift_simd.h"

namespace medley::iss::aarch64 {

namespace {

template <Opcode opcode>
Value plain(Simd& s, Value left, Value right, unsigned lane) {
    return s.op(opcode, {left, right}, lane);
}

/// (a + b) / 2: the common bits, and half of the others.
template <Opcode shift>
Value halving_add(Simd& s, Value left, Value right, unsigned lane) {
    const auto half = s.shift(shift, s.bitwise(Opcode::VXor, left, right), lane, 1);
    return s.op(Opcode::VAdd, {s.bitwise(Opcode::VAnd, left, right), half}, lane);
}

/// (a + b + 1) / 2
Value rounding_halving_add(Simd& s, Value left, Value right, unsigned lane) {
    const auto half = s.shift(Opcode::VShrS, s.bitwise(Opcode::VXor, left, right), lane, 1);
    return s.op(Opcode::VSub, {s.bitwise(Opcode::VOr, left, right), half}, lane);
}

/// (a - b) / 2, as a - b = (a ^ b) - 2 * (~a & b).
template <Opcode shift>
Value halving_sub(Simd& s, Value left, Value right, unsigned lane) {
    const auto half = s.shift(shift, s.bitwise(Opcode::VXor, left, right), lane, 1);
    return s.op(Opcode::VSub, {half, s.bitwise(Opcode::VAndNot, right, left)}, lane);
}

template <Opcode smaller, Opcode larger>
Value difference(Simd& s, Value left, Value right, unsigned lane) {
    return s.op(Opcode::VSub, {s.op(larger, {left, right}, lane), s.op(smaller, {left, right}, lane)}, lane);
}

Value saturating(Simd& s, Value left, Value right, unsigned lane, Opcode saturating, Opcode wrapping, bool all) {
    const auto result = s.op(saturating, {left, right}, lane);
    s.note_saturation(s.bitwise(Opcode::VXor, result, s.op(wrapping, {left, right}, lane)), lane, all);
    return result;
}

template <Extend kind>
Value sq_add(Simd& s, Value left, Value right, unsigned lane) {
    return saturating_add(s, left, right, lane, kind);
}
template <Extend kind>
Value sq_sub(Simd& s, Value left, Value right, unsigned lane) {
    return saturating_sub(s, left, right, lane, kind);
}

/// All ones where a and b have a bit in common.
Value compare_test(Simd& s, Value left, Value right, unsigned lane) {
    return s.inverted(s.op(Opcode::VCompareEq, {s.bitwise(Opcode::VAnd, left, right), s.zero()}, lane));
}

/// A helper (left, right, lane).
template <helper::Id id>
Value called(Simd& s, Value left, Value right, unsigned lane) {
    return s.call(id, {left, right, s.l.word(lane)});
}

/// A helper that sets QC sees nothing but the lanes that count.
template <helper::Id id>
Value called_saturating(Simd& s, Value left, Value right, unsigned lane) {
    return s.call(id, {s.isolated(left, lane), s.isolated(right, lane), s.l.word(lane)});
}

/// The one overflow of a doubled product is that of the least number squared.
void note_least_squared(Simd& s, Value left, Value right, unsigned lane) {
    const auto least = s.every(lane, std::uint64_t{1} << ((8U << lane) - 1));
    const auto both = s.bitwise(Opcode::VAnd, s.op(Opcode::VCompareEq, {left, least}, lane),
                                s.op(Opcode::VCompareEq, {right, least}, lane));
    s.note_saturation(both, lane);
}

/// vd = vd +- combine(vn, vm)
void accumulate(Lifting& l, const Operands& o, Opcode opcode, Combine combine) {
    lift_simd(l, o, [&](Simd& s) { s.put(s.op(opcode, {s.d(), combine(s, s.n(), s.m(), s.size)}, s.size), s.size); });
}

void logic(Lifting& l, const Operands& o, Value (*combine)(Simd& s)) {
    lift_simd(l, o, [combine](Simd& s) { s.put(combine(s), 3); });
}

} // namespace

Value saturating_add(Simd& s, Value left, Value right, unsigned lane, Extend kind, bool all) {
    return saturating(s, left, right, lane, kind == Extend::Sign ? Opcode::VAddSatS : Opcode::VAddSatU, Opcode::VAdd,
                      all);
}

Value saturating_sub(Simd& s, Value left, Value right, unsigned lane, Extend kind, bool all) {
    return saturating(s, left, right, lane, kind == Extend::Sign ? Opcode::VSubSatS : Opcode::VSubSatU, Opcode::VSub,
                      all);
}

Value doubling_multiply_high(Simd& s, Value left, Value right, unsigned lane) {
    note_least_squared(s, left, right, lane);
    return called<helper::sqdmulh>(s, left, right, lane);
}

Value rounding_doubling_multiply_high(Simd& s, Value left, Value right, unsigned lane) {
    note_least_squared(s, left, right, lane);
    return called<helper::sqrdmulh>(s, left, right, lane);
}

// Most lifters are one line, and read best as a table.
// clang-format off

// shadd vd.t, vn.t, vm.t
void lift_v_shadd(Lifting& l, const Operands& o) { lift_pair(l, o, halving_add<Opcode::VShrS>); }
void lift_v_uhadd(Lifting& l, const Operands& o) { lift_pair(l, o, halving_add<Opcode::VShrU>); }
void lift_v_srhadd(Lifting& l, const Operands& o) { lift_pair(l, o, rounding_halving_add); }
void lift_v_urhadd(Lifting& l, const Operands& o) { lift_pair(l, o, plain<Opcode::VAverageU>); }
void lift_v_shsub(Lifting& l, const Operands& o) { lift_pair(l, o, halving_sub<Opcode::VShrS>); }
void lift_v_uhsub(Lifting& l, const Operands& o) { lift_pair(l, o, halving_sub<Opcode::VShrU>); }
// sqadd vd.t, vn.t, vm.t
void lift_v_sqadd(Lifting& l, const Operands& o) { lift_pair(l, o, sq_add<Extend::Sign>); }
void lift_v_uqadd(Lifting& l, const Operands& o) { lift_pair(l, o, sq_add<Extend::Zero>); }
void lift_v_sqsub(Lifting& l, const Operands& o) { lift_pair(l, o, sq_sub<Extend::Sign>); }
void lift_v_uqsub(Lifting& l, const Operands& o) { lift_pair(l, o, sq_sub<Extend::Zero>); }
// add vd.t, vn.t, vm.t
void lift_v_add(Lifting& l, const Operands& o) { lift_pair(l, o, plain<Opcode::VAdd>); }
void lift_v_sub(Lifting& l, const Operands& o) { lift_pair(l, o, plain<Opcode::VSub>); }
void lift_v_mul(Lifting& l, const Operands& o) { lift_pair(l, o, plain<Opcode::VMul>); }
void lift_v_mla(Lifting& l, const Operands& o) { accumulate(l, o, Opcode::VAdd, plain<Opcode::VMul>); }
void lift_v_mls(Lifting& l, const Operands& o) { accumulate(l, o, Opcode::VSub, plain<Opcode::VMul>); }
void lift_v_pmul(Lifting& l, const Operands& o) { lift_pair(l, o, called<helper::pmul>); }
void lift_v_smax(Lifting& l, const Operands& o) { lift_pair(l, o, plain<Opcode::VMaxS>); }
void lift_v_umax(Lifting& l, const Operands& o) { lift_pair(l, o, plain<Opcode::VMaxU>); }
void lift_v_smin(Lifting& l, const Operands& o) { lift_pair(l, o, plain<Opcode::VMinS>); }
void lift_v_umin(Lifting& l, const Operands& o) { lift_pair(l, o, plain<Opcode::VMinU>); }
void lift_v_sabd(Lifting& l, const Operands& o) { lift_pair(l, o, difference<Opcode::VMinS, Opcode::VMaxS>); }
void lift_v_uabd(Lifting& l, const Operands& o) { lift_pair(l, o, difference<Opcode::VMinU, Opcode::VMaxU>); }
void lift_v_saba(Lifting& l, const Operands& o) { accumulate(l, o, Opcode::VAdd, difference<Opcode::VMinS, Opcode::VMaxS>); }
void lift_v_uaba(Lifting& l, const Operands& o) { accumulate(l, o, Opcode::VAdd, difference<Opcode::VMinU, Opcode::VMaxU>); }
// cmgt vd.t, vn.t, vm.t
void lift_v_cmgt(Lifting& l, const Operands& o) { lift_pair(l, o, plain<Opcode::VCompareGtS>); }
void lift_v_cmhi(Lifting& l, const Operands& o) { lift_pair(l, o, plain<Opcode::VCompareGtU>); }
void lift_v_cmge(Lifting& l, const Operands& o) { lift_pair(l, o, plain<Opcode::VCompareGeS>); }
void lift_v_cmhs(Lifting& l, const Operands& o) { lift_pair(l, o, plain<Opcode::VCompareGeU>); }
void lift_v_cmeq(Lifting& l, const Operands& o) { lift_pair(l, o, plain<Opcode::VCompareEq>); }
void lift_v_cmtst(Lifting& l, const Operands& o) { lift_pair(l, o, compare_test); }
// sshl vd.t, vn.t, vm.t
void lift_v_sshl(Lifting& l, const Operands& o) { lift_pair(l, o, called<helper::sshl>); }
void lift_v_ushl(Lifting& l, const Operands& o) { lift_pair(l, o, called<helper::ushl>); }
void lift_v_srshl(Lifting& l, const Operands& o) { lift_pair(l, o, called<helper::srshl>); }
void lift_v_urshl(Lifting& l, const Operands& o) { lift_pair(l, o, called<helper::urshl>); }
void lift_v_sqshl(Lifting& l, const Operands& o) { lift_pair(l, o, called_saturating<helper::sqshl>); }
void lift_v_uqshl(Lifting& l, const Operands& o) { lift_pair(l, o, called_saturating<helper::uqshl>); }
void lift_v_sqrshl(Lifting& l, const Operands& o) { lift_pair(l, o, called_saturating<helper::sqrshl>); }
void lift_v_uqrshl(Lifting& l, const Operands& o) { lift_pair(l, o, called_saturating<helper::uqrshl>); }
// sqdmulh vd.t, vn.t, vm.t
void lift_v_sqdmulh(Lifting& l, const Operands& o) { lift_pair(l, o, doubling_multiply_high); }
void lift_v_sqrdmulh(Lifting& l, const Operands& o) { lift_pair(l, o, rounding_doubling_multiply_high); }

// and vd.t, vn.t, vm.t
void lift_v_and(Lifting& l, const Operands& o) { logic(l, o, [](Simd& s) { return s.bitwise(Opcode::VAnd, s.n(), s.m()); }); }
void lift_v_bic(Lifting& l, const Operands& o) { logic(l, o, [](Simd& s) { return s.bitwise(Opcode::VAndNot, s.n(), s.m()); }); }
void lift_v_orr(Lifting& l, const Operands& o) {
    logic(l, o, [](Simd& s) { return s.o.rn == s.o.rm ? s.n() : s.bitwise(Opcode::VOr, s.n(), s.m()); });
}
void lift_v_orn(Lifting& l, const Operands& o) { logic(l, o, [](Simd& s) { return s.bitwise(Opcode::VOr, s.n(), s.inverted(s.m())); }); }
void lift_v_eor(Lifting& l, const Operands& o) { logic(l, o, [](Simd& s) { return s.bitwise(Opcode::VXor, s.n(), s.m()); }); }
void lift_v_bsl(Lifting& l, const Operands& o) { logic(l, o, [](Simd& s) { return s.select(s.d(), s.n(), s.m()); }); }
void lift_v_bit(Lifting& l, const Operands& o) { logic(l, o, [](Simd& s) { return s.select(s.m(), s.n(), s.d()); }); }
void lift_v_bif(Lifting& l, const Operands& o) { logic(l, o, [](Simd& s) { return s.select(s.m(), s.d(), s.n()); }); }

// clang-format on

namespace {

void multiply_accumulate_high(Lifting& l, const Operands& o, ir::HelperId id, bool by_element) {
    lift_simd(l, o, [&](Simd& s) {
        const auto factor = by_element ? indexed(s, s.size) : s.m();
        const auto isolated = [&](Value value) { return s.isolated(value, s.size); };
        s.put(s.call(id, {isolated(s.n()), isolated(factor), isolated(s.d()), l.word(s.size)}), s.size);
    });
}

void dot(Lifting& l, const Operands& o, ir::HelperId id, bool by_element) {
    lift_simd(l, o, [&](Simd& s) { s.put(s.call(id, {s.n(), by_element ? indexed(s, 2) : s.m(), s.d()}), 2); });
}

} // namespace

// sqrdmlah vd.t, vn.t, vm.t
void lift_v_sqrdmlah(Lifting& l, const Operands& o) {
    multiply_accumulate_high(l, o, helper::sqrdmlah, false);
}
void lift_v_sqrdmlsh(Lifting& l, const Operands& o) {
    multiply_accumulate_high(l, o, helper::sqrdmlsh, false);
}
void lift_ve_sqrdmlah(Lifting& l, const Operands& o) {
    multiply_accumulate_high(l, o, helper::sqrdmlah, true);
}
void lift_ve_sqrdmlsh(Lifting& l, const Operands& o) {
    multiply_accumulate_high(l, o, helper::sqrdmlsh, true);
}
// sdot vd.t, vn.b, vm.b
void lift_v_sdot(Lifting& l, const Operands& o) {
    dot(l, o, helper::sdot, false);
}
void lift_v_udot(Lifting& l, const Operands& o) {
    dot(l, o, helper::udot, false);
}
void lift_v_usdot(Lifting& l, const Operands& o) {
    dot(l, o, helper::usdot, false);
}
void lift_v_smmla(Lifting& l, const Operands& o) {
    dot(l, o, helper::smmla, false);
}
void lift_v_ummla(Lifting& l, const Operands& o) {
    dot(l, o, helper::ummla, false);
}
void lift_v_usmmla(Lifting& l, const Operands& o) {
    dot(l, o, helper::usmmla, false);
}
void lift_v_bfdot(Lifting& l, const Operands& o) {
    dot(l, o, helper::bfdot, false);
}
void lift_v_bfmmla(Lifting& l, const Operands& o) {
    dot(l, o, helper::bfmmla, false);
}
void lift_ve_sdot(Lifting& l, const Operands& o) {
    dot(l, o, helper::sdot, true);
}
void lift_ve_udot(Lifting& l, const Operands& o) {
    dot(l, o, helper::udot, true);
}
void lift_ve_usdot(Lifting& l, const Operands& o) {
    dot(l, o, helper::usdot, true);
}
void lift_ve_sudot(Lifting& l, const Operands& o) {
    dot(l, o, helper::sudot, true);
}
void lift_ve_bfdot(Lifting& l, const Operands& o) {
    dot(l, o, helper::bfdot, true);
}

// mul vd.t, vn.t, vm.t[i]
void lift_ve_mul(Lifting& l, const Operands& o) {
    lift_simd(l, o, [](Simd& s) { s.put(s.op(Opcode::VMul, {s.n(), indexed(s, s.size)}, s.size), s.size); });
}
void lift_ve_mla(Lifting& l, const Operands& o) {
    lift_simd(l, o, [](Simd& s) {
        s.put(s.op(Opcode::VAdd, {s.d(), s.op(Opcode::VMul, {s.n(), indexed(s, s.size)}, s.size)}, s.size), s.size);
    });
}
void lift_ve_mls(Lifting& l, const Operands& o) {
    lift_simd(l, o, [](Simd& s) {
        s.put(s.op(Opcode::VSub, {s.d(), s.op(Opcode::VMul, {s.n(), indexed(s, s.size)}, s.size)}, s.size), s.size);
    });
}
void lift_ve_sqdmulh(Lifting& l, const Operands& o) {
    lift_simd(l, o, [](Simd& s) { s.put(doubling_multiply_high(s, s.n(), indexed(s, s.size), s.size), s.size); });
}
void lift_ve_sqrdmulh(Lifting& l, const Operands& o) {
    lift_simd(l, o,
              [](Simd& s) { s.put(rounding_doubling_multiply_high(s, s.n(), indexed(s, s.size), s.size), s.size); });
}

} // namespace medley::iss::aarch64
