/// \file
/// Bridges between Medley's interrupt wires and sc_signal<bool>, for models that come from elsewhere.
#pragma once

#include "medley/tlm/irq_line.h"

#include <systemc>

namespace medley {

/// Drives `out` with the level of the signal that `in` is bound to, one delta cycle after it changes.
class SignalToIrq : public sc_core::sc_module {
public:
    sc_core::sc_in<bool> in{"in"};
    IrqOut out;

    SC_CTOR(SignalToIrq) {
        SC_METHOD(update);
        sensitive << in;
    }

private:
    void update() { out.set(in.read()); }
};

/// Writes the level of the interrupt input `in` to the signal that `out` is bound to, in the next delta cycle. Pulses
/// within one evaluation phase are not seen, as with any signal.
class IrqToSignal : public sc_core::sc_module {
public:
    IrqIn in{[this](bool) { changed_.notify(sc_core::SC_ZERO_TIME); }};
    sc_core::sc_out<bool> out{"out"};

    SC_CTOR(IrqToSignal) {
        SC_METHOD(update);
        sensitive << changed_;
    }

private:
    void update() { out.write(in.level()); }

    sc_core::sc_event changed_{"changed"};
};

} // namespace medley
