/// \file
/// The outside end of a character device: terminal, file, socket, pseudo-terminal, or nothing.
#pragma once

#include <cstdint>
#include <functional>

namespace medley::periph {

/// Input arrives from outside at any time; implementations hand it over on the SystemC thread (async_request_update).
class CharBackend {
public:
    virtual ~CharBackend() = default;

    /// One byte out. Never blocks the simulation for long; never fails visibly.
    virtual void send(std::uint8_t byte) = 0;
    /// Next byte from outside that waits, if any; false: none.
    virtual bool receive(std::uint8_t& byte) = 0;
    /// Called on the SystemC thread when bytes begin to wait. One reader.
    virtual void on_input(std::function<void()> callback) = 0;
};

} // namespace medley::periph
