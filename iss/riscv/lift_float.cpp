// Floating-point computation, comparison and sign injection: F, D, Zfh.

#include "iss/riscv/lift_float.h"

namespace medley::iss::riscv {

namespace {

void binary(Lifting& l, const Operands& o, Type type, Opcode opcode) {
    FloatLifting f(l);
    if (!f.allowed_with_rounding(o))
        return;
    const auto first = f.read(o.rs1, type);
    const auto second = f.read(o.rs2, type);
    f.write(o.rd, l.b.op(opcode, {first, second}, f.env.encode()), type);
    f.finish();
}

void square_root(Lifting& l, const Operands& o, Type type) {
    FloatLifting f(l);
    if (!f.allowed_with_rounding(o))
        return;
    f.write(o.rd, l.b.op(Opcode::FSqrt, {f.read(o.rs1, type)}, f.env.encode()), type);
    f.finish();
}

enum class Negate : std::uint8_t { None, Product, Addend, Both };

/// One rounding, so a negated product is the product of a negated factor.
void fused(Lifting& l, const Operands& o, Type type, Negate negate) {
    FloatLifting f(l);
    if (!f.allowed_with_rounding(o))
        return;
    auto first = f.read(o.rs1, type);
    const auto second = f.read(o.rs2, type);
    auto addend = f.read(o.rs3, type);
    if (negate == Negate::Product || negate == Negate::Both)
        first = l.b.op(Opcode::FNeg, {first});
    if (negate == Negate::Addend || negate == Negate::Both)
        addend = l.b.op(Opcode::FNeg, {addend});
    f.write(o.rd, l.b.op(Opcode::FMulAdd, {first, second, addend}, f.env.encode()), type);
    f.finish();
}

void extreme(Lifting& l, const Operands& o, Type type, Opcode opcode) {
    FloatLifting f(l);
    if (!f.allowed())
        return;
    f.env.min_max = MinMaxRule::Number;
    const auto first = f.read(o.rs1, type);
    const auto second = f.read(o.rs2, type);
    f.write(o.rd, l.b.op(opcode, {first, second}, f.env.encode()), type);
    f.finish();
}

void compare(Lifting& l, const Operands& o, Type type, Opcode opcode) {
    FloatLifting f(l);
    if (!f.allowed())
        return;
    f.env.signalling = opcode != Opcode::FCompareEq;
    const auto first = f.read(o.rs1, type);
    const auto second = f.read(o.rs2, type);
    l.set_x_bool(o.rd, l.b.op(opcode, {first, second}, f.env.encode()));
    f.finish();
}

enum class Sign : std::uint8_t { Copy, Inverted, Xor };

/// a with its sign bit changed by that of b; without a branch on the format: the bits are taken as an integer.
Value sign_xor(Lifting& l, Value a, Value b, Type type) {
    const auto integer = type == Type::F64 ? Type::I64 : Type::I32;
    const auto sign = l.b.constant(integer, std::uint64_t{1} << (bits_of(type) - 1));
    const auto sign_of_b = l.b.bit_and(l.b.bitcast(integer, b), sign);
    return l.b.bitcast(type, l.b.bit_xor(l.b.bitcast(integer, a), sign_of_b));
}

Value injected(Lifting& l, FloatLifting& f, const Operands& o, Type type, Sign sign) {
    const auto first = f.read(o.rs1, type);
    if (o.rs1 == o.rs2) { // The pseudo-instructions fmv, fneg and fabs.
        if (sign == Sign::Copy)
            return first;
        return l.b.op(sign == Sign::Inverted ? Opcode::FNeg : Opcode::FAbs, {first});
    }
    const auto second = f.read(o.rs2, type);
    if (sign == Sign::Xor)
        return sign_xor(l, first, second, type);
    return l.b.op(Opcode::FCopySign, {first, sign == Sign::Copy ? second : l.b.op(Opcode::FNeg, {second})});
}

void inject_sign(Lifting& l, const Operands& o, Type type, Sign sign) {
    FloatLifting f(l);
    if (!f.allowed())
        return;
    f.write(o.rd, injected(l, f, o, type, sign), type);
    f.finish();
}

} // namespace

// Most lifters are one line, and read best as a table.
// clang-format off

// fmadd.s rd, rs1, rs2, rs3
void lift_fmadd_s(Lifting& l, const Operands& o) { fused(l, o, Type::F32, Negate::None); }
void lift_fmsub_s(Lifting& l, const Operands& o) { fused(l, o, Type::F32, Negate::Addend); }
void lift_fnmsub_s(Lifting& l, const Operands& o) { fused(l, o, Type::F32, Negate::Product); }
void lift_fnmadd_s(Lifting& l, const Operands& o) { fused(l, o, Type::F32, Negate::Both); }
// fadd.s rd, rs1, rs2
void lift_fadd_s(Lifting& l, const Operands& o) { binary(l, o, Type::F32, Opcode::FAdd); }
void lift_fsub_s(Lifting& l, const Operands& o) { binary(l, o, Type::F32, Opcode::FSub); }
void lift_fmul_s(Lifting& l, const Operands& o) { binary(l, o, Type::F32, Opcode::FMul); }
void lift_fdiv_s(Lifting& l, const Operands& o) { binary(l, o, Type::F32, Opcode::FDiv); }
void lift_fsqrt_s(Lifting& l, const Operands& o) { square_root(l, o, Type::F32); }
void lift_fsgnj_s(Lifting& l, const Operands& o) { inject_sign(l, o, Type::F32, Sign::Copy); }
void lift_fsgnjn_s(Lifting& l, const Operands& o) { inject_sign(l, o, Type::F32, Sign::Inverted); }
void lift_fsgnjx_s(Lifting& l, const Operands& o) { inject_sign(l, o, Type::F32, Sign::Xor); }
void lift_fmin_s(Lifting& l, const Operands& o) { extreme(l, o, Type::F32, Opcode::FMin); }
void lift_fmax_s(Lifting& l, const Operands& o) { extreme(l, o, Type::F32, Opcode::FMax); }
// feq.s rd, rs1, rs2
void lift_feq_s(Lifting& l, const Operands& o) { compare(l, o, Type::F32, Opcode::FCompareEq); }
void lift_flt_s(Lifting& l, const Operands& o) { compare(l, o, Type::F32, Opcode::FCompareLt); }
void lift_fle_s(Lifting& l, const Operands& o) { compare(l, o, Type::F32, Opcode::FCompareLe); }

// fmadd.d rd, rs1, rs2, rs3
void lift_fmadd_d(Lifting& l, const Operands& o) { fused(l, o, Type::F64, Negate::None); }
void lift_fmsub_d(Lifting& l, const Operands& o) { fused(l, o, Type::F64, Negate::Addend); }
void lift_fnmsub_d(Lifting& l, const Operands& o) { fused(l, o, Type::F64, Negate::Product); }
void lift_fnmadd_d(Lifting& l, const Operands& o) { fused(l, o, Type::F64, Negate::Both); }
// fadd.d rd, rs1, rs2
void lift_fadd_d(Lifting& l, const Operands& o) { binary(l, o, Type::F64, Opcode::FAdd); }
void lift_fsub_d(Lifting& l, const Operands& o) { binary(l, o, Type::F64, Opcode::FSub); }
void lift_fmul_d(Lifting& l, const Operands& o) { binary(l, o, Type::F64, Opcode::FMul); }
void lift_fdiv_d(Lifting& l, const Operands& o) { binary(l, o, Type::F64, Opcode::FDiv); }
void lift_fsqrt_d(Lifting& l, const Operands& o) { square_root(l, o, Type::F64); }
void lift_fsgnj_d(Lifting& l, const Operands& o) { inject_sign(l, o, Type::F64, Sign::Copy); }
void lift_fsgnjn_d(Lifting& l, const Operands& o) { inject_sign(l, o, Type::F64, Sign::Inverted); }
void lift_fsgnjx_d(Lifting& l, const Operands& o) { inject_sign(l, o, Type::F64, Sign::Xor); }
void lift_fmin_d(Lifting& l, const Operands& o) { extreme(l, o, Type::F64, Opcode::FMin); }
void lift_fmax_d(Lifting& l, const Operands& o) { extreme(l, o, Type::F64, Opcode::FMax); }
// feq.d rd, rs1, rs2
void lift_feq_d(Lifting& l, const Operands& o) { compare(l, o, Type::F64, Opcode::FCompareEq); }
void lift_flt_d(Lifting& l, const Operands& o) { compare(l, o, Type::F64, Opcode::FCompareLt); }
void lift_fle_d(Lifting& l, const Operands& o) { compare(l, o, Type::F64, Opcode::FCompareLe); }

// fmadd.h rd, rs1, rs2, rs3
void lift_fmadd_h(Lifting& l, const Operands& o) { fused(l, o, Type::F16, Negate::None); }
void lift_fmsub_h(Lifting& l, const Operands& o) { fused(l, o, Type::F16, Negate::Addend); }
void lift_fnmsub_h(Lifting& l, const Operands& o) { fused(l, o, Type::F16, Negate::Product); }
void lift_fnmadd_h(Lifting& l, const Operands& o) { fused(l, o, Type::F16, Negate::Both); }
// fadd.h rd, rs1, rs2
void lift_fadd_h(Lifting& l, const Operands& o) { binary(l, o, Type::F16, Opcode::FAdd); }
void lift_fsub_h(Lifting& l, const Operands& o) { binary(l, o, Type::F16, Opcode::FSub); }
void lift_fmul_h(Lifting& l, const Operands& o) { binary(l, o, Type::F16, Opcode::FMul); }
void lift_fdiv_h(Lifting& l, const Operands& o) { binary(l, o, Type::F16, Opcode::FDiv); }
void lift_fsqrt_h(Lifting& l, const Operands& o) { square_root(l, o, Type::F16); }
void lift_fsgnj_h(Lifting& l, const Operands& o) { inject_sign(l, o, Type::F16, Sign::Copy); }
void lift_fsgnjn_h(Lifting& l, const Operands& o) { inject_sign(l, o, Type::F16, Sign::Inverted); }
void lift_fsgnjx_h(Lifting& l, const Operands& o) { inject_sign(l, o, Type::F16, Sign::Xor); }
void lift_fmin_h(Lifting& l, const Operands& o) { extreme(l, o, Type::F16, Opcode::FMin); }
void lift_fmax_h(Lifting& l, const Operands& o) { extreme(l, o, Type::F16, Opcode::FMax); }
// feq.h rd, rs1, rs2
void lift_feq_h(Lifting& l, const Operands& o) { compare(l, o, Type::F16, Opcode::FCompareEq); }
void lift_flt_h(Lifting& l, const Operands& o) { compare(l, o, Type::F16, Opcode::FCompareLt); }
void lift_fle_h(Lifting& l, const Operands& o) { compare(l, o, Type::F16, Opcode::FCompareLe); }

// clang-format on

} // namespace medley::iss::riscv
