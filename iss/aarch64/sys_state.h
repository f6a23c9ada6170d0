/// \file
/// The system registers and PSTATE's privileged fields, as a part of the state block, so that a debugger and a snapshot see
/// them; nothing that is derived from them is kept elsewhere.
#pragma once

#include <array>
#include <cstdint>

namespace medley::iss::aarch64 {

/// PSTATE but for the condition flags, which lifted code keeps in slots of their own. One flag each is 0 or 1.
struct Pstate {
    std::uint32_t el = 1;
    std::uint32_t sp_sel = 1;
    std::uint32_t daif = 0xf; ///< D bit 3, A bit 2, I bit 1, F bit 0.
    std::uint32_t il = 0;
    std::uint32_t ss = 0;
    std::uint32_t pan = 0;
    std::uint32_t uao = 0;
    std::uint32_t dit = 0;
    std::uint32_t ssbs = 0;
    std::uint32_t padding = 0;
};

inline constexpr unsigned kBreakpoints = 6;
inline constexpr unsigned kWatchpoints = 4;
/// Event counters; the cycle counter is the one with number 31.
inline constexpr unsigned kEventCounters = 6;
inline constexpr unsigned kCycleCounter = 31;

struct SystemState {
    Pstate pstate;
#define SYS_SLOT(name) std::uint64_t name = 0;
#include "iss/aarch64/sys_slots.def"

    std::array<std::uint64_t, kBreakpoints> dbgbvr{};
    std::array<std::uint64_t, kBreakpoints> dbgbcr{};
    std::array<std::uint64_t, kWatchpoints> dbgwvr{};
    std::array<std::uint64_t, kWatchpoints> dbgwcr{};

    /// The value while the counter stands still; while it counts, what is to be added to its source (pmu.cpp).
    std::array<std::uint64_t, kEventCounters> pmevcntr{};
    std::array<std::uint64_t, kEventCounters> pmevtyper{};
    std::uint64_t pmccntr = 0;
    std::uint64_t pmccfiltr = 0;
    /// Values of the counters (the cycle counter last) when overflows were last looked for.
    std::array<std::uint64_t, kEventCounters + 1> pmc_seen{};

    /// Levels of the interrupt inputs, one bit each (wires.h).
    std::uint64_t inputs = 0;
    /// 1: a physical SError is pending.
    std::uint64_t serror_pending = 0;
    /// ISS of the software step exception that is to come; kStepStarted while the stepped instruction runs.
    std::uint64_t step_syndrome = 0;
    /// RVBAR_ELx: where a reset starts.
    std::uint64_t reset_address = 0;
    /// State of the random numbers that RNDR delivers.
    std::uint64_t random = 0;
};

} // namespace medley::iss::aarch64
