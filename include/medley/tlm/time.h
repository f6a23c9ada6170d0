/// \file
/// Medley's time in SystemC's.
#pragma once

#include "medley/base/types.h"

#include <systemc>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <type_traits>

namespace medley {

/// SystemC's resolution, which is settled before the first time is made: a picosecond unless the program chose another.
[[nodiscard]] inline std::uint64_t femtoseconds_per_tick() {
    static const auto femtoseconds = [] {
        const auto tick = sc_core::sc_get_time_resolution();
        return static_cast<std::uint64_t>(std::llround(sc_core::sc_time::from_value(tick.value()).to_seconds() * 1e15));
    }();
    return femtoseconds;
}

inline constexpr std::uint64_t kFemtosecondsPerPicosecond = 1000;

/// A time of so many ticks, where the resolution is settled: sc_time::from_value() settles it, which takes a call.
[[nodiscard]] inline sc_core::sc_time sc_time_of(sc_core::sc_time::value_type ticks) {
    sc_core::sc_time time;
    static_assert(std::is_standard_layout_v<sc_core::sc_time> && sizeof time == sizeof ticks, "a time is the number of its ticks and nothing else");
    std::memcpy(static_cast<void*>(&time), &ticks, sizeof ticks);
    return time;
}

/// The conversions for those who need many: they look up no tick.
class TimeScale {
public:
    /// Settles the resolution.
    TimeScale() : tick_(femtoseconds_per_tick()) {}

    /// Rounds down where the resolution is finer.
    [[nodiscard]] Picoseconds to_picoseconds(const sc_core::sc_time& time) const {
        return tick_ == kFemtosecondsPerPicosecond ? time.value() : rounded_down(time);
    }
    /// Rounds up where the resolution is coarser.
    [[nodiscard]] sc_core::sc_time to_sc_time(Picoseconds time) const {
        return sc_time_of(tick_ == kFemtosecondsPerPicosecond ? time : rounded_up(time));
    }

private:
    [[nodiscard, gnu::cold]] Picoseconds rounded_down(const sc_core::sc_time& time) const {
        return static_cast<Picoseconds>(static_cast<unsigned __int128>(time.value()) * tick_ / kFemtosecondsPerPicosecond);
    }
    [[nodiscard, gnu::cold]] sc_core::sc_time::value_type rounded_up(Picoseconds time) const {
        return static_cast<sc_core::sc_time::value_type>((static_cast<unsigned __int128>(time) * kFemtosecondsPerPicosecond + tick_ - 1) / tick_);
    }

    std::uint64_t tick_;
};

[[nodiscard]] inline Picoseconds to_picoseconds(const sc_core::sc_time& time) { return TimeScale().to_picoseconds(time); }
[[nodiscard]] inline sc_core::sc_time to_sc_time(Picoseconds time) { return TimeScale().to_sc_time(time); }

} // namespace medley
