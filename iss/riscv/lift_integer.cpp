// Integer computation: I and M.

#include "iss/riscv/lifting.h"

namespace medley::iss::riscv {

Value Lifting::data_address(const Operands& o) {
    if (o.imm == 0)
        return x(o.rs1);
    if (o.rs1 == 0)
        return constant(o.imm);
    return b.op(Opcode::Add, {x(o.rs1), constant(o.imm)});
}

namespace {

void binary(Lifting& l, const Operands& o, Opcode opcode, std::uint64_t imm = 0) {
    if (o.rd != 0)
        l.set_x(o.rd, l.b.op(opcode, {l.x(o.rs1), l.x(o.rs2)}, imm));
}

void binary_imm(Lifting& l, const Operands& o, Opcode opcode) {
    if (o.rd != 0)
        l.set_x(o.rd, l.b.op(opcode, {l.x(o.rs1), l.constant(o.imm)}));
}

void compare(Lifting& l, const Operands& o, Opcode opcode) {
    if (o.rd != 0)
        l.set_x_bool(o.rd, l.b.op(opcode, {l.x(o.rs1), l.x(o.rs2)}));
}

void compare_imm(Lifting& l, const Operands& o, Opcode opcode) {
    if (o.rd != 0)
        l.set_x_bool(o.rd, l.b.op(opcode, {l.x(o.rs1), l.constant(o.imm)}));
}

/// 32-bit operations whose low half depends on low halves only: computed at 64 bits, then extended.
void word_by_extension(Lifting& l, const Operands& o, Opcode opcode, Value second) {
    l.set_x(o.rd, l.b.sign_extend(Type::I64, l.b.op(opcode, {l.x(o.rs1), second}), 32));
}

/// 32-bit operations proper: operands are truncated, the result is extended by sign.
void word_proper(Lifting& l, const Operands& o, Opcode opcode, Value second, std::uint64_t imm = 0) {
    const auto first = l.b.truncate(Type::I32, l.x(o.rs1));
    l.set_x(o.rd, l.b.sign_extend(Type::I64, l.b.op(opcode, {first, second}, imm), 32));
}

void word_binary(Lifting& l, const Operands& o, Opcode opcode, std::uint64_t imm = 0) {
    if (o.rd != 0)
        word_proper(l, o, opcode, l.b.truncate(Type::I32, l.x(o.rs2)), imm);
}

void word_shift_imm(Lifting& l, const Operands& o, Opcode opcode) {
    if (o.rd != 0)
        word_proper(l, o, opcode, l.word(static_cast<std::uint32_t>(o.imm)));
}

constexpr auto kAllOnes = static_cast<std::uint64_t>(ir::DivideByZero::AllOnes);

} // namespace

// Most lifters are one line, and read best as a table.
// clang-format off

// lui rd, imm
void lift_lui(Lifting& l, const Operands& o) {
    if (o.rd != 0)
        l.set_x(o.rd, l.constant(o.imm));
}
// auipc rd, imm
void lift_auipc(Lifting& l, const Operands& o) {
    if (o.rd != 0)
        l.set_x(o.rd, l.constant(l.pc() + o.imm));
}

// addi rd, rs1, imm; also c.li, c.mv's relatives and c.nop
void lift_addi(Lifting& l, const Operands& o) {
    if (o.rd != 0)
        l.set_x(o.rd, l.data_address(o));
}
void lift_slti(Lifting& l, const Operands& o) { compare_imm(l, o, Opcode::CompareLtS); }
void lift_sltiu(Lifting& l, const Operands& o) { compare_imm(l, o, Opcode::CompareLtU); }
void lift_xori(Lifting& l, const Operands& o) { binary_imm(l, o, Opcode::Xor); }
void lift_ori(Lifting& l, const Operands& o) { binary_imm(l, o, Opcode::Or); }
void lift_andi(Lifting& l, const Operands& o) { binary_imm(l, o, Opcode::And); }
void lift_slli(Lifting& l, const Operands& o) { binary_imm(l, o, Opcode::Shl); }
void lift_srli(Lifting& l, const Operands& o) { binary_imm(l, o, Opcode::ShrU); }
void lift_srai(Lifting& l, const Operands& o) { binary_imm(l, o, Opcode::ShrS); }

// add rd, rs1, rs2; also c.mv, where rs1 is x0
void lift_add(Lifting& l, const Operands& o) {
    if (o.rd == 0)
        return;
    if (o.rs1 == 0 || o.rs2 == 0)
        l.set_x(o.rd, l.x(o.rs1 | o.rs2));
    else
        binary(l, o, Opcode::Add);
}
void lift_sub(Lifting& l, const Operands& o) { binary(l, o, Opcode::Sub); }
void lift_sll(Lifting& l, const Operands& o) { binary(l, o, Opcode::Shl); }
void lift_slt(Lifting& l, const Operands& o) { compare(l, o, Opcode::CompareLtS); }
void lift_sltu(Lifting& l, const Operands& o) { compare(l, o, Opcode::CompareLtU); }
void lift_xor(Lifting& l, const Operands& o) { binary(l, o, Opcode::Xor); }
void lift_srl(Lifting& l, const Operands& o) { binary(l, o, Opcode::ShrU); }
void lift_sra(Lifting& l, const Operands& o) { binary(l, o, Opcode::ShrS); }
void lift_or(Lifting& l, const Operands& o) { binary(l, o, Opcode::Or); }
void lift_and(Lifting& l, const Operands& o) { binary(l, o, Opcode::And); }

// addiw rd, rs1, imm; sext.w where imm is 0
void lift_addiw(Lifting& l, const Operands& o) {
    if (o.rd != 0)
        l.set_x(o.rd, l.b.sign_extend(Type::I64, l.data_address(o), 32));
}
void lift_slliw(Lifting& l, const Operands& o) {
    if (o.rd != 0)
        word_by_extension(l, o, Opcode::Shl, l.constant(o.imm));
}
void lift_srliw(Lifting& l, const Operands& o) { word_shift_imm(l, o, Opcode::ShrU); }
void lift_sraiw(Lifting& l, const Operands& o) { word_shift_imm(l, o, Opcode::ShrS); }
void lift_addw(Lifting& l, const Operands& o) {
    if (o.rd != 0)
        word_by_extension(l, o, Opcode::Add, l.x(o.rs2));
}
void lift_subw(Lifting& l, const Operands& o) {
    if (o.rd != 0)
        word_by_extension(l, o, Opcode::Sub, l.x(o.rs2));
}
void lift_sllw(Lifting& l, const Operands& o) { word_binary(l, o, Opcode::Shl); }
void lift_srlw(Lifting& l, const Operands& o) { word_binary(l, o, Opcode::ShrU); }
void lift_sraw(Lifting& l, const Operands& o) { word_binary(l, o, Opcode::ShrS); }

void lift_mul(Lifting& l, const Operands& o) { binary(l, o, Opcode::Mul); }
void lift_mulh(Lifting& l, const Operands& o) { binary(l, o, Opcode::MulHighS); }
void lift_mulhsu(Lifting& l, const Operands& o) { binary(l, o, Opcode::MulHighSU); }
void lift_mulhu(Lifting& l, const Operands& o) { binary(l, o, Opcode::MulHighU); }
void lift_div(Lifting& l, const Operands& o) { binary(l, o, Opcode::DivS, kAllOnes); }
void lift_divu(Lifting& l, const Operands& o) { binary(l, o, Opcode::DivU, kAllOnes); }
void lift_rem(Lifting& l, const Operands& o) { binary(l, o, Opcode::RemS); }
void lift_remu(Lifting& l, const Operands& o) { binary(l, o, Opcode::RemU); }
void lift_mulw(Lifting& l, const Operands& o) {
    if (o.rd != 0)
        word_by_extension(l, o, Opcode::Mul, l.x(o.rs2));
}
void lift_divw(Lifting& l, const Operands& o) { word_binary(l, o, Opcode::DivS, kAllOnes); }
void lift_divuw(Lifting& l, const Operands& o) { word_binary(l, o, Opcode::DivU, kAllOnes); }
void lift_remw(Lifting& l, const Operands& o) { word_binary(l, o, Opcode::RemS); }
void lift_remuw(Lifting& l, const Operands& o) { word_binary(l, o, Opcode::RemU); }

// clang-format on

} // namespace medley::iss::riscv
