// Arithmetic on integer lanes.
#include "accel/common/vector/lanes.h"
#include "medley/ir/types.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <type_traits>

namespace medley::accel::vector {
namespace {

using ir::Opcode;

template <class T>
using Signed = std::make_signed_t<T>;
template <class T>
inline constexpr unsigned kBits = sizeof(T) * 8;

template <class T>
T saturating_add_signed(T a, T b) {
    Signed<T> sum;
    if (__builtin_add_overflow(static_cast<Signed<T>>(a), static_cast<Signed<T>>(b), &sum))
        return static_cast<T>(static_cast<Signed<T>>(a) < 0 ? std::numeric_limits<Signed<T>>::min() : std::numeric_limits<Signed<T>>::max());
    return static_cast<T>(sum);
}

template <class T>
T saturating_sub_signed(T a, T b) {
    Signed<T> difference;
    if (__builtin_sub_overflow(static_cast<Signed<T>>(a), static_cast<Signed<T>>(b), &difference))
        return static_cast<T>(static_cast<Signed<T>>(a) < 0 ? std::numeric_limits<Signed<T>>::min() : std::numeric_limits<Signed<T>>::max());
    return static_cast<T>(difference);
}

/// (a + b + 1) / 2 without a wider type.
template <class T>
T average(T a, T b) {
    return static_cast<T>((a | b) - static_cast<T>((a ^ b) >> 1));
}

template <class T>
T mask(bool condition) {
    return condition ? static_cast<T>(~T{0}) : T{0};
}

template <class T>
T count_leading_zeros(T a) {
    return static_cast<T>(std::countl_zero(a));
}

template <Opcode Op, class T>
T binary(T a, T b) {
    const auto sa = static_cast<Signed<T>>(a);
    const auto sb = static_cast<Signed<T>>(b);
    if constexpr (Op == Opcode::VAdd) return static_cast<T>(a + b);
    else if constexpr (Op == Opcode::VSub) return static_cast<T>(a - b);
    else if constexpr (Op == Opcode::VMul) return static_cast<T>(std::uint64_t{a} * b);
    else if constexpr (Op == Opcode::VMinS) return sa < sb ? a : b;
    else if constexpr (Op == Opcode::VMinU) return a < b ? a : b;
    else if constexpr (Op == Opcode::VMaxS) return sa < sb ? b : a;
    else if constexpr (Op == Opcode::VMaxU) return a < b ? b : a;
    else if constexpr (Op == Opcode::VAddSatS) return saturating_add_signed(a, b);
    else if constexpr (Op == Opcode::VAddSatU) return static_cast<T>(a + b) < a ? static_cast<T>(~T{0}) : static_cast<T>(a + b);
    else if constexpr (Op == Opcode::VSubSatS) return saturating_sub_signed(a, b);
    else if constexpr (Op == Opcode::VSubSatU) return a < b ? T{0} : static_cast<T>(a - b);
    else if constexpr (Op == Opcode::VAverageU) return average(a, b);
    else if constexpr (Op == Opcode::VCompareEq) return mask<T>(a == b);
    else if constexpr (Op == Opcode::VCompareGtS) return mask<T>(sa > sb);
    else if constexpr (Op == Opcode::VCompareGtU) return mask<T>(a > b);
    else if constexpr (Op == Opcode::VCompareGeS) return mask<T>(sa >= sb);
    else return mask<T>(a >= b);
}

template <Opcode Op, class T>
T unary(T a) {
    if constexpr (Op == Opcode::VAbs) return static_cast<Signed<T>>(a) < 0 ? static_cast<T>(T{0} - a) : a;
    else if constexpr (Op == Opcode::VPopCount) return static_cast<T>(std::popcount(a));
    else return count_leading_zeros(a);
}

template <Opcode Op, class T>
T shift(T a, unsigned amount) {
    const unsigned most = kBits<T>;
    if constexpr (Op == Opcode::VShl) return amount < most ? static_cast<T>(a << amount) : T{0};
    else if constexpr (Op == Opcode::VShrU) return amount < most ? static_cast<T>(a >> amount) : T{0};
    else return static_cast<T>(static_cast<Signed<T>>(a) >> std::min(amount, most - 1));
}

template <Opcode Op>
Function binary_function(unsigned lane_log2) {
    return with_lane(lane_log2, []<class T>(T) -> Function {
        return [](const Operands& operands) { return each_pair<T>(operands, binary<Op, T>); };
    });
}

template <Opcode Op>
Function unary_function(unsigned lane_log2) {
    return with_lane(lane_log2, []<class T>(T) -> Function {
        return [](const Operands& operands) { return each<T>(operands, unary<Op, T>); };
    });
}

template <Opcode Op>
Function shift_function(unsigned lane_log2) {
    return with_lane(lane_log2, []<class T>(T) -> Function {
        return [](const Operands& operands) {
            const unsigned amount = ir::VectorOp::decode(operands.imm).amount;
            return each<T>(operands, [amount](T lane) { return shift<Op, T>(lane, amount); });
        };
    });
}

} // namespace

Function integer_function(Opcode opcode, unsigned lane_log2) {
    switch (opcode) {
#define MEDLEY_LANES(kind, name)                                                                                       \
    case Opcode::name: return kind##_function<Opcode::name>(lane_log2);
        MEDLEY_LANES(binary, VAdd)
        MEDLEY_LANES(binary, VSub)
        MEDLEY_LANES(binary, VMul)
        MEDLEY_LANES(binary, VMinS)
        MEDLEY_LANES(binary, VMinU)
        MEDLEY_LANES(binary, VMaxS)
        MEDLEY_LANES(binary, VMaxU)
        MEDLEY_LANES(binary, VAddSatS)
        MEDLEY_LANES(binary, VAddSatU)
        MEDLEY_LANES(binary, VSubSatS)
        MEDLEY_LANES(binary, VSubSatU)
        MEDLEY_LANES(binary, VAverageU)
        MEDLEY_LANES(binary, VCompareEq)
        MEDLEY_LANES(binary, VCompareGtS)
        MEDLEY_LANES(binary, VCompareGtU)
        MEDLEY_LANES(binary, VCompareGeS)
        MEDLEY_LANES(binary, VCompareGeU)
        MEDLEY_LANES(unary, VAbs)
        MEDLEY_LANES(unary, VPopCount)
        MEDLEY_LANES(unary, VCountLeadingZeros)
        MEDLEY_LANES(shift, VShl)
        MEDLEY_LANES(shift, VShrU)
        MEDLEY_LANES(shift, VShrS)
#undef MEDLEY_LANES
    default: return nullptr;
    }
}

} // namespace medley::accel::vector
