#include "accel/jit/evaluate.h"

#include "accel/common/softfloat/softfloat.h"
#include "accel/common/vector/vector.h"
#include "accel/ir/passes/passes.h"
#include "medley/base/bits.h"

#include <array>

namespace medley::accel::jit {
namespace {

namespace soft = medley::accel::softfloat;
using ir::FloatOp;
using ir::Opcode;
using ir::Type;
using u64 = std::uint64_t;

u64 masked(u64 value, Type type) { return value & low_mask(ir::bits_of(type)); }

soft::NanCompare nan_compare(const FloatOp& op) {
    return op.signalling ? soft::NanCompare::Signalling : soft::NanCompare::Quiet;
}

template <class Bits>
u64 arithmetic(Opcode opcode, const FloatOp& op, Bits a, Bits b, Bits c, std::uint8_t& flags) {
    switch (opcode) {
    case Opcode::FAdd: return soft::add(a, b, op.env, flags);
    case Opcode::FSub: return soft::sub(a, b, op.env, flags);
    case Opcode::FMul: return soft::mul(a, b, op.env, flags);
    case Opcode::FDiv: return soft::div(a, b, op.env, flags);
    case Opcode::FSqrt: return soft::sqrt(a, op.env, flags);
    case Opcode::FMulAdd: return soft::fma(a, b, c, op.env, flags);
    case Opcode::FMin: return soft::min(a, b, op.min_max, op.env, flags);
    case Opcode::FMax: return soft::max(a, b, op.min_max, op.env, flags);
    case Opcode::FCompareEq: return soft::eq(a, b, nan_compare(op), op.env, flags);
    case Opcode::FCompareLt: return soft::lt(a, b, nan_compare(op), op.env, flags);
    case Opcode::FCompareLe: return soft::le(a, b, nan_compare(op), op.env, flags);
    case Opcode::FUnordered: return soft::unordered(a, b, nan_compare(op), op.env, flags);
    case Opcode::FRound: return op.exact ? soft::round_to_int_exact(a, op.env, flags) : soft::round_to_int(a, op.env, flags);
    case Opcode::FNeg: return static_cast<Bits>(a ^ soft::Format<Bits>::kSign);
    case Opcode::FAbs: return static_cast<Bits>(a & soft::Format<Bits>::kMagnitude);
    case Opcode::FCopySign:
        return static_cast<Bits>((a & soft::Format<Bits>::kMagnitude) | (b & soft::Format<Bits>::kSign));
    default: return 0;
    }
}

/// Calls `body` with a zero of the type that holds the format's bits.
template <class Body>
u64 with_format(Type type, Body body) {
    switch (type) {
    case Type::F16: return body(std::uint16_t{});
    case Type::F32: return body(std::uint32_t{});
    default: return body(u64{});
    }
}

template <class Bits>
u64 to_integer(const Site& site, const FloatOp& op, Bits a, std::uint8_t& flags) {
    const bool wide = site.type == Type::I64;
    if (site.opcode == Opcode::FToS)
        return wide ? static_cast<u64>(soft::to_int<std::int64_t>(a, op.nan_to_int, op.env, flags))
                    : static_cast<std::uint32_t>(soft::to_int<std::int32_t>(a, op.nan_to_int, op.env, flags));
    return wide ? soft::to_int<u64>(a, op.nan_to_int, op.env, flags)
                : soft::to_int<std::uint32_t>(a, op.nan_to_int, op.env, flags);
}

template <class Bits>
u64 from_integer(const Site& site, const FloatOp& op, u64 a, std::uint8_t& flags) {
    const bool wide = site.argument_types[0] == Type::I64;
    if (site.opcode == Opcode::SToF)
        return wide ? soft::from_int<Bits>(static_cast<std::int64_t>(a), op.env, flags)
                    : soft::from_int<Bits>(static_cast<std::int32_t>(a), op.env, flags);
    return wide ? soft::from_int<Bits>(a, op.env, flags) : soft::from_int<Bits>(static_cast<std::uint32_t>(a), op.env, flags);
}

u64 evaluate_float(const Site& site, const std::array<u64, 3>& a, std::uint8_t& flags) {
    const auto op = FloatOp::decode(site.imm);
    const auto from = site.argument_types[0];
    switch (site.opcode) {
    case Opcode::FToS:
    case Opcode::FToU:
        return with_format(from, [&]<class Bits>(Bits) { return to_integer(site, op, static_cast<Bits>(a[0]), flags); });
    case Opcode::SToF:
    case Opcode::UToF:
        return with_format(site.type, [&]<class Bits>(Bits) { return from_integer<Bits>(site, op, a[0], flags); });
    case Opcode::FConvert:
        return with_format(from, [&]<class From>(From) {
            return with_format(site.type, [&]<class To>(To) -> u64 {
                return soft::convert<To>(static_cast<From>(a[0]), op.env, flags);
            });
        });
    default:
        return with_format(from, [&]<class Bits>(Bits) {
            return arithmetic(site.opcode, op, static_cast<Bits>(a[0]), static_cast<Bits>(a[1]), static_cast<Bits>(a[2]), flags);
        });
    }
}

bool is_float(Opcode opcode) { return opcode >= Opcode::FAdd && opcode <= Opcode::FCopySign; }

Wide evaluate_vector(const Site& site, std::span<const Wide> arguments, std::uint32_t& flags) {
    const auto bytes = [&](std::size_t i) {
        return i < arguments.size() ? reinterpret_cast<const std::byte*>(&arguments[i]) : nullptr;
    };
    auto result = vector::function(site.opcode, site.imm)({bytes(0), bytes(1), bytes(2), site.imm, site.imm2, &flags});
    if (site.type != Type::V128)
        result = {masked(result.low, site.type), 0};
    return result;
}

} // namespace

bool is_value_operation(Opcode opcode) {
    return (opcode >= Opcode::Add && opcode <= Opcode::Select) || (opcode >= Opcode::FAdd && opcode <= Opcode::VFNarrow);
}

Wide evaluate(const Site& site, std::span<const Wide> arguments, std::uint32_t& flags) {
    if (vector::is_vector(site.opcode))
        return evaluate_vector(site, arguments, flags);
    if (site.opcode == Opcode::Select)
        return (arguments[0].low & 1) != 0 ? arguments[1] : arguments[2];
    if (site.opcode == Opcode::Bitcast && site.type == Type::V128)
        return site.argument_types[0] == Type::V128 ? arguments[0] : Wide{masked(arguments[0].low, site.argument_types[0]), 0};
    if (site.opcode == Opcode::Bitcast)
        return {masked(masked(arguments[0].low, site.argument_types[0]), site.type), 0};
    std::array<u64, 3> a{};
    for (unsigned i = 0; i < site.argument_count && i < a.size(); ++i)
        a[i] = masked(arguments[i].low, site.argument_types[i]);
    if (!is_float(site.opcode)) {
        ir::Operation operation;
        operation.opcode = site.opcode;
        operation.type = site.type;
        operation.imm = site.imm;
        return {ir::evaluate(operation, site.argument_types[0], std::span(a.data(), site.argument_count)), 0};
    }
    std::uint8_t raised = 0;
    const auto result = evaluate_float(site, a, raised);
    flags |= raised;
    return {masked(result, site.type), 0};
}

} // namespace medley::accel::jit
