/// \file
/// Generic interrupt controller after "Arm Generic Interrupt Controller Architecture Specification", version 2.0 (IHI 0048B): distributor
/// (port "dist") and CPU interfaces (port "cpu") for 1 to 8 CPUs.
///
/// Registers that are banked for each CPU show the bank of the CPU that accesses them. Which that is follows from the board's wires: the CPU
/// that `irq.N` or `fiq.N` leads to has interface N. Without such wires it is the initiator's number; accesses of anyone else see interface 0.
///
/// Inputs: `spi.N` (interrupt 32 + N) and `ppi.CPU.N` (interrupt 16 + N of that CPU), as device trees number them. Outputs `irq.CPU`, `fiq.CPU`.
///
/// For hypervisors there are virtual interface control (port "hyp") and virtual CPU interfaces (port "vcpu"), with the outputs `virq.CPU`,
/// `vfiq.CPU` and `maintenance.CPU` (which also drives a private input). With the parameter `secure` there are the Security Extensions: accesses
/// that do not carry the secure attribute (InitiatorId) have the Non-secure view of the registers.
///
/// Left out: bypass of the interface, lockable interrupts, GICD_NSACR (0: Non-secure software has no part in group 0). 32 priorities; PPIs have
/// programmable triggers; SGIs are always enabled.
#pragma once

#include "medley/periph/register_block.h"
#include "peripherals/irq/gic/gicv2_virtual.h"

#include <deque>
#include <map>
#include <memory>
#include <vector>

namespace medley::periph {

class Gicv2 final : public Peripheral, private gic::Gicv2Virtual::Owner {
public:
    static constexpr std::uint64_t kSpan = 0x10000;
    static constexpr unsigned kMostCpus = 8;

    Gicv2(const sc_core::sc_module_name& name, const Configuration& configuration, const Services& services);

    void reset() override;
    void wired_to(std::string_view output, std::uint32_t initiator) override;
    [[nodiscard]] std::vector<std::pair<std::string, std::uint64_t>> statistics() const override;
    [[nodiscard]] static std::vector<RegisterInfo> describe();

private:
    struct DistributorMap;
    struct InterfaceMap;
    using Bank = gic::Bank;
    using Request = gic::Request;

    struct Cpu {
        Bank own;                                        ///< SGIs and PPIs.
        std::array<std::uint8_t, gic::kSgis> senders{};  ///< Who has sent each SGI that is pending: a bit for each CPU.
        std::uint32_t control = 0;                       ///< GICC_CTLR, as Secure software sees it.
        gic::Priorities priorities;
        std::uint64_t acknowledged = 0;
        IrqOut irq;
        IrqOut fiq;
    };

    // --- distributor registers; `word` and `id` count over the CPU's own interrupts, then the shared ones
    [[nodiscard]] std::uint64_t read_control() const;
    void write_control(std::uint64_t value);
    [[nodiscard]] std::uint64_t read_type() const;
    [[nodiscard]] std::uint64_t read_group(unsigned word) const;
    void write_group(unsigned word, std::uint64_t value);
    [[nodiscard]] std::uint64_t read_enabled(unsigned word) const { return bank(word).enabled & visible(word); }
    void enable(unsigned word, std::uint64_t value);
    void disable(unsigned word, std::uint64_t value);
    [[nodiscard]] std::uint64_t read_pending(unsigned word) const { return bank(word).pending() & visible(word); }
    void set_pending(unsigned word, std::uint64_t value);
    void clear_pending(unsigned word, std::uint64_t value);
    [[nodiscard]] std::uint64_t read_active(unsigned word) const { return bank(word).active & visible(word); }
    void set_active(unsigned word, std::uint64_t value);
    void clear_active(unsigned word, std::uint64_t value);
    [[nodiscard]] std::uint64_t read_priority(unsigned id) const { return bank(id / 32).shown_priority(id % 32, is_secure(distributor_)); }
    void write_priority(unsigned id, std::uint64_t value);
    [[nodiscard]] std::uint64_t read_targets(unsigned id) const;
    void write_targets(unsigned id, std::uint64_t value);
    [[nodiscard]] std::uint64_t read_trigger(unsigned element) const;
    void write_trigger(unsigned element, std::uint64_t value);
    void send(std::uint64_t value);
    [[nodiscard]] std::uint64_t read_senders(unsigned id) const;
    void clear_senders(unsigned id, std::uint64_t value);
    void set_senders(unsigned id, std::uint64_t value);
    [[nodiscard]] std::uint64_t read_identification(unsigned element) const;

    // --- registers of a CPU interface; where there are two security states, what Non-secure software has of them
    [[nodiscard]] std::uint64_t read_cpu_control() const;
    void write_cpu_control(std::uint64_t value);
    [[nodiscard]] std::uint64_t read_mask() const;
    void write_mask(std::uint64_t value);
    [[nodiscard]] std::uint64_t read_binary_point() const;
    void write_binary_point(std::uint64_t value);
    [[nodiscard]] std::uint64_t read_aliased_binary_point() const;
    void write_aliased_binary_point(std::uint64_t value);
    std::uint64_t acknowledge();
    std::uint64_t acknowledge_aliased();
    void end(std::uint64_t value);
    void end_aliased(std::uint64_t value);
    void deactivate(std::uint64_t value);
    [[nodiscard]] std::uint64_t read_running() const;
    [[nodiscard]] std::uint64_t read_highest() const;
    [[nodiscard]] std::uint64_t read_highest_aliased() const;
    [[nodiscard]] std::uint64_t read_active_priorities() const;
    void write_active_priorities(std::uint64_t value);
    [[nodiscard]] std::uint64_t read_other_active_priorities() const;
    void write_other_active_priorities(std::uint64_t value);

    /// Whether an access has the view of Secure software, or of all software where there are no security states.
    [[nodiscard]] bool is_secure(const RegisterBlockBase& block) const { return !security_ || block.secure(); }
    [[nodiscard]] std::uint32_t visible(unsigned word) const { return bank(word).visible(is_secure(distributor_)); }
    [[nodiscard]] bool sees(unsigned id) const { return (visible(id / 32) >> id % 32 & 1) != 0; }
    void deactivate_physical(unsigned cpu, unsigned id) override;
    [[nodiscard]] unsigned requester(const RegisterBlockBase& block) const override;
    [[nodiscard]] Cpu& caller() { return cpus_[requester(interface_)]; }
    [[nodiscard]] const Cpu& caller() const { return cpus_[requester(interface_)]; }
    [[nodiscard]] Bank& bank(unsigned word) { return word == 0 ? cpus_[requester(distributor_)].own : shared_[word - 1]; }
    [[nodiscard]] const Bank& bank(unsigned word) const { return word == 0 ? cpus_[requester(distributor_)].own : shared_[word - 1]; }
    [[nodiscard]] Bank& bank_of(Cpu& cpu, unsigned id) { return id < gic::kPrivate ? cpu.own : shared_[id / 32 - 1]; }
    [[nodiscard]] bool exists(unsigned id) const { return id < gic::kPrivate + 32 * shared_.size(); }

    [[nodiscard]] Request best(unsigned cpu, unsigned groups) const;
    [[nodiscard]] unsigned sender(const Cpu& cpu, unsigned id) const;
    [[nodiscard]] std::uint64_t shown(const Cpu& cpu, const Request& request) const;
    std::uint64_t take(Cpu& cpu, const Request& request);
    std::uint64_t take_group_1();
    [[nodiscard]] std::uint64_t highest_of_group_1() const;
    void finish(std::uint64_t value, unsigned group);
    [[nodiscard]] bool separates_deactivation() const;
    [[nodiscard]] bool may_deactivate(Cpu& cpu, unsigned id);
    void set_deactivated(Cpu& cpu, unsigned id);
    void change_senders(Cpu& cpu, unsigned id, std::uint8_t senders);
    void update();
    void update(unsigned number);
    void make_inputs(unsigned cpus);

    const bool security_;
    unsigned groups_ = 0;                        ///< GICD_CTLR, as Secure software sees it.
    std::deque<Cpu> cpus_;
    std::vector<Bank> shared_;                   ///< From interrupt 32 on.
    std::vector<std::uint8_t> targets_;          ///< Of each shared interrupt.
    std::map<std::uint32_t, unsigned> interface_of_;   ///< By initiator.
    std::deque<IrqIn> inputs_;
    RegisterBlock<Gicv2> distributor_;
    RegisterBlock<Gicv2> interface_;
    std::unique_ptr<gic::Gicv2Virtual> virtual_;
};

/// The catalogue entry "gicv2".
void register_gicv2(PeripheralRegistry& registry);

} // namespace medley::periph
