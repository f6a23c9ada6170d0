/// \file
/// The escape key of an interactive console: Ctrl-A, as in other emulators.
#pragma once

#include <cstdint>

namespace medley::periph {

class EscapeFilter {
public:
    enum class Action : std::uint8_t { Swallow, Pass, Quit, Help };

    /// What to do with a byte that was typed. Ctrl-A twice, or Ctrl-A A, passes one Ctrl-A.
    [[nodiscard]] Action type(std::uint8_t& byte) {
        if (!escaped_) {
            escaped_ = byte == kEscape;
            return escaped_ ? Action::Swallow : Action::Pass;
        }
        escaped_ = false;
        switch (byte) {
        case 'x':
        case 'X': return Action::Quit;
        case 'h':
        case 'H':
        case '?': return Action::Help;
        case 'a':
        case 'A':
        case kEscape: byte = kEscape; return Action::Pass;
        default: return Action::Swallow;
        }
    }

private:
    static constexpr std::uint8_t kEscape = 1;
    bool escaped_ = false;
};

} // namespace medley::periph
