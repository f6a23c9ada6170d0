#include "accel/jit/uses.h"

#include "medley/base/bits.h"

#include <algorithm>

namespace medley::accel::jit {
namespace {

using ir::Opcode;
using ir::Type;

/// A result of 32 bits that backends make with zeros above it.
bool has_zeros_above(const ir::Operation& operation) {
    if (operation.type != Type::I32)
        return false;
    switch (operation.opcode) {
    case Opcode::Add:
    case Opcode::Sub:
    case Opcode::Mul:
    case Opcode::And:
    case Opcode::Or:
    case Opcode::Xor:
    case Opcode::AndNot:
    case Opcode::OrNot:
    case Opcode::Shl:
    case Opcode::ShrU:
    case Opcode::ShrS:
    case Opcode::RotateRight:
    case Opcode::DivS:
    case Opcode::DivU:
    case Opcode::RemS:
    case Opcode::RemU:
    case Opcode::Select: return true;
    case Opcode::Load: return ir::MemOp::decode(operation.imm).size_log2 < 3;
    default: return false;
    }
}

/// Truth values are held as 0 or 1, so that extending them by zeros changes nothing.
bool is_view(const ir::Block& block, const ir::Operation& operation) {
    if (operation.argument_count != 1)
        return false;
    const auto from = block.type_of(operation.arguments[0]);
    switch (operation.opcode) {
    case Opcode::Truncate: return operation.type == Type::I32;
    case Opcode::ZeroExtend:
        return from == Type::I1 || (operation.type == Type::I64 && operation.imm == 32 && has_zeros_above(block.operations[operation.arguments[0]]));
    case Opcode::VExtract: return ir::is_float(operation.type) && operation.type != Type::F16 && ir::VectorOp::decode(operation.imm).amount == 0;
    case Opcode::Bitcast: return operation.type == from || (operation.type == Type::I32 && from == Type::I64);
    default: return false;
    }
}

bool only_makes_a_value(const ir::Operation& operation) {
    return operation.type != Type::None && (ir::effects_of(operation.opcode) & ~ir::ReadsState) == 0;
}

/// Fits into the host's addresses, with room for the size of an access.
bool is_near(std::int64_t distance) {
    constexpr std::int64_t kFar = std::int64_t{1} << 30;
    return distance >= -kFar && distance < kFar;
}

/// A sum whose constant does.
bool can_be_folded(const ir::Block& block, const ir::Operation& sum) {
    if (sum.opcode != Opcode::Add || (sum.type != Type::I64 && sum.type != Type::I32))
        return false;
    const auto& constant = block.operations[sum.arguments[1]];
    return constant.opcode == Opcode::Const && is_near(static_cast<std::int64_t>(sign_extend(constant.imm, ir::bits_of(sum.type))));
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

Uses::Origin Uses::origin(const ir::Block& block, ir::Value sum) const {
    Origin origin{root(sum), 0};
    for (;;) {
        const auto& operation = block.operations[origin.root];
        const bool adds = operation.opcode == Opcode::Add;
        if (operation.type != Type::I64 || (!adds && operation.opcode != Opcode::Sub) || block.operations[operation.arguments[1]].opcode != Opcode::Const)
            return origin;
        const auto constant = static_cast<std::int64_t>(block.operations[operation.arguments[1]].imm);
        const auto offset = is_near(constant) ? origin.offset + (adds ? constant : -constant) : constant;
        if (!is_near(offset))
            return origin;
        origin = {root(operation.arguments[0]), static_cast<std::int32_t>(offset)};
    }
}

/// \see significant_bits. What NaNs are deferred for is not looked at: no vector is made of it.
std::uint8_t Uses::bits_in_vector(const ir::Block& block, const ir::Operation& operation) const {
    constexpr std::uint8_t kAll = 128;
    const auto of = [&](unsigned i) { return values_[values_[operation.arguments[i]].root].significant; };
    if (operation.opcode == Opcode::Bitcast && operation.type == Type::V128) {
        const auto from = block.type_of(operation.arguments[0]);
        return from == Type::F32 || from == Type::F64 ? static_cast<std::uint8_t>(ir::bits_of(from)) : kAll;
    }
    if (operation.type != Type::F32 && operation.type != Type::F64)
        return kAll;
    const auto own = static_cast<std::uint8_t>(ir::bits_of(operation.type));
    const auto as = [own](std::uint8_t bits) { return bits <= own ? own : kAll; };
    const auto arithmetic = [&](std::uint8_t bits) { return ir::FloatOp::decode(operation.imm).env.nan != NanRule::Default ? as(bits) : kAll; };
    switch (operation.opcode) {
    case Opcode::Load:
    case Opcode::Const:
    case Opcode::SToF:
    case Opcode::UToF: return own;
    case Opcode::FAdd:
    case Opcode::FMul: return arithmetic(std::min(of(0), of(1)));
    case Opcode::FSub:
    case Opcode::FDiv:
    case Opcode::FSqrt: return arithmetic(of(0));
    case Opcode::FMulAdd: return arithmetic(of(2));
    case Opcode::FNeg:
    case Opcode::FAbs: return as(of(0));
    default: return kAll;
    }
}

void Uses::find_view(const ir::Block& block, ir::Value at, const ir::Operation& operation) {
    auto& value = values_[at];
    if (is_view(block, operation)) {
        value.root = values_[operation.arguments[0]].root;
        value.traits = kSkipped;
    } else if (operation.opcode == Opcode::Bitcast && operation.type == Type::V128) {
        const auto from = block.type_of(operation.arguments[0]);
        const auto whole = values_[operation.arguments[0]].root;
        if ((from == Type::F32 || from == Type::F64) && values_[whole].significant <= ir::bits_of(from)) {
            value.root = whole;
            value.traits = kSkipped;
        }
    } else if (operation.opcode == Opcode::Bitcast) {
        if (const auto whole = low_half_of(block, operation); whole != ir::kNoValue) {
            value.root = whole;
            value.traits = kSkipped;
        } else if (const auto source = find_bypass(block, operation); source != ir::kNoValue) {
            value.traits = kBypasses;
            bypass_.resize(std::max(bypass_.size(), block.operations.size()));
            bypass_[at] = source;
        }
    }
}

/// Finds the roots, and which sums are nothing but addresses.
void Uses::find_folded(const ir::Block& block) {
    const auto count = static_cast<ir::Value>(block.operations.size());
    const auto* const operations = block.operations.data();
    auto* const values = values_.data();
    const bool with_floats = block.may_use_floats();
    for (ir::Value at = 0; at < count; ++at) {
        const auto& operation = operations[at];
        auto& value = values[at] = {.root = at};
        const unsigned arguments = operation.argument_count;
        if (arguments == 1 && ir::effects_of(operation.opcode) == ir::Pure) {
            find_view(block, at, operation);
            if ((value.traits & kSkipped) != 0)
                continue;
        }
        if (with_floats && (ir::set_of(operation.type) & ir::kFloatTypes) != 0)
            value.significant = bits_in_vector(block, operation);
        unsigned first = 0;
        if (operation.opcode == Opcode::Load || operation.opcode == Opcode::Store) {
            const auto address = values[operation.arguments[0]].root;
            // The sum of an address that is a wider view of it wraps earlier.
            if (operations[address].type == operations[operation.arguments[0]].type) {
                if ((values[address].traits & kIsAddress) == 0)
                    addresses_.push_back(address);
                values[address].traits |= kIsAddress;
                first = 1;
            }
        }
        for (auto i = first; i < arguments; ++i)
            values[values[operation.arguments[i]].root].traits |= kIsNoAddress;
    }
    for (const auto root : addresses_)
        if ((values[root].traits & kIsNoAddress) == 0 && can_be_folded(block, operations[root]))
            values[root].traits |= kFolded;
}

/// Backwards, so that what only unused operations use is unused too.
void Uses::find_uses(const ir::Block& block, const ConditionFlags& flags) {
    const auto* const operations = block.operations.data();
    auto* const values = values_.data();
    for (auto at = static_cast<ir::Value>(block.operations.size()); at-- > 0;) {
        const auto& operation = operations[at];
        auto& value = values[at];
        if ((value.traits & kSkipped) != 0)
            continue;
        if (operation.opcode == Opcode::PutSlot && is_flag_group(block, flags, at))
            continue;
        if (value.count == 0 && only_makes_a_value(operation)) {
            value.traits |= kSkipped;
            continue;
        }
        if ((value.traits & kBypasses) != 0) {
            note_use(root(bypass_[at]), at);
            continue;
        }
        const unsigned arguments = operation.argument_count;
        for (unsigned i = 0; i < arguments; ++i) {
            auto root = values[operation.arguments[i]].root;
            if ((values[root].traits & kFolded) != 0)
                root = values[operations[root].arguments[0]].root;
            note_use(root, at);
        }
    }
}

/// The PutSlot is one of the two ends of a group that needs nothing but operands. Its last one comes first here.
bool Uses::is_flag_group(const ir::Block& block, const ConditionFlags& flags, ir::Value put) {
    const auto slot = block.operations[put].imm;
    if (slot == flags.overflow)
        return find_flag_group(block, flags, put);
    return slot == flags.negative && !flag_groups_.empty() && flag_groups_.back().first == put && flag_groups_.back().source != FlagSource::Values;
}

bool Uses::find_flag_group(const ir::Block& block, const ConditionFlags& flags, ir::Value last) {
    const auto found = FlagGroup::ending_at(last, block, flags, [this](ir::Value value) { return root(value); });
    if (!found)
        return false;
    flag_groups_.push_back(*found);
    if (found->source == FlagSource::Values)
        return false;
    for (auto put = found->first + 1; put <= last; ++put)
        values_[put].traits |= kSkipped;
    for (const auto operand : {found->left, found->right, found->condition})
        if (operand != ir::kNoValue)
            note_use(operand, found->first);
    return true;
}

const FlagGroup* Uses::flag_group(ir::Value at) const {
    const auto found = std::ranges::find(flag_groups_, at, &FlagGroup::first);
    return found != flag_groups_.end() ? &*found : nullptr;
}

const FlagGroup* Uses::flag_group_around(ir::Value at) const {
    const auto found = std::ranges::find_if(flag_groups_, [at](const FlagGroup& group) { return at >= group.first && at < group.first + FlagGroup::kPuts; });
    return found != flag_groups_.end() ? &*found : nullptr;
}

void Uses::find(const ir::Block& block, const ConditionFlags& flags) {
    if (values_.size() < block.operations.size())
        values_.resize(block.operations.size());
    addresses_.clear();
    flag_groups_.clear();
    find_folded(block);
    find_uses(block, flags);
}

} // namespace medley::accel::jit
