/// \file
/// Two counters after the "Arm Dual-Timer Module (SP804) Technical Reference Manual" (DDI 0271D), r1p2: free-running, periodic and one-shot, of 16
/// or 32 bits, with prescalers. Outputs: `irq1`, `irq2` and `irq` (TIMINTC, either). A period is as many ticks as the load value (section 3.2.1);
/// a load value of 0 interrupts at once and then stands still. Left out: the integration test registers, and separate clock enables.
#pragma once

#include "medley/periph/register_block.h"

#include <array>

namespace medley::periph {

class Sp804 final : public RegisterPeripheral<Sp804> {
public:
    static constexpr std::uint64_t kSpan = 0x1000;

    Sp804(const sc_core::sc_module_name& name, std::uint64_t frequency);

    void reset() override;
    [[nodiscard]] static std::vector<RegisterInfo> describe();

private:
    SC_HAS_PROCESS(Sp804);
    struct Map;

    struct Counter {
        std::uint64_t load = 0;
        std::uint64_t control = 0;
        std::uint64_t from = 0;      ///< Value at `since`.
        Picoseconds since = 0;
        bool raw = false;
        IrqOut irq;
        sc_core::sc_event due;
    };

    [[nodiscard]] std::uint64_t read_load(unsigned i) const { return counters_[i].load; }
    void write_load(unsigned i, std::uint64_t value);
    void write_background_load(unsigned i, std::uint64_t value);
    [[nodiscard]] std::uint64_t read_value(unsigned i) const { return value(counters_[i], registers().now()); }
    [[nodiscard]] std::uint64_t read_control(unsigned i) const { return counters_[i].control; }
    void write_control(unsigned i, std::uint64_t value);
    void clear_interrupt(unsigned i, std::uint64_t value);
    [[nodiscard]] std::uint64_t read_raw(unsigned i) const { return counters_[i].raw ? 1 : 0; }
    [[nodiscard]] std::uint64_t read_masked(unsigned i) const { return masked(counters_[i]) ? 1 : 0; }
    [[nodiscard]] std::uint64_t read_identification(unsigned element) const;

    [[nodiscard]] static bool masked(const Counter& counter);
    /// Ticks from 0 to 0: the load value, or the whole range.
    [[nodiscard]] static std::uint64_t period(const Counter& counter);
    [[nodiscard]] std::uint64_t ticks(const Counter& counter, Picoseconds now) const;
    [[nodiscard]] Picoseconds time_of(const Counter& counter, unsigned __int128 ticks) const;
    [[nodiscard]] std::uint64_t value(const Counter& counter, Picoseconds now) const;
    /// Starts counting anew from the present value.
    void rebase(Counter& counter);
    void schedule(Counter& counter);
    void expired();
    void update();

    const std::uint64_t frequency_;
    std::array<Counter, 2> counters_;
    IrqOut combined_;
};

/// The catalogue entry "sp804".
void register_sp804(PeripheralRegistry& registry);

} // namespace medley::periph
