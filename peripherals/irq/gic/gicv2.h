/// \file
/// Generic interrupt controller after "Arm Generic Interrupt Controller Architecture Specification", version 2.0 (IHI 0048B): distributor
/// (port "dist") and CPU interfaces (port "cpu") for 1 to 8 CPUs.
///
/// Registers that are banked for each CPU show the bank of the CPU that accesses them. Which that is follows from the board's wires: the CPU
/// that `irq.N` or `fiq.N` leads to has interface N. Without such wires it is the initiator's number; accesses of anyone else see interface 0.
///
/// Inputs: `spi.N` (interrupt 32 + N) and `ppi.CPU.N` (interrupt 16 + N of that CPU), as device trees number them. Outputs `irq.CPU`, `fiq.CPU`.
///
/// Left out: the Security Extensions (there is one view of all registers, that of a GIC without them; interrupt groups exist), bypass of
/// the interface, the virtual CPU interface. 32 priorities; PPIs have programmable triggers; SGIs are always enabled.
#pragma once

#include "medley/periph/register_block.h"
#include "peripherals/irq/gic/bank.h"

#include <deque>
#include <map>
#include <memory>
#include <vector>

namespace medley::periph {

class Gicv2 final : public Peripheral {
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
        std::uint32_t control = 0;                       ///< GICC_CTLR.
        gic::Priorities priorities;
        std::uint64_t acknowledged = 0;
        IrqOut irq;
        IrqOut fiq;
    };

    // --- distributor registers; `word` and `id` count over the CPU's own interrupts, then the shared ones
    void write_control(std::uint64_t value);
    [[nodiscard]] std::uint64_t read_type() const;
    [[nodiscard]] std::uint64_t read_group(unsigned word) const { return bank(word).group; }
    void write_group(unsigned word, std::uint64_t value);
    [[nodiscard]] std::uint64_t read_enabled(unsigned word) const { return bank(word).enabled; }
    void enable(unsigned word, std::uint64_t value);
    void disable(unsigned word, std::uint64_t value);
    [[nodiscard]] std::uint64_t read_pending(unsigned word) const { return bank(word).pending(); }
    void set_pending(unsigned word, std::uint64_t value);
    void clear_pending(unsigned word, std::uint64_t value);
    [[nodiscard]] std::uint64_t read_active(unsigned word) const { return bank(word).active; }
    void set_active(unsigned word, std::uint64_t value);
    void clear_active(unsigned word, std::uint64_t value);
    [[nodiscard]] std::uint64_t read_priority(unsigned id) const { return bank(id / 32).priority[id % 32]; }
    void write_priority(unsigned id, std::uint64_t value);
    [[nodiscard]] std::uint64_t read_targets(unsigned id) const;
    void write_targets(unsigned id, std::uint64_t value);
    [[nodiscard]] std::uint64_t read_trigger(unsigned element) const { return bank(element / 2).configuration(element % 2); }
    void write_trigger(unsigned element, std::uint64_t value);
    void send(std::uint64_t value);
    [[nodiscard]] std::uint64_t read_senders(unsigned id) const { return cpus_[requester(distributor_)].senders[id]; }
    void clear_senders(unsigned id, std::uint64_t value);
    void set_senders(unsigned id, std::uint64_t value);
    [[nodiscard]] std::uint64_t read_identification(unsigned element) const;

    // --- registers of a CPU interface
    [[nodiscard]] std::uint64_t read_cpu_control() const { return caller().control; }
    void write_cpu_control(std::uint64_t value);
    [[nodiscard]] std::uint64_t read_mask() const { return caller().priorities.mask; }
    void write_mask(std::uint64_t value);
    [[nodiscard]] std::uint64_t read_binary_point() const { return caller().priorities.binary_point[0]; }
    void write_binary_point(std::uint64_t value);
    [[nodiscard]] std::uint64_t read_aliased_binary_point() const { return caller().priorities.binary_point[1]; }
    void write_aliased_binary_point(std::uint64_t value);
    std::uint64_t acknowledge();
    std::uint64_t acknowledge_aliased();
    void end(std::uint64_t value);
    void end_aliased(std::uint64_t value);
    void deactivate(std::uint64_t value);
    [[nodiscard]] std::uint64_t read_running() const { return caller().priorities.running(); }
    [[nodiscard]] std::uint64_t read_highest() const;
    [[nodiscard]] std::uint64_t read_highest_aliased() const;
    [[nodiscard]] std::uint64_t read_active_priorities() const { return caller().priorities.active[0]; }
    void write_active_priorities(std::uint64_t value);
    [[nodiscard]] std::uint64_t read_other_active_priorities() const { return caller().priorities.active[1]; }
    void write_other_active_priorities(std::uint64_t value);

    [[nodiscard]] unsigned requester(const RegisterBlockBase& block) const;
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
    void finish(std::uint64_t value, unsigned group);
    void set_deactivated(Cpu& cpu, unsigned id);
    void change_senders(Cpu& cpu, unsigned id, std::uint8_t senders);
    void update();
    void update(unsigned number);

    unsigned groups_ = 0;                        ///< GICD_CTLR.
    std::deque<Cpu> cpus_;
    std::vector<Bank> shared_;                   ///< From interrupt 32 on.
    std::vector<std::uint8_t> targets_;          ///< Of each shared interrupt.
    std::map<std::uint32_t, unsigned> interface_of_;   ///< By initiator.
    std::deque<IrqIn> inputs_;
    RegisterBlock<Gicv2> distributor_;
    RegisterBlock<Gicv2> interface_;
};

/// The catalogue entry "gicv2".
void register_gicv2(PeripheralRegistry& registry);

} // namespace medley::periph
