#include "accel/jit/flag_groups.h"

#include <tuple>

namespace medley::accel::jit {

using ir::Opcode;
using ir::Value;

namespace {

/// In the order of the PutSlots.
enum Flag : unsigned { kNegative, kZero, kCarry, kOverflow };

} // namespace

bool FlagGroup::Outcomes::same(Value one, Value other) const {
    if (one == other)
        return true;
    if (one == ir::kNoValue || other == ir::kNoValue)
        return false;
    const auto& left = block.operations[one];
    const auto& right = block.operations[other];
    return left.opcode == Opcode::Const && right.opcode == Opcode::Const && left.type == right.type && left.imm == right.imm;
}

bool FlagGroup::Outcomes::is_zero(Value value) const {
    return value != ir::kNoValue && block.operations[value].opcode == Opcode::Const && block.operations[value].imm == 0;
}

std::optional<Value> FlagGroup::first_put(Value last, const ir::Block& block, const ConditionFlags& flags) {
    const std::array slots{flags.negative, flags.zero, flags.carry, flags.overflow};
    if (last + 1 < kPuts)
        return std::nullopt;
    const auto first = last + 1 - kPuts;
    for (Value i = 0; i < kPuts; ++i) {
        const auto& put = block.operations[first + i];
        if (put.opcode != Opcode::PutSlot || put.imm != slots[i])
            return std::nullopt;
    }
    return first;
}

bool FlagGroup::Outcomes::is_result_of(Opcode opcode) const {
    const auto& made_by = block.operations[operands[kNegative][0]];
    return made_by.opcode == opcode && made_by.type == type;
}

bool FlagGroup::Outcomes::compares(unsigned flag, Opcode opcode, Value left, Value right) const {
    return made[flag]->opcode == opcode && block.type_of(made[flag]->arguments[0]) == type && same(operands[flag][0], left) && same(operands[flag][1], right);
}

/// The result may have been folded to the left operand, where nothing is subtracted.
bool FlagGroup::is_difference(const Outcomes& outcomes) {
    const auto [left, right] = outcomes.operands[kOverflow];
    const bool subtracts = outcomes.is_result_of(Opcode::Sub) && outcomes.same(outcomes.of_result[0], left) && outcomes.same(outcomes.of_result[1], right);
    const bool is_left = outcomes.operands[kNegative][0] == left && outcomes.is_zero(right);
    return (subtracts || is_left) && outcomes.compares(kOverflow, Opcode::SubOverflowS, left, right) &&
           outcomes.compares(kZero, Opcode::CompareEq, left, right) && outcomes.compares(kCarry, Opcode::CompareLeU, right, left);
}

bool FlagGroup::is_sum(const Outcomes& outcomes) {
    const auto [left, right] = outcomes.operands[kOverflow];
    const auto [result, zero] = outcomes.operands[kNegative];
    const bool adds = outcomes.is_result_of(Opcode::Add) && outcomes.same(outcomes.of_result[0], left) && outcomes.same(outcomes.of_result[1], right);
    return adds && outcomes.compares(kOverflow, Opcode::AddOverflowS, left, right) && outcomes.compares(kZero, Opcode::CompareEq, result, zero) &&
           outcomes.compares(kCarry, Opcode::CompareLtU, result, left);
}

bool FlagGroup::is_result(const Outcomes& outcomes) {
    const auto is_clear = [&](unsigned flag) { return outcomes.made[flag]->opcode == Opcode::Const && outcomes.made[flag]->imm == 0; };
    const auto [result, zero] = outcomes.operands[kNegative];
    return outcomes.compares(kZero, Opcode::CompareEq, result, zero) && is_clear(kCarry) && is_clear(kOverflow);
}

/// Without a condition: constants that are chosen from are not worth a kind of their own.
bool FlagGroup::are_given(const Outcomes& outcomes) {
    unsigned constants = 0;
    for (const auto* made : outcomes.made) {
        if (condition != ir::kNoValue || made->opcode != Opcode::Const)
            return false;
        constants = constants << 1 | static_cast<unsigned>(made->imm & 1);
    }
    given = constants;
    return true;
}

void FlagGroup::find_source(const Outcomes& outcomes) {
    const auto [result, zero] = outcomes.operands[kNegative];
    if (!outcomes.is_zero(zero) || (outcomes.type != ir::Type::I64 && outcomes.type != ir::Type::I32))
        return;
    wide = outcomes.type == ir::Type::I64;
    std::tie(left, right) = std::pair(outcomes.operands[kOverflow][0], outcomes.operands[kOverflow][1]);
    if (is_difference(outcomes)) {
        source = FlagSource::Difference;
    } else if (is_sum(outcomes)) {
        source = FlagSource::Sum;
    } else if (is_result(outcomes)) {
        source = FlagSource::Result;
        left = result;
        right = ir::kNoValue;
    }
}

} // namespace medley::accel::jit
