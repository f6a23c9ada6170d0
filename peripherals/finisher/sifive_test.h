/// \file
/// Test finisher: one register that ends or restarts the machine, with the codes that the device tree bindings sifive,test0,
/// syscon-poweroff and syscon-reboot are used with. Nothing of the device is left out.
///
/// A machine that passes ends with status 0; one that fails ends with its code, or with 1 where the code is no failure as an exit
/// status (0), and with 255 where it is larger than one.
#pragma once

#include "medley/periph/register_block.h"

namespace medley::periph {

class SifiveTest final : public RegisterPeripheral<SifiveTest> {
public:
    SifiveTest(const sc_core::sc_module_name& name, const Services& services);

    void finish(std::uint64_t value);

private:
    SimulationControl& control_;
};

/// The catalogue entry "sifive_test".
void register_sifive_test(PeripheralRegistry& registry);

} // namespace medley::periph
