/// \file
/// Ends a run at a time, and ties simulated to wall time.
#pragma once

#include "medley/base/types.h"

#include <systemc>

#include <chrono>
#include <functional>

namespace medley::board {

class RunControl : public sc_core::sc_module {
public:
    /// \p load is called once bindings are complete and before any process runs.
    RunControl(const sc_core::sc_module_name& name, std::function<void()> load);

    void throttle() { throttle_ = true; }

private:
    SC_HAS_PROCESS(RunControl);

    void start_of_simulation() override;
    void keep_pace();

    std::function<void()> load_;
    bool throttle_ = false;
};

} // namespace medley::board
