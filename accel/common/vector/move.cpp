// Operations that move bits and lanes, and the choice among all.
#include "accel/common/vector/lanes.h"
#include "medley/ir/types.h"

#include <type_traits>

namespace medley::accel::vector {
namespace {

using ir::Opcode;
using ir::VectorOp;

template <class T>
using Half = std::conditional_t<sizeof(T) == 8, std::uint32_t, std::conditional_t<sizeof(T) == 4, std::uint16_t, std::uint8_t>>;

template <class T>
T low_bits(const std::byte* from) {
    T value;
    std::memcpy(&value, from, sizeof value);
    return value;
}

template <class Body>
Wide bitwise(const Operands& operands, Body body) {
    return each_pair<std::uint64_t>(operands, body);
}

Wide select(const Operands& operands) {
    const auto chooser = lanes<std::uint64_t>(operands.a);
    const auto b = lanes<std::uint64_t>(operands.b);
    const auto c = lanes<std::uint64_t>(operands.c);
    return {(chooser[0] & b[0]) | (~chooser[0] & c[0]), (chooser[1] & b[1]) | (~chooser[1] & c[1])};
}

template <class T>
Wide extract(const Operands& operands) {
    return {lanes<T>(operands.a)[VectorOp::decode(operands.imm).amount % kLanes<T>], 0};
}

template <class T>
Wide insert(const Operands& operands) {
    auto a = lanes<T>(operands.a);
    a[VectorOp::decode(operands.imm).amount % kLanes<T>] = low_bits<T>(operands.b);
    return wide<T>(a);
}

template <class T>
Wide splat(const Operands& operands) {
    Lanes<T> all;
    all.fill(low_bits<T>(operands.a));
    return wide<T>(all);
}

/// T is the type of the result's lanes, signed where they are extended by sign.
template <class T, bool High>
Wide widen(const Operands& operands) {
    using From = std::conditional_t<std::is_signed_v<T>, std::make_signed_t<Half<std::make_unsigned_t<T>>>, Half<std::make_unsigned_t<T>>>;
    const auto a = lanes<From>(operands.a);
    Lanes<T> result;
    for (std::size_t i = 0; i < result.size(); ++i)
        result[i] = a[High ? i + result.size() : i];
    return wide<T>(result);
}

template <bool IsSigned, bool High>
Function widen_function(unsigned lane_log2) {
    switch (lane_log2) {
    case 0: return &widen<std::conditional_t<IsSigned, std::int16_t, std::uint16_t>, High>;
    case 1: return &widen<std::conditional_t<IsSigned, std::int32_t, std::uint32_t>, High>;
    case 2: return &widen<std::conditional_t<IsSigned, std::int64_t, std::uint64_t>, High>;
    default: return nullptr;
    }
}

/// T is the type of the operands' lanes.
template <class T>
Wide narrow(const Operands& operands) {
    using To = Half<T>;
    const auto a = lanes<T>(operands.a);
    const auto b = lanes<T>(operands.b);
    Lanes<To> result;
    for (std::size_t i = 0; i < a.size(); ++i) {
        result[i] = static_cast<To>(a[i]);
        result[i + a.size()] = static_cast<To>(b[i]);
    }
    return wide<To>(result);
}

Function narrow_function(unsigned lane_log2) {
    switch (lane_log2) {
    case 1: return &narrow<std::uint16_t>;
    case 2: return &narrow<std::uint32_t>;
    case 3: return &narrow<std::uint64_t>;
    default: return nullptr;
    }
}

Wide shuffle(const Operands& operands) {
    const auto a = lanes<std::uint8_t>(operands.a);
    const auto b = lanes<std::uint8_t>(operands.b);
    Lanes<std::uint8_t> result{};
    for (unsigned i = 0; i < 16; ++i) {
        const auto from = (i < 8 ? operands.imm >> (8 * i) : operands.imm2 >> (8 * (i - 8))) & 0xff;
        if (from < 32)
            result[i] = from < 16 ? a[from] : b[from - 16];
    }
    return wide<std::uint8_t>(result);
}

Wide table(const Operands& operands) {
    const auto a = lanes<std::uint8_t>(operands.a);
    return each_pair<std::uint8_t>(operands, [&a](std::uint8_t, std::uint8_t index) { return index < 16 ? a[index] : std::uint8_t{0}; });
}

Wide any_non_zero(const Operands& operands) {
    const auto a = lanes<std::uint64_t>(operands.a);
    return {(a[0] | a[1]) != 0 ? 1U : 0U, 0};
}

using u64 = std::uint64_t;

} // namespace

Function move_function(Opcode opcode, unsigned lane_log2) {
    switch (opcode) {
    case Opcode::VExtract: return with_lane(lane_log2, []<class T>(T) -> Function { return &extract<T>; });
    case Opcode::VInsert: return with_lane(lane_log2, []<class T>(T) -> Function { return &insert<T>; });
    case Opcode::VSplat: return with_lane(lane_log2, []<class T>(T) -> Function { return &splat<T>; });
    case Opcode::VAnd: return [](const Operands& o) { return bitwise(o, [](u64 a, u64 b) { return a & b; }); };
    case Opcode::VOr: return [](const Operands& o) { return bitwise(o, [](u64 a, u64 b) { return a | b; }); };
    case Opcode::VXor: return [](const Operands& o) { return bitwise(o, [](u64 a, u64 b) { return a ^ b; }); };
    case Opcode::VAndNot: return [](const Operands& o) { return bitwise(o, [](u64 a, u64 b) { return a & ~b; }); };
    case Opcode::VSelect: return &select;
    case Opcode::VWidenLowS: return widen_function<true, false>(lane_log2);
    case Opcode::VWidenLowU: return widen_function<false, false>(lane_log2);
    case Opcode::VWidenHighS: return widen_function<true, true>(lane_log2);
    case Opcode::VWidenHighU: return widen_function<false, true>(lane_log2);
    case Opcode::VNarrow: return narrow_function(lane_log2);
    case Opcode::VShuffle: return &shuffle;
    case Opcode::VTable: return &table;
    case Opcode::VAnyNonZero: return &any_non_zero;
    default: return nullptr;
    }
}

Function function(Opcode opcode, std::uint64_t imm) {
    const unsigned lane_log2 = VectorOp::decode(imm).lane_log2;
    if (auto* found = move_function(opcode, lane_log2))
        return found;
    if (auto* found = integer_function(opcode, lane_log2))
        return found;
    return float_function(opcode, lane_log2);
}

} // namespace medley::accel::vector
