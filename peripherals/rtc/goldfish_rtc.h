/// \file
/// Real-time clock of the Goldfish virtual platform, after its document "GOLDFISH-VIRTUAL-HARDWARE" (Android emulator), section "Goldfish
/// real-time clock", and the device tree binding google,goldfish-rtc. Time is in nanoseconds; it starts at the parameter `epoch` and goes on with
/// simulated time, so that every run sees the same dates.
///
/// Reading TIME_LOW latches TIME_HIGH; a time or alarm takes effect when its low half is written, after the high half.
#pragma once

#include "medley/periph/register_block.h"

namespace medley::periph {

class GoldfishRtc final : public RegisterPeripheral<GoldfishRtc> {
public:
    GoldfishRtc(const sc_core::sc_module_name& name, const Configuration& configuration, const Services& services);

    void reset() override;

    std::uint64_t read_time_low();
    [[nodiscard]] std::uint64_t read_alarm_status() const { return armed_ ? 1 : 0; }
    void write_time_low(std::uint64_t low);
    void write_alarm_low(std::uint64_t low);
    void clear_alarm(std::uint64_t value);
    void enable_interrupt(std::uint64_t value);
    void clear_interrupt(std::uint64_t value);

private:
    SC_HAS_PROCESS(GoldfishRtc);

    [[nodiscard]] std::uint64_t nanoseconds() const;
    void schedule();
    void ring();
    void update_irq();

    const std::uint64_t epoch_;   ///< Nanoseconds since 1970 at the start of the simulation.
    std::uint64_t offset_ = 0;    ///< What guests have set the clock forward by.
    std::uint64_t alarm_ = 0;
    bool armed_ = false;
    bool pending_ = false;
    IrqOut irq_;
    sc_core::sc_event alarm_event_;
};

/// The catalogue entry "goldfish_rtc".
void register_goldfish_rtc(PeripheralRegistry& registry);

} // namespace medley::periph
