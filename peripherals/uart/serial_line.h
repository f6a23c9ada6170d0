/// \file
/// The line of a UART: frames that take their time, or none where characters are not paced, loopback, and the back end outside.
///
/// The line is flow-controlled: what finds no room in the receiver waits outside, and so does, again, what a driver clears from the receiver
/// unread when it takes the device over, so that scripted input survives the boot.
#pragma once

#include "medley/periph/register_block.h"

#include <cstdint>
#include <deque>
#include <string>
#include <utility>
#include <vector>

namespace medley::periph {

/// What a UART's registers tell its line, and hear from it.
class SerialRegisters {
public:
    [[nodiscard]] virtual Picoseconds frame_time() const = 0;
    [[nodiscard]] virtual bool loopback() const = 0;
    /// The receiver is on and takes one more byte from outside.
    [[nodiscard]] virtual bool receives() const = 0;
    /// A byte has arrived, from outside or looped back; then there may be no room.
    virtual void received(std::uint8_t byte) = 0;
    /// A byte has left the transmit FIFO for the line.
    virtual void frame_begun() = 0;
    /// Interrupts are to be looked at again.
    virtual void update() = 0;

protected:
    ~SerialRegisters() = default;
};

class SerialLine final : public sc_core::sc_module {
public:
    /// Parameters: `clock`, `paced`. Throws UserError, which begins with \p owner. \p uart and its \p registers outlive the line.
    SerialLine(const sc_core::sc_module_name& name, const std::string& owner, SerialRegisters& uart, const RegisterBlockBase& registers,
               const Configuration& configuration, const Services& services);

    /// Forgets what is being sent.
    void reset();
    /// Of the baud rate generator.
    [[nodiscard]] std::uint64_t clock() const { return clock_; }
    [[nodiscard]] bool paced() const { return paced_; }

    /// Bytes that wait for the shift register: none where characters are not paced.
    [[nodiscard]] std::deque<std::uint8_t>& transmit_fifo() { return transmit_fifo_; }
    [[nodiscard]] const std::deque<std::uint8_t>& transmit_fifo() const { return transmit_fifo_; }
    /// A frame is on the line.
    [[nodiscard]] bool shifting() const { return shifting_; }
    /// For a transmit FIFO that has room.
    void transmit(std::uint8_t byte);

    /// Takes what has arrived from outside, as far as the receiver takes it, and has the registers updated.
    void pull();
    /// What came from outside and was not read waits outside again, in front; nothing comes for \p frames frames.
    template <class Characters>
    void give_back(const Characters& unread, unsigned frames) {
        if (uart_.loopback() || unread.empty())
            return;
        returned_.insert(returned_.begin(), unread.begin(), unread.end());
        if (frames != 0)
            receive_ready_ = registers_.now() + frames * uart_.frame_time();
    }

    [[nodiscard]] std::vector<std::pair<std::string, std::uint64_t>> statistics() const;

private:
    SC_HAS_PROCESS(SerialLine);
    void start_of_simulation() override { pull(); }

    void begin_frame();
    void frame_sent();
    void deliver(std::uint8_t byte);
    void receive(std::uint8_t byte);
    [[nodiscard]] bool next_from_outside(std::uint8_t& byte);

    SerialRegisters& uart_;
    const RegisterBlockBase& registers_;
    CharBackend& chardev_;
    const std::uint64_t clock_;
    const bool paced_;

    sc_core::sc_event frame_event_{"frame"};
    sc_core::sc_event receive_event_{"receive"};

    std::deque<std::uint8_t> transmit_fifo_;
    std::deque<std::uint8_t> returned_;
    bool shifting_ = false;
    std::uint8_t shift_register_ = 0;
    Picoseconds receive_ready_ = 0;   ///< When the next frame from outside can be complete.
    std::uint64_t sent_ = 0;
    std::uint64_t received_ = 0;
};

} // namespace medley::periph
