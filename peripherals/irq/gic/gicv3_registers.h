/// \file
/// The register table of Gicv3's distributor (IHI 0069H, table 12-25).
#pragma once

#include "peripherals/irq/gic/gicv3.h"

namespace medley::periph {

struct Gicv3::Map {
    using G = Gicv3;
    static constexpr RegisterShape kEach{.count = 30};
    static constexpr std::array rows{
        //      offset  name               reset write on read                  on write
        Reg<G>{0x0000, "GICD_CTLR",       0x50, command(0x47), &G::read_control, &G::write_control,
               "bits 0, 1, 2 forward groups 0, Non-secure 1, Secure 1; bit 6: one security state"},
        Reg<G>{0x0004, "GICD_TYPER",      0, kReadOnly, &G::read_type, nullptr, "numbers of interrupts, and what is there"},
        Reg<G>{0x0008, "GICD_IIDR",       0x0000043b, kReadOnly, nullptr, nullptr, "implementer and revision"},
        Reg<G>{0x0084, "GICD_IGROUPR1",   0, command(), &G::read_group, &G::write_group, "group of each interrupt", kEach},
        Reg<G>{0x0104, "GICD_ISENABLER1", 0, command(), &G::read_enabled, &G::enable, "ones enable", kEach},
        Reg<G>{0x0184, "GICD_ICENABLER1", 0, command(), &G::read_enabled, &G::disable, "ones disable", kEach},
        Reg<G>{0x0204, "GICD_ISPENDR1",   0, command(), &G::read_pending, &G::set_pending, "ones make pending", kEach},
        Reg<G>{0x0284, "GICD_ICPENDR1",   0, command(), &G::read_clearable, &G::clear_pending, "ones take back what is latched", kEach},
        Reg<G>{0x0304, "GICD_ISACTIVER1", 0, command(), &G::read_active, &G::set_active, "ones activate", kEach},
        Reg<G>{0x0384, "GICD_ICACTIVER1", 0, command(), &G::read_active, &G::clear_active, "ones deactivate", kEach},
        Reg<G>{0x0420, "GICD_IPRIORITYR8", 0, command(), &G::read_priority, &G::write_priority, "priority; 0 is the highest",
               {.size = 1, .count = G::kMostShared}},
        Reg<G>{0x0c08, "GICD_ICFGR2",     0, command(), &G::read_trigger, &G::write_trigger, "trigger, two bits each: 2 is edge",
               {.count = 60}},
        Reg<G>{0x0d04, "GICD_IGRPMODR1",  0, command(), &G::read_modifier, &G::write_modifier, "with group 0: Secure group 1", kEach},
        Reg<G>{0x0e08, "GICD_NSACR2",     0, command(), &G::read_access, &G::write_access,
               "what Non-secure software may do with Secure interrupts, two bits each: make pending, take back, route", {.count = 60}},
        Reg<G>{0x6100, "GICD_IROUTER32",  0, command(0xff'80ff'ffff), &G::read_route, &G::write_route, "affinity that the interrupt goes to",
               {.size = 8, .count = G::kMostShared}},
        Reg<G>{0xffe8, "GICD_PIDR2",      0x3b, kReadOnly, nullptr, nullptr, "architecture version 3"},
    };
    static_assert(well_formed(rows));
    static constexpr std::array kWordRows{row_of(rows, "GICD_IGROUPR1"),   row_of(rows, "GICD_ISENABLER1"), row_of(rows, "GICD_ICENABLER1"),
                                          row_of(rows, "GICD_ISPENDR1"),   row_of(rows, "GICD_ICPENDR1"),   row_of(rows, "GICD_ISACTIVER1"),
                                          row_of(rows, "GICD_ICACTIVER1"), row_of(rows, "GICD_IGRPMODR1")};
    static constexpr auto kPriority = row_of(rows, "GICD_IPRIORITYR8");
    static constexpr auto kTrigger = row_of(rows, "GICD_ICFGR2");
    static constexpr auto kAccess = row_of(rows, "GICD_NSACR2");
    static constexpr auto kRoute = row_of(rows, "GICD_IROUTER32");
};

} // namespace medley::periph
