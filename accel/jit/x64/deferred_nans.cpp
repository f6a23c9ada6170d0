#include "accel/jit/x64/deferred_nans.h"

#include <algorithm>

namespace medley::accel::jit::x64 {

using ir::Opcode;
using ir::Value;

namespace {

/// Results of these are NaNs when an operand is one. Others never make a deferred value.
bool hands_on_nans(Opcode opcode) {
    switch (opcode) {
    case Opcode::FAdd:
    case Opcode::FSub:
    case Opcode::FMul:
    case Opcode::FDiv:
    case Opcode::FSqrt:
    case Opcode::FMulAdd:
    case Opcode::FConvert:
    case Opcode::FRound: return true;
    default: return false;
    }
}

} // namespace

void DeferredNans::begin(const ir::Block& block, const Uses& uses) {
    block_ = &block;
    uses_ = &uses;
    kinds_.assign(block.operations.size(), Kind::None);
    roots_.clear();
    slots_.clear();
}

void DeferredNans::add(Value root, Kind kind) {
    kinds_[root] = kind;
    roots_.push_back(root);
}

void DeferredNans::put(ir::SlotId slot, Value value) {
    std::erase_if(slots_, [&](const Slot& each) { return each.slot == slot; });
    if (is_deferred(value))
        slots_.push_back({slot, uses_->root(value)});
}

void DeferredNans::get(ir::SlotId slot, Value value) {
    const auto found = std::find_if(slots_.begin(), slots_.end(), [&](const Slot& each) { return each.slot == slot; });
    const auto root = uses_->root(value);
    if (found == slots_.end() || found->root == root || is_deferred(root))
        return;
    add(root, kinds_[found->root]);
}

/// Visits the deferred values that `root` was made of, at any distance. Those behind a settled one were settled with it.
template <class Visit>
void DeferredNans::each_source(Value root, Visit visit) {
    stack_.assign(1, root);
    while (!stack_.empty()) {
        const auto& operation = block_->operations[stack_.back()];
        const auto narrow = uses_->bypass(stack_.back());
        stack_.pop_back();
        if (narrow != ir::kNoValue && is_deferred(narrow) && visit(uses_->root(narrow)))
            stack_.push_back(uses_->root(narrow));
        if (!hands_on_nans(operation.opcode))
            continue;
        for (unsigned i = 0; i < operation.argument_count; ++i) {
            const auto source = uses_->root(operation.arguments[i]);
            if (is_deferred(source) && visit(source))
                stack_.push_back(source);
        }
    }
}

void DeferredNans::clear(Value root) {
    kinds_[root] = Kind::None;
    std::erase(roots_, root);
    std::erase_if(slots_, [&](const Slot& each) { return each.root == root; });
}

void DeferredNans::settle(Value value) {
    const auto root = uses_->root(value);
    if (!is_deferred(root))
        return;
    clear(root);
    each_source(root, [&](Value source) {
        clear(source);
        return true;
    });
}

void DeferredNans::forget_dead(Value now) {
    std::erase_if(roots_, [&](Value root) {
        const bool in_slot = std::any_of(slots_.begin(), slots_.end(), [&](const Slot& each) { return each.root == root; });
        return !in_slot && uses_->last(root) < now;
    });
}

bool DeferredNans::implies(Value value, Value other) {
    bool found = value == other;
    covered_.clear();
    each_source(value, [&](Value source) {
        found |= source == other;
        if (found || std::find(covered_.begin(), covered_.end(), source) != covered_.end())
            return false;
        covered_.push_back(source);
        return true;
    });
    return found;
}

/// From the last made to the first: what was made later cannot be a source of what was made before.
void DeferredNans::deciding_slots(std::vector<Slot>& deciding) {
    deciding = slots_;
    std::sort(deciding.begin(), deciding.end(), [](const Slot& a, const Slot& b) { return a.root > b.root; });
    covered_.clear();
    const auto is_covered = [&](Value root) { return std::find(covered_.begin(), covered_.end(), root) != covered_.end(); };
    std::erase_if(deciding, [&](const Slot& each) {
        if (is_covered(each.root))
            return true;
        covered_.push_back(each.root);
        each_source(each.root, [&](Value source) {
            if (is_covered(source))
                return false;
            covered_.push_back(source);
            return true;
        });
        return false;
    });
}

} // namespace medley::accel::jit::x64
