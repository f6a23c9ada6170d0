#include "platforms/run_control.h"

#include "medley/tlm/time.h"

#include <thread>

namespace medley::board {

RunControl::RunControl(const sc_core::sc_module_name& name, std::function<void()> load)
    : sc_core::sc_module(name), load_(std::move(load)) {
    SC_THREAD(keep_pace);
}

void RunControl::start_of_simulation() { load_(); }

void RunControl::keep_pace() {
    if (!throttle_)
        return;
    // Short enough that a person at the console does not notice, and long enough that an idle guest costs the host nothing.
    const auto step = sc_core::sc_time(10, sc_core::SC_MS);
    const auto start = std::chrono::steady_clock::now();
    const auto simulated_start = sc_core::sc_time_stamp();
    for (;;) {
        wait(step);
        const auto due = std::chrono::nanoseconds(to_picoseconds(sc_core::sc_time_stamp() - simulated_start) / 1000);
        std::this_thread::sleep_until(start + due);
    }
}

} // namespace medley::board
