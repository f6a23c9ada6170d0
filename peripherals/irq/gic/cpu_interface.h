/// \file
/// The CPU interface of one CPU of a Gicv3: system registers, physical (ICC), virtual (ICV) and a hypervisor's (ICH); IHI 0069H chapters 4, 6
/// and 12.2 to 12.4. What of the accessing CPU's state matters comes with the address (gicv3.h).
#pragma once

#include "medley/periph/register_block.h"
#include "peripherals/irq/gic/virtual_interface.h"

#include <array>

namespace medley::periph::gic {

class CpuInterface {
public:
    /// The rest of the controller.
    class Owner {
    public:
        /// The best interrupt of \p groups for this CPU.
        [[nodiscard]] virtual Request best(unsigned groups) const = 0;
        /// The groups that the distributor forwards.
        [[nodiscard]] virtual unsigned forwarded_groups() const = 0;
        [[nodiscard]] virtual bool has_two_states() const = 0;
        [[nodiscard]] virtual unsigned group_of(unsigned id) const = 0;
        virtual void activate(unsigned id) = 0;
        virtual void deactivate(unsigned id) = 0;
        /// \p restricted: Non-secure software asks for a Secure interrupt, which GICR_NSACR may permit.
        virtual void send(std::uint64_t value, unsigned groups, bool restricted) = 0;
        /// Drives all outputs anew: what one CPU takes or drops matters to others.
        virtual void changed() = 0;

    protected:
        ~Owner() = default;
    };

    CpuInterface(Owner& owner, unsigned number);

    void reset();
    void update();
    /// Whether an interrupt would be signalled; what a distributor looks at when it may choose among CPUs.
    [[nodiscard]] bool would_signal(const Request& request) const { return bit(groups_, request.group) && priorities_.allows(request); }
    [[nodiscard]] bool enables(unsigned group) const { return bit(groups_, group); }

    [[nodiscard]] Peripheral::TargetSocket& registers() { return registers_.socket(); }
    [[nodiscard]] IrqOut& irq() { return irq_; }
    [[nodiscard]] IrqOut& fiq() { return fiq_; }
    [[nodiscard]] IrqOut& irq_of_group(unsigned group) { return group == kSecureGroup1 ? irq_s_ : irq_ns_; }
    [[nodiscard]] VirtualInterface& virtual_interface() { return virtual_; }
    [[nodiscard]] std::uint64_t acknowledged() const { return acknowledged_; }

private:
    struct Map;
    /// Who has EOImode bits of its own.
    enum Level : unsigned { NonSecure, Secure, Monitor, kLevels };

    // --- ICC
    [[nodiscard]] std::uint64_t read_mask() const;
    void write_mask(std::uint64_t value);
    std::uint64_t acknowledge_0();
    std::uint64_t acknowledge_1();
    void end_0(std::uint64_t value);
    void end_1(std::uint64_t value);
    [[nodiscard]] std::uint64_t read_highest_0() const;
    [[nodiscard]] std::uint64_t read_highest_1() const;
    [[nodiscard]] std::uint64_t read_binary_point_0() const { return priorities_.binary_point[kGroup0]; }
    void write_binary_point_0(std::uint64_t value);
    [[nodiscard]] std::uint64_t read_binary_point_1() const;
    void write_binary_point_1(std::uint64_t value);
    [[nodiscard]] std::uint64_t read_active_priorities_0() const { return priorities_.active[kGroup0]; }
    void write_active_priorities_0(std::uint64_t value);
    [[nodiscard]] std::uint64_t read_active_priorities_1() const { return priorities_.active[group_1()]; }
    void write_active_priorities_1(std::uint64_t value);
    void deactivate(std::uint64_t value);
    [[nodiscard]] std::uint64_t read_running() const;
    void send_1(std::uint64_t value);
    void send_other_1(std::uint64_t value);
    void send_0(std::uint64_t value);
    [[nodiscard]] std::uint64_t read_control() const;
    void write_control(std::uint64_t value);
    [[nodiscard]] std::uint64_t read_group_enable_0() const { return groups_ & 1; }
    void write_group_enable_0(std::uint64_t value) { enable(kGroup0, value); }
    [[nodiscard]] std::uint64_t read_group_enable_1() const { return groups_ >> group_1() & 1; }
    void write_group_enable_1(std::uint64_t value) { enable(group_1(), value); }
    [[nodiscard]] std::uint64_t read_monitor_control() const;
    void write_monitor_control(std::uint64_t value);
    [[nodiscard]] std::uint64_t read_monitor_enables() const { return groups_ >> 1; }
    void write_monitor_enables(std::uint64_t value);

    // --- ICH
    [[nodiscard]] std::uint64_t read_hypervisor() const { return virtual_.control(); }
    void write_hypervisor(std::uint64_t value) { virtual_.set_control(value); }
    [[nodiscard]] std::uint64_t read_machine() const { return virtual_.machine_control(); }
    void write_machine(std::uint64_t value) { virtual_.set_machine_control(value); }
    [[nodiscard]] std::uint64_t read_maintenance() const { return virtual_.maintenance_status(); }
    [[nodiscard]] std::uint64_t read_ended() const { return virtual_.ended(); }
    [[nodiscard]] std::uint64_t read_free() const { return virtual_.free(); }
    [[nodiscard]] std::uint64_t read_list(unsigned index) const;
    void write_list(unsigned index, std::uint64_t value);
    [[nodiscard]] std::uint64_t read_virtual_priorities_0() const { return virtual_.active_priorities(0); }
    void write_virtual_priorities_0(std::uint64_t value) { virtual_.set_active_priorities(0, value); }
    [[nodiscard]] std::uint64_t read_virtual_priorities_1() const { return virtual_.active_priorities(1); }
    void write_virtual_priorities_1(std::uint64_t value) { virtual_.set_active_priorities(1, value); }

    // --- ICV
    [[nodiscard]] std::uint64_t read_virtual_mask() const { return virtual_.mask(); }
    void write_virtual_mask(std::uint64_t value) { virtual_.set_mask(value); }
    std::uint64_t virtual_acknowledge_0() { return virtual_acknowledge(0); }
    std::uint64_t virtual_acknowledge_1() { return virtual_acknowledge(1); }
    void virtual_end_0(std::uint64_t value) { virtual_.end(number_in(value), 0, 0U); }
    void virtual_end_1(std::uint64_t value) { virtual_.end(number_in(value), 0, 1U); }
    [[nodiscard]] std::uint64_t read_virtual_highest_0() const { return virtual_highest(0); }
    [[nodiscard]] std::uint64_t read_virtual_highest_1() const { return virtual_highest(1); }
    [[nodiscard]] std::uint64_t read_virtual_point_0() const { return virtual_.binary_point(0); }
    void write_virtual_point_0(std::uint64_t value) { virtual_.set_binary_point(0, value); }
    [[nodiscard]] std::uint64_t read_virtual_point_1() const { return virtual_.binary_point(1); }
    void write_virtual_point_1(std::uint64_t value) { virtual_.set_binary_point(1, value); }
    void virtual_deactivate(std::uint64_t value) { virtual_.deactivate(number_in(value), 0); }
    [[nodiscard]] std::uint64_t read_virtual_running() const { return virtual_.running(); }
    [[nodiscard]] std::uint64_t read_virtual_control() const;
    void write_virtual_control(std::uint64_t value);
    [[nodiscard]] std::uint64_t read_virtual_enable_0() const { return virtual_.enabled(0) ? 1 : 0; }
    void write_virtual_enable_0(std::uint64_t value) { virtual_.enable_groups((virtual_.groups() & 2) | (value & 1)); }
    [[nodiscard]] std::uint64_t read_virtual_enable_1() const { return virtual_.enabled(1) ? 1 : 0; }
    void write_virtual_enable_1(std::uint64_t value) { virtual_.enable_groups((virtual_.groups() & 1) | (value & 1) << 1); }

    // --- who asks
    [[nodiscard]] bool is_monitor() const;
    /// The banked registers are those of Secure state.
    [[nodiscard]] bool has_secure_bank() const;
    /// The access reaches Secure interrupts.
    [[nodiscard]] bool is_secure() const { return !owner_.has_two_states() || has_secure_bank() || is_monitor(); }
    /// The access has half of the priorities.
    [[nodiscard]] bool is_restricted() const;
    /// The group 1 whose banked registers are accessed.
    [[nodiscard]] unsigned group_1() const { return owner_.has_two_states() && has_secure_bank() ? kSecureGroup1 : kNonSecureGroup1; }
    [[nodiscard]] Level level() const;
    /// Whether an access to the registers of group 1 may take an interrupt of \p group.
    [[nodiscard]] bool takes_group_1(unsigned group) const;

    [[nodiscard]] static std::uint32_t number_in(std::uint64_t value) { return static_cast<std::uint32_t>(bits(value, 0, 24)); }
    [[nodiscard]] Request signalled() const;
    [[nodiscard]] unsigned special_for_group_0(const Request& request) const;
    std::uint64_t acknowledge(const Request& request);
    void end(std::uint64_t value);
    void enable(unsigned group, std::uint64_t value);
    [[nodiscard]] bool may_deactivate(unsigned id) const;
    std::uint64_t virtual_acknowledge(unsigned group);
    [[nodiscard]] std::uint64_t virtual_highest(unsigned group) const;

    Owner& owner_;
    Priorities priorities_;
    std::array<bool, kLevels> separate_deactivation_{};   ///< EOImode.
    unsigned groups_ = 0;                                 ///< ICC_IGRPEN0 and both of ICC_IGRPEN1.
    std::uint64_t acknowledged_ = 0;
    VirtualInterface virtual_;
    IrqOut irq_;
    IrqOut fiq_;
    IrqOut irq_ns_;
    IrqOut irq_s_;
    RegisterBlock<CpuInterface> registers_;
};

} // namespace medley::periph::gic
