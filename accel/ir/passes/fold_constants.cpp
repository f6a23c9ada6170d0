#include "accel/ir/passes/fold.h"
#include "accel/ir/passes/passes.h"
#include "medley/base/bits.h"

#include <algorithm>
#include <bit>
#include <optional>
#include <vector>

namespace medley::ir {

namespace {

using u64 = std::uint64_t;
using i64 = std::int64_t;

/// One operation on numbers of `width` bits, held zero-extended.
struct Integers {
    unsigned width;

    [[nodiscard]] u64 wrap(u64 value) const { return value & low_mask(width); }
    [[nodiscard]] i64 as_signed(u64 value) const { return static_cast<i64>(sign_extend(value, width)); }
    [[nodiscard]] unsigned shift(u64 amount) const { return static_cast<unsigned>(amount % width); }
    [[nodiscard]] u64 minimum() const { return u64{1} << (width - 1); }

    [[nodiscard]] u64 div_s(u64 a, u64 b, DivideByZero rule) const {
        if (b == 0)
            return rule == DivideByZero::Zero ? 0 : wrap(~u64{0});
        return a == minimum() && b == wrap(~u64{0}) ? a : wrap(static_cast<u64>(as_signed(a) / as_signed(b)));
    }
    [[nodiscard]] u64 div_u(u64 a, u64 b, DivideByZero rule) const {
        if (b == 0)
            return rule == DivideByZero::Zero ? 0 : wrap(~u64{0});
        return a / b;
    }
    [[nodiscard]] u64 rem_s(u64 a, u64 b) const {
        if (b == 0)
            return a;
        return b == wrap(~u64{0}) ? 0 : wrap(static_cast<u64>(as_signed(a) % as_signed(b)));
    }
    [[nodiscard]] u64 mul_high(__int128 a, __int128 b) const {
        return wrap(static_cast<u64>(static_cast<unsigned __int128>(a * b) >> width));
    }
    [[nodiscard]] u64 mul_high_u(u64 a, u64 b) const {
        return wrap(static_cast<u64>((static_cast<unsigned __int128>(a) * b) >> width));
    }
    [[nodiscard]] u64 rotate_right(u64 a, unsigned by) const {
        return by == 0 ? a : wrap((a >> by) | (a << (width - by)));
    }
    [[nodiscard]] u64 reverse_bytes(u64 a) const { return __builtin_bswap64(a) >> (64 - width); }
    [[nodiscard]] u64 reverse_bits(u64 a) const {
        u64 result = 0;
        for (unsigned i = 0; i < width; ++i)
            result |= u64{bit(a, i)} << (width - 1 - i);
        return result;
    }
    [[nodiscard]] unsigned __int128 carryless(u64 a, u64 b) const {
        unsigned __int128 product = 0;
        for (unsigned i = 0; i < width; ++i)
            if (bit(b, i))
                product ^= static_cast<unsigned __int128>(a) << i;
        return product;
    }
};

u64 evaluate_rare(const Operation& operation, const Integers& n, u64 a, u64 b) {
    switch (operation.opcode) {
    case Opcode::MulHighS: return n.mul_high(n.as_signed(a), n.as_signed(b));
    case Opcode::MulHighU: return n.mul_high_u(a, b);
    case Opcode::MulHighSU: return n.mul_high(n.as_signed(a), static_cast<__int128>(b));
    case Opcode::DivS: return n.div_s(a, b, static_cast<DivideByZero>(operation.imm));
    case Opcode::DivU: return n.div_u(a, b, static_cast<DivideByZero>(operation.imm));
    case Opcode::RemS: return n.rem_s(a, b);
    case Opcode::RemU: return b == 0 ? a : a % b;
    case Opcode::RotateRight: return n.rotate_right(a, n.shift(b));
    case Opcode::CountLeadingZeros: return static_cast<u64>(std::countl_zero(a)) - (64 - n.width);
    case Opcode::CountTrailingZeros: return a == 0 ? n.width : static_cast<u64>(std::countr_zero(a));
    case Opcode::PopCount: return static_cast<u64>(std::popcount(a));
    case Opcode::ByteSwap: return n.reverse_bytes(a);
    case Opcode::BitReverse: return n.reverse_bits(a);
    case Opcode::CarrylessMulLow: return n.wrap(static_cast<u64>(n.carryless(a, b)));
    case Opcode::CarrylessMulHigh: return n.wrap(static_cast<u64>(n.carryless(a, b) >> n.width));
    default: return 0;
    }
}

std::optional<u64> evaluate_compare(Opcode opcode, const Integers& n, u64 a, u64 b) {
    switch (opcode) {
    case Opcode::CompareEq: return a == b;
    case Opcode::CompareNe: return a != b;
    case Opcode::CompareLtS: return n.as_signed(a) < n.as_signed(b);
    case Opcode::CompareLeS: return n.as_signed(a) <= n.as_signed(b);
    case Opcode::CompareLtU: return a < b;
    case Opcode::CompareLeU: return a <= b;
    case Opcode::AddOverflowS: return n.as_signed(n.wrap(a + b)) != static_cast<__int128>(n.as_signed(a)) + n.as_signed(b);
    case Opcode::SubOverflowS: return n.as_signed(n.wrap(a - b)) != static_cast<__int128>(n.as_signed(a)) - n.as_signed(b);
    default: return std::nullopt;
    }
}

} // namespace

bool can_evaluate(const Operation& operation, Type argument_type) {
    if (!is_integer(argument_type) || !is_integer(operation.type))
        return false;
    return operation.opcode >= Opcode::Add && operation.opcode <= Opcode::Select;
}

u64 evaluate(const Operation& operation, Type argument_type, std::span<const u64> arguments) {
    const Integers n{bits_of(argument_type)};
    const u64 a = arguments[0];
    const u64 b = arguments.size() > 1 ? arguments[1] : 0;
    if (const auto result = evaluate_compare(operation.opcode, n, a, b))
        return *result;
    switch (operation.opcode) {
    case Opcode::Add: return n.wrap(a + b);
    case Opcode::Sub: return n.wrap(a - b);
    case Opcode::Mul: return n.wrap(a * b);
    case Opcode::And: return a & b;
    case Opcode::Or: return a | b;
    case Opcode::Xor: return a ^ b;
    case Opcode::AndNot: return a & ~b;
    case Opcode::OrNot: return n.wrap(a | ~b);
    case Opcode::Shl: return n.wrap(a << n.shift(b));
    case Opcode::ShrU: return a >> n.shift(b);
    case Opcode::ShrS: return n.wrap(static_cast<u64>(n.as_signed(a) >> n.shift(b)));
    case Opcode::SignExtend: return sign_extend(a, static_cast<unsigned>(operation.imm)) & low_mask(bits_of(operation.type));
    case Opcode::ZeroExtend: return a & low_mask(static_cast<unsigned>(operation.imm));
    case Opcode::Truncate: return a & low_mask(bits_of(operation.type));
    case Opcode::Select: return a != 0 ? b : arguments[2];
    default: return evaluate_rare(operation, n, a, b);
    }
}

namespace {

bool is_constant(const Operation& operation) { return operation.opcode == Opcode::Const && operation.type != Type::V128; }

std::optional<u64> constant(const Operation& operation) {
    return is_constant(operation) ? std::optional(operation.imm) : std::nullopt;
}

void become_constant(Operation& operation, u64 bits) {
    const Type type = operation.type;
    operation = Operation{};
    operation.opcode = Opcode::Const;
    operation.type = type;
    operation.imm = bits;
}

/// A shift up and back down by as much is an extension of what is left.
bool fold_extension(const Operation* operations, Operation& operation) {
    if (operation.opcode != Opcode::ShrU && operation.opcode != Opcode::ShrS)
        return false;
    const auto down = constant(operations[operation.arguments[1]]);
    const auto& up = operations[operation.arguments[0]];
    if (!down || up.opcode != Opcode::Shl || constant(operations[up.arguments[1]]) != down)
        return false;
    const auto width = bits_of(operation.type);
    const auto left = *down < width ? width - *down : 0;
    if (left != 8 && left != 16 && left != 32)
        return false;
    operation.opcode = operation.opcode == Opcode::ShrU ? Opcode::ZeroExtend : Opcode::SignExtend;
    operation.imm = left;
    operation.argument_count = 1;
    operation.arguments[0] = up.arguments[0];
    operation.arguments[1] = kNoValue;
    return true;
}

/// x op 0 where that is x; kNoValue where it is not.
Value fold_identity(const Operation* operations, const Operation& operation) {
    if (operation.argument_count != 2)
        return kNoValue;
    const auto left = constant(operations[operation.arguments[0]]);
    const auto right = constant(operations[operation.arguments[1]]);
    const bool commutes = operation.opcode == Opcode::Add || operation.opcode == Opcode::Or || operation.opcode == Opcode::Xor;
    switch (operation.opcode) {
    case Opcode::Add:
    case Opcode::Sub:
    case Opcode::Or:
    case Opcode::Xor:
    case Opcode::Shl:
    case Opcode::ShrU:
    case Opcode::ShrS:
    case Opcode::RotateRight:
        if (right == u64{0})
            return operation.arguments[0];
        return commutes && left == u64{0} ? operation.arguments[1] : kNoValue;
    default: return kNoValue;
    }
}

} // namespace

void fold_branch(const Operation* operations, Operation& branch) {
    const auto condition = constant(operations[branch.arguments[0]]);
    if (!condition)
        return;
    const auto target = *condition != 0 ? branch.imm : branch.imm2;
    branch = Operation{};
    branch.opcode = Opcode::Goto;
    branch.imm = target;
}

Value fold_extract(const Operation* operations, Value at) {
    const auto& extract = operations[at];
    const auto& vector = operations[extract.arguments[0]];
    if (vector.opcode != Opcode::Bitcast || !is_float(extract.type) || VectorOp::decode(extract.imm).amount != 0)
        return at;
    const auto element = vector.arguments[0];
    return operations[element].type == extract.type ? element : at;
}

Value fold_with_constants(Operation* operations, Value at) {
    auto& operation = operations[at];
    // As a rule a number that is not 0 goes with something that is not known.
    const bool shifts_down = operation.opcode == Opcode::ShrU || operation.opcode == Opcode::ShrS;
    if (operation.argument_count == 2 && !shifts_down && !is_constant(operations[operation.arguments[0]]) &&
        operations[operation.arguments[1]].imm != 0)
        return at;
    const Type type = operations[operation.arguments[operation.opcode == Opcode::Select ? 1 : 0]].type;
    if (!can_evaluate(operation, type))
        return at;
    u64 constants[3] = {};
    bool all = true;
    for (unsigned i = 0; i < operation.argument_count; ++i) {
        const auto known = constant(operations[operation.arguments[i]]);
        all = all && known.has_value();
        constants[i] = known.value_or(0);
    }
    if (all) {
        become_constant(operation, evaluate(operation, type, std::span(constants, operation.argument_count)));
        return at;
    }
    if (fold_extension(operations, operation))
        return at;
    const auto same = fold_identity(operations, operation);
    return same != kNoValue ? same : at;
}

} // namespace medley::ir
