#include "iss/aarch64/lift_simd.h"

#include "iss/aarch64/float_mode.h"

namespace medley::iss::aarch64 {

Value Simd::every(unsigned lane, std::uint64_t value) {
    const unsigned bits = 8U << lane;
    std::uint64_t pattern = value & low_mask(bits);
    for (unsigned width = bits; width < 64; width *= 2)
        pattern |= pattern << width;
    return constant(pattern, pattern);
}

Value Simd::shuffle(Value low, Value high, const Bytes& bytes) {
    std::array<std::uint64_t, 2> halves{};
    for (unsigned i = 0; i < 16; ++i)
        halves[i / 8] |= std::uint64_t{bytes[i]} << (8 * (i % 8));
    return b.op(Opcode::VShuffle, {low, high}, halves[0], halves[1]);
}

Value Simd::repeat(Value value, unsigned lane, unsigned index) {
    const unsigned bytes_of_lane = 1U << lane;
    Bytes bytes{};
    for (unsigned i = 0; i < 16; ++i)
        bytes[i] = static_cast<std::uint8_t>(index * bytes_of_lane + i % bytes_of_lane);
    return shuffle(value, value, bytes);
}

Value Simd::every_second(Value low, Value high, unsigned lane, unsigned first) {
    const unsigned bytes_of_lane = 1U << lane;
    const unsigned bytes_of_operand = q ? 16 : 8;
    Bytes bytes{};
    for (unsigned i = 0; i < 16; ++i) {
        const unsigned from = (i / bytes_of_lane * 2 + first) * bytes_of_lane + i % bytes_of_lane;
        const bool in_low = from < bytes_of_operand;
        const bool in_high = !in_low && from < 2 * bytes_of_operand;
        bytes[i] = static_cast<std::uint8_t>(in_low ? from : in_high ? from - bytes_of_operand + 16 : 0xff);
    }
    return shuffle(low, high, bytes);
}

Value Simd::widen(Value value, unsigned lane, Extend extend, bool high) {
    if (high)
        return op(extend == Extend::Sign ? Opcode::VWidenHighS : Opcode::VWidenHighU, {value}, lane);
    return op(extend == Extend::Sign ? Opcode::VWidenLowS : Opcode::VWidenLowU, {value}, lane);
}

Value Simd::isolated(Value value, unsigned lane) {
    if (!scalar)
        return q ? value : b.bitcast(Type::V128, extract(Type::F64, value, 3));
    return b.bitcast(Type::V128, extract(lane == 0 ? Type::I32 : float_type(lane), value, lane));
}

void Simd::put_half(Value value, unsigned lane) {
    if (scalar || !q) {
        put(value, lane);
        return;
    }
    l.set_v(o.rd, shuffle(d(), value, {0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23}));
}

void Simd::note_saturation(Value difference, unsigned lane, bool all) {
    const auto counted = all && !scalar ? difference : isolated(difference, lane);
    const auto any = b.zero_extend(Type::I32, b.op(Opcode::VAnyNonZero, {counted}), 1);
    b.put(slot::kSaturated, b.bit_or(b.get(slot::kSaturated, Type::I32), any));
}

Value Simd::flushed_halves(Value value) {
    const auto exponent = bitwise(Opcode::VAnd, value, every(1, 0x7c00));
    const auto is_small = op(Opcode::VCompareEq, {exponent, zero()}, 1);
    return bitwise(Opcode::VAndNot, value, bitwise(Opcode::VAnd, is_small, every(1, 0x7fff)));
}

Value Simd::operand(Value value, unsigned lane) {
    const auto counted = isolated(value, lane);
    return lane == 1 && l.mode().flush_to_zero16 ? flushed_halves(counted) : counted;
}

Value Simd::repeated_operand(Value value, unsigned lane) {
    const auto counted = operand(value, lane);
    return q ? counted : shuffle(counted, counted, {0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7});
}

Value Simd::float_op(Opcode opcode, std::initializer_list<Value> arguments, unsigned lane) {
    return float_op(opcode, arguments, lane, float_environment(l, lane));
}

Value Simd::negated(Value value, unsigned lane) {
    return bitwise(Opcode::VXor, value, every(lane, lane_sign(lane)));
}

void lift_pair(Lifting& l, const Operands& o, Combine combine) {
    lift_simd(l, o, [combine](Simd& s) { s.put(combine(s, s.n(), s.m(), s.size), s.size); });
}

Value indexed(Simd& s, unsigned lane) {
    return s.repeat(s.m(), lane, static_cast<unsigned>(s.o.imm));
}

ir::FloatOp float_environment(const Lifting& l, unsigned lane) {
    constexpr std::array kRounding{Rounding::NearestEven, Rounding::Up, Rounding::Down, Rounding::TowardZero};
    const auto& mode = l.mode();
    ir::FloatOp op;
    op.env.rounding = kRounding[mode.rounding];
    op.env.nan = mode.default_nan ? NanRule::Default : NanRule::PropagateSignallingFirst;
    op.env.tininess_before_rounding = true;
    // Half precision raises no exception for flushed operands: operand() does it.
    op.env.flush_inputs = lane != 1 && mode.flush_to_zero;
    op.env.flush_outputs = lane == 1 ? mode.flush_to_zero16 : mode.flush_to_zero;
    op.min_max = MinMaxRule::Propagate;
    op.nan_to_int = NanToInt::Zero;
    return op;
}

std::uint64_t float_immediate(std::uint64_t imm8, unsigned lane) {
    constexpr std::array<unsigned, 4> kExponentBits{0, 5, 8, 11};
    const unsigned exponent_bits = kExponentBits[lane];
    const unsigned fraction_bits = (8U << lane) - 1 - exponent_bits;
    const std::uint64_t b = bits(imm8, 6, 1);
    const std::uint64_t repeated = b != 0 ? low_mask(exponent_bits - 3) : 0;
    const std::uint64_t exponent = (b ^ 1) << (exponent_bits - 1) | repeated << 2 | bits(imm8, 4, 2);
    return bits(imm8, 7, 1) << (exponent_bits + fraction_bits) | exponent << fraction_bits |
           bits(imm8, 0, 4) << (fraction_bits - 4);
}

Value scalar_operand(Lifting& l, unsigned index, unsigned lane) {
    const auto value = l.scalar(index, float_type(lane));
    if (lane != 1 || !l.mode().flush_to_zero16)
        return value;
    const auto bits = l.b.bitcast(Type::I32, value);
    const auto is_small = l.b.op(Opcode::CompareEq, {l.b.bit_and(bits, l.word(0x7c00)), l.word(0)});
    return l.b.bitcast(Type::F16, l.b.select(is_small, l.b.bit_and(bits, l.word(0x8000)), bits));
}

Value float_mode(Lifting& l, unsigned lane, unsigned lanes) {
    const auto& mode = l.mode();
    FloatMode made;
    made.lane_log2 = lane;
    made.lanes = lanes;
    made.rounding = float_environment(l, lane).env.rounding;
    made.flush = lane == 1 ? mode.flush_to_zero16 : mode.flush_to_zero;
    made.default_nan = mode.default_nan;
    return l.word(made.encode());
}

} // namespace medley::iss::aarch64
