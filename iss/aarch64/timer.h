/// \file
/// The generic timers of a core. Arm ARM DDI 0487, D11.
#pragma once

#include "iss/aarch64/sys_state.h"
#include "iss/aarch64/wires.h"

#include <array>
#include <cstdint>

namespace medley::iss::aarch64 {

class System;

enum class Timer : unsigned { Physical, Virtual, Hypervisor, Secure, HypervisorVirtual };
inline constexpr unsigned kTimers = 5;

struct TimerRow {
    std::uint64_t SystemState::*control;
    std::uint64_t SystemState::*compare;
    Output output;
    bool is_virtual; ///< Counts with CNTVOFF_EL2 taken off.
};
inline constexpr std::array<TimerRow, kTimers> kTimerRows{{
    {&SystemState::cntp_ctl_el0, &SystemState::cntp_cval_el0, Output::Cntp, false},
    {&SystemState::cntv_ctl_el0, &SystemState::cntv_cval_el0, Output::Cntv, true},
    {&SystemState::cnthp_ctl_el2, &SystemState::cnthp_cval_el2, Output::Cnthp, false},
    {&SystemState::cntps_ctl_el1, &SystemState::cntps_cval_el1, Output::Cntps, false},
    {&SystemState::cnthv_ctl_el2, &SystemState::cnthv_cval_el2, Output::Cnthv, false},
}};

/// CNTxCT as the current exception level reads it.
[[nodiscard]] std::uint64_t read_count(System& system, bool is_virtual);
[[nodiscard]] std::uint64_t read_timer_control(System& system, Timer timer);
void write_timer_control(System& system, Timer timer, std::uint64_t value);
[[nodiscard]] std::uint64_t read_timer_value(System& system, Timer timer);
void write_timer_value(System& system, Timer timer, std::uint64_t value);
void write_timer_compare(System& system, Timer timer, std::uint64_t value);

} // namespace medley::iss::aarch64
