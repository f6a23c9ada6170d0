// Arithmetic on float lanes: lane by lane what the scalar operation does.
#include "accel/common/softfloat/softfloat.h"
#include "accel/common/vector/lanes.h"
#include "medley/ir/types.h"

#include <algorithm>
#include <limits>
#include <type_traits>

namespace medley::accel::vector {
namespace {

namespace soft = medley::accel::softfloat;
using ir::FloatOp;
using ir::Opcode;
using Flags = std::uint8_t;

template <class T>
using Signed = std::make_signed_t<T>;

soft::NanCompare nan_compare(const FloatOp& op) {
    return op.signalling ? soft::NanCompare::Signalling : soft::NanCompare::Quiet;
}

template <class T>
T mask(bool condition) {
    return condition ? static_cast<T>(~T{0}) : T{0};
}

template <Opcode Op, class T>
T binary(T a, T b, const FloatOp& op, Flags& flags) {
    if constexpr (Op == Opcode::VFAdd) return soft::add(a, b, op.env, flags);
    else if constexpr (Op == Opcode::VFSub) return soft::sub(a, b, op.env, flags);
    else if constexpr (Op == Opcode::VFMul) return soft::mul(a, b, op.env, flags);
    else if constexpr (Op == Opcode::VFDiv) return soft::div(a, b, op.env, flags);
    else if constexpr (Op == Opcode::VFMin) return soft::min(a, b, op.min_max, op.env, flags);
    else if constexpr (Op == Opcode::VFMax) return soft::max(a, b, op.min_max, op.env, flags);
    else if constexpr (Op == Opcode::VFCompareEq) return mask<T>(soft::eq(a, b, nan_compare(op), op.env, flags));
    else if constexpr (Op == Opcode::VFCompareLt) return mask<T>(soft::lt(a, b, nan_compare(op), op.env, flags));
    else return mask<T>(soft::le(a, b, nan_compare(op), op.env, flags));
}

/// A 16-bit integer from a wider one: there is no direct conversion.
template <class Int, class Wider, class T>
Int narrow_integer(T a, const FloatOp& op, Flags& flags) {
    Flags raised = 0;
    const auto wide = soft::to_int<Wider>(a, op.nan_to_int, op.env, raised);
    const auto least = std::numeric_limits<Int>::min();
    const auto most = std::numeric_limits<Int>::max();
    if (wide >= least && wide <= most) {
        flags |= raised;
        return static_cast<Int>(wide);
    }
    // Out of range: Invalid alone, besides what flushing raised. A NaN is here where it delivers the maximum.
    flags |= static_cast<Flags>((raised & float_flag::kInputDenormal) | float_flag::kInvalid);
    return wide < least ? least : most;
}

template <class T>
T to_signed(T a, const FloatOp& op, Flags& flags) {
    if constexpr (sizeof(T) == 2)
        return static_cast<T>(narrow_integer<std::int16_t, std::int32_t>(a, op, flags));
    else
        return static_cast<T>(soft::to_int<Signed<T>>(a, op.nan_to_int, op.env, flags));
}

template <class T>
T to_unsigned(T a, const FloatOp& op, Flags& flags) {
    if constexpr (sizeof(T) == 2)
        return narrow_integer<std::uint16_t, std::uint32_t>(a, op, flags);
    else
        return soft::to_int<T>(a, op.nan_to_int, op.env, flags);
}

template <class T>
T from_integer(bool is_signed, T a, const FloatOp& op, Flags& flags) {
    using SignedInt = std::conditional_t<sizeof(T) == 2, std::int32_t, Signed<T>>;
    using UnsignedInt = std::conditional_t<sizeof(T) == 2, std::uint32_t, T>;
    if (is_signed)
        return soft::from_int<T>(static_cast<SignedInt>(static_cast<Signed<T>>(a)), op.env, flags);
    return soft::from_int<T>(static_cast<UnsignedInt>(a), op.env, flags);
}

template <Opcode Op, class T>
T unary(T a, const FloatOp& op, Flags& flags) {
    if constexpr (Op == Opcode::VFSqrt) return soft::sqrt(a, op.env, flags);
    else if constexpr (Op == Opcode::VFRound)
        return op.exact ? soft::round_to_int_exact(a, op.env, flags) : soft::round_to_int(a, op.env, flags);
    else if constexpr (Op == Opcode::VFToS) return to_signed(a, op, flags);
    else if constexpr (Op == Opcode::VFToU) return to_unsigned(a, op, flags);
    else return from_integer(Op == Opcode::VSToF, a, op, flags);
}

/// Calls body(FloatOp, flags) and keeps the flags.
template <class Body>
Wide with_environment(const Operands& operands, Body body) {
    const auto op = ir::VectorOp::decode(operands.imm).fp;
    Flags flags = 0;
    const auto result = body(op, flags);
    *operands.float_flags |= flags;
    return result;
}

/// Calls `body` with a zero of the type of the format's bits; there is none of one byte.
template <class Body>
Function with_format(unsigned lane_log2, Body body) {
    switch (lane_log2) {
    case 1: return body(std::uint16_t{});
    case 2: return body(std::uint32_t{});
    case 3: return body(std::uint64_t{});
    default: return nullptr;
    }
}

template <Opcode Op>
Function binary_function(unsigned lane_log2) {
    return with_format(lane_log2, []<class T>(T) -> Function {
        return [](const Operands& operands) {
            return with_environment(operands, [&](const FloatOp& op, Flags& flags) {
                return each_pair<T>(operands, [&](T a, T b) { return binary<Op, T>(a, b, op, flags); });
            });
        };
    });
}

template <Opcode Op>
Function unary_function(unsigned lane_log2) {
    return with_format(lane_log2, []<class T>(T) -> Function {
        return [](const Operands& operands) {
            return with_environment(operands, [&](const FloatOp& op, Flags& flags) {
                return each<T>(operands, [&](T a) { return unary<Op, T>(a, op, flags); });
            });
        };
    });
}

template <class T>
Wide multiply_add(const Operands& operands) {
    return with_environment(operands, [&](const FloatOp& op, Flags& flags) {
        const auto a = lanes<T>(operands.a);
        const auto b = lanes<T>(operands.b);
        auto c = lanes<T>(operands.c);
        for (std::size_t i = 0; i < c.size(); ++i)
            c[i] = soft::fma(a[i], b[i], c[i], op.env, flags);
        return wide<T>(c);
    });
}

/// Between lanes of different sizes: those of the low half, of either operand or result.
template <class To, class From>
Wide convert(const Operands& operands) {
    return with_environment(operands, [&](const FloatOp& op, Flags& flags) {
        const auto a = lanes<From>(operands.a);
        Lanes<To> result{};
        for (std::size_t i = 0; i < std::min(a.size(), result.size()); ++i)
            result[i] = soft::convert<To>(a[i], op.env, flags);
        return wide<To>(result);
    });
}

} // namespace

Function float_function(Opcode opcode, unsigned lane_log2) {
    switch (opcode) {
#define MEDLEY_LANES(kind, name)                                                                                       \
    case Opcode::name: return kind##_function<Opcode::name>(lane_log2);
        MEDLEY_LANES(binary, VFAdd)
        MEDLEY_LANES(binary, VFSub)
        MEDLEY_LANES(binary, VFMul)
        MEDLEY_LANES(binary, VFDiv)
        MEDLEY_LANES(binary, VFMin)
        MEDLEY_LANES(binary, VFMax)
        MEDLEY_LANES(binary, VFCompareEq)
        MEDLEY_LANES(binary, VFCompareLt)
        MEDLEY_LANES(binary, VFCompareLe)
        MEDLEY_LANES(unary, VFSqrt)
        MEDLEY_LANES(unary, VFRound)
        MEDLEY_LANES(unary, VFToS)
        MEDLEY_LANES(unary, VFToU)
        MEDLEY_LANES(unary, VSToF)
        MEDLEY_LANES(unary, VUToF)
#undef MEDLEY_LANES
    case Opcode::VFMulAdd: return with_format(lane_log2, []<class T>(T) -> Function { return &multiply_add<T>; });
    case Opcode::VFWiden: return lane_log2 == 1 ? &convert<std::uint32_t, std::uint16_t> : &convert<std::uint64_t, std::uint32_t>;
    case Opcode::VFNarrow: return lane_log2 == 2 ? &convert<std::uint16_t, std::uint32_t> : &convert<std::uint32_t, std::uint64_t>;
    default: return nullptr;
    }
}

} // namespace medley::accel::vector
