/// \file
/// Character back ends with a peer that comes and goes: a TCP client, or whoever opens a pseudo-terminal.
#pragma once

#include "medley/base/log.h"
#include "medley/periph/char_backend.h"
#include "peripherals/chardev/char_spec.h"
#include "peripherals/chardev/input_gate.h"
#include "peripherals/chardev/line_label.h"

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

namespace medley::periph {

/// Descriptors that a link works on; both non-blocking, -1 for none.
struct LinkEnds {
    int listener = -1;   ///< Where peers arrive; without one the stream is there from the beginning.
    int stream = -1;
    int spare = -1;      ///< Kept open for the stream's sake only.
};

/// A thread moves bytes both ways. Output that nobody has taken yet waits, up to a bound; beyond that the oldest goes.
class LinkBackend final : public CharBackend {
public:
    LinkBackend(const std::string& name, const std::string& label, const LinkEnds& ends, Log& log);
    /// Gives a connected peer a short time to take the rest.
    ~LinkBackend() override;

    void send(std::uint8_t byte) override;
    bool receive(std::uint8_t& byte) override { return gate_.receive(byte); }
    void on_input(std::function<void()> callback) override { gate_.on_input(std::move(callback)); }

private:
    void run();
    void accept_peer();
    void drop_peer();
    void read_peer();
    void write_peer();
    void finish();
    void take_pending();
    void wake();

    const std::string name_;
    LineLabel label_;
    LinkEnds ends_;   ///< The thread's, once it runs.
    Log& log_;
    InputGate gate_;
    int wake_ = -1;
    std::atomic<bool> stop_{false};

    std::mutex mutex_;        ///< Guards what follows.
    std::string pending_;

    std::string outgoing_;    ///< The thread's.
    std::string incoming_;    ///< The thread's: what the gate had no room for.
    std::thread thread_;
};

/// A server on the spec's host and port; reports where it listens, and with `wait` returns when a client has connected. Throws UserError.
[[nodiscard]] std::unique_ptr<CharBackend> make_tcp_backend(const CharSpec& spec, const std::string& name, Log& log);
/// A new pseudo-terminal, whose name it reports. Throws UserError.
[[nodiscard]] std::unique_ptr<CharBackend> make_pty_backend(const CharSpec& spec, const std::string& name, Log& log);

} // namespace medley::periph
