/// \file
/// What a Gicv3 has for each CPU: the redistributor with the CPU's own interrupts, and the CPU interface (IHI 0069H, chapters 2 and 12).
#pragma once

#include "peripherals/irq/gic/gicv3.h"
#include "peripherals/irq/gic/lpis.h"

namespace medley::periph::gic {

class LocalInterrupts {
public:
    LocalInterrupts(Gicv3& controller, unsigned number, bool last);
    ~LocalInterrupts();

    void reset();
    void input(unsigned id, bool level);
    /// A software-generated interrupt for what its sender takes to be of \p group.
    void receive(unsigned id, unsigned group);
    /// Drives the outputs from the state of the whole controller.
    void update();

    [[nodiscard]] Peripheral::TargetSocket& frames() { return redistributor_.socket(); }
    [[nodiscard]] Peripheral::TargetSocket& system_registers() { return interface_.socket(); }
    [[nodiscard]] IrqOut& irq() { return irq_; }
    [[nodiscard]] IrqOut& fiq() { return fiq_; }
    [[nodiscard]] Lpis& lpis() { return lpis_; }
    [[nodiscard]] std::uint64_t acknowledged() const { return acknowledged_; }

private:
    struct RedistributorMap;
    struct InterfaceMap;

    // --- redistributor
    [[nodiscard]] std::uint64_t read_control() const;
    void write_control(std::uint64_t value);
    [[nodiscard]] std::uint64_t read_type() const;
    [[nodiscard]] std::uint64_t read_waker() const { return asleep_ ? 6 : 0; }
    void write_waker(std::uint64_t value);
    [[nodiscard]] std::uint64_t read_properties() const { return lpis_.properties(); }
    void write_properties(std::uint64_t value) { lpis_.set_properties(value); }
    [[nodiscard]] std::uint64_t read_pending_table() const { return lpis_.pending_table(); }
    void write_pending_table(std::uint64_t value) { lpis_.set_pending_table(value); }
    [[nodiscard]] std::uint64_t read_group() const { return own_.group; }
    void write_group(std::uint64_t value);
    [[nodiscard]] std::uint64_t read_enabled() const { return own_.enabled; }
    void enable(std::uint64_t value);
    void disable(std::uint64_t value);
    [[nodiscard]] std::uint64_t read_pending() const { return own_.pending(); }
    void set_pending(std::uint64_t value);
    void clear_pending(std::uint64_t value);
    [[nodiscard]] std::uint64_t read_active() const { return own_.active; }
    void set_active(std::uint64_t value);
    void clear_active(std::uint64_t value);
    [[nodiscard]] std::uint64_t read_priority(unsigned id) const { return own_.priority[id]; }
    void write_priority(unsigned id, std::uint64_t value);
    [[nodiscard]] std::uint64_t read_trigger(unsigned half) const { return own_.configuration(half); }
    void write_trigger(unsigned half, std::uint64_t value);

    // --- CPU interface
    [[nodiscard]] std::uint64_t read_mask() const { return priorities_.mask; }
    void write_mask(std::uint64_t value);
    std::uint64_t acknowledge_0() { return acknowledge(0); }
    std::uint64_t acknowledge_1() { return acknowledge(1); }
    void end_0(std::uint64_t value) { end(value, 0); }
    void end_1(std::uint64_t value) { end(value, 1); }
    [[nodiscard]] std::uint64_t read_highest_0() const { return highest(0); }
    [[nodiscard]] std::uint64_t read_highest_1() const { return highest(1); }
    [[nodiscard]] std::uint64_t read_binary_point_0() const { return priorities_.binary_point[0]; }
    void write_binary_point_0(std::uint64_t value);
    [[nodiscard]] std::uint64_t read_binary_point_1() const;
    void write_binary_point_1(std::uint64_t value);
    [[nodiscard]] std::uint64_t read_active_priorities_0() const { return priorities_.active[0]; }
    void write_active_priorities_0(std::uint64_t value);
    [[nodiscard]] std::uint64_t read_active_priorities_1() const { return priorities_.active[1]; }
    void write_active_priorities_1(std::uint64_t value);
    void deactivate(std::uint64_t value);
    [[nodiscard]] std::uint64_t read_running() const { return priorities_.running(); }
    void send_1(std::uint64_t value) { controller_.send(number_, value, 1); }
    void send_0(std::uint64_t value) { controller_.send(number_, value, 0); }
    [[nodiscard]] std::uint64_t read_cpu_control() const;
    void write_cpu_control(std::uint64_t value);
    [[nodiscard]] std::uint64_t read_group_enable_0() const { return groups_ & 1; }
    void write_group_enable_0(std::uint64_t value);
    [[nodiscard]] std::uint64_t read_group_enable_1() const { return groups_ >> 1; }
    void write_group_enable_1(std::uint64_t value);

    [[nodiscard]] Request best(unsigned groups) const;
    [[nodiscard]] std::uint64_t highest(unsigned group) const;
    std::uint64_t acknowledge(unsigned group);
    void end(std::uint64_t value, unsigned group);
    void set_deactivated(std::uint64_t id);

    Gicv3& controller_;
    const unsigned number_;
    const bool last_;
    Bank own_;                 ///< SGIs and PPIs.
    Lpis lpis_;
    bool asleep_ = true;
    Priorities priorities_;
    bool separate_deactivation_ = false;   ///< EOImode.
    unsigned groups_ = 0;      ///< ICC_IGRPEN0 and 1.
    std::uint64_t acknowledged_ = 0;
    IrqOut irq_;
    IrqOut fiq_;
    RegisterBlock<LocalInterrupts> redistributor_;
    RegisterBlock<LocalInterrupts> interface_;
};

} // namespace medley::periph::gic
