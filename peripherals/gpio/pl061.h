/// \file
/// Eight general-purpose lines after the "PrimeCell General Purpose Input/Output (PL061) Technical Reference Manual" (DDI 0190B), r1p0. Pins are
/// wires: inputs `in.N` and outputs `out.N`; an output drives its wire while its direction is out, and is low otherwise. Left out:
/// the hardware control interface (GPIOAFSEL keeps its value) and the integration test registers.
#pragma once

#include "medley/periph/register_block.h"

#include <array>
#include <deque>

namespace medley::periph {

class Pl061 final : public RegisterPeripheral<Pl061> {
public:
    static constexpr std::uint64_t kSpan = 0x1000;
    static constexpr unsigned kPins = 8;

    explicit Pl061(const sc_core::sc_module_name& name);

    void reset() override;
    [[nodiscard]] static std::vector<RegisterInfo> describe();

private:
    struct Map;

    /// Data registers: bits 9 to 2 of the address are a mask.
    [[nodiscard]] std::uint64_t read_data(unsigned mask) const;
    void write_data(unsigned mask, std::uint64_t value);
    void changed(std::uint64_t value);
    [[nodiscard]] std::uint64_t read_raw() const;
    [[nodiscard]] std::uint64_t read_masked() const;
    void clear_edges(std::uint64_t value);
    [[nodiscard]] std::uint64_t read_identification(unsigned element) const;

    [[nodiscard]] std::uint8_t levels() const;
    [[nodiscard]] std::uint8_t reg(std::size_t row) const { return static_cast<std::uint8_t>(registers().value(row)); }
    void update();

    std::uint8_t inputs_ = 0;
    std::uint8_t data_ = 0;     ///< Of the pins that are outputs.
    std::uint8_t before_ = 0;   ///< Levels when edges were last looked for.
    std::uint8_t edges_ = 0;
    std::deque<IrqIn> in_;
    std::array<IrqOut, kPins> out_;
    IrqOut irq_;
};

/// The catalogue entry "pl061".
void register_pl061(PeripheralRegistry& registry);

} // namespace medley::periph
