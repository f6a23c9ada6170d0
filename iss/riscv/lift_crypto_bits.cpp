// Bit manipulation for cryptography: Zbkb, Zbkx.

#include "iss/riscv/lifting.h"

namespace medley::iss::riscv {

namespace {

/// The low `width` bits of rs1, and above them those of rs2.
Value packed(Lifting& l, const Operands& o, unsigned width) {
    const auto low = l.b.zero_extend(l.xt(), l.x(o.rs1), width);
    const auto high = l.b.zero_extend(l.xt(), l.x(o.rs2), width);
    return l.b.bit_or(low, l.b.shl(high, l.constant(width)));
}

/// One step of the perfect shuffle of 32 bits: swaps the fields that `left` and `right` mask, which are `distance`
/// apart.
Value swap_fields(Lifting& l, Value value, std::uint32_t left, std::uint32_t right, unsigned distance) {
    const auto kept = l.b.bit_and(value, l.word(~(left | right)));
    const auto down = l.b.op(Opcode::ShrU, {l.b.bit_and(value, l.word(left)), l.word(distance)});
    const auto up = l.b.op(Opcode::Shl, {l.b.bit_and(value, l.word(right)), l.word(distance)});
    return l.b.bit_or(kept, l.b.bit_or(down, up));
}

struct ShuffleStep {
    std::uint32_t left;
    std::uint32_t right;
    unsigned distance;
};
constexpr ShuffleStep kShuffle[]{{0x00ff'0000, 0x0000'ff00, 8},
                                 {0x0f00'0f00, 0x00f0'00f0, 4},
                                 {0x3030'3030, 0x0c0c'0c0c, 2},
                                 {0x4444'4444, 0x2222'2222, 1}};

void crossbar(Lifting& l, const Operands& o, ir::HelperId id) {
    if (o.rd == 0)
        return;
    auto table = l.x(o.rs1);
    auto indices = l.x(o.rs2);
    if (l.is_64_bit()) {
        l.set_x(o.rd, l.b.call(id, Type::I64, {table, indices}));
        return;
    }
    // Zeros above the table are what an index beyond it delivers.
    table = l.b.zero_extend(Type::I64, table, 32);
    indices = l.b.zero_extend(Type::I64, indices, 32);
    l.set_x(o.rd, l.b.truncate(Type::I32, l.b.call(id, Type::I64, {table, indices})));
}

} // namespace

// pack rd, rs1, rs2
void lift_pack(Lifting& l, const Operands& o) {
    if (o.rd != 0)
        l.set_x(o.rd, packed(l, o, l.isa().xlen() / 2));
}
void lift_packh(Lifting& l, const Operands& o) {
    if (o.rd != 0)
        l.set_x(o.rd, packed(l, o, 8));
}
void lift_packw(Lifting& l, const Operands& o) {
    if (o.rd != 0)
        l.set_x(o.rd, l.b.sign_extend(Type::I64, packed(l, o, 16), 32));
}
// brev8 rd, rs1: bits reversed within bytes
void lift_brev8(Lifting& l, const Operands& o) {
    if (o.rd != 0)
        l.set_x(o.rd, l.b.op(Opcode::BitReverse, {l.b.op(Opcode::ByteSwap, {l.x(o.rs1)})}));
}
// zip rd, rs1 (RV32): bits of the low half to even places, of the high half to odd ones
void lift_zip(Lifting& l, const Operands& o) {
    if (o.rd == 0)
        return;
    auto value = l.x(o.rs1);
    for (const auto& step : kShuffle)
        value = swap_fields(l, value, step.left, step.right, step.distance);
    l.set_x(o.rd, value);
}
// unzip rd, rs1 (RV32): the inverse
void lift_unzip(Lifting& l, const Operands& o) {
    if (o.rd == 0)
        return;
    auto value = l.x(o.rs1);
    for (std::size_t i = std::size(kShuffle); i-- > 0;)
        value = swap_fields(l, value, kShuffle[i].left, kShuffle[i].right, kShuffle[i].distance);
    l.set_x(o.rd, value);
}

// xperm4 rd, rs1, rs2
void lift_xperm4(Lifting& l, const Operands& o) {
    crossbar(l, o, helper::xperm4);
}
// xperm8 rd, rs1, rs2
void lift_xperm8(Lifting& l, const Operands& o) {
    crossbar(l, o, helper::xperm8);
}

} // namespace medley::iss::riscv
