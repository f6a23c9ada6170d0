/// \file
/// What the lifters of vector instructions share: which lanes count, and the IR's lane operations in short.
#pragma once

#include "iss/aarch64/lifting.h"

#include <array>
#include <initializer_list>

namespace medley::iss::aarch64 {

enum class Extend : bool { Zero, Sign };

/// Size of the floats of rows with `t`, or with none for half precision.
[[nodiscard]] constexpr unsigned float_lane(const Operands& o) {
    return o.size == 0 ? 1 : o.size;
}
/// The sign bit of a lane.
[[nodiscard]] constexpr std::uint64_t lane_sign(unsigned lane) {
    return std::uint64_t{1} << ((8U << lane) - 1);
}
/// By element, size is 00 for half precision.
[[nodiscard]] constexpr unsigned element_lane(const Operands& o) {
    const auto size = static_cast<unsigned>(o.word >> 22 & 3);
    return size == 0 ? 1 : size;
}

/// One vector instruction. Lives while it is lifted. Lanes are given as the logarithm of their bytes.
class Simd {
public:
    Simd(Lifting& lifting, const Operands& operands)
        : l(lifting), b(lifting.b), o(operands), size(operands.word >> 22 & 3), q(bit(operands.word, 30)),
          scalar(bit(operands.word, 28)) {}

    [[nodiscard]] Value n() { return l.v(o.rn); }
    [[nodiscard]] Value m() { return l.v(o.rm); }
    [[nodiscard]] Value a() { return l.v(o.ra); }
    [[nodiscard]] Value d() { return l.v(o.rd); }

    // --- operations
    [[nodiscard]] Value op(Opcode opcode, std::initializer_list<Value> arguments, unsigned lane, unsigned amount = 0) {
        return b.op(opcode, arguments, immediate(lane, amount));
    }
    [[nodiscard]] Value shift(Opcode opcode, Value value, unsigned lane, unsigned amount) {
        return op(opcode, {value}, lane, amount);
    }
    [[nodiscard]] Value bitwise(Opcode opcode, Value left, Value right) { return b.op(opcode, {left, right}); }
    [[nodiscard]] Value inverted(Value value) { return bitwise(Opcode::VXor, value, ones()); }
    /// Bits of \p yes where \p mask has ones, else of \p no.
    [[nodiscard]] Value select(Value mask, Value yes, Value no) { return b.op(Opcode::VSelect, {mask, yes, no}); }
    [[nodiscard]] Value call(ir::HelperId id, std::initializer_list<Value> arguments) {
        return b.call(id, Type::V128, arguments);
    }

    // --- constants
    [[nodiscard]] Value constant(std::uint64_t low, std::uint64_t high) {
        return b.op_as(Opcode::Const, Type::V128, {}, low, high);
    }
    [[nodiscard]] Value zero() { return constant(0, 0); }
    [[nodiscard]] Value ones() { return constant(~std::uint64_t{0}, ~std::uint64_t{0}); }
    /// The low bits of a number in every lane.
    [[nodiscard]] Value every(unsigned lane, std::uint64_t value);

    // --- moves
    /// Bytes of `low` (0 to 15) and `high` (16 to 31); 0 for others.
    using Bytes = std::array<std::uint8_t, 16>;
    [[nodiscard]] Value shuffle(Value low, Value high, const Bytes& bytes);
    [[nodiscard]] Value extract(Type type, Value value, unsigned lane, unsigned index = 0) {
        return b.op_as(Opcode::VExtract, type, {value}, immediate(lane, index));
    }
    [[nodiscard]] Value insert(Value into, Value element, unsigned lane, unsigned index) {
        return b.op(Opcode::VInsert, {into, element}, immediate(lane, index));
    }
    /// One lane in all lanes.
    [[nodiscard]] Value repeat(Value value, unsigned lane, unsigned index);
    /// Every second lane of the operands one after the other, from lane `first` on, as far as the operands have lanes.
    [[nodiscard]] Value every_second(Value low, Value high, unsigned lane, unsigned first);
    /// The lanes of the half that Q chooses, twice as wide.
    [[nodiscard]] Value widen(Value value, unsigned lane, Extend extend) {
        return widen(value, lane, extend, q && !scalar);
    }
    [[nodiscard]] Value widen(Value value, unsigned lane, Extend extend, bool high);
    /// The low halves of lanes of twice the size \p lane, in the low half.
    [[nodiscard]] Value narrow(Value value, unsigned lane) { return op(Opcode::VNarrow, {value, value}, lane + 1); }

    // --- results
    /// The value with 0 in the lanes that the instruction does not have.
    [[nodiscard]] Value isolated(Value value, unsigned lane);
    void put(Value value, unsigned lane) { l.set_v(o.rd, isolated(value, lane)); }
    /// All 128 bits, whatever Q says; a scalar is still one of the size \p lane.
    void put_wide(Value value, unsigned lane) { l.set_v(o.rd, scalar ? isolated(value, lane) : value); }
    /// The low half becomes that of the result, or its high half beside the old low one (Q); a scalar is of the size \p
    /// lane.
    void put_half(Value value, unsigned lane);
    /// Sets FPSR.QC when any lane that counts is not 0. \p all: the instruction has 128 bits, whatever Q says.
    void note_saturation(Value difference, unsigned lane, bool all = false);

    // --- floating point
    /// Size of the lanes of rows with `t`, or with none for half precision.
    [[nodiscard]] unsigned float_lane() const { return aarch64::float_lane(o); }
    /// The operand with 0 in lanes that do not count, so that they raise no exception.
    [[nodiscard]] Value operand(Value value, unsigned lane);
    /// FZ16: denormal numbers of half precision become zeros, and raise nothing.
    [[nodiscard]] Value flushed_halves(Value value);
    /// The same with the lanes that count once more in place of zeros: for divisions, where zeros are no better.
    [[nodiscard]] Value repeated_operand(Value value, unsigned lane);
    [[nodiscard]] Value float_op(Opcode opcode, std::initializer_list<Value> arguments, unsigned lane,
                                 ir::FloatOp how) {
        return b.op(opcode, arguments, float_immediate(lane, how));
    }
    [[nodiscard]] Value float_op(Opcode opcode, std::initializer_list<Value> arguments, unsigned lane);
    [[nodiscard]] static std::uint64_t float_immediate(unsigned lane, const ir::FloatOp& how) {
        ir::VectorOp made;
        made.lane_log2 = static_cast<std::uint8_t>(lane);
        made.fp = how;
        return made.encode();
    }
    [[nodiscard]] Value negated(Value value, unsigned lane);

    Lifting& l;        // NOLINT: as Lifting::b
    ir::Builder& b;    // NOLINT
    const Operands& o; // NOLINT
    unsigned size;     ///< Bits 23 and 22.
    bool q;
    bool scalar;

private:
    [[nodiscard]] static std::uint64_t immediate(unsigned lane, unsigned amount) {
        ir::VectorOp made;
        made.lane_log2 = static_cast<std::uint8_t>(lane);
        made.amount = static_cast<std::uint8_t>(amount);
        return made.encode();
    }
};

/// Lifts one vector instruction with \p body(Simd&), unless it is trapped.
template <class Body>
void lift_simd(Lifting& l, const Operands& o, Body body) {
    if (l.float_trapped())
        return;
    Simd s(l, o);
    body(s);
}

/// A result from two operands, lane by lane.
using Combine = Value (*)(Simd& s, Value left, Value right, unsigned lane);
/// vd = combine(vn, vm) in integer lanes.
void lift_pair(Lifting& l, const Operands& o, Combine combine);

/// The element of vm that a by-element instruction has, in every lane.
[[nodiscard]] Value indexed(Simd& s, unsigned lane);

[[nodiscard]] Value saturating_add(Simd& s, Value left, Value right, unsigned lane, Extend kind, bool all = false);
[[nodiscard]] Value saturating_sub(Simd& s, Value left, Value right, unsigned lane, Extend kind, bool all = false);
[[nodiscard]] Value doubling_multiply_high(Simd& s, Value left, Value right, unsigned lane);
[[nodiscard]] Value rounding_doubling_multiply_high(Simd& s, Value left, Value right, unsigned lane);

/// How wide lanes saturate to half their size.
enum class Narrowing : std::uint8_t { Signed, Unsigned, SignedToUnsigned };
/// Lanes of twice the size \p lane, saturated, in the low half.
[[nodiscard]] Value saturating_narrow(Simd& s, Value wide, unsigned lane, Narrowing kind);

/// The environment of an operation on a format (as the logarithm of its bytes), by FPCR (Arm ARM, "FPUnpack",
/// "FPRound").
[[nodiscard]] ir::FloatOp float_environment(const Lifting& l, unsigned lane);
[[nodiscard]] constexpr Type float_type(unsigned lane) {
    return lane == 1 ? Type::F16 : lane == 2 ? Type::F32 : Type::F64;
}
/// The number that an eight-bit immediate stands for (Arm ARM, "VFPExpandImm").
[[nodiscard]] std::uint64_t float_immediate(std::uint64_t imm8, unsigned lane);
/// A scalar operand with FPCR.FZ16 applied.
[[nodiscard]] Value scalar_operand(Lifting& l, unsigned index, unsigned lane);
/// Argument of helpers that compute with floats themselves: format, number of lanes, FPCR's modes (float_mode.h).
[[nodiscard]] Value float_mode(Lifting& l, unsigned lane, unsigned lanes);

} // namespace medley::iss::aarch64
