/// \file
/// A terminal in raw mode, given back as it was on every way out of the process: destruction, exit(), abort() and signals.
#pragma once

namespace medley::periph {

/// One at a time in a process. Keys reach the guest as they are, Ctrl-C and Ctrl-Z included; output processing stays on.
class TerminalGuard {
public:
    explicit TerminalGuard(int fd);
    ~TerminalGuard();
    TerminalGuard(const TerminalGuard&) = delete;
    TerminalGuard& operator=(const TerminalGuard&) = delete;

    /// Whether \p fd is a terminal that this process may take over (a background job may not).
    [[nodiscard]] static bool applicable(int fd);
};

} // namespace medley::periph
