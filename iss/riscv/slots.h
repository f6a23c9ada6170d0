/// \file
/// Slot ids of a hart: the same for every ISA string, so that they are constants for the lifters.
#pragma once

#include "iss/riscv/isa.h"
#include "medley/cpu/state_layout.h"

namespace medley::iss::riscv {

namespace slot {
/// x0 has a slot for debuggers, but lifted code never reads or writes it.
inline constexpr ir::SlotId kX0 = 0;
inline constexpr ir::SlotId kF0 = 32;
inline constexpr ir::SlotId kPc = 64;
inline constexpr ir::SlotId kMstatus = 65;
inline constexpr ir::SlotId kFloatFlags = 66;
inline constexpr ir::SlotId kAttention = 67;
/// First id that add_common_slots leaves to the rest of the target (CSRs for debuggers).
inline constexpr ir::SlotId kFirstSystem = 68;

constexpr ir::SlotId x(unsigned index) {
    return static_cast<ir::SlotId>(kX0 + index);
}
constexpr ir::SlotId f(unsigned index) {
    return static_cast<ir::SlotId>(kF0 + index);
}
} // namespace slot

/// Type of x registers, the program counter and addresses.
inline ir::Type xlen_type(const Isa& isa) {
    return isa.xlen() == 64 ? ir::Type::I64 : ir::Type::I32;
}
/// Type of f registers: F64 with D, else F32.
inline ir::Type flen_type(const Isa& isa) {
    return isa.has(Extension::D) ? ir::Type::F64 : ir::Type::F32;
}

/// Adds the slots below kFirstSystem to an empty layout and sets its size and its special slots.
void add_common_slots(StateLayout& layout, const Isa& isa);

} // namespace medley::iss::riscv
