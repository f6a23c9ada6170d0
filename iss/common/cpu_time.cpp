#include "iss/common/cpu_time.h"

#include <algorithm>
#include <cmath>

namespace medley::iss {

namespace {

using Wide = unsigned __int128;
constexpr std::uint64_t kFemtosecondsPerPicosecond = 1000;

/// SystemC's time resolution; a picosecond unless the user chose another.
std::uint64_t femtoseconds_per_tick() {
    return static_cast<std::uint64_t>(std::llround(sc_core::sc_get_time_resolution().to_seconds() * 1e15));
}

} // namespace

Picoseconds to_picoseconds(const sc_core::sc_time& time) {
    return static_cast<Picoseconds>(Wide{time.value()} * femtoseconds_per_tick() / kFemtosecondsPerPicosecond);
}

sc_core::sc_time to_sc_time(Picoseconds time) {
    const auto tick = femtoseconds_per_tick();
    const Wide ticks = (Wide{time} * kFemtosecondsPerPicosecond + tick - 1) / tick;
    return sc_core::sc_time::from_value(static_cast<sc_core::sc_time::value_type>(ticks));
}

CpuTime::CpuTime(const sc_core::sc_time& clock_period, double cycles_per_instruction)
    : femtoseconds_per_instruction_(std::max<std::uint64_t>(
          1, static_cast<std::uint64_t>(std::llround(clock_period.to_seconds() * 1e15 * cycles_per_instruction)))),
      femtoseconds_per_cycle_(std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::llround(clock_period.to_seconds() * 1e15)))) {}

Picoseconds CpuTime::busy(std::uint64_t instructions) const {
    return static_cast<Picoseconds>(Wide{instructions} * femtoseconds_per_instruction_ / kFemtosecondsPerPicosecond);
}

std::uint64_t CpuTime::instructions_until(Picoseconds until, std::uint64_t instructions) const {
    if (until <= at(instructions))
        return 1;
    const Wide target = Wide{until - stalled_} * kFemtosecondsPerPicosecond;
    const auto total = static_cast<std::uint64_t>((target + femtoseconds_per_instruction_ - 1) / femtoseconds_per_instruction_);
    return std::max<std::uint64_t>(1, total - instructions);
}

std::uint64_t CpuTime::cycles(std::uint64_t instructions) const {
    return static_cast<std::uint64_t>(Wide{at(instructions)} * kFemtosecondsPerPicosecond / femtoseconds_per_cycle_);
}

void CpuTime::stall_until(Picoseconds to, std::uint64_t instructions) {
    const auto now = at(instructions);
    if (to > now)
        stalled_ += to - now;
}

} // namespace medley::iss
