/// \file
/// UART after the "PrimeCell UART (PL011) Technical Reference Manual" (DDI 0183G), revision r1p4: FIFOs of 16 characters.
///
/// Left out: IrDA, DMA requests (DMACR only keeps its value), parity and framing errors and breaks (back ends deliver clean bytes, so that
/// only an overrun in loopback sets an error), the meaning of the word length, and the separate interrupt outputs: `irq` is UARTINTR.
/// The modem inputs are those of a connected terminal: CTS, DSR and DCD are asserted, RI is not. Hardware flow control holds nothing back.
/// What is written to DR goes out whether or not the transmitter is enabled: early consoles of operating systems leave that to firmware.
/// The line is flow-controlled: what finds no room in the receiver, or finds it disabled, waits outside.
#pragma once

#include "medley/periph/register_block.h"

#include <deque>

namespace medley::periph {

class Pl011 final : public RegisterPeripheral<Pl011> {
public:
    static constexpr std::uint64_t kSpan = 0x1000;

    Pl011(const sc_core::sc_module_name& name, const Configuration& configuration, const Services& services);

    void reset() override;
    [[nodiscard]] std::vector<std::pair<std::string, std::uint64_t>> statistics() const override;
    [[nodiscard]] static std::vector<RegisterInfo> describe();

private:
    SC_HAS_PROCESS(Pl011);
    struct Map;
    /// A received character with its error bits, as DR shows it.
    using Character = std::uint16_t;

    void start_of_simulation() override { pull(); }

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

    [[nodiscard]] bool fifos() const;
    [[nodiscard]] bool loopback() const;
    [[nodiscard]] std::size_t depth() const;
    [[nodiscard]] std::size_t receive_level() const;
    [[nodiscard]] std::size_t transmit_level() const;
    [[nodiscard]] Picoseconds bit_time() const;
    [[nodiscard]] Picoseconds frame_time() const;
    [[nodiscard]] std::uint32_t modem_inputs() const;

    void begin_frame();
    void frame_sent();
    void deliver(std::uint8_t byte);
    void pull();
    void received(std::uint8_t byte);
    void clear_fifos();
    void restart_timeout();
    void timed_out();
    void notify_in(sc_core::sc_event& event, Picoseconds delay);
    void update();

    IrqOut irq_;
    CharBackend& chardev_;
    const std::uint64_t clock_;
    const bool paced_;

    sc_core::sc_event frame_event_{"frame"};
    sc_core::sc_event receive_event_{"receive"};
    sc_core::sc_event timeout_event_{"timeout"};

    std::deque<Character> receive_fifo_;
    std::deque<std::uint8_t> transmit_fifo_;
    std::deque<std::uint8_t> returned_;   ///< Came from outside and was cleared unread.
    bool shifting_ = false;               ///< A frame is on the line (paced only).
    std::uint8_t shift_register_ = 0;
    bool overrun_ = false;                ///< For the next character that finds room.
    bool fifos_before_ = false;
    std::uint32_t modem_before_ = 0;
    Picoseconds receive_ready_ = 0;       ///< When the next frame from outside can be complete.
    std::uint32_t raw_ = 0;               ///< RIS.
    std::uint64_t sent_ = 0;
    std::uint64_t received_count_ = 0;
};

/// The catalogue entry "pl011".
void register_pl011(PeripheralRegistry& registry);

} // namespace medley::periph
