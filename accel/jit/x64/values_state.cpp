// Values and the guest state: where slots change, and values that were only there get places of their own.
#include "accel/jit/x64/value_moves.h"

#include <algorithm>

namespace medley::accel::jit::x64 {

namespace x86 = asmjit::x86;
using ir::kNoValue;
using ir::Type;
using ir::Value;

/// Gives a value that is only in its slot a place of its own, and lets go of the slot.
void Values::detach(Value root) {
    auto& place = places_[root];
    const auto slot = static_cast<ir::SlotId>(place.slot);
    if (place.integer < 0 && place.floating < 0 && place.spill < 0) {
        if (is_in_vector_register(type_of_root(root)))
            detach_floating(root, place, slot);
        else
            detach_integer(root, place, slot);
    }
    place.slot = -1;
}

/// Operands of the current operation may hold every register: what is in a pinned one can go to memory directly.
void Values::detach_integer(Value root, Place& place, ir::SlotId slot) {
    const auto pinned = pinned_integer(place);
    if (pinned >= 0 && !has_free(integer_owner_, locked_, kIntegerCandidates.data(), kIntegerCandidates.size())) {
        place.spill = take_spill();
        a_.mov(spill_memory(place.spill, 8), gp(static_cast<unsigned>(pinned)));
        return;
    }
    const auto reg = allocate_integer();
    if (pinned >= 0)
        a_.mov(gp(reg), gp(static_cast<unsigned>(pinned)));
    else
        load_integer(reg, root, Place{.slot = slot});
    place.integer = static_cast<std::int8_t>(reg);
    integer_owner_[reg] = root;
    locked_ &= ~(1U << reg);
}

void Values::detach_floating(Value root, Place& place, ir::SlotId slot) {
    const auto pinned = pinned_floating(place);
    if (pinned >= 0 && !has_free(float_owner_, float_locked_, kFloatCandidates.data(), kFloatCandidates.size())) {
        place.spill = take_spill();
        const auto whole = spilled(type_of_root(root));
        x64::store(a_, spill_memory(place.spill, ir::size_of(whole)), x86::xmm(static_cast<unsigned>(pinned)));
        return;
    }
    const auto reg = allocate_floating();
    const auto to = x86::xmm(reg);
    const auto type = type_of_root(root);
    if (pinned >= 0)
        a_.movaps(to, x86::xmm(static_cast<unsigned>(pinned)));
    else
        load(a_, to, slot_memory(slot, type));
    place.floating = static_cast<std::int8_t>(reg);
    float_owner_[reg] = root;
    float_locked_ &= ~(1U << reg);
}

bool Values::has_free(const Owners& owners, std::uint32_t locked, const unsigned* candidates, unsigned count) {
    return std::any_of(candidates, candidates + count,
                       [&](unsigned reg) { return (locked >> reg & 1) == 0 && owners[reg] == kNoValue; });
}

/// The slot is about to get another value than those that are known to be in it.
void Values::displace(ir::SlotId slot, Value but) {
    for (const auto root : live_) {
        if (root == but || places_[root].slot != slot)
            continue;
        if (!ends_here(root))
            detach(root);
    }
}

void Values::forget_state() {
    for (const auto root : live_)
        if (places_[root].slot >= 0 && !ends_here(root))
            detach(root);
}

void Values::put_integer(const SlotPlace& slot, const Mem& memory, Value value) {
    const auto type = slot.type;
    const auto number = immediate(value, type);
    if (slot.integer >= 0) {
        const auto to = gp(static_cast<unsigned>(slot.integer));
        const auto bits = constant(value);
        if (bits && *bits == 0)
            a_.xor_(to.r32(), to.r32());
        else if (bits && *bits <= 0xffff'ffff)
            a_.mov(to.r32(), *bits);
        else if (bits)
            a_.mov(to, static_cast<std::int64_t>(*bits));
        else if (const auto from = this->memory(value, type))
            a_.mov(sized(to, type), *from);
        else if (const auto from_reg = integer(value); from_reg != to)
            a_.mov(sized(to, type), sized(from_reg, type));
        return;
    }
    if (number) {
        a_.mov(memory, *number);
        return;
    }
    const auto from = integer(value);
    switch (ir::size_of(type)) {
    case 1: a_.mov(memory, from.r8()); break;
    case 2: a_.mov(memory, from.r16()); break;
    case 4: a_.mov(memory, from.r32()); break;
    default: a_.mov(memory, from); break;
    }
}

void Values::put_floating(const SlotPlace& slot, const Mem& memory, Value value) {
    const auto& place = place_of(value);
    const bool in_integer = slot.type != Type::V128 && place.floating < 0 && pinned_floating(place) < 0 &&
                            (place.integer >= 0 || is_constant(uses_.root(value)));
    if (slot.floating >= 0) {
        const auto to = x86::xmm(static_cast<unsigned>(slot.floating));
        const auto from_memory = this->memory(value, slot.type);
        if (in_integer && constant(value) != std::uint64_t{0})
            a_.movq(to, integer(value));
        else if (from_memory && slot.type != Type::F32)
            load(a_, to, *from_memory);
        else if (const auto from = floating(value); from != to)
            a_.movaps(to, from);
        return;
    }
    if (in_integer)
        a_.mov(memory, sized(integer(value), slot.type));
    else
        x64::store(a_, memory, floating(value));
}

Mem Values::overwrite(ir::SlotId slot) {
    displace(slot, kNoValue);
    return slot_memory(slot, pins_[slot].type);
}

/// A value that the slot does not hold yet.
void Values::put_root(ir::SlotId slot, Value value, Value root) {
    const auto& where = pins_[slot];
    auto& place = places_[root];
    displace(slot, root);
    const auto memory = slot_memory(slot, where.type);
    if (is_in_vector_register(where.type))
        put_floating(where, memory, value);
    else
        put_integer(where, memory, value);
    // From here on the slot is as good a place as any.
    if (!where.plain && !is_constant(root) && can_be_in(root, where.type) && !ends_here(root)) {
        if (place.slot >= 0)
            return;
        place.slot = slot;
        note_live(root);
    }
}

} // namespace medley::accel::jit::x64
