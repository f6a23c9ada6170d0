/// \file
/// The state block of a hart. Accelerators address it by the offsets that slots.cpp publishes; the target's own code
/// addresses it as this struct.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace medley::iss::riscv {

/// Privilege levels by their encoding in mstatus.MPP (Privileged 1.13, 1.2).
enum class Privilege : std::uint8_t { User = 0, Supervisor = 1, Machine = 3 };

/// mstatus.FS (Privileged 1.13, 3.1.6.6). State::mstatus holds FS here; SD is made up when the register is read.
namespace mstatus_fs {
inline constexpr unsigned kShift = 13;
inline constexpr std::uint64_t kMask = std::uint64_t{3} << kShift;
inline constexpr std::uint64_t kDirty = std::uint64_t{3} << kShift;
} // namespace mstatus_fs

struct State {
    // --- what lifted code touches
    /// On RV32 the slot is the low half of each element and the high half stays 0. x[0] stays 0: no lifted code reads
    /// or writes it.
    std::uint64_t x[32] = {};
    /// NaN-boxed to FLEN (64 with D, 32 with F alone, where the high half stays 0).
    std::uint64_t f[32] = {};
    std::uint64_t pc = 0;
    /// mstatus with mstatush above it on RV32. Lifted code sets FS to dirty.
    std::uint64_t mstatus = 0;
    /// Accrued exceptions as float_flag bits, not in the order of fflags.
    std::uint32_t float_flags = 0;
    /// fcsr.frm, 0 to 7. A part of the translation key.
    std::uint32_t frm = 0;
    std::uint32_t attention = 0;
    Privilege privilege = Privilege::Machine;

    // --- control and status registers and whatever else the hart remembers
};

static_assert(std::is_standard_layout_v<State>);
static_assert(offsetof(State, x) == 0);
static_assert(offsetof(State, f) == 256);
static_assert(offsetof(State, pc) == 512);
static_assert(offsetof(State, mstatus) == 520);
static_assert(offsetof(State, float_flags) == 528);
static_assert(offsetof(State, frm) == 532);
static_assert(offsetof(State, attention) == 536);
static_assert(sizeof(State) < 32 * 1024, "accelerators use 16-bit offsets");

} // namespace medley::iss::riscv
