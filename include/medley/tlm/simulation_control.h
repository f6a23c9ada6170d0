/// \file
/// How models end or restart the simulated machine. One object per platform, passed to whoever needs it.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace medley {

class SimulationControl {
public:
    /// Ends the simulation with the guest's exit status: the first request counts. Callable from any SystemC process.
    void request_exit(int status, const std::string& why);
    /// The guest asked for a reset of the machine: all reset handlers run at once.
    void request_reset(const std::string& why);
    void on_reset(std::function<void()> handler) { reset_handlers_.push_back(std::move(handler)); }

    /// Nothing while the guest has not ended.
    [[nodiscard]] std::optional<int> exit_status() const { return status_; }
    [[nodiscard]] const std::string& reason() const { return why_; }
    [[nodiscard]] unsigned resets() const { return resets_; }

private:
    std::optional<int> status_;
    std::string why_;
    std::vector<std::function<void()>> reset_handlers_;
    unsigned resets_ = 0;
};

} // namespace medley
