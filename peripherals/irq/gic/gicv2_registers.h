/// \file
/// The register tables of Gicv2 (IHI 0048B, tables 4-1 and 4-2).
#pragma once

#include "peripherals/irq/gic/gicv2.h"

namespace medley::periph {

struct Gicv2::DistributorMap {
    using G = Gicv2;
    static constexpr RegisterShape kEach{.count = 32};
    static constexpr RegisterShape kBytesEach{.size = 1, .count = 1024};
    static constexpr std::array rows{
        //     offset name                reset write on read                  on write
        Reg<G>{0x000, "GICD_CTLR",        0, command(3), &G::read_control, &G::write_control, "bit 0 forwards group 0, bit 1 group 1"},
        Reg<G>{0x004, "GICD_TYPER",       0, kReadOnly, &G::read_type, nullptr, "numbers of interrupts and CPUs"},
        Reg<G>{0x008, "GICD_IIDR",        0x0002043b, kReadOnly, nullptr, nullptr, "implementer and revision"},
        Reg<G>{0x080, "GICD_IGROUPR",     0, command(), &G::read_group, &G::write_group, "group of each interrupt", kEach},
        Reg<G>{0x100, "GICD_ISENABLER",   0, command(), &G::read_enabled, &G::enable, "ones enable", kEach},
        Reg<G>{0x180, "GICD_ICENABLER",   0, command(), &G::read_enabled, &G::disable, "ones disable", kEach},
        Reg<G>{0x200, "GICD_ISPENDR",     0, command(), &G::read_pending, &G::set_pending, "ones make pending", kEach},
        Reg<G>{0x280, "GICD_ICPENDR",     0, command(), &G::read_pending, &G::clear_pending, "ones take back what is latched", kEach},
        Reg<G>{0x300, "GICD_ISACTIVER",   0, command(), &G::read_active, &G::set_active, "ones activate", kEach},
        Reg<G>{0x380, "GICD_ICACTIVER",   0, command(), &G::read_active, &G::clear_active, "ones deactivate", kEach},
        Reg<G>{0x400, "GICD_IPRIORITYR",  0, command(), &G::read_priority, &G::write_priority, "priority; 0 is the highest", kBytesEach},
        Reg<G>{0x800, "GICD_ITARGETSR",   0, command(), &G::read_targets, &G::write_targets, "CPUs, a bit each", kBytesEach},
        Reg<G>{0xc00, "GICD_ICFGR",       0, command(), &G::read_trigger, &G::write_trigger, "trigger, two bits each: 2 is edge",
               {.count = 64}},
        Reg<G>{0xf00, "GICD_SGIR",        0, write_only(), nullptr, &G::send, "sends a software-generated interrupt"},
        Reg<G>{0xf10, "GICD_CPENDSGIR",   0, command(), &G::read_senders, &G::clear_senders, "ones take SGIs of those CPUs back",
               {.size = 1, .count = gic::kSgis}},
        Reg<G>{0xf20, "GICD_SPENDSGIR",   0, command(), &G::read_senders, &G::set_senders, "ones make SGIs of those CPUs pending",
               {.size = 1, .count = gic::kSgis}},
        Reg<G>{0xfd0, "GICD_PIDR/CIDR",   0, kReadOnly, &G::read_identification, nullptr, "identification", {.count = 12}},
    };
    static_assert(well_formed(rows));
    static constexpr std::array kWordRows{row_of(rows, "GICD_IGROUPR"),   row_of(rows, "GICD_ISENABLER"), row_of(rows, "GICD_ICENABLER"),
                                          row_of(rows, "GICD_ISPENDR"),   row_of(rows, "GICD_ICPENDR"),   row_of(rows, "GICD_ISACTIVER"),
                                          row_of(rows, "GICD_ICACTIVER")};
    static constexpr std::array kByteRows{row_of(rows, "GICD_IPRIORITYR"), row_of(rows, "GICD_ITARGETSR")};
    static constexpr auto kTrigger = row_of(rows, "GICD_ICFGR");
};

struct Gicv2::InterfaceMap {
    using G = Gicv2;
    static constexpr std::array rows{
        //      offset name           reset write on read                  on write
        Reg<G>{0x0000, "GICC_CTLR",   0, command(0x61f), &G::read_cpu_control, &G::write_cpu_control,
               "bits 0, 1 signal groups 0, 1; bit 2 AckCtl, bit 3 FIQEn, bit 4 CBPR, bit 9 EOImode, bit 10 that of Non-secure software"},
        Reg<G>{0x0004, "GICC_PMR",    0, command(0xff), &G::read_mask, &G::write_mask, "priorities must be less than this"},
        Reg<G>{0x0008, "GICC_BPR",    0, command(7), &G::read_binary_point, &G::write_binary_point, "what part of a priority preempts"},
        Reg<G>{0x000c, "GICC_IAR",    0, kReadOnly, &G::acknowledge, nullptr, "acknowledges the interrupt of the highest priority"},
        Reg<G>{0x0010, "GICC_EOIR",   0, write_only(), nullptr, &G::end, "drops the priority, and deactivates with EOImode 0"},
        Reg<G>{0x0014, "GICC_RPR",    0, kReadOnly, &G::read_running, nullptr, "priority of the running interrupt"},
        Reg<G>{0x0018, "GICC_HPPIR",  0, kReadOnly, &G::read_highest, nullptr, "the pending interrupt of the highest priority"},
        Reg<G>{0x001c, "GICC_ABPR",   0, command(7), &G::read_aliased_binary_point, &G::write_aliased_binary_point, "BPR of group 1"},
        Reg<G>{0x0020, "GICC_AIAR",   0, kReadOnly, &G::acknowledge_aliased, nullptr, "IAR of group 1"},
        Reg<G>{0x0024, "GICC_AEOIR",  0, write_only(), nullptr, &G::end_aliased, "EOIR of group 1"},
        Reg<G>{0x0028, "GICC_AHPPIR", 0, kReadOnly, &G::read_highest_aliased, nullptr, "HPPIR of group 1"},
        Reg<G>{0x00d0, "GICC_APR0",   0, command(), &G::read_active_priorities, &G::write_active_priorities, "active priorities, group 0"},
        Reg<G>{0x00e0, "GICC_NSAPR0", 0, command(), &G::read_other_active_priorities, &G::write_other_active_priorities,
               "active priorities, group 1"},
        Reg<G>{0x00fc, "GICC_IIDR",   0x0002043b, kReadOnly, nullptr, nullptr, "implementer and revision"},
        Reg<G>{0x1000, "GICC_DIR",    0, write_only(), nullptr, &G::deactivate, "deactivates, with EOImode 1"},
    };
    static_assert(well_formed(rows));
};

} // namespace medley::periph
