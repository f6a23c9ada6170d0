/// \file
/// UART after the "PrimeCell UART (PL011) Technical Reference Manual" (DDI 0183G), revision r1p4: FIFOs of 16 characters.
///
/// Left out: IrDA, DMA requests (DMACR only keeps its value), parity and framing errors and breaks (back ends deliver clean bytes, so that
/// only an overrun in loopback sets an error), the meaning of the word length, and the separate interrupt outputs: `irq` is UARTINTR.
/// The modem inputs are those of a connected terminal: CTS, DSR and DCD are asserted, RI is not. Hardware flow control holds nothing back.
/// What is written to DR goes out whether or not the transmitter is enabled: early consoles of operating systems leave that to firmware.
/// While the receiver is disabled, what comes waits outside.
#pragma once

#include "peripherals/uart/serial_line.h"

#include <deque>

namespace medley::periph {

class Pl011 final : public RegisterPeripheral<Pl011>, private SerialRegisters {
public:
    static constexpr std::uint64_t kSpan = 0x1000;

    Pl011(const sc_core::sc_module_name& name, const Configuration& configuration, const Services& services);

    void reset() override;
    [[nodiscard]] std::vector<std::pair<std::string, std::uint64_t>> statistics() const override { return line_.statistics(); }
    [[nodiscard]] static std::vector<RegisterInfo> describe();

private:
    SC_HAS_PROCESS(Pl011);
    struct Map;
    /// A received character with its error bits, as DR shows it.
    using Character = std::uint16_t;

    std::uint64_t read_data();
    void write_data(std::uint64_t value);
    void clear_errors(std::uint64_t value);
    [[nodiscard]] std::uint64_t read_flags() const;
    void write_line_control(std::uint64_t value);
    void write_control(std::uint64_t value);
    void write_levels(std::uint64_t value);
    void write_mask(std::uint64_t value);
    [[nodiscard]] std::uint64_t read_raw() const { return raw_; }
    [[nodiscard]] std::uint64_t read_masked() const;
    void clear_interrupts(std::uint64_t value);
    [[nodiscard]] std::uint64_t read_identification(unsigned element) const;

    [[nodiscard]] bool fifos() const;
    [[nodiscard]] std::size_t depth() const;
    [[nodiscard]] std::size_t receive_level() const;
    [[nodiscard]] std::size_t transmit_level() const;
    [[nodiscard]] Picoseconds bit_time() const;
    [[nodiscard]] std::uint32_t modem_inputs() const;

    [[nodiscard]] Picoseconds frame_time() const override;
    [[nodiscard]] bool loopback() const override;
    [[nodiscard]] bool receives() const override;
    void received(std::uint8_t byte) override;
    void frame_begun() override;
    void update() override;

    void clear_fifos();
    void restart_timeout();
    void timed_out();

    IrqOut irq_;
    sc_core::sc_event timeout_event_{"timeout"};
    std::deque<Character> receive_fifo_;
    bool overrun_ = false;                ///< For the next character that finds room.
    bool fifos_before_ = false;
    std::uint32_t modem_before_ = 0;
    std::uint32_t raw_ = 0;               ///< RIS.
    SerialLine line_;                     ///< Last: it may call at once.
};

/// The catalogue entry "pl011".
void register_pl011(PeripheralRegistry& registry);

} // namespace medley::periph
