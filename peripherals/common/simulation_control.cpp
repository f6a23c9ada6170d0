#include "medley/tlm/simulation_control.h"

#include <systemc>

namespace medley {

void SimulationControl::request_exit(int status, const std::string& why) {
    if (status_)
        return;
    status_ = status;
    why_ = why;
    // Before the simulation runs there is nothing to stop: whoever starts it looks at exit_status() first.
    if (sc_core::sc_is_running())
        sc_core::sc_stop();
}

void SimulationControl::request_reset(const std::string&) {
    ++resets_;
    // By index: a handler may register another one.
    for (std::size_t i = 0; i < reset_handlers_.size(); ++i)
        reset_handlers_[i]();
}

} // namespace medley
