#include "peripherals/irq/gic/gicv2_virtual.h"

namespace medley::periph::gic {

namespace {

// GICH_VTR: a number less one each of priority bits, preemption bits and list registers (IHI 0048B 5.3.2).
constexpr std::uint64_t kType = std::uint64_t{kPriorityBits - 1} << 29 | std::uint64_t{kPriorityBits - 1} << 26 | (kListRegisters - 1);
constexpr std::uint64_t kIdentification = 0x0002043b;
constexpr std::uint32_t kAckControl = 1 << 2; // GICV_CTLR

// GICH_LR (IHI 0048B 5.3.9).
constexpr unsigned kPhysical = 10, kSender = 10, kWantsEnd = 19, kPriority = 23, kState = 28, kGroup = 30, kHardware = 31;

std::uint64_t encode(const ListRegister& list) {
    const auto rest = list.hardware ? std::uint64_t{list.physical} << kPhysical
                                    : std::uint64_t{list.sender} << kSender | std::uint64_t{list.wants_end ? 1U : 0U} << kWantsEnd;
    return list.id | rest | static_cast<std::uint64_t>(list.priority >> (8 - kPriorityBits)) << kPriority | std::uint64_t{list.state} << kState |
           std::uint64_t{list.group} << kGroup | std::uint64_t{list.hardware ? 1U : 0U} << kHardware;
}

ListRegister decode(std::uint64_t value) {
    ListRegister list;
    list.id = static_cast<std::uint32_t>(bits(value, 0, 10));
    list.state = static_cast<unsigned>(bits(value, kState, 2));
    list.group = static_cast<unsigned>(bits(value, kGroup, 1));
    list.priority = static_cast<std::uint8_t>(bits(value, kPriority, kPriorityBits) << (8 - kPriorityBits));
    list.hardware = bit(value, kHardware);
    if (list.hardware) {
        list.physical = static_cast<std::uint32_t>(bits(value, kPhysical, 10));
    } else {
        list.sender = static_cast<unsigned>(bits(value, kSender, 3));
        list.wants_end = bit(value, kWantsEnd);
    }
    return list;
}

/// As IAR, HPPIR, EOIR and DIR have it.
std::uint64_t shown(const VirtualInterface& interface, const VirtualInterface::Candidate& candidate) {
    return candidate.request.id | std::uint64_t{interface.list(candidate.index).sender} << kSender;
}

} // namespace

/// IHI 0048B, table 5-1.
struct Gicv2Virtual::ControlMap {
    using G = Gicv2Virtual;
    static constexpr std::array rows{
        //     offset name          reset write on read                 on write
        Reg<G>{0x000, "GICH_HCR",    0, command(), &G::read_control, &G::write_control, "bit 0 enables; which conditions interrupt; count of ends"},
        Reg<G>{0x004, "GICH_VTR",    kType, kReadOnly, nullptr, nullptr, "numbers of list registers and of bits of a priority"},
        Reg<G>{0x008, "GICH_VMCR",   0, command(), &G::read_machine_control, &G::write_machine_control, "GICV_CTLR, BPR, ABPR and PMR in one"},
        Reg<G>{0x010, "GICH_MISR",   0, kReadOnly, &G::read_status, nullptr, "which conditions interrupt now"},
        Reg<G>{0x020, "GICH_EISR0",  0, kReadOnly, &G::read_ended, nullptr, "list registers whose interrupt has ended"},
        Reg<G>{0x030, "GICH_ELRSR0", 0, kReadOnly, &G::read_free, nullptr, "list registers that are free"},
        Reg<G>{0x0f0, "GICH_APR",    0, command(), &G::read_active_priorities, &G::write_active_priorities, "active priorities"},
        Reg<G>{0x100, "GICH_LR",     0, command(), &G::read_list, &G::write_list, "virtual interrupts", {.count = kListRegisters}},
    };
    static_assert(well_formed(rows));
};

/// IHI 0048B, table 5-8.
struct Gicv2Virtual::GuestMap {
    using G = Gicv2Virtual;
    static constexpr std::array rows{
        //     offset  name           reset write on read                  on write
        Reg<G>{0x0000, "GICV_CTLR",   0, command(0x21f), &G::read_guest_control, &G::write_guest_control, "as GICC_CTLR"},
        Reg<G>{0x0004, "GICV_PMR",    0, command(0xff), &G::read_mask, &G::write_mask, "as GICC_PMR"},
        Reg<G>{0x0008, "GICV_BPR",    0, command(7), &G::read_binary_point, &G::write_binary_point, "as GICC_BPR"},
        Reg<G>{0x000c, "GICV_IAR",    0, kReadOnly, &G::acknowledge, nullptr, "as GICC_IAR"},
        Reg<G>{0x0010, "GICV_EOIR",   0, write_only(), nullptr, &G::end, "as GICC_EOIR"},
        Reg<G>{0x0014, "GICV_RPR",    0, kReadOnly, &G::read_running, nullptr, "as GICC_RPR"},
        Reg<G>{0x0018, "GICV_HPPIR",  0, kReadOnly, &G::read_highest, nullptr, "as GICC_HPPIR"},
        Reg<G>{0x001c, "GICV_ABPR",   0, command(7), &G::read_aliased_binary_point, &G::write_aliased_binary_point, "as GICC_ABPR"},
        Reg<G>{0x0020, "GICV_AIAR",   0, kReadOnly, &G::acknowledge_aliased, nullptr, "as GICC_AIAR"},
        Reg<G>{0x0024, "GICV_AEOIR",  0, write_only(), nullptr, &G::end_aliased, "as GICC_AEOIR"},
        Reg<G>{0x0028, "GICV_AHPPIR", 0, kReadOnly, &G::read_highest_aliased, nullptr, "as GICC_AHPPIR"},
        Reg<G>{0x00d0, "GICV_APR0",   0, command(), &G::read_guest_priorities, &G::write_guest_priorities, "active priorities"},
        Reg<G>{0x00fc, "GICV_IIDR",   kIdentification, kReadOnly, nullptr, nullptr, "implementer and revision"},
        Reg<G>{0x1000, "GICV_DIR",    0, write_only(), nullptr, &G::deactivate, "as GICC_DIR"},
    };
    static_assert(well_formed(rows));
};

Gicv2Virtual::Gicv2Virtual(Owner& owner, unsigned cpus, std::uint64_t span)
    : owner_(owner), control_("hyp", *this, ControlMap::rows, {.holes = Holes::ReadZero, .span = span}),
      guest_("vcpu", *this, GuestMap::rows, {.holes = Holes::ReadZero, .span = span}) {
    for (unsigned cpu = 0; cpu < cpus; ++cpu)
        cpus_.emplace_back(VirtualInterface::Version::V2, [this, cpu](unsigned id) { owner_.deactivate_physical(cpu, id); });
}

void Gicv2Virtual::reset() {
    control_.reset();
    guest_.reset();
    for (auto& cpu : cpus_)
        cpu.reset();
}

std::uint64_t Gicv2Virtual::read_list(unsigned index) const { return encode(hypervisor().list(index)); }

void Gicv2Virtual::write_list(unsigned index, std::uint64_t value) { hypervisor().set_list(index, decode(value)); }

bool Gicv2Virtual::ack_control() const { return (machine().modes() & kAckControl) != 0; }

void Gicv2Virtual::write_guest_control(std::uint64_t value) {
    machine().enable_groups(static_cast<unsigned>(value & 3));
    machine().set_modes(value);
}

/// As for the physical interface: group 1, unless AckCtl is set, reads as 1022 (IHI 0048B 5.5.4).
std::uint64_t Gicv2Virtual::acknowledge() {
    const auto candidate = machine().signalled();
    if (!candidate)
        return kSpurious;
    if (candidate->request.group == 1 && !ack_control())
        return kOtherGroup;
    const auto value = shown(machine(), *candidate);
    machine().acknowledge(*candidate);
    return value;
}

std::uint64_t Gicv2Virtual::acknowledge_aliased() {
    const auto candidate = machine().signalled();
    if (!candidate || candidate->request.group != 1)
        return kSpurious;
    const auto value = shown(machine(), *candidate);
    machine().acknowledge(*candidate);
    return value;
}

std::uint64_t Gicv2Virtual::read_highest() const {
    const auto candidate = machine().highest();
    if (!candidate)
        return kSpurious;
    return candidate->request.group == 1 && !ack_control() ? kOtherGroup : shown(machine(), *candidate);
}

std::uint64_t Gicv2Virtual::read_highest_aliased() const {
    const auto candidate = machine().highest();
    return candidate && candidate->request.group == 1 ? shown(machine(), *candidate) : std::uint64_t{kSpurious};
}

void Gicv2Virtual::end(std::uint64_t value) {
    machine().end(static_cast<std::uint32_t>(bits(value, 0, 10)), static_cast<unsigned>(bits(value, kSender, 3)),
                  ack_control() ? std::nullopt : std::optional(kGroup0));
}

void Gicv2Virtual::end_aliased(std::uint64_t value) {
    machine().end(static_cast<std::uint32_t>(bits(value, 0, 10)), static_cast<unsigned>(bits(value, kSender, 3)), kNonSecureGroup1);
}

void Gicv2Virtual::deactivate(std::uint64_t value) {
    machine().deactivate(static_cast<std::uint32_t>(bits(value, 0, 10)), static_cast<unsigned>(bits(value, kSender, 3)));
}

std::vector<RegisterInfo> Gicv2Virtual::describe() {
    auto all = describe_registers(ControlMap::rows);
    const auto more = describe_registers(GuestMap::rows);
    all.insert(all.end(), more.begin(), more.end());
    return all;
}

} // namespace medley::periph::gic
