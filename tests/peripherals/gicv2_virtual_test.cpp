#include "support/gic_bench.h"

namespace medley::periph::test {
namespace {

using namespace gic;

// GICH (IHI 0048B, table 5-1); GICV is as GICC.
constexpr Address kHcr = 0, kVtr = 4, kVmcr = 8, kMisr = 0x10, kEisr = 0x20, kElrsr = 0x30, kApr = 0xf0;
constexpr Address list(unsigned index) { return 0x100 + 4 * index; }
using Guest = Gicv2Bench;

/// GICH_LR.
constexpr std::uint32_t kPending = 1U << 28, kActive = 1U << 29, kGroup1 = 1U << 30, kHardware = 1U << 31, kWantsEnd = 1U << 19;
constexpr std::uint32_t at_priority(unsigned level) { return level >> 3 << 23; }
constexpr std::uint32_t physical(unsigned id) { return kHardware | id << 10; }

struct VirtualBench : Gicv2Bench {
    VirtualBench() : Gicv2Bench(2) {
        hyp.socket.bind(*model->target_socket("hyp"));
        vcpu.socket.bind(*model->target_socket("vcpu"));
        for (const char* cpu : {"0", "1"}) {
            virq.emplace_back(model->irq_output(std::string("virq.") + cpu));
            vfiq.emplace_back(model->irq_output(std::string("vfiq.") + cpu));
            maintenance.emplace_back(model->irq_output(std::string("maintenance.") + cpu));
        }
        be(0);
    }
    void be(unsigned number) {
        Gicv2Bench::be(number);
        hyp.id = vcpu.id = 7 + number;
    }
    void start() {
        hyp.put(kHcr, 1);
        vcpu.put(Guest::kControl, 1);
        vcpu.put(Guest::kMask, 0xf8);
    }
    unsigned accept() { return static_cast<unsigned>(vcpu.get(Guest::kIar)); }
    std::uint64_t state(unsigned index) { return hyp.get(list(index)) >> 28 & 3; }

    Initiator hyp{"hyp"};
    Initiator vcpu{"vcpu"};
    std::deque<IrqProbe> virq, vfiq, maintenance;
};

TEST(Gicv2Virtual, ListRegisterGoesFromPendingToActiveToEmpty) {
    VirtualBench bench;
    bench.run([&] {
        bench.start();
        EXPECT_EQ(bench.hyp.get(kElrsr), 0xfU);
        bench.hyp.put(list(1), kPending | at_priority(0x80) | 40);
        EXPECT_TRUE(bench.virq[0].level());
        EXPECT_FALSE(bench.virq[1].level() || bench.vfiq[0].level() || bench.irq[0].level());
        EXPECT_EQ(bench.hyp.get(kElrsr), 0xdU);
        EXPECT_EQ(bench.vcpu.get(Guest::kHighest), 40U);
        EXPECT_EQ(bench.accept(), 40U);
        EXPECT_EQ(bench.state(1), 2U);
        EXPECT_FALSE(bench.virq[0].level());
        EXPECT_EQ(bench.vcpu.get(Guest::kRunning), 0x80U);
        EXPECT_EQ(bench.hyp.get(kApr), 1U << 16);
        bench.vcpu.put(Guest::kEoir, 40);
        EXPECT_EQ(bench.state(1), 0U);
        EXPECT_EQ(bench.hyp.get(kElrsr), 0xfU);
        EXPECT_EQ(bench.vcpu.get(Guest::kRunning), 0xffU);
        EXPECT_EQ(bench.accept(), kNone);
    });
}

TEST(Gicv2Virtual, PendingAndActiveBecomesPendingAtItsEnd) {
    VirtualBench bench;
    bench.run([&] {
        bench.start();
        bench.hyp.put(list(0), kPending | at_priority(0x80) | 40);
        EXPECT_EQ(bench.accept(), 40U);
        bench.hyp.put(list(0), bench.hyp.get(list(0)) | kPending);
        EXPECT_FALSE(bench.virq[0].level()) << "not while it is active";
        bench.vcpu.put(Guest::kEoir, 40);
        EXPECT_EQ(bench.state(0), 1U);
        EXPECT_EQ(bench.accept(), 40U);
    });
}

TEST(Gicv2Virtual, EndOfAHardwareInterruptDeactivatesThePhysicalOne) {
    VirtualBench bench;
    bench.run([&] {
        bench.enable_all();
        bench.interface.put(Guest::kControl, 3 | 1 << 9); // EOImode: the hypervisor only drops the priority.
        bench.allow(33);
        bench.start();
        bench.spi[1].set(true);
        EXPECT_EQ(bench.take(), 33U);
        bench.end(33);
        EXPECT_TRUE(bench.active(33));
        bench.hyp.put(list(0), physical(33) | kPending | at_priority(0x80) | 77);
        EXPECT_EQ(bench.accept(), 77U);
        bench.spi[1].set(false);
        EXPECT_TRUE(bench.active(33));
        bench.vcpu.put(Guest::kEoir, 77);
        EXPECT_FALSE(bench.active(33));
        EXPECT_EQ(bench.hyp.get(kEisr), 0U) << "the hypervisor need not know";
        bench.spi[1].set(true);
        EXPECT_TRUE(bench.irq[0].level());
        bench.hyp.put(list(0), physical(1023) | kActive | 78);
        bench.vcpu.put(Guest::kEoir, 78);
        EXPECT_TRUE(bench.irq[0].level()) << "a physical interrupt that does not exist";
    });
}

TEST(Gicv2Virtual, EndThatTheHypervisorWantsToSeeIsAMaintenanceInterrupt) {
    VirtualBench bench;
    bench.run([&] {
        bench.start();
        bench.hyp.put(list(2), kPending | kWantsEnd | at_priority(0x80) | 40);
        EXPECT_FALSE(bench.maintenance[0].level());
        EXPECT_EQ(bench.accept(), 40U);
        bench.vcpu.put(Guest::kEoir, 40);
        EXPECT_TRUE(bench.maintenance[0].level());
        EXPECT_FALSE(bench.maintenance[1].level());
        EXPECT_EQ(bench.hyp.get(kMisr), 1U);
        EXPECT_EQ(bench.hyp.get(kEisr), 4U);
        EXPECT_EQ(bench.hyp.get(kElrsr), 0xbU) << "not free before the hypervisor has looked";
        bench.hyp.put(list(2), 0);
        EXPECT_FALSE(bench.maintenance[0].level());
        EXPECT_EQ(bench.hyp.get(kElrsr), 0xfU);
    });
}

TEST(Gicv2Virtual, MaintenanceConditionsAreEnabledOneByOne) {
    VirtualBench bench;
    bench.run([&] {
        bench.start();
        const auto status = [&](std::uint32_t enables) {
            bench.hyp.put(kHcr, 1 | enables);
            const auto value = bench.hyp.get(kMisr);
            EXPECT_EQ(bench.maintenance[0].level(), value != 0);
            return value;
        };
        EXPECT_EQ(status(0), 0U);
        EXPECT_EQ(status(2), 2U) << "underflow: none is used";
        bench.hyp.put(list(0), kPending | 40);
        EXPECT_EQ(status(2), 2U) << "one is used";
        EXPECT_EQ(status(8), 0U) << "one is pending";
        bench.hyp.put(list(1), kActive | 41);
        EXPECT_EQ(status(2), 0U) << "two are used";
        bench.hyp.put(list(0), kPending | kActive | 40);
        EXPECT_EQ(status(8), 8U) << "none is pending and not active";
        EXPECT_EQ(status(0xf0), 0x90U) << "group 0 is enabled, group 1 disabled";
        bench.vcpu.put(Guest::kControl, 2);
        EXPECT_EQ(status(0xf0), 0x60U);
        bench.hyp.put(kHcr, 0xf0);
        EXPECT_FALSE(bench.maintenance[0].level()) << "the interface is off";
        EXPECT_EQ(bench.hyp.get(kMisr), 0x60U);
    });
}

TEST(Gicv2Virtual, EndsWithoutListRegisterAreCounted) {
    VirtualBench bench;
    bench.run([&] {
        bench.start();
        bench.vcpu.put(Guest::kEoir, 40);
        EXPECT_EQ(bench.hyp.get(kHcr), 1U) << "no priority was dropped";
        bench.hyp.put(kApr, 1U << 16 | 1U << 4);
        EXPECT_EQ(bench.vcpu.get(Guest::kRunning), 0x20U);
        bench.vcpu.put(Guest::kEoir, 1023);
        EXPECT_EQ(bench.hyp.get(kHcr), 1U) << "the number of no interrupt";
        bench.vcpu.put(Guest::kEoir, 40);
        EXPECT_EQ(bench.hyp.get(kHcr), 1U | 1U << 27);
        EXPECT_EQ(bench.hyp.get(kApr), 1U << 16);
        EXPECT_FALSE(bench.maintenance[0].level());
        bench.hyp.put(kHcr, 31U << 27 | 5);
        EXPECT_TRUE(bench.maintenance[0].level());
        EXPECT_EQ(bench.hyp.get(kMisr), 4U);
        bench.vcpu.put(Guest::kEoir, 40);
        EXPECT_EQ(bench.hyp.get(kHcr), 5U) << "it wraps";
        EXPECT_FALSE(bench.maintenance[0].level());
    });
}

TEST(Gicv2Virtual, DropAndDeactivationAreSeparateWithEoiMode) {
    VirtualBench bench;
    bench.run([&] {
        bench.start();
        bench.vcpu.put(Guest::kControl, 1 | 1 << 9);
        bench.hyp.put(list(0), kPending | at_priority(0x80) | 40);
        EXPECT_EQ(bench.accept(), 40U);
        bench.vcpu.put(Guest::kEoir, 40);
        EXPECT_EQ(bench.vcpu.get(Guest::kRunning), 0xffU);
        EXPECT_EQ(bench.state(0), 2U);
        bench.vcpu.put(Guest::kDir, 40);
        EXPECT_EQ(bench.state(0), 0U);
        EXPECT_EQ(bench.hyp.get(kHcr), 1U);
        bench.vcpu.put(Guest::kDir, 41);
        EXPECT_EQ(bench.hyp.get(kHcr), 1U | 1U << 27) << "a deactivation without list register is counted";
        bench.vcpu.put(Guest::kControl, 1);
        bench.hyp.put(list(0), kActive | 40);
        bench.vcpu.put(Guest::kDir, 40);
        EXPECT_EQ(bench.state(0), 2U) << "DIR is for EOImode 1";
    });
}

TEST(Gicv2Virtual, PrioritiesMaskPreemptAndChoose) {
    VirtualBench bench;
    bench.run([&] {
        bench.start();
        bench.hyp.put(list(0), kPending | at_priority(0x90) | 40);
        bench.hyp.put(list(1), kPending | at_priority(0x60) | 41);
        bench.vcpu.put(Guest::kMask, 0x60);
        EXPECT_FALSE(bench.virq[0].level());
        EXPECT_EQ(bench.vcpu.get(Guest::kHighest), 41U) << "masked, but pending";
        EXPECT_EQ(bench.accept(), kNone);
        bench.vcpu.put(Guest::kMask, 0xff);
        EXPECT_EQ(bench.vcpu.get(Guest::kMask), 0xf8U);
        EXPECT_EQ(bench.accept(), 41U);
        EXPECT_FALSE(bench.virq[0].level());
        bench.hyp.put(list(2), kPending | at_priority(0x20) | 42);
        EXPECT_TRUE(bench.virq[0].level()) << "preempts";
        EXPECT_EQ(bench.accept(), 42U);
        EXPECT_EQ(bench.hyp.get(kApr), 1U << 4 | 1U << 12);
        bench.vcpu.put(Guest::kEoir, 42);
        EXPECT_EQ(bench.vcpu.get(Guest::kRunning), 0x60U);
        bench.vcpu.put(Guest::kBinaryPoint, 7);
        bench.hyp.put(list(2), kPending | at_priority(0x20) | 42);
        EXPECT_FALSE(bench.virq[0].level()) << "no bits preempt";
    });
}

TEST(Gicv2Virtual, GroupsHaveEnablesOutputsAndRegisters) {
    VirtualBench bench;
    bench.run([&] {
        bench.start();
        bench.hyp.put(list(0), kPending | kGroup1 | at_priority(0x80) | 40);
        EXPECT_FALSE(bench.virq[0].level()) << "group 1 is disabled";
        EXPECT_EQ(bench.vcpu.get(Guest::kHighest), kNone);
        bench.vcpu.put(Guest::kControl, 3 | 8); // FIQEn
        EXPECT_TRUE(bench.virq[0].level());
        EXPECT_EQ(bench.accept(), 1022U);
        EXPECT_EQ(bench.vcpu.get(Guest::kAliasedHighest), 40U);
        bench.hyp.put(list(1), kPending | at_priority(0x40) | 41);
        EXPECT_TRUE(bench.vfiq[0].level() && !bench.virq[0].level());
        EXPECT_EQ(bench.vcpu.get(Guest::kAliasedIar), kNone);
        EXPECT_EQ(bench.accept(), 41U);
        bench.vcpu.put(Guest::kEoir, 41);
        EXPECT_EQ(bench.vcpu.get(Guest::kAliasedIar), 40U);
        bench.vcpu.put(Guest::kAliasedEoir, 40);
        EXPECT_EQ(bench.hyp.get(kElrsr), 0xfU);
        bench.vcpu.put(Guest::kControl, 3 | 4); // AckCtl
        bench.hyp.put(list(0), kPending | kGroup1 | 40);
        EXPECT_EQ(bench.accept(), 40U);
        bench.vcpu.put(Guest::kEoir, 40);
        EXPECT_EQ(bench.hyp.get(kElrsr), 0xfU);
    });
}

TEST(Gicv2Virtual, SgisAreToldApartByTheirSenders) {
    VirtualBench bench;
    bench.run([&] {
        bench.start();
        bench.hyp.put(list(0), kActive | 3U << 10 | 5);
        bench.hyp.put(list(1), kPending | 2U << 10 | 5);
        EXPECT_EQ(bench.accept(), 2U << 10 | 5);
        bench.vcpu.put(Guest::kEoir, 2U << 10 | 5);
        EXPECT_EQ(bench.state(0), 2U);
        EXPECT_EQ(bench.state(1), 0U);
    });
}

TEST(Gicv2Virtual, MachineControlIsTheGuestsRegistersInOne) {
    VirtualBench bench;
    bench.run([&] {
        bench.vcpu.put(Guest::kControl, 0xffff'ffff);
        bench.vcpu.put(Guest::kMask, 0xa8);
        bench.vcpu.put(Guest::kBinaryPoint, 5);
        bench.vcpu.put(Guest::kAliasedBinaryPoint, 6);
        EXPECT_EQ(bench.hyp.get(kVmcr), 0x21fU | 6U << 18 | 5U << 21 | 0xa8U << 24);
        bench.hyp.put(kVmcr, 1 | 0x50U << 24);
        EXPECT_EQ(bench.vcpu.get(Guest::kControl), 1U);
        EXPECT_EQ(bench.vcpu.get(Guest::kMask), 0x50U);
        EXPECT_EQ(bench.vcpu.get(Guest::kBinaryPoint), 2U) << "the least";
        EXPECT_EQ(bench.vcpu.get(Guest::kAliasedBinaryPoint), 3U);
    });
}

TEST(Gicv2Virtual, ReservedReadOnlyAndBanked) {
    VirtualBench bench;
    bench.run([&] {
        EXPECT_EQ(bench.hyp.get(kVtr), 4U << 29 | 4U << 26 | 3U);
        for (const auto at : {kVtr, kMisr, kEisr, kElrsr, list(4), Address{0xf4}}) {
            const auto before = bench.hyp.get(at);
            bench.hyp.put(at, ~before & 0xffff'ffff);
            EXPECT_EQ(bench.hyp.get(at), before) << std::hex << at;
        }
        bench.hyp.put(list(3), 0xffff'ffff);
        EXPECT_EQ(bench.hyp.get(list(3)), 0xff8f'ffffU) << "with HW, bits 19 to 10 are a number";
        bench.hyp.put(list(3), 0x7fff'ffff);
        EXPECT_EQ(bench.hyp.get(list(3)), 0x7f88'1fffU) << "without, bits 18 to 13 are reserved";
        bench.hyp.put(kHcr, 0xffff'ffff);
        EXPECT_EQ(bench.hyp.get(kHcr), 0xf800'00ffU);
        EXPECT_EQ(bench.hyp.read(list(0), 1).status, tlm::TLM_BURST_ERROR_RESPONSE);
        bench.be(1);
        EXPECT_EQ(bench.hyp.get(kHcr), 0U);
        EXPECT_EQ(bench.hyp.get(list(3)), 0U);
        bench.model->reset();
        bench.be(0);
        EXPECT_EQ(bench.hyp.get(list(3)), 0U);
    });
}

} // namespace
} // namespace medley::periph::test
