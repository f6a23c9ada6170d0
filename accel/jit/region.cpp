#include "accel/jit/region.h"

#include <algorithm>

namespace medley::accel::jit {
namespace {

using ir::Opcode;
using ir::Operation;
using ir::Value;

/// A branch is converted when it skips no more than this.
constexpr std::uint32_t kMostSkipped = 3;
constexpr std::uint64_t kMostSkippedBytes = 4 * kMostSkipped;

Address last_instruction(const ir::Block& block) {
    for (auto operation = block.operations.rbegin(); operation != block.operations.rend(); ++operation)
        if (operation->opcode == Opcode::Instruction)
            return operation->imm;
    return block.start;
}

/// Changes nothing but slots, and cannot fail.
bool is_harmless(const Operation& operation) {
    constexpr std::uint16_t kHarmless = ir::ReadsState | ir::WritesState;
    return (ir::effects_of(operation.opcode) & ~kHarmless) == 0 && operation.opcode != Opcode::CallHelper;
}

} // namespace

void RegionMaker::extend(ir::Block& region, std::uint32_t max_instructions) {
    while (region.instruction_count < max_instructions && follow(region, max_instructions)) {
    }
}

/// Appends the block that the last one most likely goes on with; false when there is none.
bool RegionMaker::follow(ir::Block& region, std::uint32_t max_instructions) {
    const auto end = region.operations.back();
    const auto from = last_instruction(region);
    const auto forward = [from](Address to) { return to > from && (to & kPageMask) == (from & kPageMask); };
    const bool branches = end.opcode == Opcode::Branch;
    const auto next = branches ? end.imm2 : end.imm;
    if ((!branches && end.opcode != Opcode::Goto) || !forward(next) || (branches && !forward(end.imm)))
        return false;
    const auto left = max_instructions - region.instruction_count;
    if (branches && end.imm - next <= kMostSkippedBytes)
        return follow_short(region, end, left);
    if (!branches)
        region.operations.pop_back();
    if (lift_(next, left, region))
        return true;
    if (!branches)
        region.operations.push_back(end);
    return false;
}

/// Behind a branch over so little that it may be converted: not more is lifted than that takes.
bool RegionMaker::follow_short(ir::Block& region, const Operation& branch, std::uint32_t max_instructions) {
    next_.clear();
    if (!lift_(branch.imm2, std::min(max_instructions, kMostSkipped + 1), next_))
        return false;
    renumbered_.assign(next_.operations.size(), ir::kNoValue);
    if (!convert(region, branch.imm, branch.arguments[0]))
        append(region, 0, next_.operations.size(), ir::kNoValue);
    return true;
}

/// Where the instruction at `target` starts in `next_`, when everything in front of it can be computed in vain; else 0.
std::size_t RegionMaker::skipped_body(Address target) const {
    unsigned instructions = 0;
    for (std::size_t at = 0; at < next_.operations.size(); ++at) {
        const auto& operation = next_.operations[at];
        if (operation.opcode == Opcode::Instruction) {
            if (operation.imm == target)
                return at;
            if (++instructions > kMostSkipped)
                return 0;
        } else if (!is_harmless(operation)) {
            return 0;
        } else if (operation.opcode == Opcode::PutSlot) {
            // What others look at is not written in vain.
            const auto slot = operation.imm;
            if (slot == layout_.attention || slot == layout_.program_counter || slot == layout_.float_flags)
                return 0;
        }
    }
    return 0;
}

bool RegionMaker::convert(ir::Block& region, Address target, Value condition) {
    const auto body = skipped_body(target);
    if (body == 0)
        return false;
    region.operations.pop_back();
    append(region, 0, body, condition);
    // What follows is lifted anew: a lifter may use what it knows about a block's earlier instructions.
    Operation join;
    join.opcode = Opcode::Goto;
    join.imm = target;
    region.operations.push_back(join);
    return true;
}

/// With a condition, what is appended only counts where that is 0.
void RegionMaker::append(ir::Block& region, std::size_t first, std::size_t last, Value condition) {
    region.types |= next_.types;
    const auto add = [this](const Operation& operation) { return simplifier_.append(operation); };
    for (auto at = first; at < last; ++at) {
        auto operation = next_.operations[at];
        for (unsigned i = 0; i < operation.argument_count; ++i)
            operation.arguments[i] = renumbered_[operation.arguments[i]];
        if (operation.opcode == Opcode::Instruction) {
            ++region.instruction_count;
            region.byte_length = std::max(region.byte_length, static_cast<std::uint32_t>(operation.imm + operation.imm2 - region.start));
            if (condition != ir::kNoValue) {
                operation.argument_count = 1;
                operation.arguments[0] = condition;
            }
        } else if (operation.opcode == Opcode::PutSlot && condition != ir::kNoValue) {
            Operation old;
            old.opcode = Opcode::GetSlot;
            old.type = operation.type;
            old.imm = operation.imm;
            Operation choice;
            choice.opcode = Opcode::Select;
            choice.type = operation.type;
            choice.argument_count = 3;
            choice.arguments = {condition, add(old), operation.arguments[0], ir::kNoValue, ir::kNoValue};
            operation.arguments[0] = add(choice);
        }
        renumbered_[at] = add(operation);
    }
}

void RegionMaker::trim(ir::Block& region) {
    auto& operations = region.operations;
    for (std::size_t at = 0; at + 1 < operations.size(); ++at) {
        if (operations[at].opcode != Opcode::Goto)
            continue;
        const auto next = std::find_if(operations.begin() + static_cast<std::ptrdiff_t>(at), operations.end(),
                                       [](const Operation& operation) { return operation.opcode == Opcode::Instruction; });
        if (next == operations.end() || next->imm != operations[at].imm) {
            operations.resize(at + 1);
            return;
        }
        // Never taken: a value that nobody uses keeps the numbering.
        operations[at] = Operation{};
        operations[at].opcode = Opcode::Const;
        operations[at].type = ir::Type::I1;
    }
}

} // namespace medley::accel::jit
