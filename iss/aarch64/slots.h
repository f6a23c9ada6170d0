/// \file
/// Slot ids of a core: the same for every model, so that they are constants for the lifters.
#pragma once

#include "medley/cpu/state_layout.h"

namespace medley::iss::aarch64 {

namespace slot {
inline constexpr ir::SlotId kX0 = 0;
inline constexpr ir::SlotId kSpEl0 = 31;
inline constexpr ir::SlotId kPc = 35;
inline constexpr ir::SlotId kN = 36;
inline constexpr ir::SlotId kZ = 37;
inline constexpr ir::SlotId kC = 38;
inline constexpr ir::SlotId kV = 39;
inline constexpr ir::SlotId kFloatFlags = 40;
inline constexpr ir::SlotId kSaturated = 41; ///< FPSR.QC: not 0 when set.
inline constexpr ir::SlotId kFpcr = 42;
inline constexpr ir::SlotId kAttention = 43;
inline constexpr ir::SlotId kV0 = 44;
/// First id that add_common_slots leaves to the system registers.
inline constexpr ir::SlotId kFirstSystem = 76;
/// An exclusive load has been executed and no exclusive store since: its monitor may be set. First row of sys_slots.def.
inline constexpr ir::SlotId kMonitorArmed = kFirstSystem;

/// x0 to x30.
constexpr ir::SlotId x(unsigned index) {
    return static_cast<ir::SlotId>(kX0 + index);
}
constexpr ir::SlotId sp(unsigned el) {
    return static_cast<ir::SlotId>(kSpEl0 + el);
}
constexpr ir::SlotId v(unsigned index) {
    return static_cast<ir::SlotId>(kV0 + index);
}
} // namespace slot

/// Adds the slots below kFirstSystem to an empty layout and sets its size and its special slots.
void add_common_slots(StateLayout& layout);

} // namespace medley::iss::aarch64
