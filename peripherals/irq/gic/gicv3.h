/// \file
/// Generic interrupt controller after "Arm Generic Interrupt Controller Architecture Specification", versions 3 and 4 (IHI 0069H), version 3:
/// distributor (port "dist"), a redistributor for each CPU (port "redist": frames of RD_base and SGI_base, one pair after the other), the
/// registers of each CPU's interface (port "cpu.N", for the private bus of that CPU), and optionally an interrupt translation service for
/// message-signalled interrupts (port "its") with LPIs, whose tables are in guest memory (bus master port "bus").
///
/// The registers of a CPU interface are system registers: on port "cpu.N" the register with the encoding op0, op1, CRn, CRm, op2 is the
/// doubleword at (op0 << 14 | op1 << 11 | CRn << 7 | CRm << 3 | op2) * 8. Others are bus errors. Bit 24 of the address selects the virtual
/// register of an encoding (ICV instead of ICC). What of the CPU's state matters stands above: bit 25, the banked registers are those of Secure
/// state; bit 26, the CPU is at its highest level, the monitor's; bit 27, FIQs go to that level.
///
/// Inputs: `spi.N` (interrupt 32 + N) and `ppi.CPU.N` (interrupt 16 + N of that CPU), as device trees number them. Outputs `irq.CPU`, `fiq.CPU`
/// (group 0), `virq.CPU`, `vfiq.CPU` and `maintenance.CPU` (which also drives a private input). CPU N has the affinity `affinity` + N.
///
/// With the parameter `secure`, there are two security states until software sets GICD_CTLR.DS: accesses that do not carry the secure
/// attribute (InitiatorId) have the Non-secure view of the registers, and group 1 is signalled by the outputs `irq_ns.CPU` and `irq_s.CPU`, whose
/// meaning depends on the CPU's state: IRQ in the state that their name tells, FIQ in the other and at the highest level.
///
/// An interrupt with GICD_IROUTER.Interrupt_Routing_Mode goes to the first CPU that would take it at once; when none would, to the first that
/// participates.
///
/// Left out: legacy operation (affinity routing and system registers are fixed on), extended interrupt ranges, message-based SPIs, virtual LPIs. 32 priorities, 4 list registers.
#pragma once

#include "medley/periph/register_block.h"
#include "peripherals/bus/router.h"
#include "peripherals/irq/gic/bank.h"

#include <tlm_utils/simple_initiator_socket.h>

#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace medley::periph {

namespace gic {
class CpuInterface;
class Its;
class LocalInterrupts;
} // namespace gic

class Gicv3 final : public Peripheral {
public:
    static constexpr std::uint64_t kSpan = 0x10000;
    static constexpr std::uint64_t kFrames = 0x20000;   ///< Of one redistributor.
    static constexpr unsigned kMostCpus = 16, kMostShared = 960;
    static constexpr std::uint8_t kNobody = kMostCpus, kAnyone = kMostCpus + 1;
    /// Bits of an interrupt's number, LPIs included.
    static constexpr unsigned kIdBits = 16;
    static constexpr unsigned kFirstLpi = 8192;

    Gicv3(const sc_core::sc_module_name& name, const Configuration& configuration, const Services& services);
    ~Gicv3() override;

    void reset() override;
    [[nodiscard]] std::vector<std::pair<std::string, std::uint64_t>> statistics() const override;
    [[nodiscard]] static std::vector<RegisterInfo> describe();

    // --- for the redistributors, CPU interfaces and the translation service
    /// The best of the shared interrupts that \p best does not beat, among those of \p groups that are routed to a CPU.
    void choose_shared(gic::Request& best, unsigned cpu, unsigned groups) const;
    void acknowledge_shared(unsigned id);
    void deactivate_shared(unsigned id);
    [[nodiscard]] unsigned group_of_shared(unsigned id) const;
    /// There are two security states, now.
    [[nodiscard]] bool has_two_states() const { return two_states_; }
    /// The distributor's enables of the groups.
    [[nodiscard]] unsigned groups() const { return groups_; }
    /// Writes of SGI1R, ASGI1R and SGI0R: to the CPUs that \p value names, where the interrupt is of one of
    /// \p groups (a bit for each) and GICR_NSACR permits what is \p restricted by it.
    void send(unsigned sender, std::uint64_t value, unsigned groups, bool restricted);
    [[nodiscard]] unsigned cpu_count() const { return static_cast<unsigned>(cpus_.size()); }
    [[nodiscard]] std::uint32_t affinity(unsigned cpu) const { return affinity_ + cpu; }
    [[nodiscard]] bool has_lpis() const { return its_ != nullptr; }
    [[nodiscard]] gic::LocalInterrupts& cpu(unsigned number) { return *cpus_[number]; }
    void update();
    /// Guest memory; false when the bus refuses.
    bool read_memory(Address address, std::span<unsigned char> data) { return access(tlm::TLM_READ_COMMAND, address, data); }
    bool write_memory(Address address, std::span<unsigned char> data) { return access(tlm::TLM_WRITE_COMMAND, address, data); }

private:
    struct Map;
    using Bank = gic::Bank;

    void write_control(std::uint64_t value);
    [[nodiscard]] std::uint64_t read_control() const;
    void merge_states();
    [[nodiscard]] std::uint64_t read_type() const;
    [[nodiscard]] std::uint64_t read_group(unsigned word) const { return is_secure() ? bank(word).group : 0; }
    void write_group(unsigned word, std::uint64_t value);
    [[nodiscard]] std::uint64_t read_modifier(unsigned word) const { return is_secure() ? bank(word).modifier : 0; }
    void write_modifier(unsigned word, std::uint64_t value);
    [[nodiscard]] std::uint64_t read_enabled(unsigned word) const { return bank(word).enabled & visible(word); }
    void enable(unsigned word, std::uint64_t value);
    void disable(unsigned word, std::uint64_t value);
    [[nodiscard]] std::uint64_t read_pending(unsigned word) const { return bank(word).pending() & visible(word, kMayPend); }
    [[nodiscard]] std::uint64_t read_clearable(unsigned word) const { return bank(word).pending() & visible(word, kMayClear); }
    void set_pending(unsigned word, std::uint64_t value);
    void clear_pending(unsigned word, std::uint64_t value);
    [[nodiscard]] std::uint64_t read_active(unsigned word) const { return bank(word).active & visible(word, kMayClear); }
    void set_active(unsigned word, std::uint64_t value);
    void clear_active(unsigned word, std::uint64_t value);
    [[nodiscard]] std::uint64_t read_priority(unsigned element) const { return bank(element / 32).shown_priority(element % 32, is_secure()); }
    void write_priority(unsigned element, std::uint64_t value);
    [[nodiscard]] std::uint64_t read_trigger(unsigned element) const { return bank(element / 2).configuration(element % 2, visible(element / 2)); }
    void write_trigger(unsigned element, std::uint64_t value);
    [[nodiscard]] std::uint64_t read_route(unsigned element) const { return may_route(element) ? routes_[element] : 0; }
    void write_route(unsigned element, std::uint64_t value);
    [[nodiscard]] std::uint64_t read_access(unsigned element) const;
    void write_access(unsigned element, std::uint64_t value);

    /// Words count from interrupt 32 on: with affinity routing, those below are the redistributors'.
    [[nodiscard]] Bank& bank(unsigned word) { return shared_[word]; }
    [[nodiscard]] const Bank& bank(unsigned word) const { return shared_[word]; }
    [[nodiscard]] bool is_secure() const { return !two_states_ || distributor_.secure(); }
    [[nodiscard]] std::uint32_t visible(unsigned word) const { return bank(word).visible(is_secure()); }
    /// GICD_NSACR<n>.NS_access, from which on Non-secure software may do it: read and set the pending state; clear it, and read the active
    /// one; route (IHI 0069H 12.9.24).
    static constexpr unsigned kMayPend = 1, kMayClear = 2, kMayRoute = 3;
    [[nodiscard]] std::uint32_t visible(unsigned word, unsigned least) const { return bank(word).visible(is_secure(), least); }
    [[nodiscard]] bool may_route(unsigned element) const { return (visible(element / 32, kMayRoute) >> element % 32 & 1) != 0; }
    /// The CPU that an interrupt for any of them goes to.
    [[nodiscard]] unsigned choose_cpu(const gic::Request& request) const;
    void add_interface(unsigned number, gic::CpuInterface& interface);
    [[nodiscard]] std::optional<unsigned> cpu_at(std::uint64_t affinity) const;
    void make_inputs(unsigned cpus);
    bool access(tlm::tlm_command command, Address address, std::span<unsigned char> data);

    const std::uint32_t affinity_;
    bool accessing_ = false;   ///< A transaction of this bus master is on its way.
    const bool secure_;        ///< There are two security states after reset.
    bool two_states_ = false;
    unsigned groups_ = 0;
    std::vector<Bank> shared_;
    std::vector<std::uint64_t> routes_;              ///< GICD_IROUTER.
    std::vector<std::uint8_t> targets_;              ///< The CPUs that they name; kNobody, kAnyone.
    std::deque<IrqIn> inputs_;
    RegisterBlock<Gicv3> distributor_;
    Router frames_{"frames", 0};
    tlm_utils::simple_initiator_socket_optional<Gicv3> bus_{"bus"};
    std::vector<std::unique_ptr<gic::LocalInterrupts>> cpus_;
    std::unique_ptr<gic::Its> its_;
};

/// The catalogue entry "gicv3".
void register_gicv3(PeripheralRegistry& registry);

} // namespace medley::periph
