/// \file
/// System controller: a bank of 32-bit words that keep what is written, two of which end or restart the machine when given values are
/// written to them (device tree bindings syscon, syscon-poweroff and syscon-reboot). The content has no other meaning.
#pragma once

#include "medley/periph/register_block.h"

namespace medley::periph {

class Syscon final : public RegisterPeripheral<Syscon> {
public:
    Syscon(const sc_core::sc_module_name& name, const Configuration& configuration, const Services& services);

    void word_written(unsigned word, std::uint64_t value);

private:
    SimulationControl& control_;
    const std::uint64_t poweroff_offset_;
    const std::uint64_t poweroff_value_;
    const std::uint64_t reboot_offset_;
    const std::uint64_t reboot_value_;
};

/// The catalogue entry "syscon".
void register_syscon(PeripheralRegistry& registry);

} // namespace medley::periph
