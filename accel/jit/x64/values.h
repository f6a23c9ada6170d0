/// \file
/// Where the values of a region live while it is translated: in scratch registers, in pinned registers, in the guest state, or
/// in spill slots. Emits the moves that this takes.
///
/// Integers of 32 bits may have rubbish above them, but for those that Uses takes to have zeros there; truth values are 0 or 1 in the whole register; values of F16 are in general
/// registers, those of F32 and F64 in either kind, those of V128 in vector registers (with rubbish nowhere).
#pragma once

#include "accel/jit/frame.h"
#include "accel/jit/uses.h"
#include "accel/jit/x64/assembler.h"
#include "accel/jit/x64/host.h"
#include "medley/base/bits.h"

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

namespace medley::accel::jit::x64 {

using asmjit::x86::Gp;
using asmjit::x86::Mem;
using asmjit::x86::Xmm;

/// A memory operand at a fixed address below 2 GB.
[[nodiscard]] inline Mem at_address(const void* address, std::uint32_t size) {
    return asmjit::x86::ptr_abs(reinterpret_cast<std::uintptr_t>(address), size);
}

[[nodiscard]] constexpr bool is_host_float(ir::Type type) { return type == ir::Type::F32 || type == ir::Type::F64; }
[[nodiscard]] constexpr bool is_in_vector_register(ir::Type type) { return is_host_float(type) || type == ir::Type::V128; }
/// A general register at the width of a type (32 bits for everything narrower than 64).
[[nodiscard]] inline Gp sized(const Gp& reg, ir::Type type) {
    return type == ir::Type::I64 || type == ir::Type::F64 ? Gp(reg.r64()) : Gp(reg.r32());
}

class Values {
public:
    Values(Assembler& assembler, Frame& frame, const Pins& pins) : a_(assembler), frame_(frame), pins_(pins) {}

    void begin(const ir::Block& block);
    /// Starts the operation at \p at: nothing is locked.
    void start(ir::Value at) {
        now_ = at;
        locked_ = float_locked_ = 0;
        flags_live_ = false;
    }
    /// Frees what is not used behind the current operation.
    void finish();
    /// True when a value found no place; the code is then void.
    [[nodiscard]] bool failed() const { return failed_; }
    [[nodiscard]] const Uses& uses() const { return uses_; }

    // --- reading; what is returned stays as it is until finish()
    [[nodiscard]] Gp integer(ir::Value value) {
        const auto root = uses_.root(value);
        const auto& place = places_[root];
        if (place.integer >= 0) {
            locked_ |= 1U << place.integer;
            return asmjit::x86::gpq(static_cast<unsigned>(place.integer));
        }
        const auto pinned = pinned_integer(place);
        return pinned >= 0 ? Gp(asmjit::x86::gpq(static_cast<unsigned>(pinned))) : bring_integer(value, root);
    }
    [[nodiscard]] Xmm floating(ir::Value value);
    /// The value in memory, where it is in memory only; with the size of \p type.
    [[nodiscard]] std::optional<Mem> memory(ir::Value value, ir::Type type) const;
    [[nodiscard]] std::optional<std::uint64_t> constant(ir::Value value) const { // In line, as is the next: handed back in memory it stalls the host.
        const auto& operation = block_->operations[uses_.root(value)];
        if (operation.opcode != ir::Opcode::Const || operation.type == ir::Type::V128)
            return std::nullopt;
        return operation.imm & low_mask(ir::bits_of(block_->operations[value].type));
    }
    /// The constant as an immediate that is extended by sign to the width of \p type.
    [[nodiscard]] std::optional<std::int32_t> immediate(ir::Value value, ir::Type type) const {
        const auto bits = constant(value);
        if (!bits)
            return std::nullopt;
        const auto wide = static_cast<std::int64_t>(*bits);
        const auto narrow = static_cast<std::int32_t>(wide);
        return (type != ir::Type::I64 && type != ir::Type::F64) || wide == narrow ? std::optional(narrow) : std::nullopt;
    }
    /// The register that holds a float already.
    [[nodiscard]] std::optional<Xmm> held_floating(ir::Value value) const;
    /// The number of the scratch register, and of the spill slot, that hold the value, if any.
    [[nodiscard]] std::optional<unsigned> scratch_of(ir::Value root) const { return number(places_[root].floating); }
    [[nodiscard]] std::optional<unsigned> spill_of(ir::Value root) const { return number(places_[root].spill); }
    [[nodiscard]] bool is_last_use(ir::Value value) const { return ends_here(uses_.root(value)); }
    /// A register for the current operation.
    [[nodiscard]] Gp temporary();
    [[nodiscard]] Xmm float_temporary();
    /// One that holds nothing, if there is one.
    [[nodiscard]] std::optional<Xmm> spare_float_temporary();
    [[nodiscard]] static bool is_scratch(const Gp& reg);
    /// The same register can be given out again.
    void release(const Gp& reg) { locked_ &= ~(1U << reg.id()); }
    void release(const Xmm& reg) { float_locked_ &= ~(1U << reg.id()); }
    /// Empties this scratch register and reserves it for the current operation.
    void take(const Gp& reg);
    /// A scratch register of the current operation goes on holding a number that is no value, which has this name, until somebody needs the register.
    void keep(const Gp& reg, unsigned name);
    /// The register that does; it stays as it is until finish().
    [[nodiscard]] std::optional<Gp> kept(unsigned name);
    /// Writes the value, extended by zeros to 64 bits at least (V128: 128), to memory at a fixed address.
    void store(ir::Value value, Wide* to);

    // --- making; operands may still be in the same register
    /// For the result of the current operation; \p reuse names an operand whose register may be taken when it ends here.
    [[nodiscard]] Gp make_integer(ir::Value reuse = ir::kNoValue);
    [[nodiscard]] Xmm make_floating(ir::Value reuse = ir::kNoValue);
    /// The result is in memory at a fixed address.
    void make_from(const Wide* from);
    /// The result of GetSlot.
    void make_slot(ir::SlotId slot);

    void put(ir::SlotId slot, ir::Value value) {
        const auto root = uses_.root(value);
        if (places_[root].slot != slot || pins_[slot].plain)
            put_root(slot, value, root);
    }
    /// The current operation uses a root that is none of its arguments.
    void note_operand(ir::Value root) { ending_.push_back(root); }
    /// Where a slot in memory is that the current operation writes itself.
    [[nodiscard]] Mem overwrite(ir::SlotId slot);
    /// The state is about to be changed by somebody else: nothing refers to it behind the current operation.
    void forget_state();
    /// Moves must leave the flags alone from here to finish().
    void keep_flags() { flags_live_ = true; }

private:
    struct Place {
        std::int8_t integer = -1;
        std::int8_t floating = -1;
        std::int32_t slot = -1;
        std::int32_t spill = -1;
        std::int32_t live = -1; ///< Index into `live_`.
    };
    using Owners = std::array<ir::Value, 16>;

    [[nodiscard]] static std::optional<unsigned> number(std::int32_t index) {
        return index >= 0 ? std::optional(static_cast<unsigned>(index)) : std::nullopt;
    }
    [[nodiscard]] Place& place_of(ir::Value value) { return places_[uses_.root(value)]; }
    [[nodiscard]] ir::Type type_of_root(ir::Value root) const { return block_->operations[root].type; }
    /// A slot of that type that holds a view of the root of its own type, holds the root: the views that are wider have zeros above it.
    [[nodiscard]] bool can_be_in(ir::Value root, ir::Type slot) const {
        const auto type = type_of_root(root);
        return type == slot || (type == ir::Type::I32 && slot == ir::Type::I64) || (is_host_float(type) && slot == ir::Type::V128);
    }
    [[nodiscard]] bool is_constant(ir::Value root) const { return block_->operations[root].opcode == ir::Opcode::Const; }
    [[nodiscard]] Mem slot_memory(ir::SlotId slot, ir::Type type) const;
    [[nodiscard]] Mem spill_memory(std::int32_t spill, std::uint32_t size) const {
        return at_address(&frame_.spills[static_cast<std::size_t>(spill)], size);
    }
    [[nodiscard]] int pinned_integer(const Place& place) const { return place.slot < 0 ? -1 : pins_[static_cast<unsigned>(place.slot)].integer; }
    [[nodiscard]] int pinned_floating(const Place& place) const { return place.slot < 0 ? -1 : pins_[static_cast<unsigned>(place.slot)].floating; }
    [[nodiscard]] bool ends_here(ir::Value root) const { return uses_.last(root) <= now_; }
    [[nodiscard]] unsigned pick(const Owners& owners, const unsigned* candidates, unsigned count) const;
    [[nodiscard]] bool keeps(unsigned reg) const { return kept_[reg] != 0; }
    unsigned allocate_integer();
    unsigned allocate_floating();
    void evict_integer(unsigned reg);
    void evict_floating(unsigned reg);
    std::int32_t take_spill();
    void note_live(ir::Value root) {
        auto& place = places_[root];
        if (place.live >= 0)
            return;
        place.live = static_cast<std::int32_t>(live_.size());
        live_.push_back(root);
        if (ends_here(root))
            ending_.push_back(root);
    }
    void end(ir::Value root) {
        if (places_[root].live >= 0 && ends_here(root))
            end_now(root);
    }
    void end_now(ir::Value root);
    void detach(ir::Value root);
    void detach_integer(ir::Value root, Place& place, ir::SlotId slot);
    void detach_floating(ir::Value root, Place& place, ir::SlotId slot);
    [[nodiscard]] static bool has_free(const Owners& owners, std::uint32_t locked, const unsigned* candidates, unsigned count);
    void displace(ir::SlotId slot, ir::Value but);
    void load_integer(unsigned reg, ir::Value root, const Place& place);
    void load_constant(unsigned reg, ir::Value root);
    void load_vector_constant(const Xmm& to, ir::Value root);
    [[nodiscard]] Gp bring_integer(ir::Value value, ir::Value root);
    [[nodiscard]] Gp low_half(ir::Value value);
    void put_root(ir::SlotId slot, ir::Value value, ir::Value root);
    [[nodiscard]] std::optional<ir::SlotId> wanted_slot() const;
    void put_integer(const SlotPlace& slot, const Mem& memory, ir::Value value);
    void put_floating(const SlotPlace& slot, const Mem& memory, ir::Value value);

    Assembler& a_;
    Frame& frame_;
    const Pins& pins_;
    const ir::Block* block_ = nullptr;
    Uses uses_;
    std::vector<Place> places_;
    std::vector<ir::Value> live_;
    std::vector<ir::Value> ending_;
    std::vector<std::int32_t> free_spills_;
    std::int32_t next_spill_ = 0;
    Owners integer_owner_{};
    Owners float_owner_{};
    std::array<std::uint8_t, 16> kept_{}; ///< By general register: the name of what it holds, plus 1; 0: nothing.
    std::uint32_t locked_ = 0;
    std::uint32_t float_locked_ = 0;
    ir::Value now_ = 0;
    bool flags_live_ = false;
    bool failed_ = false;
};

} // namespace medley::accel::jit::x64
