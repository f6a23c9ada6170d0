/// \file
/// Real-time clock after the "PrimeCell Real Time Clock (PL031) Technical Reference Manual" (DDI 0224C), r1p0. It counts seconds; it starts at the
/// parameter `epoch` and goes on with simulated time, so that every run sees the same dates. A reset of the machine keeps the time, as
/// a battery would.
///
/// The integration test registers are left out. Loading changes the time between the raw counter and what is shown, not the raw counter, so that
/// seconds begin where they did.
#pragma once

#include "medley/periph/register_block.h"

namespace medley::periph {

class Pl031 final : public RegisterPeripheral<Pl031> {
public:
    static constexpr std::uint64_t kSpan = 0x1000;

    Pl031(const sc_core::sc_module_name& name, const Configuration& configuration, const Services& services);

    void reset() override;
    [[nodiscard]] static std::vector<RegisterInfo> describe();

private:
    SC_HAS_PROCESS(Pl031);
    struct Map;

    [[nodiscard]] std::uint64_t seconds() const;
    void write_match(std::uint64_t value);
    void load(std::uint64_t value);
    [[nodiscard]] std::uint64_t read_raw() const { return raw_ ? 1 : 0; }
    [[nodiscard]] std::uint64_t read_masked() const;
    void write_mask(std::uint64_t value);
    void clear_interrupt(std::uint64_t value);
    [[nodiscard]] std::uint64_t read_identification(unsigned element) const;

    void schedule();
    void matched();
    void update() { irq_.set(read_masked() != 0); }

    std::uint32_t offset_;   ///< What is shown when the simulation starts.
    bool raw_ = false;
    IrqOut irq_;
    sc_core::sc_event match_{"match"};
};

/// The catalogue entry "pl031".
void register_pl031(PeripheralRegistry& registry);

} // namespace medley::periph
