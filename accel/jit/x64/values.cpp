#include "accel/jit/x64/value_moves.h"

#include "medley/base/bits.h"
#include "medley/base/error.h"

#include <algorithm>
#include <fmt/format.h>

namespace medley::accel::jit::x64 {

namespace x86 = asmjit::x86;
using ir::kNoValue;
using ir::Opcode;
using ir::Type;
using ir::Value;

void Values::begin(const ir::Block& block) {
    block_ = &block;
    uses_.find(block, frame_.core.layout().condition_flags);
    places_.assign(block.operations.size(), {});
    live_.clear();
    ending_.clear();
    free_spills_.clear();
    next_spill_ = 0;
    integer_owner_.fill(kNoValue);
    float_owner_.fill(kNoValue);
    kept_.fill(0);
    failed_ = false;
}

/// Only what the operation used or made can end with it, and what was brought back for it alone.
void Values::finish() {
    const auto& operation = block_->operations[now_];
    const unsigned arguments = operation.argument_count;
    for (unsigned i = 0; i < arguments; ++i) {
        auto root = uses_.root(operation.arguments[i]);
        if (uses_.is_folded(root)) // It has no place itself.
            root = uses_.root(block_->operations[root].arguments[0]);
        end(root);
    }
    end(now_);
    if (ending_.empty())
        return;
    for (const auto root : ending_)
        end(root);
    ending_.clear();
}

/// Takes it from those that are alive, and frees its registers and its spill slot.
void Values::end_now(Value root) {
    auto& place = places_[root];
    if (place.integer >= 0)
        integer_owner_[static_cast<unsigned>(place.integer)] = kNoValue;
    if (place.floating >= 0)
        float_owner_[static_cast<unsigned>(place.floating)] = kNoValue;
    if (place.spill >= 0)
        free_spills_.push_back(place.spill);
    const auto last = live_.back();
    live_[static_cast<std::size_t>(place.live)] = last;
    places_[last].live = place.live;
    place = {};
    live_.pop_back();
}

// --- registers

/// A free register, one that keeps nothing first, or the one whose value is used last.
unsigned Values::pick(const Owners& owners, const unsigned* candidates, unsigned count) const {
    const bool is_integer = candidates == kIntegerCandidates.data();
    const auto locked = is_integer ? locked_ : float_locked_;
    unsigned best = ~0U;
    unsigned keeping = ~0U;
    for (unsigned i = 0; i < count; ++i) {
        const auto reg = candidates[i];
        if ((locked >> reg & 1) != 0)
            continue;
        if (owners[reg] == kNoValue) {
            if (!is_integer || !keeps(reg))
                return reg;
            keeping = reg;
        } else if (best == ~0U || uses_.last(owners[reg]) > uses_.last(owners[best])) {
            best = reg;
        }
    }
    if (keeping != ~0U)
        return keeping;
    MEDLEY_ASSERT(best != ~0U, "an operation needs more scratch registers than there are");
    return best;
}

std::int32_t Values::take_spill() {
    if (!free_spills_.empty()) {
        const auto spill = free_spills_.back();
        free_spills_.pop_back();
        return spill;
    }
    if (next_spill_ == static_cast<std::int32_t>(Frame::kSpills)) {
        failed_ = true;
        return 0;
    }
    return next_spill_++;
}

void Values::evict_integer(unsigned reg) {
    const auto root = integer_owner_[reg];
    if (root == kNoValue)
        return;
    auto& place = places_[root];
    place.integer = -1;
    integer_owner_[reg] = kNoValue;
    if (place.floating >= 0 || place.slot >= 0 || place.spill >= 0 || is_constant(root))
        return;
    place.spill = take_spill();
    a_.mov(spill_memory(place.spill, 8), gp(reg));
}

void Values::evict_floating(unsigned reg) {
    const auto root = float_owner_[reg];
    if (root == kNoValue)
        return;
    auto& place = places_[root];
    place.floating = -1;
    float_owner_[reg] = kNoValue;
    if (place.integer >= 0 || place.slot >= 0 || place.spill >= 0 || is_constant(root))
        return;
    place.spill = take_spill();
    const auto type = spilled(type_of_root(root));
    x64::store(a_, spill_memory(place.spill, ir::size_of(type)), x86::xmm(reg));
}

unsigned Values::allocate_integer() {
    const auto reg = pick(integer_owner_, kIntegerCandidates.data(), kIntegerCandidates.size());
    evict_integer(reg);
    kept_[reg] = 0;
    locked_ |= 1U << reg;
    return reg;
}

unsigned Values::allocate_floating() {
    const auto reg = pick(float_owner_, kFloatCandidates.data(), kFloatCandidates.size());
    evict_floating(reg);
    float_locked_ |= 1U << reg;
    return reg;
}

Gp Values::temporary() { return gp(allocate_integer()); }
bool Values::is_scratch(const Gp& reg) {
    return std::any_of(kScratch.begin(), kScratch.end(), [&](const Gp& scratch) { return scratch.id() == reg.id(); });
}

void Values::keep(const Gp& reg, unsigned name) {
    const auto noted = static_cast<std::uint8_t>(name + 1);
    std::ranges::replace(kept_, noted, std::uint8_t{0});
    if (is_scratch(reg) && integer_owner_[reg.id()] == kNoValue)
        kept_[reg.id()] = noted;
}

std::optional<Gp> Values::kept(unsigned name) {
    const auto reg = std::ranges::find(kept_, static_cast<std::uint8_t>(name + 1));
    if (reg == kept_.end())
        return std::nullopt;
    const auto id = static_cast<unsigned>(reg - kept_.begin());
    locked_ |= 1U << id;
    return gp(id);
}

Xmm Values::float_temporary() { return x86::xmm(allocate_floating()); }

std::optional<Xmm> Values::spare_float_temporary() {
    if (!has_free(float_owner_, float_locked_, kFloatCandidates.data(), kFloatCandidates.size()))
        return std::nullopt;
    return float_temporary();
}

void Values::take(const Gp& reg) {
    const auto id = reg.id();
    const auto root = integer_owner_[id];
    locked_ |= 1U << id;
    kept_[id] = 0;
    if (root == kNoValue)
        return;
    // Another free register is cheaper than memory.
    for (const auto other : kIntegerCandidates) {
        if ((locked_ >> other & 1) != 0 || integer_owner_[other] != kNoValue)
            continue;
        a_.mov(gp(other), gp(id));
        integer_owner_[other] = root;
        kept_[other] = 0;
        integer_owner_[id] = kNoValue;
        places_[root].integer = static_cast<std::int8_t>(other);
        return;
    }
    evict_integer(id);
}

// --- reading

Mem Values::slot_memory(ir::SlotId slot, Type type) const {
    return x86::ptr(kState, pins_[slot].displacement, ir::size_of(type));
}

std::optional<Mem> Values::memory(Value value, Type type) const {
    const auto& place = places_[uses_.root(value)];
    if (place.integer >= 0 || place.floating >= 0 || pinned_integer(place) >= 0 || pinned_floating(place) >= 0)
        return std::nullopt;
    // A view may be wider than the place of its root.
    if (ir::size_of(type) > ir::size_of(type_of_root(uses_.root(value))))
        return std::nullopt;
    if (place.slot >= 0)
        return slot_memory(static_cast<ir::SlotId>(place.slot), type);
    if (place.spill >= 0)
        return spill_memory(place.spill, ir::size_of(type));
    return std::nullopt;
}

void Values::load_constant(unsigned reg, Value root) {
    const auto bits = block_->operations[root].imm;
    if (bits == 0 && !flags_live_)
        a_.xor_(gp(reg).r32(), gp(reg).r32());
    else if (bits <= 0xffff'ffff)
        a_.mov(gp(reg).r32(), bits);
    else
        a_.mov(gp(reg), static_cast<std::int64_t>(bits));
}

void Values::load_integer(unsigned reg, Value root, const Place& place) {
    const auto type = type_of_root(root);
    if (place.floating >= 0 || pinned_floating(place) >= 0) {
        const auto from = x86::xmm(static_cast<unsigned>(place.floating >= 0 ? place.floating : pinned_floating(place)));
        a_.movq(gp(reg), from);
        return;
    }
    if (place.slot < 0) {
        MEDLEY_ASSERT(place.spill >= 0, fmt::format("operation {} reads %{} ({}), which has no place", now_, root,
                                                    ir::info(block_->operations[root].opcode).name));
        a_.mov(gp(reg), spill_memory(place.spill, 8));
        return;
    }
    const auto from = slot_memory(static_cast<ir::SlotId>(place.slot), type);
    switch (ir::size_of(type)) {
    case 1:
    case 2: a_.movzx(gp(reg).r32(), from); break;
    case 4: a_.mov(gp(reg).r32(), from); break;
    default: a_.mov(gp(reg), from); break;
    }
}

/// Of a root that no general register holds.
Gp Values::bring_integer(Value value, Value root) {
    auto& place = places_[root];
    if (type_of_root(root) == Type::V128)
        return low_half(value);
    const auto reg = allocate_integer();
    if (is_constant(root))
        load_constant(reg, root);
    else
        load_integer(reg, root, place);
    place.integer = static_cast<std::int8_t>(reg);
    integer_owner_[reg] = root;
    note_live(root);
    return gp(reg);
}

/// A copy of the low half of a V128 for the current operation: a general register is no place for all of it.
Gp Values::low_half(Value value) {
    const auto reg = gp(allocate_integer());
    if (const auto from = memory(value, Type::I64))
        a_.mov(reg, *from);
    else
        a_.movq(reg, floating(value));
    return reg;
}

void Values::load_vector_constant(const Xmm& to, Value root) {
    const auto& bits = block_->operations[root];
    if (bits.imm == 0 && bits.imm2 == 0)
        return static_cast<void>(a_.xorps(to, to));
    if (bits.imm == ~std::uint64_t{0} && bits.imm2 == ~std::uint64_t{0})
        return static_cast<void>(a_.pcmpeqd(to, to));
    const auto reg = gp(allocate_integer());
    a_.mov(reg, static_cast<std::int64_t>(bits.imm));
    a_.movq(to, reg);
    if (bits.imm2 == bits.imm) {
        a_.punpcklqdq(to, to);
    } else if (bits.imm2 != 0) {
        a_.mov(reg, static_cast<std::int64_t>(bits.imm2));
        a_.mov(at_address(&frame_.result.high, 8), reg);
        a_.movhps(to, at_address(&frame_.result.high, 8));
    }
    release(reg);
}

Xmm Values::floating(Value value) {
    const auto root = uses_.root(value);
    auto& place = places_[root];
    if (place.floating >= 0) {
        float_locked_ |= 1U << place.floating;
        return x86::xmm(static_cast<unsigned>(place.floating));
    }
    if (const auto pinned = pinned_floating(place); pinned >= 0)
        return x86::xmm(static_cast<unsigned>(pinned));
    const auto reg = allocate_floating();
    const auto to = x86::xmm(reg);
    if (const auto from = memory(root, type_of_root(root)); from && is_in_vector_register(type_of_root(root))) {
        load(a_, to, *from);
    } else if (type_of_root(root) == Type::V128) {
        load_vector_constant(to, root);
    } else if (is_constant(root) && block_->operations[root].imm == 0) {
        a_.xorps(to, to);
    } else {
        a_.movq(to, integer(value));
    }
    place.floating = static_cast<std::int8_t>(reg);
    float_owner_[reg] = root;
    note_live(root);
    return to;
}

std::optional<Xmm> Values::held_floating(Value value) const {
    const auto& place = places_[uses_.root(value)];
    const auto reg = place.floating >= 0 ? place.floating : pinned_floating(place);
    return reg >= 0 ? std::optional(x86::xmm(static_cast<unsigned>(reg))) : std::nullopt;
}

void Values::store(Value value, Wide* to) {
    const auto type = block_->operations[value].type;
    if (type == Type::V128)
        return static_cast<void>(a_.movups(at_address(to, 16), floating(value)));
    const auto& place = place_of(value);
    if (const auto number = immediate(value, Type::I64)) {
        a_.mov(at_address(&to->low, 8), *number);
    } else if (place.integer < 0 && (place.floating >= 0 || pinned_floating(place) >= 0)) {
        a_.movsd(at_address(&to->low, 8), floating(value));
    } else {
        const auto held = integer(value);
        a_.mov(at_address(&to->low, 8), held);
        // Nobody waits for it, and an operation may have more operands than there are registers.
        if (place.integer >= 0)
            release(held);
    }
}

// --- making

/// The slot that the next operation puts the result into, when it can be made there.
inline std::optional<ir::SlotId> Values::wanted_slot() const {
    auto at = now_ + 1;
    while (at < block_->operations.size() && uses_.skipped(at))
        ++at;
    if (at >= block_->operations.size())
        return std::nullopt;
    const auto& next = block_->operations[at];
    if (next.opcode != Opcode::PutSlot || uses_.root(next.arguments[0]) != now_)
        return std::nullopt;
    const auto slot = static_cast<ir::SlotId>(next.imm);
    return can_be_in(now_, pins_[slot].type) ? std::optional(slot) : std::nullopt;
}

Gp Values::make_integer(Value reuse) {
    auto& place = places_[now_];
    if (const auto slot = wanted_slot(); slot && pins_[*slot].integer >= 0) {
        displace(*slot, now_);
        place.slot = *slot;
        note_live(now_);
        return gp(static_cast<unsigned>(pins_[*slot].integer));
    }
    note_live(now_);
    if (reuse != kNoValue) {
        const auto root = uses_.root(reuse);
        auto& old = places_[root];
        if (old.integer >= 0 && ends_here(root)) {
            const auto reg = static_cast<unsigned>(old.integer);
            old.integer = -1;
            place.integer = static_cast<std::int8_t>(reg);
            integer_owner_[reg] = now_;
            return gp(reg);
        }
    }
    const auto reg = allocate_integer();
    place.integer = static_cast<std::int8_t>(reg);
    integer_owner_[reg] = now_;
    return gp(reg);
}

Xmm Values::make_floating(Value reuse) {
    auto& place = places_[now_];
    if (const auto slot = wanted_slot(); slot && pins_[*slot].floating >= 0) {
        displace(*slot, now_);
        place.slot = *slot;
        note_live(now_);
        return x86::xmm(static_cast<unsigned>(pins_[*slot].floating));
    }
    note_live(now_);
    if (reuse != kNoValue) {
        const auto root = uses_.root(reuse);
        auto& old = places_[root];
        if (old.floating >= 0 && ends_here(root)) {
            const auto reg = static_cast<unsigned>(old.floating);
            old.floating = -1;
            place.floating = static_cast<std::int8_t>(reg);
            float_owner_[reg] = now_;
            return x86::xmm(reg);
        }
    }
    const auto reg = allocate_floating();
    place.floating = static_cast<std::int8_t>(reg);
    float_owner_[reg] = now_;
    return x86::xmm(reg);
}

void Values::make_from(const Wide* from) {
    const auto type = block_->operations[now_].type;
    if (type == Type::V128)
        a_.movups(make_floating(), at_address(from, 16));
    else if (is_host_float(type))
        a_.movsd(make_floating(), at_address(&from->low, 8));
    else
        a_.mov(make_integer(), at_address(&from->low, 8));
}

void Values::make_slot(ir::SlotId slot) {
    auto& place = places_[now_];
    place.slot = slot;
    note_live(now_);
    if (pins_[slot].plain)
        detach(now_);
}

} // namespace medley::accel::jit::x64
