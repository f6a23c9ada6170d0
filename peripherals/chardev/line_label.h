/// \file
/// Prefixes the lines of a byte stream.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

namespace medley::periph {

class LineLabel {
public:
    /// An empty text prefixes nothing.
    explicit LineLabel(const std::string& text) : prefix_(text.empty() ? "" : "[" + text + "] ") {}

    [[nodiscard]] bool empty() const { return prefix_.empty(); }
    [[nodiscard]] bool at_line_start() const { return at_start_; }
    /// The next byte begins a line: someone else has ended the one before.
    void restart() { at_start_ = true; }

    void append(std::uint8_t byte, std::string& text) {
        // A carriage return alone leaves a line that is begun; one before a line is part of its start.
        if (at_start_ && byte != '\n' && byte != '\r') {
            text += prefix_;
            at_start_ = false;
        }
        text += static_cast<char>(byte);
        if (byte == '\n')
            at_start_ = true;
    }

private:
    std::string prefix_;
    bool at_start_ = true;
};

} // namespace medley::periph
