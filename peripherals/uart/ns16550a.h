/// \file
/// UART with FIFOs after the data sheet "PC16550D Universal Asynchronous Receiver/Transmitter with FIFOs" (National
/// Semiconductor, June 1995), with the register spacing of the usual memory-mapped integrations.
///
/// Left out: DMA mode signalling (FCR bit 3 is ignored; the RXRDY and TXRDY pins do not exist), parity and framing errors
/// and breaks (back ends deliver clean bytes, so that only an overrun in loopback sets an error), and the meaning of the
/// word length (all eight bits pass; the frame length does count for the pace and the character timeout).
/// The modem inputs are wired as those of a connected terminal: CTS, DSR and DCD are asserted, RI is not.
#pragma once

#include "medley/periph/peripheral.h"

#include <tlm_utils/simple_target_socket.h>

#include <deque>

namespace medley::periph {

class Ns16550a final : public Peripheral {
public:
    Ns16550a(const char* name, const Configuration& configuration, const Services& services);

    void reset() override;
    [[nodiscard]] std::vector<std::pair<std::string, std::uint64_t>> statistics() const override;

private:
    SC_HAS_PROCESS(Ns16550a);
    void start_of_simulation() override { pull(); }

    void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
    unsigned transport_dbg(tlm::tlm_generic_payload& payload);
    std::uint8_t read(unsigned index);
    void write(unsigned index, std::uint8_t value);
    [[nodiscard]] std::uint8_t peek(unsigned index) const;

    std::uint8_t read_receiver();
    std::uint8_t read_interrupt_id();
    std::uint8_t read_line_status();
    std::uint8_t read_modem_status();
    void write_transmitter(std::uint8_t byte);
    void write_interrupt_enable(std::uint8_t value);
    void write_fifo_control(std::uint8_t value);
    void write_modem_control(std::uint8_t value);

    [[nodiscard]] std::uint8_t interrupt_id() const;
    [[nodiscard]] std::uint8_t line_status() const;
    [[nodiscard]] std::uint8_t modem_inputs() const;
    [[nodiscard]] unsigned fifo_depth() const;
    [[nodiscard]] unsigned receive_trigger() const;
    [[nodiscard]] sc_core::sc_time frame_time() const;
    [[nodiscard]] sc_core::sc_time now() const { return sc_core::sc_time_stamp() + offset_; }

    void pull();
    void received(std::uint8_t byte);
    void restart_timeout();
    void begin_frame();
    void frame_sent();
    void timed_out();
    void transmitter_empty();
    void deliver(std::uint8_t byte);
    void update_modem_inputs(std::uint8_t before);
    void update_irq();

    tlm_utils::simple_target_socket<Ns16550a> socket_{"socket"};
    IrqOut irq_;
    CharBackend& chardev_;
    const std::uint64_t clock_;
    const unsigned shift_;
    const bool paced_;

    /// Local time of the transaction that is served, relative to the kernel's.
    sc_core::sc_time offset_;
    sc_core::sc_event frame_event_;
    sc_core::sc_event receive_event_;
    sc_core::sc_event timeout_event_;

    std::deque<std::uint8_t> receive_fifo_;
    std::deque<std::uint8_t> transmit_fifo_;
    bool shifting_ = false;            ///< A frame is on the line (paced only).
    std::uint8_t shift_register_ = 0;
    bool transmit_interrupt_ = false;  ///< THR became empty and nobody has noticed yet.
    bool character_timeout_ = false;
    sc_core::sc_time receive_ready_;   ///< Paced only: when the next frame from outside is complete.

    std::uint8_t interrupt_enable_ = 0;
    std::uint8_t fifo_control_ = 0;
    std::uint8_t line_control_ = 0;
    std::uint8_t modem_control_ = 0;
    std::uint8_t line_errors_ = 0;
    std::uint8_t modem_deltas_ = 0;
    std::uint8_t scratch_ = 0;
    std::uint16_t divisor_ = 0;

    std::uint64_t sent_ = 0;
    std::uint64_t received_count_ = 0;
};

/// The catalogue entry "ns16550a".
void register_ns16550a(PeripheralRegistry& registry);

} // namespace medley::periph
