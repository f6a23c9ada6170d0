// Scalar floating point: arithmetic, comparison, selection, immediates.

#include "iss/aarch64/lift_simd.h"

#include <optional>

namespace medley::iss::aarch64 {

namespace {

/// Sources of an instruction and what computes with them.
struct Scalar {
    Scalar(Lifting& lifting, const Operands& operands)
        : l(lifting), o(operands), lane(float_lane(operands)), how(float_environment(lifting, lane)) {}
    [[nodiscard]] Value n() { return scalar_operand(l, o.rn, lane); }
    [[nodiscard]] Value m() { return scalar_operand(l, o.rm, lane); }
    [[nodiscard]] Value a() { return scalar_operand(l, o.ra, lane); }
    [[nodiscard]] Value op(Opcode opcode, std::initializer_list<Value> arguments) {
        return l.b.op(opcode, arguments, how.encode());
    }
    [[nodiscard]] Value negated(Value value) { return l.b.op(Opcode::FNeg, {value}); }
    void put(Value value) { l.set_scalar(o.rd, value); }

    Lifting& l;        // NOLINT: as Lifting::b
    const Operands& o; // NOLINT
    unsigned lane;
    ir::FloatOp how;
};

template <class Body>
void lift_scalar(Lifting& l, const Operands& o, Body body) {
    if (l.float_trapped())
        return;
    Scalar s(l, o);
    body(s);
}

void binary(Lifting& l, const Operands& o, Opcode opcode, MinMaxRule rule = MinMaxRule::Propagate) {
    lift_scalar(l, o, [&](Scalar& s) {
        s.how.min_max = rule;
        s.put(s.op(opcode, {s.n(), s.m()}));
    });
}

enum class Negate : std::uint8_t { None, Product, Addend, Both };

void fused(Lifting& l, const Operands& o, Negate negate) {
    lift_scalar(l, o, [&](Scalar& s) {
        auto n = s.n();
        auto a = s.a();
        if (negate == Negate::Product || negate == Negate::Both)
            n = s.negated(n);
        if (negate == Negate::Addend || negate == Negate::Both)
            a = s.negated(a);
        s.put(s.op(Opcode::FMulAdd, {n, s.m(), a}));
    });
}

void round(Lifting& l, const Operands& o, std::optional<Rounding> rounding, bool exact) {
    lift_scalar(l, o, [&](Scalar& s) {
        s.how.env.rounding = rounding.value_or(s.how.env.rounding);
        s.how.exact = exact;
        s.put(s.op(Opcode::FRound, {s.n()}));
    });
}

/// Without arithmetic: no flushing, no quieting.
void move(Lifting& l, const Operands& o, std::optional<Opcode> opcode) {
    lift_scalar(l, o, [&](Scalar& s) {
        const auto value = l.scalar(o.rn, float_type(s.lane));
        s.put(opcode ? l.b.op(*opcode, {value}) : value);
    });
}

/// A helper on one lane (vector, float_mode).
void round_to_size(Lifting& l, const Operands& o, ir::HelperId id) {
    lift_scalar(l, o, [&](Scalar& s) {
        l.set_v(o.rd, l.b.call(id, Type::V128, {l.v(o.rn), float_mode(l, s.lane, 1)}));
    });
}

struct Comparison {
    Value n, z, c, v;
};
/// Less: 1000, equal: 0110, greater: 0010, unordered: 0011 (Arm ARM, "FPCompare").
Comparison compared(Scalar& s, Value left, Value right, bool signalling) {
    s.how.signalling = signalling;
    const auto less = s.op(Opcode::FCompareLt, {left, right});
    const auto equal = s.op(Opcode::FCompareEq, {left, right});
    const auto unordered = s.op(Opcode::FUnordered, {left, right});
    return {less, equal, s.l.inverted(less), unordered};
}

void compare(Lifting& l, const Operands& o, bool with_zero, bool signalling) {
    lift_scalar(l, o, [&](Scalar& s) {
        const auto right = with_zero ? l.b.constant(float_type(s.lane), 0) : s.m();
        const auto flags = compared(s, s.n(), right, signalling);
        l.flags().set(flags.n, flags.z, flags.c, flags.v);
    });
}

/// Where the condition does not hold nothing is compared, so that nothing is raised: zeros stand in.
void compare_conditionally(Lifting& l, const Operands& o, bool signalling) {
    lift_scalar(l, o, [&](Scalar& s) {
        const auto holds = l.flags().holds(static_cast<Condition>(o.cond));
        const auto zero = l.b.constant(float_type(s.lane), 0);
        const auto flags = compared(s, l.b.select(holds, s.n(), zero), l.b.select(holds, s.m(), zero), signalling);
        const auto chosen = [&](Value flag, unsigned index) {
            return l.b.select(holds, flag, l.boolean(bit(o.nzcv, index)));
        };
        l.flags().set(chosen(flags.n, 3), chosen(flags.z, 2), chosen(flags.c, 1), chosen(flags.v, 0));
    });
}

} // namespace

// clang-format off

// fadd sd, sn, sm
void lift_f_add(Lifting& l, const Operands& o) { binary(l, o, Opcode::FAdd); }
void lift_f_sub(Lifting& l, const Operands& o) { binary(l, o, Opcode::FSub); }
void lift_f_mul(Lifting& l, const Operands& o) { binary(l, o, Opcode::FMul); }
void lift_f_div(Lifting& l, const Operands& o) { binary(l, o, Opcode::FDiv); }
void lift_f_max(Lifting& l, const Operands& o) { binary(l, o, Opcode::FMax); }
void lift_f_min(Lifting& l, const Operands& o) { binary(l, o, Opcode::FMin); }
void lift_f_maxnm(Lifting& l, const Operands& o) { binary(l, o, Opcode::FMax, MinMaxRule::QuietNumber); }
void lift_f_minnm(Lifting& l, const Operands& o) { binary(l, o, Opcode::FMin, MinMaxRule::QuietNumber); }
void lift_f_nmul(Lifting& l, const Operands& o) {
    lift_scalar(l, o, [](Scalar& s) { s.put(s.negated(s.op(Opcode::FMul, {s.n(), s.m()}))); });
}
// fmadd sd, sn, sm, sa
void lift_f_madd(Lifting& l, const Operands& o) { fused(l, o, Negate::None); }
void lift_f_msub(Lifting& l, const Operands& o) { fused(l, o, Negate::Product); }
void lift_f_nmadd(Lifting& l, const Operands& o) { fused(l, o, Negate::Both); }
void lift_f_nmsub(Lifting& l, const Operands& o) { fused(l, o, Negate::Addend); }
// fmov sd, sn
void lift_f_mov(Lifting& l, const Operands& o) { move(l, o, std::nullopt); }
void lift_f_abs(Lifting& l, const Operands& o) { move(l, o, Opcode::FAbs); }
void lift_f_neg(Lifting& l, const Operands& o) { move(l, o, Opcode::FNeg); }
void lift_f_sqrt(Lifting& l, const Operands& o) {
    lift_scalar(l, o, [](Scalar& s) { s.put(s.op(Opcode::FSqrt, {s.n()})); });
}
// frintn sd, sn
void lift_f_rintn(Lifting& l, const Operands& o) { round(l, o, Rounding::NearestEven, false); }
void lift_f_rintp(Lifting& l, const Operands& o) { round(l, o, Rounding::Up, false); }
void lift_f_rintm(Lifting& l, const Operands& o) { round(l, o, Rounding::Down, false); }
void lift_f_rintz(Lifting& l, const Operands& o) { round(l, o, Rounding::TowardZero, false); }
void lift_f_rinta(Lifting& l, const Operands& o) { round(l, o, Rounding::NearestAway, false); }
void lift_f_rintx(Lifting& l, const Operands& o) { round(l, o, std::nullopt, true); }
void lift_f_rinti(Lifting& l, const Operands& o) { round(l, o, std::nullopt, false); }
void lift_f_rint32z(Lifting& l, const Operands& o) { round_to_size(l, o, helper::frint32z); }
void lift_f_rint32x(Lifting& l, const Operands& o) { round_to_size(l, o, helper::frint32x); }
void lift_f_rint64z(Lifting& l, const Operands& o) { round_to_size(l, o, helper::frint64z); }
void lift_f_rint64x(Lifting& l, const Operands& o) { round_to_size(l, o, helper::frint64x); }
// fcmp sn, sm
void lift_f_cmp(Lifting& l, const Operands& o) { compare(l, o, false, false); }
void lift_f_cmpe(Lifting& l, const Operands& o) { compare(l, o, false, true); }
void lift_f_cmp_zero(Lifting& l, const Operands& o) { compare(l, o, true, false); }
void lift_f_cmpe_zero(Lifting& l, const Operands& o) { compare(l, o, true, true); }
// fccmp sn, sm, #nzcv, cond
void lift_f_ccmp(Lifting& l, const Operands& o) { compare_conditionally(l, o, false); }
void lift_f_ccmpe(Lifting& l, const Operands& o) { compare_conditionally(l, o, true); }

// clang-format on

// fcsel sd, sn, sm, cond
void lift_f_csel(Lifting& l, const Operands& o) {
    lift_scalar(l, o, [&](Scalar& s) {
        const auto type = float_type(s.lane);
        const auto holds = l.flags().holds(static_cast<Condition>(o.cond));
        s.put(l.b.select(holds, l.scalar(o.rn, type), l.scalar(o.rm, type)));
    });
}

// fmov sd, #imm
void lift_f_mov_imm(Lifting& l, const Operands& o) {
    lift_scalar(l, o, [&](Scalar& s) { s.put(l.b.constant(float_type(s.lane), float_immediate(o.imm, s.lane))); });
}

} // namespace medley::iss::aarch64
