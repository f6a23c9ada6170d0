/// \file
/// The free-running counter that gives a platform its time base. Timers own or share one; CPUs read it.
#pragma once

#include "medley/base/types.h"

#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

namespace medley {

/// Counts at a fixed frequency from 0 at the start of the simulation; a guest may set it.
class SystemCounter {
public:
    /// \p frequency in Hz, 1 to 10^12.
    explicit SystemCounter(std::uint64_t frequency) : frequency_(frequency), period_(kSecond % frequency == 0 ? kSecond / frequency : 0) {}

    [[nodiscard]] std::uint64_t frequency() const { return frequency_; }
    [[nodiscard]] std::uint64_t value_at(Picoseconds time) const {
        if (period_ != 0) // Usual frequencies need no wide division.
            return offset_ + time / period_;
        return offset_ + static_cast<std::uint64_t>(static_cast<unsigned __int128>(time) * frequency_ / kSecond);
    }
    /// Sets the value that the counter has at \p now and tells everyone who computed deadlines from it.
    void set(std::uint64_t value, Picoseconds now) {
        offset_ += value - value_at(now);
        for (const auto& listener : listeners_)
            listener(now);
    }
    /// Calls back, with the time of the change, after each set().
    void on_set(std::function<void(Picoseconds now)> listener) { listeners_.push_back(std::move(listener)); }
    /// The earliest time at or after \p now at which the counter is \p value or more (unsigned); kNever when that is out of range.
    [[nodiscard]] Picoseconds reaches(std::uint64_t value, Picoseconds now) const {
        const auto current = value_at(now);
        if (current >= value)
            return now;
        const auto ticks = static_cast<unsigned __int128>(value - current) + (current - offset_);
        const auto time = (ticks * kSecond + frequency_ - 1) / frequency_;
        return time >= kNever ? kNever : static_cast<Picoseconds>(time);
    }
    /// The first time after \p now at which the counter starts again from 0; kNever when that is out of range.
    [[nodiscard]] Picoseconds wraps(Picoseconds now) const {
        const auto to_zero = (static_cast<unsigned __int128>(1) << 64) - value_at(now);
        const auto ticks = to_zero + (value_at(now) - offset_);
        const auto time = (ticks * kSecond + frequency_ - 1) / frequency_;
        return time >= kNever ? kNever : static_cast<Picoseconds>(time);
    }

private:
    static constexpr std::uint64_t kSecond = 1'000'000'000'000;
    std::uint64_t frequency_;
    Picoseconds period_; ///< 0: no whole number.
    std::uint64_t offset_ = 0;
    std::vector<std::function<void(Picoseconds)>> listeners_;
};

} // namespace medley
