/// \file
/// Interrupt wires. A change is a function call in the driver's context, without a delta cycle, so that a CPU in the middle
/// of its quantum sees it at once. medley/tlm/irq_adapter.h connects them to sc_signal<bool>.
#pragma once

#include <functional>
#include <utility>
#include <vector>

namespace medley {

/// Input: calls back when its level changes. Several outputs may drive one input; its level is their OR.
class IrqIn {
public:
    using Callback = std::function<void(bool)>;

    explicit IrqIn(Callback callback) : callback_(std::move(callback)) {}
    IrqIn(const IrqIn&) = delete;
    IrqIn& operator=(const IrqIn&) = delete;

    [[nodiscard]] bool level() const { return high_ > 0; }
    [[nodiscard]] unsigned drivers() const { return drivers_; }

private:
    friend class IrqOut;
    void add_driver() { ++drivers_; }
    void drive(bool level) {
        const bool before = high_ > 0;
        high_ += level ? 1 : -1;
        if ((high_ > 0) != before)
            callback_(high_ > 0);
    }

    Callback callback_;
    unsigned drivers_ = 0;
    int high_ = 0;
};

/// Output: drives any number of inputs, or none.
class IrqOut {
public:
    IrqOut() = default;
    IrqOut(const IrqOut&) = delete;
    IrqOut& operator=(const IrqOut&) = delete;

    void connect(IrqIn& input) {
        input.add_driver();
        sinks_.push_back(&input);
        if (level_)
            input.drive(true);
    }
    void set(bool level) {
        if (level == level_)
            return;
        level_ = level;
        for (auto* sink : sinks_)
            sink->drive(level);
    }
    [[nodiscard]] bool level() const { return level_; }
    [[nodiscard]] bool connected() const { return !sinks_.empty(); }

private:
    std::vector<IrqIn*> sinks_;
    bool level_ = false;
};

} // namespace medley
