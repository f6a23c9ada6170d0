/// \file
/// NaNs that nobody has looked at yet. Where an environment knows only the default NaN, the host's unit may deliver any other
/// one: what an operation made is then *deferred*, and becomes the default NaN only when its bits could be seen.
///
/// A deferred value is a NaN or not like the value it stands for, so that arithmetic can go on with it. And a result that is no
/// NaN proves that no operand was one: checking a result settles what it was made of.
#pragma once

#include "accel/jit/uses.h"
#include "medley/cpu/state_layout.h"

#include <span>
#include <vector>

namespace medley::accel::jit::x64 {

class DeferredNans {
public:
    enum class Kind : std::uint8_t { None, Single, Double };
    struct Slot {
        ir::SlotId slot = 0;
        ir::Value root = 0;
        friend bool operator==(const Slot&, const Slot&) = default;
    };

    void begin(const ir::Block& block, const Uses& uses);

    [[nodiscard]] bool any() const { return !roots_.empty(); }
    [[nodiscard]] Kind kind(ir::Value value) const { return kinds_[uses_->root(value)]; }
    [[nodiscard]] bool is_deferred(ir::Value value) const { return kind(value) != Kind::None; }
    /// The roots, in the order in which they were made.
    [[nodiscard]] const std::vector<ir::Value>& roots() const { return roots_; }
    /// The slots that hold one; a root may be in several.
    [[nodiscard]] const std::vector<Slot>& slots() const { return slots_; }

    void add(ir::Value root, Kind kind);
    /// The slot now holds the value.
    void put(ir::SlotId slot, ir::Value value);
    /// `value` is what the slot holds.
    void get(ir::SlotId slot, ir::Value value);
    /// The value is known to be settled in all its places, and with it whatever it was made of.
    void settle(ir::Value value);
    /// What the slots hold is settled.
    void forget_slots() { slots_.clear(); }
    /// Drops roots that nobody asks for any more.
    void forget_dead(ir::Value now);

    /// Slots such that, if none of them holds a NaN, no slot holds a deferred one.
    void deciding_slots(std::vector<Slot>& deciding);
    /// Whether `other` is a NaN wherever `value` is one that was made of it; both are roots.
    [[nodiscard]] bool implies(ir::Value value, ir::Value other);

private:
    template <class Visit>
    void each_source(ir::Value root, Visit visit);
    void clear(ir::Value root);

    const ir::Block* block_ = nullptr;
    const Uses* uses_ = nullptr;
    std::vector<Kind> kinds_;
    std::vector<ir::Value> roots_;
    std::vector<Slot> slots_;
    std::vector<ir::Value> stack_;
    std::vector<ir::Value> covered_;
};

} // namespace medley::accel::jit::x64
