/// \file
/// The process's standard streams, shared by all stdio back ends of a platform.
#pragma once

#include "medley/periph/char_backend.h"
#include "medley/periph/char_backend_factory.h"
#include "peripherals/chardev/escape_filter.h"
#include "peripherals/chardev/fd_writer.h"
#include "peripherals/chardev/input_gate.h"
#include "peripherals/chardev/line_label.h"
#include "peripherals/chardev/terminal_guard.h"

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <systemc>

namespace medley::periph {

/// Standard output, in the order in which the guests print: independent of how threads are scheduled.
class Console {
public:
    Console();

    /// One byte from the back end whose lines \p label stands for. A labelled line waits until the line that somebody else has begun is
    /// complete, or has not gone on for a while of simulated time (a prompt), which is then continued on a new line. On the SystemC thread.
    void send(LineLabel& label, std::uint8_t byte);
    /// What waits for \p label is shown at once: its user is typing.
    void show(LineLabel& label);
    /// Our own text, on lines of its own. On the SystemC thread.
    void notice(const std::string& text);

    /// False when another back end has standard input already.
    [[nodiscard]] bool claim_input();
    /// The back end of \p label goes.
    void leave(LineLabel& label, bool had_input);

private:
    struct Waiting {
        LineLabel* label = nullptr;
        std::string bytes;
    };

    void end_line_of_others(const LineLabel* label);
    void write(LineLabel& label, std::uint8_t byte);
    /// False when it need not wait.
    bool hold(LineLabel& label, std::uint8_t byte);
    /// Nobody's line is begun: those who wait have their turn, up to the first that leaves its own incomplete.
    void let_others_write();

    FdWriter writer_;
    LineLabel* last_ = nullptr;
    sc_core::sc_time last_time_;      ///< When it wrote last.
    std::vector<Waiting> waiting_;    ///< In the order in which they began.
    bool input_taken_ = false;
};

class StdioBackend final : public CharBackend {
public:
    /// Throws UserError when standard input is wanted and taken.
    StdioBackend(const std::string& name, const std::string& label, bool input, CharBackendServices& services);
    ~StdioBackend() override;

    void send(std::uint8_t byte) override { console_->send(label_, byte); }
    bool receive(std::uint8_t& byte) override;
    void on_input(std::function<void()> callback) override;

private:
    void start_input(const std::string& name);
    void read_input();
    void typed(std::uint8_t byte);

    std::shared_ptr<Console> console_;
    SimulationControl& control_;
    LineLabel label_;
    bool input_;
    bool plain_file_ = false;   ///< Standard input is a file: read when the guest reads, at no thread's mercy.
    std::unique_ptr<TerminalGuard> terminal_;
    std::unique_ptr<InputGate> gate_;
    EscapeFilter escape_;
    int wake_ = -1;             ///< Tells the thread to end.
    std::thread thread_;
};

} // namespace medley::periph
