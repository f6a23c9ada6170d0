/// \file
/// Medley's time in SystemC's.
#pragma once

#include "medley/base/types.h"

#include <systemc>

#include <cmath>

namespace medley::periph {

/// Exact when SystemC's resolution is 1 ps, as it is unless the program has set another.
[[nodiscard]] inline sc_core::sc_time to_sc_time(Picoseconds time) {
    if (sc_core::sc_get_time_resolution() == sc_core::sc_time(1, sc_core::SC_PS))
        return sc_core::sc_time::from_value(time);
    return {static_cast<double>(time), sc_core::SC_PS};
}

[[nodiscard]] inline Picoseconds to_picoseconds(const sc_core::sc_time& time) {
    if (sc_core::sc_get_time_resolution() == sc_core::sc_time(1, sc_core::SC_PS))
        return time.value();
    return static_cast<Picoseconds>(std::llround(time.to_seconds() * 1e12));
}

} // namespace medley::periph
