/// \file
/// Exact IEEE 754-2019 arithmetic on raw bits, in integer instructions only: independent of the host's
/// floating-point unit and of its control register.
///
/// Every function ORs the exceptions it raises into `flags` (medley::float_flag) and never clears one. `Bits` is
/// std::uint16_t, std::uint32_t or std::uint64_t and names the format; pass operands of exactly that type.
///
/// Flushing. With `flush_inputs`, each denormal operand is taken as the zero of its sign and raises
/// kInputDenormal, even where another operand is a NaN. With `flush_outputs`, a result that is tiny (as
/// `tininess_before_rounding` defines it) becomes the zero of its sign and raises kUnderflow, not kInexact. A guest
/// whose rules differ by format (no flag for binary16, say) passes an adapted environment or masks the flag.
///
/// Not here: remainder, decimal conversion, the alternative binary16 format without infinities, conversions to and
/// from fixed point.
#pragma once

#include "accel/common/softfloat/format.h"
#include "medley/base/float.h"

#include <cstdint>

namespace medley::accel::softfloat {

template <FloatBits Bits>
Bits add(Bits a, Bits b, const FloatEnv& env, std::uint8_t& flags);

template <FloatBits Bits>
Bits sub(Bits a, Bits b, const FloatEnv& env, std::uint8_t& flags);

template <FloatBits Bits>
Bits mul(Bits a, Bits b, const FloatEnv& env, std::uint8_t& flags);

template <FloatBits Bits>
Bits div(Bits a, Bits b, const FloatEnv& env, std::uint8_t& flags);

template <FloatBits Bits>
Bits sqrt(Bits a, const FloatEnv& env, std::uint8_t& flags);

/// a * b + c, rounded once. Infinity times zero raises Invalid whatever c is, and gives the default NaN unless c is
/// a signalling NaN that NanRule propagates.
template <FloatBits Bits>
Bits fma(Bits a, Bits b, Bits c, const FloatEnv& env, std::uint8_t& flags);

template <FloatBits Bits>
Bits min(Bits a, Bits b, MinMaxRule rule, const FloatEnv& env, std::uint8_t& flags);

template <FloatBits Bits>
Bits max(Bits a, Bits b, MinMaxRule rule, const FloatEnv& env, std::uint8_t& flags);

/// The four mutually exclusive relations (IEEE 754-2019, 5.11).
enum class Relation : std::uint8_t { Less, Equal, Greater, Unordered };

/// Which NaN operands of a comparison raise Invalid: signalling ones only, or all.
enum class NanCompare : std::uint8_t { Quiet, Signalling };

template <FloatBits Bits>
Relation compare(Bits a, Bits b, NanCompare nan, const FloatEnv& env, std::uint8_t& flags);

template <FloatBits Bits>
bool eq(Bits a, Bits b, NanCompare nan, const FloatEnv& env, std::uint8_t& flags) {
    return compare(a, b, nan, env, flags) == Relation::Equal;
}

template <FloatBits Bits>
bool lt(Bits a, Bits b, NanCompare nan, const FloatEnv& env, std::uint8_t& flags) {
    return compare(a, b, nan, env, flags) == Relation::Less;
}

template <FloatBits Bits>
bool le(Bits a, Bits b, NanCompare nan, const FloatEnv& env, std::uint8_t& flags) {
    const Relation relation = compare(a, b, nan, env, flags);
    return relation == Relation::Less || relation == Relation::Equal;
}

template <FloatBits Bits>
bool unordered(Bits a, Bits b, NanCompare nan, const FloatEnv& env, std::uint8_t& flags) {
    return compare(a, b, nan, env, flags) == Relation::Unordered;
}

/// Between any two formats. A propagated NaN keeps its sign and the leading bits of its payload.
template <FloatBits To, FloatBits From>
To convert(From a, const FloatEnv& env, std::uint8_t& flags);

/// The nearest integral value in the format, by env.rounding; never raises Inexact (roundToIntegralTiesToEven and
/// its sisters).
template <FloatBits Bits>
Bits round_to_int(Bits a, const FloatEnv& env, std::uint8_t& flags);

/// As round_to_int, but raises Inexact when the result differs from the operand (roundToIntegralExact).
template <FloatBits Bits>
Bits round_to_int_exact(Bits a, const FloatEnv& env, std::uint8_t& flags);

/// To an integer by env.rounding. Out of range: saturates and raises Invalid alone. Inexact otherwise when rounded.
template <ConvertibleInt Int, FloatBits Bits>
Int to_int(Bits a, NanToInt nan, const FloatEnv& env, std::uint8_t& flags);

template <FloatBits Bits, ConvertibleInt Int>
Bits from_int(Int value, const FloatEnv& env, std::uint8_t& flags);

} // namespace medley::accel::softfloat
