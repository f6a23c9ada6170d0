/// \file
/// A CPU's own time: instructions executed times the cycle time, plus everything it waited for. Derived from totals
/// only, so that it does not depend on how a run is cut into quanta.
#pragma once

#include "medley/base/types.h"
#include "medley/tlm/time.h"

#include <systemc>

#include <cstdint>

namespace medley::iss {

class CpuTime {
public:
    CpuTime(const sc_core::sc_time& clock_period, double cycles_per_instruction);

    /// Local time after \p instructions in total.
    [[nodiscard]] Picoseconds at(std::uint64_t instructions) const { return busy(instructions) + stalled_; }
    /// How many more instructions bring the local time to \p until or past it, at \p instructions in total; at least 1.
    [[nodiscard]] std::uint64_t instructions_until(Picoseconds until, std::uint64_t instructions) const;
    [[nodiscard]] std::uint64_t cycles(std::uint64_t instructions) const;
    /// Moves the local time to \p to by waiting; time does not go back.
    void stall_until(Picoseconds to, std::uint64_t instructions);
    /// Of one instruction, rounded up.
    [[nodiscard]] Picoseconds per_instruction() const { return femtoseconds_per_instruction_ / 1000 + 1; }

private:
    /// Only whole picoseconds are not worth a division, and this is asked at each access to a device.
    [[nodiscard]] Picoseconds busy(std::uint64_t instructions) const {
        return picoseconds_per_instruction_ != 0 ? instructions * picoseconds_per_instruction_ : busy_in_fractions(instructions);
    }
    [[nodiscard]] Picoseconds busy_in_fractions(std::uint64_t instructions) const;

    std::uint64_t femtoseconds_per_instruction_;
    std::uint64_t femtoseconds_per_cycle_;
    Picoseconds picoseconds_per_instruction_; ///< 0: no whole number.
    Picoseconds stalled_ = 0;
};

} // namespace medley::iss
