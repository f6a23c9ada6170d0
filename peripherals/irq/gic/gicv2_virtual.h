/// \file
/// The Virtualization Extensions of a Gicv2 (IHI 0048B chapter 5): virtual interface control (GICH, for a hypervisor) and virtual CPU
/// interface (GICV, for its guest), banked for each CPU. The views of other CPUs' registers that some implementations offer are left out.
#pragma once

#include "medley/periph/register_block.h"
#include "peripherals/irq/gic/virtual_interface.h"

#include <deque>

namespace medley::periph::gic {

class Gicv2Virtual {
public:
    /// The controller whose part this is.
    class Owner {
    public:
        /// Whose bank an access to \p block sees.
        [[nodiscard]] virtual unsigned requester(const RegisterBlockBase& block) const = 0;
        /// Ends the activity of a physical interrupt.
        virtual void deactivate_physical(unsigned cpu, unsigned id) = 0;

    protected:
        ~Owner() = default;
    };

    Gicv2Virtual(Owner& owner, unsigned cpus, std::uint64_t span);

    void reset();
    [[nodiscard]] Peripheral::TargetSocket& control() { return control_.socket(); }
    [[nodiscard]] Peripheral::TargetSocket& guest() { return guest_.socket(); }
    [[nodiscard]] VirtualInterface& of(unsigned cpu) { return cpus_[cpu]; }
    [[nodiscard]] static std::vector<RegisterInfo> describe();

private:
    struct ControlMap;
    struct GuestMap;

    // --- GICH
    [[nodiscard]] std::uint64_t read_control() const { return hypervisor().control(); }
    void write_control(std::uint64_t value) { hypervisor().set_control(value); }
    [[nodiscard]] std::uint64_t read_machine_control() const { return hypervisor().machine_control(); }
    void write_machine_control(std::uint64_t value) { hypervisor().set_machine_control(value); }
    [[nodiscard]] std::uint64_t read_status() const { return hypervisor().maintenance_status(); }
    [[nodiscard]] std::uint64_t read_ended() const { return hypervisor().ended(); }
    [[nodiscard]] std::uint64_t read_free() const { return hypervisor().free(); }
    [[nodiscard]] std::uint64_t read_active_priorities() const { return hypervisor().active_priorities(0); }
    void write_active_priorities(std::uint64_t value) { hypervisor().set_active_priorities(0, value); }
    [[nodiscard]] std::uint64_t read_list(unsigned index) const;
    void write_list(unsigned index, std::uint64_t value);

    // --- GICV
    [[nodiscard]] std::uint64_t read_guest_control() const { return machine().groups() | machine().modes(); }
    void write_guest_control(std::uint64_t value);
    [[nodiscard]] std::uint64_t read_mask() const { return machine().mask(); }
    void write_mask(std::uint64_t value) { machine().set_mask(value); }
    [[nodiscard]] std::uint64_t read_binary_point() const { return machine().binary_point(0); }
    void write_binary_point(std::uint64_t value) { machine().set_binary_point(0, value); }
    [[nodiscard]] std::uint64_t read_aliased_binary_point() const { return machine().binary_point(1); }
    void write_aliased_binary_point(std::uint64_t value) { machine().set_binary_point(1, value); }
    std::uint64_t acknowledge();
    std::uint64_t acknowledge_aliased();
    void end(std::uint64_t value);
    void end_aliased(std::uint64_t value);
    void deactivate(std::uint64_t value);
    [[nodiscard]] std::uint64_t read_running() const { return machine().running(); }
    [[nodiscard]] std::uint64_t read_highest() const;
    [[nodiscard]] std::uint64_t read_highest_aliased() const;
    [[nodiscard]] std::uint64_t read_guest_priorities() const { return machine().active_priorities(0); }
    void write_guest_priorities(std::uint64_t value) { machine().set_active_priorities(0, value); }

    [[nodiscard]] VirtualInterface& hypervisor() { return cpus_[owner_.requester(control_)]; }
    [[nodiscard]] const VirtualInterface& hypervisor() const { return cpus_[owner_.requester(control_)]; }
    [[nodiscard]] VirtualInterface& machine() { return cpus_[owner_.requester(guest_)]; }
    [[nodiscard]] const VirtualInterface& machine() const { return cpus_[owner_.requester(guest_)]; }
    [[nodiscard]] bool ack_control() const;

    Owner& owner_;
    std::deque<VirtualInterface> cpus_;
    RegisterBlock<Gicv2Virtual> control_;
    RegisterBlock<Gicv2Virtual> guest_;
};

} // namespace medley::periph::gic
