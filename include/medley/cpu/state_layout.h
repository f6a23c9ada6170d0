/// \file
/// The named slots of a core's state block. Everything outside a target reads and writes registers by slot name, and
/// accelerators address them by the offsets given here.
#pragma once

#include "medley/ir/types.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace medley {

enum class SlotRole : std::uint8_t { General, Float, Vector, Flags, ProgramCounter, System, Internal };

struct Slot {
    std::string name;                 ///< The ABI's name, as a debugger shows it ("a0", "pc").
    std::uint32_t offset = 0;         ///< Bytes from the start of the state block; a multiple of the size.
    ir::Type type = ir::Type::None;
    SlotRole role = SlotRole::Internal;
    /// Order of preference for a host register: 1 is the most used, 0 means never.
    std::uint8_t rank = 0;
};

/// Slots of I1 that together say how a comparison came out, and share bytes with nothing. Accelerators know the common ways of setting all
/// four of them by adjacent PutSlots in this order, and may keep the operands in their place while code runs.
struct ConditionFlags {
    ir::SlotId negative = 0xffff;
    ir::SlotId zero = 0xffff;
    ir::SlotId carry = 0xffff;    ///< Of a subtraction: no borrow.
    ir::SlotId overflow = 0xffff;

    [[nodiscard]] bool has(ir::SlotId id) const { return id == negative || id == zero || id == carry || id == overflow; }
};

/// Immutable once the core exists.
class StateLayout {
public:
    /// Appends a slot and returns its id (ids are dense, in order). Slots may share bytes.
    ir::SlotId add(Slot slot) {
        const auto id = static_cast<ir::SlotId>(slots_.size());
        overlaps_.emplace_back();
        for (ir::SlotId other = 0; other < id; ++other) {
            const auto& known = slots_[other];
            if (known.offset < slot.offset + ir::size_of(slot.type) && slot.offset < known.offset + ir::size_of(known.type)) {
                overlaps_[other].push_back(id);
                overlaps_[id].push_back(other);
            }
        }
        slots_.push_back(std::move(slot));
        return id;
    }
    /// The other slots that share bytes with one.
    [[nodiscard]] const std::vector<ir::SlotId>& overlapping(ir::SlotId id) const { return overlaps_[id]; }
    [[nodiscard]] const std::vector<Slot>& slots() const { return slots_; }
    [[nodiscard]] const Slot& operator[](ir::SlotId id) const { return slots_[id]; }
    [[nodiscard]] std::optional<ir::SlotId> find(std::string_view name) const {
        for (ir::SlotId id = 0; id < slots_.size(); ++id)
            if (slots_[id].name == name)
                return id;
        return std::nullopt;
    }

    /// Bytes of the state block; below 32 KiB, so that accelerators can use 16-bit offsets with room for their own.
    std::uint32_t size = 0;
    /// The program counter (I32 or I64). Up to date whenever the accelerator is outside a block.
    ir::SlotId program_counter = 0;
    /// Accumulated float_flag bits (I32); a slot that nothing else shares. ~0 where the core has no floating point.
    ir::SlotId float_flags = kNone;
    /// I32, not 0 while an enabled interrupt is pending: the accelerator returns at the next Stop or safepoint.
    ir::SlotId attention = kNone;

    /// All kNone where there are none, or where they work in another way.
    ConditionFlags condition_flags;

    static constexpr ir::SlotId kNone = 0xffff;

private:
    std::vector<Slot> slots_;
    std::vector<std::vector<ir::SlotId>> overlaps_;
};

} // namespace medley
