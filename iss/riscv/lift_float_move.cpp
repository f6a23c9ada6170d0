// Floating-point loads, stores, moves, classification and conversions: F, D, Zfh.

#include "iss/riscv/lift_float.h"

namespace medley::iss::riscv {

namespace {

constexpr unsigned size_log2(unsigned width) {
    return width == 64 ? 3 : width == 32 ? 2 : 1;
}

void load(Lifting& l, const Operands& o, Type type) {
    FloatLifting f(l);
    if (!f.allowed())
        return;
    const auto width = bits_of(type);
    f.write_raw(o.rd, l.b.load(Type::I64, l.data_address(o), l.mem(size_log2(width))), width);
    f.finish();
}

void store(Lifting& l, const Operands& o, Type type) {
    FloatLifting f(l);
    if (!f.allowed())
        return;
    const auto address = l.data_address(o);
    l.b.store(address, f.read_raw(o.rs2, l.ft() == Type::F64 ? Type::I64 : Type::I32), l.mem(size_log2(bits_of(type))));
}

/// The bits as they are, boxed or not, extended by sign.
void move_to_integer(Lifting& l, const Operands& o, unsigned width) {
    FloatLifting f(l);
    if (!f.allowed() || o.rd == 0)
        return;
    const auto raw = f.read_raw(o.rs1, l.xt());
    l.set_x(o.rd, width < l.isa().xlen() ? l.b.sign_extend(l.xt(), raw, width) : raw);
}

void move_from_integer(Lifting& l, const Operands& o, unsigned width) {
    FloatLifting f(l);
    if (!f.allowed())
        return;
    const auto value = l.x(o.rs1);
    f.write_raw(o.rd, l.is_64_bit() ? value : l.b.zero_extend(Type::I64, value, 32), width);
    f.finish();
}

void classify(Lifting& l, const Operands& o, Type type, ir::HelperId id) {
    FloatLifting f(l);
    if (f.allowed())
        l.set_x(o.rd, l.b.call(id, l.xt(), {l.b.bitcast(Type::I64, f.read(o.rs1, type))}));
}

void convert_format(Lifting& l, const Operands& o, Type to, Type from) {
    FloatLifting f(l);
    if (!f.allowed_with_rounding(o))
        return;
    f.write(o.rd, l.b.op_as(Opcode::FConvert, to, {f.read(o.rs1, from)}, f.env.encode()), to);
    f.finish();
}

/// 32-bit results are extended by sign, also unsigned ones.
void to_integer(Lifting& l, const Operands& o, Type integer, Type from, Opcode opcode) {
    FloatLifting f(l);
    if (!f.allowed_with_rounding(o))
        return;
    f.env.nan_to_int = NanToInt::Maximum;
    const auto value = l.b.op_as(opcode, integer, {f.read(o.rs1, from)}, f.env.encode());
    if (o.rd != 0)
        l.set_x(o.rd, integer == l.xt() ? value : l.b.sign_extend(Type::I64, value, 32));
    f.finish();
}

void from_integer(Lifting& l, const Operands& o, Type to, Type integer, Opcode opcode) {
    FloatLifting f(l);
    if (!f.allowed_with_rounding(o))
        return;
    const auto value = integer == l.xt() ? l.x(o.rs1) : l.b.truncate(Type::I32, l.x(o.rs1));
    f.write(o.rd, l.b.op_as(opcode, to, {value}, f.env.encode()), to);
    f.finish();
}

} // namespace

// Most lifters are one line, and read best as a table.
// clang-format off

// flw rd, imm(rs1)
void lift_flw(Lifting& l, const Operands& o) { load(l, o, Type::F32); }
void lift_fsw(Lifting& l, const Operands& o) { store(l, o, Type::F32); }
void lift_fmv_x_w(Lifting& l, const Operands& o) { move_to_integer(l, o, 32); }
void lift_fmv_w_x(Lifting& l, const Operands& o) { move_from_integer(l, o, 32); }
void lift_fclass_s(Lifting& l, const Operands& o) { classify(l, o, Type::F32, helper::classify_single); }
// fcvt.w.s rd, rs1
void lift_fcvt_w_s(Lifting& l, const Operands& o) { to_integer(l, o, Type::I32, Type::F32, Opcode::FToS); }
void lift_fcvt_wu_s(Lifting& l, const Operands& o) { to_integer(l, o, Type::I32, Type::F32, Opcode::FToU); }
void lift_fcvt_l_s(Lifting& l, const Operands& o) { to_integer(l, o, Type::I64, Type::F32, Opcode::FToS); }
void lift_fcvt_lu_s(Lifting& l, const Operands& o) { to_integer(l, o, Type::I64, Type::F32, Opcode::FToU); }
void lift_fcvt_s_w(Lifting& l, const Operands& o) { from_integer(l, o, Type::F32, Type::I32, Opcode::SToF); }
void lift_fcvt_s_wu(Lifting& l, const Operands& o) { from_integer(l, o, Type::F32, Type::I32, Opcode::UToF); }
void lift_fcvt_s_l(Lifting& l, const Operands& o) { from_integer(l, o, Type::F32, Type::I64, Opcode::SToF); }
void lift_fcvt_s_lu(Lifting& l, const Operands& o) { from_integer(l, o, Type::F32, Type::I64, Opcode::UToF); }

// fld rd, imm(rs1)
void lift_fld(Lifting& l, const Operands& o) { load(l, o, Type::F64); }
void lift_fsd(Lifting& l, const Operands& o) { store(l, o, Type::F64); }
void lift_fmv_x_d(Lifting& l, const Operands& o) { move_to_integer(l, o, 64); }
void lift_fmv_d_x(Lifting& l, const Operands& o) { move_from_integer(l, o, 64); }
void lift_fclass_d(Lifting& l, const Operands& o) { classify(l, o, Type::F64, helper::classify_double); }
// fcvt.w.d rd, rs1
void lift_fcvt_w_d(Lifting& l, const Operands& o) { to_integer(l, o, Type::I32, Type::F64, Opcode::FToS); }
void lift_fcvt_wu_d(Lifting& l, const Operands& o) { to_integer(l, o, Type::I32, Type::F64, Opcode::FToU); }
void lift_fcvt_l_d(Lifting& l, const Operands& o) { to_integer(l, o, Type::I64, Type::F64, Opcode::FToS); }
void lift_fcvt_lu_d(Lifting& l, const Operands& o) { to_integer(l, o, Type::I64, Type::F64, Opcode::FToU); }
void lift_fcvt_d_w(Lifting& l, const Operands& o) { from_integer(l, o, Type::F64, Type::I32, Opcode::SToF); }
void lift_fcvt_d_wu(Lifting& l, const Operands& o) { from_integer(l, o, Type::F64, Type::I32, Opcode::UToF); }
void lift_fcvt_d_l(Lifting& l, const Operands& o) { from_integer(l, o, Type::F64, Type::I64, Opcode::SToF); }
void lift_fcvt_d_lu(Lifting& l, const Operands& o) { from_integer(l, o, Type::F64, Type::I64, Opcode::UToF); }

// flh rd, imm(rs1)
void lift_flh(Lifting& l, const Operands& o) { load(l, o, Type::F16); }
void lift_fsh(Lifting& l, const Operands& o) { store(l, o, Type::F16); }
void lift_fmv_x_h(Lifting& l, const Operands& o) { move_to_integer(l, o, 16); }
void lift_fmv_h_x(Lifting& l, const Operands& o) { move_from_integer(l, o, 16); }
void lift_fclass_h(Lifting& l, const Operands& o) { classify(l, o, Type::F16, helper::classify_half); }
// fcvt.w.h rd, rs1
void lift_fcvt_w_h(Lifting& l, const Operands& o) { to_integer(l, o, Type::I32, Type::F16, Opcode::FToS); }
void lift_fcvt_wu_h(Lifting& l, const Operands& o) { to_integer(l, o, Type::I32, Type::F16, Opcode::FToU); }
void lift_fcvt_l_h(Lifting& l, const Operands& o) { to_integer(l, o, Type::I64, Type::F16, Opcode::FToS); }
void lift_fcvt_lu_h(Lifting& l, const Operands& o) { to_integer(l, o, Type::I64, Type::F16, Opcode::FToU); }
void lift_fcvt_h_w(Lifting& l, const Operands& o) { from_integer(l, o, Type::F16, Type::I32, Opcode::SToF); }
void lift_fcvt_h_wu(Lifting& l, const Operands& o) { from_integer(l, o, Type::F16, Type::I32, Opcode::UToF); }
void lift_fcvt_h_l(Lifting& l, const Operands& o) { from_integer(l, o, Type::F16, Type::I64, Opcode::SToF); }
void lift_fcvt_h_lu(Lifting& l, const Operands& o) { from_integer(l, o, Type::F16, Type::I64, Opcode::UToF); }

// fcvt.s.d rd, rs1
void lift_fcvt_s_d(Lifting& l, const Operands& o) { convert_format(l, o, Type::F32, Type::F64); }
void lift_fcvt_s_h(Lifting& l, const Operands& o) { convert_format(l, o, Type::F32, Type::F16); }
void lift_fcvt_d_s(Lifting& l, const Operands& o) { convert_format(l, o, Type::F64, Type::F32); }
void lift_fcvt_d_h(Lifting& l, const Operands& o) { convert_format(l, o, Type::F64, Type::F16); }
void lift_fcvt_h_s(Lifting& l, const Operands& o) { convert_format(l, o, Type::F16, Type::F32); }
void lift_fcvt_h_d(Lifting& l, const Operands& o) { convert_format(l, o, Type::F16, Type::F64); }

// clang-format on

} // namespace medley::iss::riscv
