/// \file
/// Medley's time in SystemC's.
#pragma once

#include "medley/base/types.h"

#include <systemc>

#include <cmath>
#include <cstdint>

namespace medley {

/// SystemC's resolution, which is settled before the first time is made: a picosecond unless the program chose another.
[[nodiscard]] inline std::uint64_t femtoseconds_per_tick() {
    static const auto femtoseconds =
        static_cast<std::uint64_t>(std::llround(sc_core::sc_get_time_resolution().to_seconds() * 1e15));
    return femtoseconds;
}

inline constexpr std::uint64_t kFemtosecondsPerPicosecond = 1000;

/// Rounds down where the resolution is finer.
[[nodiscard]] inline Picoseconds to_picoseconds(const sc_core::sc_time& time) {
    const auto tick = femtoseconds_per_tick();
    if (tick == kFemtosecondsPerPicosecond) [[likely]]
        return time.value();
    return static_cast<Picoseconds>(static_cast<unsigned __int128>(time.value()) * tick / kFemtosecondsPerPicosecond);
}

/// Rounds up where the resolution is coarser.
[[nodiscard]] inline sc_core::sc_time to_sc_time(Picoseconds time) {
    const auto tick = femtoseconds_per_tick();
    if (tick == kFemtosecondsPerPicosecond) [[likely]]
        return sc_core::sc_time::from_value(time);
    const auto ticks = (static_cast<unsigned __int128>(time) * kFemtosecondsPerPicosecond + tick - 1) / tick;
    return sc_core::sc_time::from_value(static_cast<sc_core::sc_time::value_type>(ticks));
}

} // namespace medley
