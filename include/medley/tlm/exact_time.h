/// \file
/// Exact conversion between picoseconds and sc_time (whose own arithmetic with units goes through double).
/// The time resolution must be a picosecond, SystemC's default, or finer.
#pragma once

#include "medley/base/types.h"

#include <systemc>

namespace medley {

[[nodiscard]] inline sc_core::sc_time to_sc_time(Picoseconds time) {
    return sc_core::sc_time::from_value(time * sc_core::sc_time(1, sc_core::SC_PS).value());
}
[[nodiscard]] inline Picoseconds to_picoseconds(const sc_core::sc_time& time) {
    return time.value() / sc_core::sc_time(1, sc_core::SC_PS).value();
}

} // namespace medley
