/// \file
/// UART with FIFOs after the data sheet "PC16550D Universal Asynchronous Receiver/Transmitter with FIFOs" (National
/// Semiconductor, June 1995), with the register spacing of the usual memory-mapped integrations.
///
/// Left out: DMA mode signalling (FCR bit 3 is ignored; the RXRDY and TXRDY pins do not exist), parity and framing errors
/// and breaks (back ends deliver clean bytes, so that only an overrun in loopback sets an error), and the meaning of the
/// word length (all eight bits pass; the frame length does count for the pace and the character timeout).
/// The modem inputs are wired as those of a connected terminal: CTS, DSR and DCD are asserted, RI is not.
/// Wide accesses are those of a byte-wide device behind a wider bus: they access the registers that they span, in ascending order.
#pragma once

#include "peripherals/uart/serial_line.h"

#include <deque>

namespace medley::periph {

class Ns16550a final : public RegisterPeripheral<Ns16550a>, private SerialRegisters {
public:
    Ns16550a(const sc_core::sc_module_name& name, const Configuration& configuration, const Services& services);

    void reset() override;
    [[nodiscard]] std::vector<std::pair<std::string, std::uint64_t>> statistics() const override { return line_.statistics(); }

    std::uint64_t read_data();
    void write_data(std::uint64_t value);
    [[nodiscard]] std::uint64_t read_interrupt_enable() const;
    void write_interrupt_enable(std::uint64_t value);
    std::uint64_t read_interrupt_id();
    void write_fifo_control(std::uint64_t value);
    void write_modem_control(std::uint64_t value);
    std::uint64_t read_line_status();
    std::uint64_t read_modem_status();

private:
    SC_HAS_PROCESS(Ns16550a);

    [[nodiscard]] bool divisor_latch() const;
    [[nodiscard]] bool fifos() const { return (fifo_control_ & 1) != 0; }
    [[nodiscard]] std::size_t fifo_depth() const;
    [[nodiscard]] std::size_t receive_trigger() const;
    [[nodiscard]] std::uint8_t interrupt_id() const;
    [[nodiscard]] std::uint8_t line_status() const;
    [[nodiscard]] std::uint8_t modem_inputs() const;

    [[nodiscard]] Picoseconds frame_time() const override;
    [[nodiscard]] bool loopback() const override;
    [[nodiscard]] bool receives() const override;
    void received(std::uint8_t byte) override;
    void frame_begun() override;
    void update() override;

    void transmit(std::uint8_t byte);
    void clear_receiver();
    void restart_timeout();
    void timed_out();

    IrqOut irq_;
    sc_core::sc_event timeout_event_{"timeout"};
    std::deque<std::uint8_t> receive_fifo_;
    bool transmit_interrupt_ = false;  ///< THR became empty and nobody has noticed yet.
    bool character_timeout_ = false;

    std::uint8_t interrupt_enable_ = 0;
    std::uint8_t fifo_control_ = 0;
    std::uint8_t modem_inputs_before_ = 0;
    std::uint8_t line_errors_ = 0;
    std::uint8_t modem_deltas_ = 0;
    std::uint16_t divisor_ = 0;
    SerialLine line_;                  ///< Last: it may call at once.
};

/// The catalogue entry "ns16550a".
void register_ns16550a(PeripheralRegistry& registry);

} // namespace medley::periph
