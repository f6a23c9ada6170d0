/// \file
/// The virtual CPU interface of one CPU: list registers in which a hypervisor puts virtual interrupts, the state of the interface that a
/// guest sees, and maintenance interrupts (IHI 0048B chapter 5, IHI 0069H chapter 6). The versions' registers are views of this.
#pragma once

#include "medley/tlm/irq_line.h"
#include "peripherals/irq/gic/bank.h"

#include <array>
#include <cstdint>
#include <functional>
#include <optional>

namespace medley::periph::gic {

inline constexpr unsigned kListRegisters = 4;

/// One virtual interrupt.
struct ListRegister {
    static constexpr unsigned kPending = 1, kActive = 2;

    std::uint32_t id = 0;
    unsigned state = 0;           ///< kPending, kActive, both, or neither: the register is empty.
    unsigned group = 0;
    std::uint8_t priority = 0;
    bool hardware = false;        ///< Its end deactivates the physical interrupt `physical`.
    std::uint32_t physical = 0;
    bool wants_end = false;       ///< Its end makes a maintenance interrupt; not with `hardware`.
    unsigned sender = 0;          ///< Of a software-generated interrupt, in version 2.

    [[nodiscard]] bool has_ended() const { return state == 0 && !hardware && wants_end; }
    [[nodiscard]] bool is_free() const { return state == 0 && !has_ended(); }
};

class VirtualInterface {
public:
    /// Version 2 has GICV_CTLR.AckCtl and FIQEn, and one set of active priorities for both groups; version 3 signals group 0 as FIQ.
    enum class Version : std::uint8_t { V2, V3 };

    /// \p deactivate ends the activity of a physical interrupt of this CPU.
    VirtualInterface(Version version, std::function<void(unsigned id)> deactivate)
        : version_(version), deactivate_(std::move(deactivate)) {}

    void reset();

    // --- the hypervisor's registers
    [[nodiscard]] std::uint64_t control() const { return control_; }   ///< HCR.
    void set_control(std::uint64_t value);
    [[nodiscard]] std::uint64_t machine_control() const;               ///< VMCR.
    void set_machine_control(std::uint64_t value);
    [[nodiscard]] std::uint64_t maintenance_status() const;            ///< MISR.
    [[nodiscard]] std::uint64_t ended() const;                         ///< EISR.
    [[nodiscard]] std::uint64_t free() const;                          ///< ELRSR.
    [[nodiscard]] const ListRegister& list(unsigned index) const { return lists_[index]; }
    void set_list(unsigned index, const ListRegister& value);
    [[nodiscard]] std::uint32_t active_priorities(unsigned group) const { return priorities_.active[group]; }
    void set_active_priorities(unsigned group, std::uint64_t value);

    // --- the guest's
    [[nodiscard]] bool enabled(unsigned group) const { return bit(groups_, group); }
    void enable_groups(unsigned groups);
    [[nodiscard]] unsigned groups() const { return groups_; }
    [[nodiscard]] std::uint8_t mask() const { return priorities_.mask; }
    void set_mask(std::uint64_t value);
    [[nodiscard]] unsigned binary_point(unsigned group) const;
    void set_binary_point(unsigned group, std::uint64_t value);
    [[nodiscard]] unsigned running() const { return priorities_.running(); }
    /// AckCtl, FIQEn, CBPR and EOImode, as bits 2, 3, 4 and 9.
    [[nodiscard]] std::uint32_t modes() const;
    void set_modes(std::uint64_t value);

    /// An interrupt that is for the guest, and in which list register it is.
    struct Candidate {
        unsigned index = 0;
        Request request;
    };
    /// The best of those that are pending and enabled, whatever its priority.
    [[nodiscard]] std::optional<Candidate> highest() const;
    /// The same if it is signalled.
    [[nodiscard]] std::optional<Candidate> signalled() const;
    void acknowledge(const Candidate& candidate);
    /// End of the interrupt \p id of \p sender; nothing for \p group: of whichever group.
    void end(std::uint32_t id, unsigned sender, std::optional<unsigned> group);
    /// Has no effect unless EOImode separates it from the end.
    void deactivate(std::uint32_t id, unsigned sender);

    [[nodiscard]] IrqOut& irq() { return irq_; }
    [[nodiscard]] IrqOut& fiq() { return fiq_; }
    [[nodiscard]] IrqOut& maintenance() { return maintenance_; }

private:
    [[nodiscard]] ListRegister* find_active(std::uint32_t id, unsigned sender);
    void deactivate(ListRegister& list);
    void count_end();
    void update();

    const Version version_;
    std::function<void(unsigned)> deactivate_;
    std::uint64_t control_ = 0;
    std::array<ListRegister, kListRegisters> lists_{};
    Priorities priorities_;
    unsigned groups_ = 0;
    bool ack_control_ = false;
    bool fiq_enable_ = false;
    bool separate_deactivation_ = false;
    IrqOut irq_;
    IrqOut fiq_;
    IrqOut maintenance_;
};

} // namespace medley::periph::gic
