#include "iss/common/cpu_time.h"

#include <algorithm>
#include <cmath>

namespace medley::iss {

namespace {

using Wide = unsigned __int128;

/// a * b / c, without the wide division where it is not needed.
std::uint64_t scaled(std::uint64_t a, std::uint64_t b, std::uint64_t c) {
    std::uint64_t product = 0;
    if (!__builtin_mul_overflow(a, b, &product)) [[likely]]
        return product / c;
    return static_cast<std::uint64_t>(Wide{a} * b / c);
}

} // namespace

CpuTime::CpuTime(const sc_core::sc_time& clock_period, double cycles_per_instruction)
    : femtoseconds_per_instruction_(std::max<std::uint64_t>(
          1, static_cast<std::uint64_t>(std::llround(clock_period.to_seconds() * 1e15 * cycles_per_instruction)))),
      femtoseconds_per_cycle_(std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::llround(clock_period.to_seconds() * 1e15)))),
      picoseconds_per_instruction_(femtoseconds_per_instruction_ % kFemtosecondsPerPicosecond == 0
                                       ? femtoseconds_per_instruction_ / kFemtosecondsPerPicosecond
                                       : 0) {}

Picoseconds CpuTime::busy_in_fractions(std::uint64_t instructions) const {
    return scaled(instructions, femtoseconds_per_instruction_, kFemtosecondsPerPicosecond);
}

std::uint64_t CpuTime::instructions_until(Picoseconds until, std::uint64_t instructions) const {
    if (until <= at(instructions))
        return 1;
    if (const auto whole = picoseconds_per_instruction_; whole != 0) {
        const auto busy = until - stalled_;
        return std::max<std::uint64_t>(1, busy / whole + (busy % whole != 0 ? 1 : 0) - instructions);
    }
    const auto per_instruction = femtoseconds_per_instruction_;
    auto total = scaled(until - stalled_, kFemtosecondsPerPicosecond, per_instruction);
    if (Wide{total} * per_instruction < Wide{until - stalled_} * kFemtosecondsPerPicosecond)
        ++total;
    return std::max<std::uint64_t>(1, total - instructions);
}

std::uint64_t CpuTime::cycles(std::uint64_t instructions) const {
    return scaled(at(instructions), kFemtosecondsPerPicosecond, femtoseconds_per_cycle_);
}

void CpuTime::stall_until(Picoseconds to, std::uint64_t instructions) {
    const auto now = at(instructions);
    if (to > now)
        stalled_ += to - now;
}

} // namespace medley::iss
