/// \file
/// What a Gicv3 has for each CPU: the redistributor with the CPU's own interrupts, and the CPU interface (IHI 0069H, chapters 2, 12.10 and 12.11).
#pragma once

#include "peripherals/irq/gic/cpu_interface.h"
#include "peripherals/irq/gic/gicv3.h"
#include "peripherals/irq/gic/lpis.h"

namespace medley::periph::gic {

class LocalInterrupts final : private CpuInterface::Owner {
public:
    LocalInterrupts(Gicv3& controller, unsigned number, bool last);
    ~LocalInterrupts();

    void reset();
    void input(unsigned id, bool level);
    /// A software-generated interrupt for what its sender takes to be of one of \p groups (a bit for each); when \p restricted, GICR_NSACR must permit it.
    void receive(unsigned id, unsigned groups, bool restricted);
    /// Drives the outputs from the state of the whole controller.
    void update() { interface_.update(); }
    /// There is one security state from now on: what was Secure group 1 is group 0.
    void merge_states() { own_.modifier = 0; }

    /// Whether a shared interrupt that may go to any CPU may come here, and would be signalled here.
    [[nodiscard]] bool participates(unsigned group) const { return !asleep_ && !bit(aloof_, group) && interface_.enables(group); }
    [[nodiscard]] bool would_signal(const Request& request) const { return participates(request.group) && interface_.would_signal(request); }

    [[nodiscard]] Peripheral::TargetSocket& frames() { return redistributor_.socket(); }
    [[nodiscard]] CpuInterface& interface() { return interface_; }
    [[nodiscard]] Lpis& lpis() { return lpis_; }

private:
    struct RedistributorMap;

    // --- redistributor
    [[nodiscard]] std::uint64_t read_control() const;
    void write_control(std::uint64_t value);
    [[nodiscard]] std::uint64_t read_type() const;
    [[nodiscard]] std::uint64_t read_waker() const { return asleep_ && is_secure() ? 6 : 0; }
    void write_waker(std::uint64_t value);
    [[nodiscard]] std::uint64_t read_properties() const { return lpis_.properties(); }
    void write_properties(std::uint64_t value) { lpis_.set_properties(value); }
    [[nodiscard]] std::uint64_t read_pending_table() const { return lpis_.pending_table(); }
    void write_pending_table(std::uint64_t value) { lpis_.set_pending_table(value); }
    [[nodiscard]] std::uint64_t read_group() const { return is_secure() ? own_.group : 0; }
    void write_group(std::uint64_t value);
    [[nodiscard]] std::uint64_t read_modifier() const { return is_secure() ? own_.modifier : 0; }
    void write_modifier(std::uint64_t value);
    [[nodiscard]] std::uint64_t read_enabled() const { return own_.enabled & visible(); }
    void enable(std::uint64_t value);
    void disable(std::uint64_t value);
    [[nodiscard]] std::uint64_t read_pending() const { return own_.pending() & visible(); }
    void set_pending(std::uint64_t value);
    void clear_pending(std::uint64_t value);
    [[nodiscard]] std::uint64_t read_active() const { return own_.active & visible(); }
    void set_active(std::uint64_t value);
    void clear_active(std::uint64_t value);
    [[nodiscard]] std::uint64_t read_priority(unsigned id) const { return own_.shown_priority(id, is_secure()); }
    void write_priority(unsigned id, std::uint64_t value);
    [[nodiscard]] std::uint64_t read_trigger(unsigned half) const { return own_.configuration(half, visible()); }
    void write_trigger(unsigned half, std::uint64_t value);
    [[nodiscard]] std::uint64_t read_access() const;
    void write_access(std::uint64_t value);

    [[nodiscard]] bool is_secure() const { return !controller_.has_two_states() || redistributor_.secure(); }
    [[nodiscard]] std::uint32_t visible() const { return own_.visible(is_secure()); }

    // --- for the CPU interface
    [[nodiscard]] Request best(unsigned groups) const override;
    [[nodiscard]] unsigned forwarded_groups() const override { return controller_.groups(); }
    [[nodiscard]] bool has_two_states() const override { return controller_.has_two_states(); }
    [[nodiscard]] unsigned group_of(unsigned id) const override;
    void activate(unsigned id) override;
    void deactivate(unsigned id) override;
    void send(std::uint64_t value, unsigned groups, bool restricted) override {
        controller_.send(number_, value, groups, restricted);
    }
    void changed() override { controller_.update(); }

    Gicv3& controller_;
    const unsigned number_;
    const bool last_;
    Bank own_;                 ///< SGIs and PPIs.
    Lpis lpis_;
    bool asleep_ = true;
    unsigned aloof_ = 0;       ///< Groups whose shared interrupts for any CPU must not come here (GICR_CTLR.DPG).
    RegisterBlock<LocalInterrupts> redistributor_;
    CpuInterface interface_;
};

} // namespace medley::periph::gic
