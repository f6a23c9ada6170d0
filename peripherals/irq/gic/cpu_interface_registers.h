/// \file
/// The system registers of a CpuInterface (IHI 0069H, tables 12-1 to 12-5), in the order of their encodings.
#pragma once

#include "peripherals/irq/gic/cpu_interface.h"

namespace medley::periph::gic {

/// The place of a system register on a port "cpu.N"; their op0 is 3.
constexpr std::uint64_t system_register(unsigned op1, unsigned crn, unsigned crm, unsigned op2) {
    return (3U << 14 | op1 << 11 | crn << 7 | crm << 3 | op2) * 8;
}
/// What a guest reaches with an ICC register's encoding: ICV.
constexpr std::uint64_t guest_register(unsigned crn, unsigned crm, unsigned op2) {
    return std::uint64_t{1} << 24 | system_register(0, crn, crm, op2);
}
/// From this bit on, an address says in what state the CPU is.
constexpr unsigned kStateBits = 25;

/// ICH_VTR_EL2 (IHI 0069H 12.4.9): numbers less one of bits of a priority, of preemption bits and of list registers; nV4, TDS.
constexpr std::uint64_t kVirtualType = std::uint64_t{kPriorityBits - 1} << 29 | std::uint64_t{kPriorityBits - 1} << 26 | 1U << 21 | 1U << 20 |
                                       1U << 19 | (kListRegisters - 1);

struct CpuInterface::Map {
    using I = CpuInterface;
    static constexpr RegisterShape kWide{.size = 8};
    static constexpr WriteRule kAllBits = command(0xffffffff);
    static constexpr auto at = system_register;
    static constexpr auto guest = guest_register;
    static constexpr std::array rows{
        //     offset             name             reset write on read                     on write
        Reg<I>{at(0, 4, 6, 0),   "ICC_PMR_EL1",   0, command(0xff), &I::read_mask, &I::write_mask, "priorities must be less", kWide},
        Reg<I>{at(0, 12, 8, 0),  "ICC_IAR0_EL1",  0, kReadOnly, &I::acknowledge_0, nullptr, "acknowledges group 0", kWide},
        Reg<I>{at(0, 12, 8, 1),  "ICC_EOIR0_EL1", 0, write_only(), nullptr, &I::end_0, "ends an interrupt of group 0", kWide},
        Reg<I>{at(0, 12, 8, 2),  "ICC_HPPIR0_EL1", 0, kReadOnly, &I::read_highest_0, nullptr, "pending interrupt of group 0", kWide},
        Reg<I>{at(0, 12, 8, 3),  "ICC_BPR0_EL1",  0, command(7), &I::read_binary_point_0, &I::write_binary_point_0, "binary point", kWide},
        Reg<I>{at(0, 12, 8, 4),  "ICC_AP0R0_EL1", 0, kAllBits, &I::read_active_priorities_0, &I::write_active_priorities_0,
               "active priorities of group 0", kWide},
        Reg<I>{at(0, 12, 9, 0),  "ICC_AP1R0_EL1", 0, kAllBits, &I::read_active_priorities_1, &I::write_active_priorities_1,
               "active priorities of group 1", kWide},
        Reg<I>{at(0, 12, 11, 1), "ICC_DIR_EL1",   0, write_only(), nullptr, &I::deactivate, "deactivates, with EOImode 1", kWide},
        Reg<I>{at(0, 12, 11, 3), "ICC_RPR_EL1",   0, kReadOnly, &I::read_running, nullptr, "running priority", kWide},
        Reg<I>{at(0, 12, 11, 5), "ICC_SGI1R_EL1", 0, write_only(), nullptr, &I::send_1, "sends an SGI of group 1", kWide},
        Reg<I>{at(0, 12, 11, 6), "ICC_ASGI1R_EL1", 0, write_only(), nullptr, &I::send_other_1, "sends one of the other security state", kWide},
        Reg<I>{at(0, 12, 11, 7), "ICC_SGI0R_EL1", 0, write_only(), nullptr, &I::send_0, "sends an SGI of group 0", kWide},
        Reg<I>{at(0, 12, 12, 0), "ICC_IAR1_EL1",  0, kReadOnly, &I::acknowledge_1, nullptr, "acknowledges group 1", kWide},
        Reg<I>{at(0, 12, 12, 1), "ICC_EOIR1_EL1", 0, write_only(), nullptr, &I::end_1, "ends an interrupt of group 1", kWide},
        Reg<I>{at(0, 12, 12, 2), "ICC_HPPIR1_EL1", 0, kReadOnly, &I::read_highest_1, nullptr, "pending interrupt of group 1", kWide},
        Reg<I>{at(0, 12, 12, 3), "ICC_BPR1_EL1",  0, command(7), &I::read_binary_point_1, &I::write_binary_point_1, "binary point", kWide},
        Reg<I>{at(0, 12, 12, 4), "ICC_CTLR_EL1",  0, command(3), &I::read_control, &I::write_control, "CBPR, EOImode", kWide},
        Reg<I>{at(0, 12, 12, 5), "ICC_SRE_EL1",   7, kReadOnly, nullptr, nullptr, "system registers are always in use", kWide},
        Reg<I>{at(0, 12, 12, 6), "ICC_IGRPEN0_EL1", 0, command(1), &I::read_group_enable_0, &I::write_group_enable_0, "group 0", kWide},
        Reg<I>{at(0, 12, 12, 7), "ICC_IGRPEN1_EL1", 0, command(1), &I::read_group_enable_1, &I::write_group_enable_1, "group 1", kWide},
        Reg<I>{at(4, 12, 8, 0),  "ICH_AP0R0_EL2", 0, kAllBits, &I::read_virtual_priorities_0, &I::write_virtual_priorities_0,
               "active priorities of virtual group 0", kWide},
        Reg<I>{at(4, 12, 9, 0),  "ICH_AP1R0_EL2", 0, kAllBits, &I::read_virtual_priorities_1, &I::write_virtual_priorities_1,
               "active priorities of virtual group 1", kWide},
        Reg<I>{at(4, 12, 9, 5),  "ICC_SRE_EL2",   0xf, kReadOnly, nullptr, nullptr, "system registers are always in use", kWide},
        Reg<I>{at(4, 12, 11, 0), "ICH_HCR",       0, kAllBits, &I::read_hypervisor, &I::write_hypervisor, "enable, conditions, traps", kWide},
        Reg<I>{at(4, 12, 11, 1), "ICH_VTR_EL2",   kVirtualType, kReadOnly, nullptr, nullptr, "numbers of list registers and bits", kWide},
        Reg<I>{at(4, 12, 11, 2), "ICH_MISR_EL2",  0, kReadOnly, &I::read_maintenance, nullptr, "which conditions interrupt now", kWide},
        Reg<I>{at(4, 12, 11, 3), "ICH_EISR_EL2",  0, kReadOnly, &I::read_ended, nullptr, "list registers whose interrupt has ended", kWide},
        Reg<I>{at(4, 12, 11, 5), "ICH_ELRSR_EL2", 0, kReadOnly, &I::read_free, nullptr, "list registers that are free", kWide},
        Reg<I>{at(4, 12, 11, 7), "ICH_VMCR_EL2",  0, kAllBits, &I::read_machine, &I::write_machine, "the guest's registers in one", kWide},
        Reg<I>{at(4, 12, 12, 0), "ICH_LR_EL2",    0, command(), &I::read_list, &I::write_list, "virtual interrupts",
               {.size = 8, .count = kListRegisters}},
        Reg<I>{at(6, 12, 12, 4), "ICC_CTLR_EL3",  0, command(0x1f), &I::read_monitor_control, &I::write_monitor_control, "CBPR, EOImode", kWide},
        Reg<I>{at(6, 12, 12, 5), "ICC_SRE_EL3",   0xf, kReadOnly, nullptr, nullptr, "system registers are always in use", kWide},
        Reg<I>{at(6, 12, 12, 7), "ICC_IGRPEN1_EL3", 0, command(3), &I::read_monitor_enables, &I::write_monitor_enables,
               "group 1 of both states", kWide},
        Reg<I>{guest(4, 6, 0),   "ICV_PMR_EL1",   0, command(0xff), &I::read_virtual_mask, &I::write_virtual_mask, "a guest's", kWide},
        Reg<I>{guest(12, 8, 0),  "ICV_IAR0_EL1",  0, kReadOnly, &I::virtual_acknowledge_0, nullptr, "a guest's", kWide},
        Reg<I>{guest(12, 8, 1),  "ICV_EOIR0_EL1", 0, write_only(), nullptr, &I::virtual_end_0, "a guest's", kWide},
        Reg<I>{guest(12, 8, 2),  "ICV_HPPIR0_EL1", 0, kReadOnly, &I::read_virtual_highest_0, nullptr, "a guest's", kWide},
        Reg<I>{guest(12, 8, 3),  "ICV_BPR0_EL1",  0, command(7), &I::read_virtual_point_0, &I::write_virtual_point_0, "a guest's", kWide},
        Reg<I>{guest(12, 8, 4),  "ICV_AP0R0_EL1", 0, kAllBits, &I::read_virtual_priorities_0, &I::write_virtual_priorities_0, "a guest's", kWide},
        Reg<I>{guest(12, 9, 0),  "ICV_AP1R0_EL1", 0, kAllBits, &I::read_virtual_priorities_1, &I::write_virtual_priorities_1, "a guest's", kWide},
        Reg<I>{guest(12, 11, 1), "ICV_DIR_EL1",   0, write_only(), nullptr, &I::virtual_deactivate, "a guest's", kWide},
        Reg<I>{guest(12, 11, 3), "ICV_RPR_EL1",   0, kReadOnly, &I::read_virtual_running, nullptr, "a guest's", kWide},
        Reg<I>{guest(12, 12, 0), "ICV_IAR1_EL1",  0, kReadOnly, &I::virtual_acknowledge_1, nullptr, "a guest's", kWide},
        Reg<I>{guest(12, 12, 1), "ICV_EOIR1_EL1", 0, write_only(), nullptr, &I::virtual_end_1, "a guest's", kWide},
        Reg<I>{guest(12, 12, 2), "ICV_HPPIR1_EL1", 0, kReadOnly, &I::read_virtual_highest_1, nullptr, "a guest's", kWide},
        Reg<I>{guest(12, 12, 3), "ICV_BPR1_EL1",  0, command(7), &I::read_virtual_point_1, &I::write_virtual_point_1, "a guest's", kWide},
        Reg<I>{guest(12, 12, 4), "ICV_CTLR_EL1",  0, command(3), &I::read_virtual_control, &I::write_virtual_control, "a guest's", kWide},
        Reg<I>{guest(12, 12, 6), "ICV_IGRPEN0_EL1", 0, command(1), &I::read_virtual_enable_0, &I::write_virtual_enable_0, "a guest's", kWide},
        Reg<I>{guest(12, 12, 7), "ICV_IGRPEN1_EL1", 0, command(1), &I::read_virtual_enable_1, &I::write_virtual_enable_1, "a guest's", kWide},
    };
    static_assert(well_formed(rows));
};

} // namespace medley::periph::gic
