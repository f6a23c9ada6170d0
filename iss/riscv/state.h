/// \file
/// The state block of a hart. Accelerators address it by the offsets that slots.cpp publishes; the target's own code
/// addresses it as this struct.
#pragma once

#include "iss/riscv/csr_state.h"
#include "iss/riscv/privileged.h"

#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace medley::iss::riscv {

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
    Csrs csr;
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
