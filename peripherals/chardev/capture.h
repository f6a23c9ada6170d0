/// \file
/// A back end in memory, for tests and for hosts that embed a platform.
#pragma once

#include "medley/periph/char_backend.h"
#include "peripherals/chardev/line_label.h"

#include <deque>
#include <string>
#include <string_view>

namespace medley::periph {

class CaptureBackend final : public CharBackend {
public:
    explicit CaptureBackend(const std::string& label = "") : label_(label) {}

    void send(std::uint8_t byte) override { label_.append(byte, output_); }
    bool receive(std::uint8_t& byte) override {
        if (input_.empty())
            return false;
        byte = input_.front();
        input_.pop_front();
        return true;
    }
    void on_input(std::function<void()> callback) override { callback_ = std::move(callback); }

    /// Everything that was sent so far.
    [[nodiscard]] const std::string& output() const { return output_; }
    /// Bytes from outside. On the SystemC thread.
    void feed(std::string_view text) {
        const bool waits = !input_.empty();
        input_.insert(input_.end(), text.begin(), text.end());
        if (!waits && !input_.empty() && callback_)
            callback_();
    }
    [[nodiscard]] std::size_t waiting() const { return input_.size(); }

private:
    LineLabel label_;
    std::string output_;
    std::deque<std::uint8_t> input_;
    std::function<void()> callback_;
};

} // namespace medley::periph
