/// \file
/// Hands bytes and requests from a host thread over to the SystemC thread.
#pragma once

#include <systemc>

#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <span>
#include <vector>

namespace medley::periph {

/// While it is open, an idle simulation sleeps until something comes through instead of ending.
class InputGate final : public sc_core::sc_module {
public:
    explicit InputGate(const sc_core::sc_module_name& name);

    // From any thread; the caller must be gone before the gate is.
    /// How many of the bytes were taken: when the guest does not read, no more than a bounded number.
    std::size_t push(std::span<const std::uint8_t> bytes);
    /// \p request runs in a SystemC process soon.
    void post(std::function<void()> request);
    /// Nothing more will come.
    void close();

    // On the SystemC thread.
    bool receive(std::uint8_t& byte);
    void on_input(std::function<void()> callback) { callback_ = std::move(callback); }

private:
    SC_HAS_PROCESS(InputGate);

    /// The only kind of object that another thread may call upon.
    class Doorbell final : public sc_core::sc_prim_channel {
    public:
        explicit Doorbell(sc_core::sc_event& event) : sc_core::sc_prim_channel("doorbell"), event_(event) { async_attach_suspending(); }
        void ring() { async_request_update(); }
        void detach() { async_detach_suspending(); }

    private:
        void update() override { event_.notify(sc_core::SC_ZERO_TIME); }
        sc_core::sc_event& event_;
    };

    void deliver();

    sc_core::sc_event rung_;
    Doorbell doorbell_{rung_};
    std::function<void()> callback_;

    std::mutex mutex_;   ///< Guards what follows.
    std::deque<std::uint8_t> bytes_;
    std::vector<std::function<void()>> requests_;
    bool fresh_ = false;   ///< Bytes began to wait, and the reader was not told.
    bool closing_ = false;
    bool attached_ = true;
};

} // namespace medley::periph
