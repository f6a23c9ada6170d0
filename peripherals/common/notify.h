/// \file
/// Events at a simulated time.
#pragma once

#include "medley/base/types.h"
#include "medley/tlm/time.h"

#include <systemc>

namespace medley::periph {

/// \p when is not before the kernel's time; accesses may be ahead of that. What is too far for SystemC never happens.
inline void notify_at(sc_core::sc_event& event, unsigned __int128 when) {
    if (when < kNever)
        event.notify(to_sc_time(static_cast<Picoseconds>(when)) - sc_core::sc_time_stamp());
}

} // namespace medley::periph
