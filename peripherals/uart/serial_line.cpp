#include "peripherals/uart/serial_line.h"

#include "medley/base/error.h"
#include "peripherals/common/notify.h"

namespace medley::periph {

SerialLine::SerialLine(const sc_core::sc_module_name& name, const std::string& owner, SerialRegisters& uart, const RegisterBlockBase& registers,
                       const Configuration& configuration, const Services& services)
    : sc_module(name), uart_(uart), registers_(registers), chardev_(*services.chardev),
      clock_(configuration.number("clock")), paced_(configuration.flag("paced")) {
    // Below 1 kHz, frames with the largest divisor would not fit SystemC's time.
    if (clock_ < 1000)
        throw UserError(owner + ": clock is below 1 kHz");
    chardev_.on_input([this] { pull(); });
    SC_METHOD(frame_sent);
    sensitive << frame_event_;
    dont_initialize();
    SC_METHOD(pull);
    sensitive << receive_event_;
    dont_initialize();
}

void SerialLine::reset() {
    transmit_fifo_.clear();
    frame_event_.cancel();
    receive_event_.cancel();
    shifting_ = false;
}

/// Without a pace the byte is out at once.
void SerialLine::transmit(std::uint8_t byte) {
    if (!paced_) {
        deliver(byte);
        uart_.frame_begun();
        return;
    }
    transmit_fifo_.push_back(byte);
    if (!shifting_)
        begin_frame();
}

void SerialLine::begin_frame() {
    shift_register_ = transmit_fifo_.front();
    transmit_fifo_.pop_front();
    shifting_ = true;
    notify_at(frame_event_, registers_.now() + uart_.frame_time());
    uart_.frame_begun();
}

void SerialLine::frame_sent() {
    shifting_ = false;
    deliver(shift_register_);
    if (!transmit_fifo_.empty())
        begin_frame();
    uart_.update();
}

void SerialLine::deliver(std::uint8_t byte) {
    if (uart_.loopback()) {
        receive(byte);
        return;
    }
    ++sent_;
    chardev_.send(byte);
}

void SerialLine::receive(std::uint8_t byte) {
    ++received_;
    uart_.received(byte);
}

bool SerialLine::next_from_outside(std::uint8_t& byte) {
    if (returned_.empty())
        return chardev_.receive(byte);
    byte = returned_.front();
    returned_.pop_front();
    return true;
}

void SerialLine::pull() {
    std::uint8_t byte = 0;
    while (!uart_.loopback() && uart_.receives()) {
        const auto now = registers_.now();
        if (receive_ready_ > now) {
            notify_at(receive_event_, receive_ready_);
            break;
        }
        if (!next_from_outside(byte))
            break;
        receive_ready_ = paced_ ? now + uart_.frame_time() : 0;
        receive(byte);
    }
    uart_.update();
}

std::vector<std::pair<std::string, std::uint64_t>> SerialLine::statistics() const {
    return {{"bytes sent", sent_}, {"bytes received", received_}};
}

} // namespace medley::periph
