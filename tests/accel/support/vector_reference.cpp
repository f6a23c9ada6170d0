#include "tests/accel/support/vector_reference.h"

#include "medley/base/bits.h"

#include <algorithm>

namespace medley::test {
namespace {

using ir::Opcode;
using u64 = std::uint64_t;
__extension__ typedef __int128 Big;

struct Number {
    unsigned bits;
    u64 raw;
    [[nodiscard]] Big as_unsigned() const { return raw; }
    [[nodiscard]] Big as_signed() const { return static_cast<std::int64_t>(sign_extend(raw, bits)); }
};

Big clamp(Big value, Big least, Big most) { return std::min(std::max(value, least), most); }

u64 binary(Opcode opcode, Number a, Number b) {
    const Big modulus = Big{1} << a.bits;
    const Big most_signed = modulus / 2 - 1;
    const auto all = [](bool condition) { return condition ? ~u64{0} : 0; };
    const auto ua = a.as_unsigned();
    const auto ub = b.as_unsigned();
    const auto sa = a.as_signed();
    const auto sb = b.as_signed();
    switch (opcode) {
    case Opcode::VAnd: return static_cast<u64>(ua & ub);
    case Opcode::VOr: return static_cast<u64>(ua | ub);
    case Opcode::VXor: return static_cast<u64>(ua ^ ub);
    case Opcode::VAndNot: return a.raw & ~b.raw;
    case Opcode::VAdd: return static_cast<u64>(ua + ub);
    case Opcode::VSub: return static_cast<u64>(ua - ub);
    case Opcode::VMul: return a.raw * b.raw;
    case Opcode::VMinS: return static_cast<u64>(std::min(sa, sb));
    case Opcode::VMinU: return static_cast<u64>(std::min(ua, ub));
    case Opcode::VMaxS: return static_cast<u64>(std::max(sa, sb));
    case Opcode::VMaxU: return static_cast<u64>(std::max(ua, ub));
    case Opcode::VAddSatS: return static_cast<u64>(clamp(sa + sb, -most_signed - 1, most_signed));
    case Opcode::VAddSatU: return static_cast<u64>(clamp(ua + ub, 0, modulus - 1));
    case Opcode::VSubSatS: return static_cast<u64>(clamp(sa - sb, -most_signed - 1, most_signed));
    case Opcode::VSubSatU: return static_cast<u64>(clamp(ua - ub, 0, modulus - 1));
    case Opcode::VAverageU: return static_cast<u64>((ua + ub + 1) / 2);
    case Opcode::VCompareEq: return all(ua == ub);
    case Opcode::VCompareGtS: return all(sa > sb);
    case Opcode::VCompareGtU: return all(ua > ub);
    case Opcode::VCompareGeS: return all(sa >= sb);
    case Opcode::VCompareGeU: return all(ua >= ub);
    default: return 0;
    }
}

u64 unary(Opcode opcode, Number a, unsigned amount) {
    switch (opcode) {
    case Opcode::VAbs: return static_cast<u64>(a.as_signed() < 0 ? -a.as_signed() : a.as_signed());
    case Opcode::VPopCount: {
        u64 count = 0;
        for (unsigned i = 0; i < a.bits; ++i)
            count += a.raw >> i & 1;
        return count;
    }
    case Opcode::VCountLeadingZeros: {
        u64 count = 0;
        while (count < a.bits && (a.raw >> (a.bits - 1 - count) & 1) == 0)
            ++count;
        return count;
    }
    case Opcode::VShl: return amount >= a.bits ? 0 : a.raw << amount;
    case Opcode::VShrU: return amount >= a.bits ? 0 : a.raw >> amount;
    default: return static_cast<u64>(a.as_signed() >> std::min(amount, a.bits));
    }
}

Vector widened(const ir::VectorOp& op, const Vector& a, bool high, bool is_signed) {
    Vector result;
    const unsigned count = op.lanes() / 2;
    for (unsigned i = 0; i < count; ++i) {
        const Number lane{op.lane_bits(), a.lane(op.lane_log2, high ? i + count : i)};
        result.set_lane(op.lane_log2 + 1U, i, is_signed ? static_cast<u64>(lane.as_signed()) : lane.raw);
    }
    return result;
}

Vector narrowed(const ir::VectorOp& op, const Vector& a, const Vector& b) {
    Vector result;
    for (unsigned i = 0; i < op.lanes(); ++i) {
        result.set_lane(op.lane_log2 - 1U, i, a.lane(op.lane_log2, i));
        result.set_lane(op.lane_log2 - 1U, i + op.lanes(), b.lane(op.lane_log2, i));
    }
    return result;
}

Vector shuffled(const ir::Operation& operation, const Vector& a, const Vector& b) {
    Vector result;
    for (unsigned i = 0; i < 16; ++i) {
        const auto from = (i < 8 ? operation.imm : operation.imm2) >> (i % 8 * 8) & 0xff;
        result.bytes[i] = from < 16 ? a.bytes[from] : from < 32 ? b.bytes[from - 16] : std::uint8_t{0};
    }
    return result;
}

/// Operations that are not the same for every lane.
bool is_irregular(const ir::Operation& operation, const std::array<Vector, 3>& arguments, Vector& result) {
    const auto op = ir::VectorOp::decode(operation.imm);
    const auto& a = arguments[0];
    const auto& b = arguments[1];
    switch (operation.opcode) {
    case Opcode::VExtract: result.set_lane(3, 0, a.lane(op.lane_log2, op.amount)); return true;
    case Opcode::VInsert:
        result = a;
        result.set_lane(op.lane_log2, op.amount, b.lane(op.lane_log2, 0));
        return true;
    case Opcode::VSplat:
        for (unsigned i = 0; i < op.lanes(); ++i)
            result.set_lane(op.lane_log2, i, a.lane(op.lane_log2, 0));
        return true;
    case Opcode::VSelect:
        for (unsigned i = 0; i < 16; ++i)
            result.bytes[i] = static_cast<std::uint8_t>((a.bytes[i] & b.bytes[i]) | (~a.bytes[i] & arguments[2].bytes[i]));
        return true;
    case Opcode::VWidenLowS: result = widened(op, a, false, true); return true;
    case Opcode::VWidenLowU: result = widened(op, a, false, false); return true;
    case Opcode::VWidenHighS: result = widened(op, a, true, true); return true;
    case Opcode::VWidenHighU: result = widened(op, a, true, false); return true;
    case Opcode::VNarrow: result = narrowed(op, a, b); return true;
    case Opcode::VShuffle: result = shuffled(operation, a, b); return true;
    case Opcode::VTable:
        for (unsigned i = 0; i < 16; ++i)
            result.bytes[i] = b.bytes[i] < 16 ? a.bytes[b.bytes[i]] : std::uint8_t{0};
        return true;
    case Opcode::VAnyNonZero: result.bytes[0] = a.lane(3, 0) != 0 || a.lane(3, 1) != 0 ? 1 : 0; return true;
    default: return false;
    }
}

} // namespace

u64 Vector::lane(unsigned lane_log2, unsigned number) const {
    u64 value = 0;
    for (unsigned i = 0; i < 1U << lane_log2; ++i)
        value |= u64{bytes[(number << lane_log2) + i]} << (8 * i);
    return value;
}

void Vector::set_lane(unsigned lane_log2, unsigned number, u64 value) {
    for (unsigned i = 0; i < 1U << lane_log2; ++i)
        bytes[(number << lane_log2) + i] = static_cast<std::uint8_t>(value >> (8 * i));
}

Vector vector_reference(const ir::Operation& operation, const std::array<Vector, 3>& arguments) {
    Vector result;
    if (is_irregular(operation, arguments, result))
        return result;
    const auto op = ir::VectorOp::decode(operation.imm);
    for (unsigned i = 0; i < op.lanes(); ++i) {
        const Number a{op.lane_bits(), arguments[0].lane(op.lane_log2, i)};
        const Number b{op.lane_bits(), arguments[1].lane(op.lane_log2, i)};
        result.set_lane(op.lane_log2, i,
                        operation.argument_count == 1 ? unary(operation.opcode, a, op.amount) : binary(operation.opcode, a, b));
    }
    return result;
}

bool scalar_form(Opcode opcode, ScalarForm& form) {
    switch (opcode) {
    case Opcode::VFAdd: form = {Opcode::FAdd}; return true;
    case Opcode::VFSub: form = {Opcode::FSub}; return true;
    case Opcode::VFMul: form = {Opcode::FMul}; return true;
    case Opcode::VFDiv: form = {Opcode::FDiv}; return true;
    case Opcode::VFSqrt: form = {Opcode::FSqrt}; return true;
    case Opcode::VFMulAdd: form = {Opcode::FMulAdd}; return true;
    case Opcode::VFMin: form = {Opcode::FMin}; return true;
    case Opcode::VFMax: form = {Opcode::FMax}; return true;
    case Opcode::VFCompareEq: form = {Opcode::FCompareEq, true}; return true;
    case Opcode::VFCompareLt: form = {Opcode::FCompareLt, true}; return true;
    case Opcode::VFCompareLe: form = {Opcode::FCompareLe, true}; return true;
    case Opcode::VFRound: form = {Opcode::FRound}; return true;
    case Opcode::VFToS: form = {Opcode::FToS}; return true;
    case Opcode::VFToU: form = {Opcode::FToU}; return true;
    case Opcode::VSToF: form = {Opcode::SToF}; return true;
    case Opcode::VUToF: form = {Opcode::UToF}; return true;
    case Opcode::VFWiden:
    case Opcode::VFNarrow: form = {Opcode::FConvert}; return true;
    default: return false;
    }
}

} // namespace medley::test
