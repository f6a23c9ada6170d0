#include "accel/jit/uses.h"

#include "medley/base/bits.h"

#include <algorithm>

namespace medley::accel::jit {
namespace {

using ir::Opcode;
using ir::Type;

/// Truth values are held as 0 or 1, so that extending them by zeros changes nothing.
bool is_view(const ir::Block& block, const ir::Operation& operation) {
    if (operation.argument_count != 1)
        return false;
    const auto from = block.type_of(operation.arguments[0]);
    switch (operation.opcode) {
    case Opcode::Truncate: return operation.type == Type::I32;
    case Opcode::ZeroExtend: return from == Type::I1;
    case Opcode::VExtract: return ir::is_float(operation.type) && operation.type != Type::F16 && ir::VectorOp::decode(operation.imm).amount == 0;
    case Opcode::Bitcast: return operation.type == from || (operation.type == Type::I32 && from == Type::I64);
    default: return false;
    }
}

bool only_makes_a_value(const ir::Operation& operation) {
    return operation.type != Type::None && (ir::info(operation.opcode).effects & ~ir::ReadsState) == 0;
}

bool takes_address(const ir::Operation& operation, unsigned argument) {
    return argument == 0 && (operation.opcode == Opcode::Load || operation.opcode == Opcode::Store);
}

/// A sum whose constant fits into the host's addresses, with room for the size of an access.
bool can_be_folded(const ir::Block& block, const ir::Operation& sum) {
    if (sum.opcode != Opcode::Add || (sum.type != Type::I64 && sum.type != Type::I32))
        return false;
    const auto& constant = block.operations[sum.arguments[1]];
    const auto value = sign_extend(constant.imm, ir::bits_of(sum.type));
    constexpr std::uint64_t kHalf = std::uint64_t{1} << 30;
    return constant.opcode == Opcode::Const && value + kHalf < 2 * kHalf;
}

constexpr std::uint64_t kHighOnes = 0xffff'ffff'0000'0000;

bool is_constant(const ir::Operation& operation, std::uint64_t bits) { return operation.opcode == Opcode::Const && operation.imm == bits; }

/// The bits of one type as another one.
bool is_cast(const ir::Block& block, const ir::Operation& operation, Type to, Type from) {
    return operation.opcode == Opcode::Bitcast && operation.type == to && block.type_of(operation.arguments[0]) == from;
}

} // namespace

/// An F32 that is cut out of the bits of an F64 is the low half of the same register.
ir::Value Uses::low_half_of(const ir::Block& block, const ir::Operation& operation) const {
    if (!is_cast(block, operation, Type::F32, Type::I64))
        return ir::kNoValue;
    const auto& bits = at_root(block, operation.arguments[0]);
    return is_cast(block, bits, Type::I64, Type::F64) ? root(bits.arguments[0]) : ir::kNoValue;
}

ir::Value Uses::find_bypass(const ir::Block& block, const ir::Operation& operation) const {
    if (is_cast(block, operation, Type::F64, Type::I64)) {
        const auto& joined = at_root(block, operation.arguments[0]);
        if (joined.opcode != Opcode::Or || !is_constant(at_root(block, joined.arguments[1]), kHighOnes))
            return ir::kNoValue;
        const auto& narrow = at_root(block, joined.arguments[0]);
        return is_cast(block, narrow, Type::I64, Type::F32) ? narrow.arguments[0] : ir::kNoValue;
    }
    if (!is_cast(block, operation, Type::F32, Type::I64))
        return ir::kNoValue;
    const auto& choice = at_root(block, operation.arguments[0]);
    if (choice.opcode != Opcode::Select || at_root(block, choice.arguments[2]).opcode != Opcode::Const)
        return ir::kNoValue;
    const auto& condition = at_root(block, choice.arguments[0]);
    const auto& bits = at_root(block, choice.arguments[1]);
    const bool tests = condition.opcode == Opcode::CompareLeU && is_constant(at_root(block, condition.arguments[0]), kHighOnes) &&
                       root(condition.arguments[1]) == root(choice.arguments[1]);
    return tests && is_cast(block, bits, Type::I64, Type::F64) ? bits.arguments[0] : ir::kNoValue;
}

std::uint32_t Uses::narrow_default(const ir::Block& block, ir::Value value) const {
    const auto& choice = at_root(block, block.operations[value].arguments[0]);
    return static_cast<std::uint32_t>(at_root(block, choice.arguments[2]).imm);
}

std::int32_t Uses::folded_offset(const ir::Block& block, ir::Value root) {
    const auto& sum = block.operations[root];
    return static_cast<std::int32_t>(block.operations[sum.arguments[1]].imm);
}

void Uses::find_folded(const ir::Block& block) {
    const auto count = static_cast<ir::Value>(block.operations.size());
    bool any = false;
    for (ir::Value at = 0; at < count; ++at) {
        const auto& operation = block.operations[at];
        if (values_[at].skipped)
            continue;
        for (unsigned i = 0; i < operation.argument_count; ++i) {
            const auto root = values_[operation.arguments[i]].root;
            if (takes_address(operation, i))
                values_[root].folded = any = true;
            else
                ++values_[root].others;
        }
    }
    for (ir::Value at = 0; any && at < count; ++at) {
        auto& value = values_[at];
        value.folded = value.folded && value.others == 0 && can_be_folded(block, block.operations[at]);
    }
}

/// Backwards, so that what only unused operations use is unused too.
void Uses::find(const ir::Block& block) {
    const auto count = static_cast<ir::Value>(block.operations.size());
    values_.assign(count, {});
    for (ir::Value at = 0; at < count; ++at) {
        const auto& operation = block.operations[at];
        const bool view = is_view(block, operation);
        values_[at].root = view ? values_[operation.arguments[0]].root : at;
        values_[at].skipped = view;
        if (view || operation.opcode != Opcode::Bitcast)
            continue;
        if (const auto whole = low_half_of(block, operation); whole != ir::kNoValue) {
            values_[at].root = whole;
            values_[at].skipped = true;
        } else {
            values_[at].bypass = find_bypass(block, operation);
        }
    }
    find_folded(block);
    for (auto at = count; at-- > 0;) {
        const auto& operation = block.operations[at];
        if (values_[at].skipped)
            continue;
        if (only_makes_a_value(operation) && values_[at].count == 0) {
            values_[at].skipped = true;
            continue;
        }
        if (const auto source = values_[at].bypass; source != ir::kNoValue) {
            auto& used = values_[root(source)];
            used.last = std::max(used.last, at);
            ++used.count;
            continue;
        }
        for (unsigned i = 0; i < operation.argument_count; ++i) {
            auto root = values_[operation.arguments[i]].root;
            if (values_[root].folded)
                root = values_[block.operations[root].arguments[0]].root;
            auto& used = values_[root];
            used.last = std::max(used.last, at);
            ++used.count;
        }
    }
}

} // namespace medley::accel::jit
