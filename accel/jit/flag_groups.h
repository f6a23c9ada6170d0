/// \file
/// PutSlots that set all condition flags, and what those come from.
#pragma once

#include "accel/jit/pending_flags.h"
#include "medley/ir/block.h"

#include <optional>

namespace medley::accel::jit {

struct FlagGroup {
    static constexpr ir::Value kPuts = 4;

    ir::Value first = 0; ///< Of the PutSlots, which are neighbours.
    FlagSource source = FlagSource::Values;
    ir::Value left = ir::kNoValue;  ///< Roots of the operands; none of Given.
    ir::Value right = ir::kNoValue; ///< None of Result.
    bool wide = false;              ///< They are I64, else I32.
    /// Root of the truth value that decides whether the flags come from there or are `given`; kNoValue: nothing does.
    ir::Value condition = ir::kNoValue;
    unsigned given = 0; ///< Also where the source is that. As PendingFlags::encode_given takes it.

    /// The group whose PutSlot of the overflow flag is at \p last. \p root delivers the roots of values.
    template <class Root>
    [[nodiscard]] static std::optional<FlagGroup> ending_at(ir::Value last, const ir::Block& block, const ConditionFlags& flags, Root root);

private:
    struct Outcomes {
        const ir::Block& block;
        ir::Type type = ir::Type::None;                         ///< Of the operands.
        std::array<const ir::Operation*, kPuts> made{};         ///< What makes the flags.
        std::array<std::array<ir::Value, 2>, kPuts> operands{}; ///< Its arguments' roots.
        std::array<ir::Value, 2> of_result{};                   ///< Those of what makes the result.

        [[nodiscard]] bool same(ir::Value one, ir::Value other) const;
        [[nodiscard]] bool is_zero(ir::Value value) const;
        /// The result is made in one piece, as the opcode says.
        [[nodiscard]] bool is_result_of(ir::Opcode opcode) const;
        [[nodiscard]] bool compares(unsigned flag, ir::Opcode opcode, ir::Value left, ir::Value right) const;
    };
    [[nodiscard]] static std::optional<ir::Value> first_put(ir::Value last, const ir::Block& block, const ConditionFlags& flags);
    [[nodiscard]] static bool is_difference(const Outcomes& outcomes);
    [[nodiscard]] static bool is_sum(const Outcomes& outcomes);
    [[nodiscard]] static bool is_result(const Outcomes& outcomes);
    [[nodiscard]] bool are_given(const Outcomes& outcomes);
    template <class Root>
    void find_condition(Outcomes& outcomes, Root root);
    void find_source(const Outcomes& outcomes);
};

template <class Root>
std::optional<FlagGroup> FlagGroup::ending_at(ir::Value last, const ir::Block& block, const ConditionFlags& flags, Root root) {
    const auto first = first_put(last, block, flags);
    if (!first)
        return std::nullopt;
    Outcomes outcomes{.block = block};
    const auto roots_of = [&](const ir::Operation& operation) {
        const auto at = [&](unsigned i) { return i < operation.argument_count ? root(operation.arguments[i]) : ir::kNoValue; };
        return std::array{at(0), at(1)};
    };
    for (unsigned i = 0; i < kPuts; ++i)
        outcomes.made[i] = &block.operations[root(block.operations[*first + i].arguments[0])];
    FlagGroup group{.first = *first};
    group.find_condition(outcomes, root);
    for (unsigned i = 0; i < kPuts; ++i)
        outcomes.operands[i] = roots_of(*outcomes.made[i]);
    const auto& negative = *outcomes.made[0];
    if (group.are_given(outcomes)) {
        group.source = FlagSource::Given;
    } else if (negative.opcode == ir::Opcode::CompareLtS) {
        outcomes.type = block.type_of(negative.arguments[0]);
        outcomes.of_result = roots_of(block.operations[outcomes.operands[0][0]]);
        group.find_source(outcomes);
    }
    return group;
}

/// Takes away the selection between outcomes and constants, if all four are chosen by one truth value.
template <class Root>
void FlagGroup::find_condition(Outcomes& outcomes, Root root) {
    const auto& operations = outcomes.block.operations;
    const auto chooser = [&](const ir::Operation& operation) { return operation.opcode == ir::Opcode::Select ? root(operation.arguments[0]) : ir::kNoValue; };
    const auto common = chooser(*outcomes.made[0]);
    unsigned constants = 0;
    for (const auto* made : outcomes.made) {
        if (common == ir::kNoValue || chooser(*made) != common)
            return;
        const auto& other = operations[root(made->arguments[2])];
        if (other.opcode != ir::Opcode::Const)
            return;
        constants = constants << 1 | static_cast<unsigned>(other.imm & 1);
    }
    condition = common;
    given = constants;
    for (auto& made : outcomes.made)
        made = &operations[root(made->arguments[1])];
}

} // namespace medley::accel::jit
