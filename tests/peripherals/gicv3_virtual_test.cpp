#include "support/gic_bench.h"
#include "tests/support/random_seed.h"

#include <random>

namespace medley::periph::test {
namespace {

using namespace gic;

// ICH (IHI 0069H, table 12-4).
constexpr Address kHcr = sys(4, 12, 11, 0), kVtr = sys(4, 12, 11, 1), kMisr = sys(4, 12, 11, 2), kEisr = sys(4, 12, 11, 3);
constexpr Address kElrsr = sys(4, 12, 11, 5), kVmcr = sys(4, 12, 11, 7), kAp0r = sys(4, 12, 8, 0), kAp1r = sys(4, 12, 9, 0);
constexpr Address kSre2 = sys(4, 12, 9, 5);
constexpr Address list(unsigned index) { return sys(4, 12, 12, index); }

// ICH_LR<n>_EL2.
constexpr std::uint64_t kPending = 1ULL << 62, kActive = 1ULL << 63, kGroup1 = 1ULL << 60, kHardware = 1ULL << 61, kWantsEnd = 1ULL << 41;
constexpr std::uint64_t at_priority(std::uint64_t level) { return level << 48; }
constexpr std::uint64_t physical(std::uint64_t id) { return kHardware | id << 32; }

struct VirtualBench : Gicv3Bench {
    VirtualBench() {
        for (const char* cpu : {"0", "1"}) {
            virq.emplace_back(model->irq_output(std::string("virq.") + cpu));
            vfiq.emplace_back(model->irq_output(std::string("vfiq.") + cpu));
            maintenance.emplace_back(model->irq_output(std::string("maintenance.") + cpu));
        }
    }
    void start() {
        set(0, kHcr, 1);
        guest_set(kPmr, 0xff);
        guest_set(kIgrpen1, 1);
    }
    std::uint64_t guest(Address at) { return get(0, kGuest | at); }
    void guest_set(Address at, std::uint64_t value) { set(0, kGuest | at, value); }
    std::uint64_t hyp(Address at) { return get(0, at); }
    void hyp_set(Address at, std::uint64_t value) { set(0, at, value); }
    std::uint64_t state(unsigned index) { return hyp(list(index)) >> 62; }
    /// Once acknowledged, its list register is empty.
    void expect_taken_and_gone(unsigned id) {
        hyp_set(list(0), kPending | kGroup1 | at_priority(0x80) | id);
        EXPECT_EQ(guest(kIar1), id);
        EXPECT_EQ(state(0), 0U);
    }

    std::deque<IrqProbe> virq, vfiq, maintenance;
};

TEST(Gicv3Virtual, ListRegisterGoesFromPendingToActiveToEmpty) {
    VirtualBench bench;
    bench.run([&] {
        bench.start();
        bench.hyp_set(list(3), kPending | kGroup1 | at_priority(0x80) | 40);
        EXPECT_TRUE(bench.virq[0].level());
        EXPECT_FALSE(bench.vfiq[0].level() || bench.virq[1].level() || bench.irq[0].level());
        EXPECT_EQ(bench.guest(kIar0), kNone);
        EXPECT_EQ(bench.guest(kHppir0), kNone);
        EXPECT_EQ(bench.guest(kHppir1), 40U);
        EXPECT_EQ(bench.guest(kIar1), 40U);
        EXPECT_EQ(bench.state(3), 2U);
        EXPECT_EQ(bench.guest(kRpr), 0x80U);
        EXPECT_EQ(bench.hyp(kAp1r), 1U << 16);
        EXPECT_EQ(bench.guest(kAp1r0), 1U << 16);
        EXPECT_EQ(bench.get(0, kRpr), 0xffU) << "the physical interface has nothing to do with it";
        bench.guest_set(kEoir1, 40);
        EXPECT_EQ(bench.state(3), 0U);
        EXPECT_EQ(bench.hyp(kElrsr), 0xfU);
        EXPECT_EQ(bench.guest(kIar1), kNone);
    });
}

TEST(Gicv3Virtual, PendingAndActiveBecomesPendingAtItsEnd) {
    VirtualBench bench;
    bench.run([&] {
        bench.start();
        bench.hyp_set(list(0), kPending | kActive | kGroup1 | at_priority(0x80) | 40);
        bench.hyp_set(kAp1r, 1U << 16);
        EXPECT_FALSE(bench.virq[0].level());
        bench.guest_set(kEoir1, 40);
        EXPECT_EQ(bench.state(0), 1U);
        EXPECT_TRUE(bench.virq[0].level());
    });
}

TEST(Gicv3Virtual, GroupZeroIsTheVirtualFiq) {
    VirtualBench bench;
    bench.run([&] {
        bench.start();
        bench.hyp_set(list(0), kPending | at_priority(0x80) | 40);
        EXPECT_FALSE(bench.vfiq[0].level());
        bench.guest_set(kIgrpen0, 1);
        EXPECT_TRUE(bench.vfiq[0].level());
        EXPECT_FALSE(bench.virq[0].level());
        EXPECT_EQ(bench.guest(kIar1), kNone);
        EXPECT_EQ(bench.guest(kIar0), 40U);
        EXPECT_EQ(bench.hyp(kAp0r), 1U << 16);
        bench.guest_set(kEoir0, 40);
        EXPECT_EQ(bench.state(0), 0U);
    });
}

TEST(Gicv3Virtual, EndOfAHardwareInterruptDeactivatesThePhysicalOne) {
    VirtualBench bench;
    bench.run([&] {
        bench.enable_all();
        bench.set(0, kCtlr, 2);
        bench.allow(33);
        bench.start();
        bench.spi[1].set(true);
        EXPECT_EQ(bench.get(0, kIar1), 33U);
        bench.set(0, kEoir1, 33);
        bench.hyp_set(list(0), physical(33) | kPending | kGroup1 | at_priority(0x80) | 77);
        EXPECT_EQ(bench.guest(kIar1), 77U);
        EXPECT_TRUE(bench.active(33));
        bench.guest_set(kEoir1, 77);
        EXPECT_FALSE(bench.active(33));
        EXPECT_TRUE(bench.irq[0].level()) << "its level is still high";
        bench.hyp_set(list(0), physical(8191) | kActive | kGroup1 | 78);
        bench.hyp_set(kAp1r, 1);
        bench.guest_set(kEoir1, 78);
        EXPECT_EQ(bench.state(0), 0U) << "a physical interrupt that does not exist";
    });
}

TEST(Gicv3Virtual, LpisHaveNoActiveState) {
    VirtualBench bench;
    bench.run([&] {
        bench.start();
        bench.expect_taken_and_gone(8200);
        EXPECT_EQ(bench.guest(kRpr), 0x80U);
        bench.guest_set(kEoir1, 8200);
        EXPECT_EQ(bench.guest(kRpr), 0xffU);
        EXPECT_EQ(bench.hyp(kHcr), 1U) << "nor is its end counted";
    });
}

TEST(Gicv3Virtual, NumbersThatMeanNoneArePassedOnAndForgotten) {
    VirtualBench bench;
    bench.run([&] {
        bench.start();
        bench.expect_taken_and_gone(1022);
        EXPECT_EQ(bench.guest(kRpr), 0xffU);
    });
}

TEST(Gicv3Virtual, MaintenanceInterrupts) {
    VirtualBench bench;
    bench.run([&] {
        bench.start();
        bench.hyp_set(list(1), kPending | kWantsEnd | kGroup1 | at_priority(0x80) | 40);
        EXPECT_EQ(bench.guest(kIar1), 40U);
        bench.guest_set(kEoir1, 40);
        EXPECT_TRUE(bench.maintenance[0].level() && !bench.maintenance[1].level());
        EXPECT_EQ(bench.hyp(kMisr), 1U);
        EXPECT_EQ(bench.hyp(kEisr), 2U);
        EXPECT_EQ(bench.hyp(kElrsr), 0xdU);
        bench.hyp_set(list(1), 0);
        EXPECT_FALSE(bench.maintenance[0].level());
        bench.hyp_set(kHcr, 1 | 2 | 8 | 0xf0);
        EXPECT_EQ(bench.hyp(kMisr), 2U | 8U | 0x20U | 0x40U) << "group 0 is disabled, group 1 enabled";
        bench.hyp_set(kHcr, 1 | 4 | 3U << 27);
        EXPECT_EQ(bench.hyp(kMisr), 4U);
        EXPECT_TRUE(bench.maintenance[0].level());
        bench.hyp_set(kHcr, 4 | 3U << 27);
        EXPECT_FALSE(bench.maintenance[0].level()) << "the interface is off";
    });
}

TEST(Gicv3Virtual, EndsAndDeactivationsWithoutListRegisterAreCounted) {
    VirtualBench bench;
    bench.run([&] {
        bench.start();
        bench.guest_set(kEoir1, 40);
        EXPECT_EQ(bench.hyp(kHcr), 1U) << "no priority was dropped";
        bench.hyp_set(kAp1r, 1U << 16);
        bench.guest_set(kEoir1, 40);
        EXPECT_EQ(bench.hyp(kHcr), 1U | 1U << 27);
        bench.guest_set(kCtlr, 2);
        bench.hyp_set(kAp1r, 1U << 16);
        bench.guest_set(kEoir1, 40);
        EXPECT_EQ(bench.hyp(kHcr), 1U | 1U << 27) << "with EOImode the deactivation counts";
        bench.guest_set(kDir, 40);
        EXPECT_EQ(bench.hyp(kHcr), 1U | 2U << 27);
        bench.hyp_set(list(0), kActive | kGroup1 | 41);
        bench.guest_set(kDir, 41);
        EXPECT_EQ(bench.state(0), 0U);
        EXPECT_EQ(bench.hyp(kHcr), 1U | 2U << 27);
    });
}

TEST(Gicv3Virtual, MaskAndPreemption) {
    VirtualBench bench;
    bench.run([&] {
        bench.start();
        bench.hyp_set(list(0), kPending | kGroup1 | at_priority(0x80) | 40);
        bench.guest_set(kPmr, 0x80);
        EXPECT_FALSE(bench.virq[0].level());
        EXPECT_EQ(bench.guest(kIar1), kNone);
        EXPECT_EQ(bench.guest(kHppir1), 40U);
        bench.guest_set(kPmr, 0xff);
        bench.guest_set(kBpr1, 5);
        EXPECT_EQ(bench.guest(kIar1), 40U);
        bench.hyp_set(list(1), kPending | kGroup1 | at_priority(0x88) | 41);
        EXPECT_FALSE(bench.virq[0].level());
        bench.hyp_set(list(2), kPending | kGroup1 | at_priority(0x60) | 42);
        EXPECT_TRUE(bench.virq[0].level());
        bench.hyp_set(kHcr, 0);
        EXPECT_FALSE(bench.virq[0].level());
        EXPECT_EQ(bench.guest(kIar1), kNone) << "the interface is off";
    });
}

TEST(Gicv3Virtual, MachineControlIsTheGuestsRegistersInOne) {
    VirtualBench bench;
    bench.run([&] {
        bench.guest_set(kPmr, 0xa8);
        bench.guest_set(kBpr0, 4);
        bench.guest_set(kBpr1, 6);
        bench.guest_set(kIgrpen0, 1);
        bench.guest_set(kIgrpen1, 1);
        bench.guest_set(kCtlr, 3);
        EXPECT_EQ(bench.hyp(kVmcr), 3U | 8U | 0x10U | 0x200U | 6U << 18 | 4U << 21 | 0xa8U << 24) << "FIQEn is fixed at 1";
        EXPECT_EQ(bench.guest(kBpr1), 5U) << "the common one, one higher";
        bench.guest_set(kBpr1, 3);
        bench.hyp_set(kVmcr, 4 | 2U << 24);
        EXPECT_EQ(bench.hyp(kVmcr), 8U | 3U << 18 | 2U << 21) << "AckCtl is reserved; least binary points";
        EXPECT_EQ(bench.guest(kIgrpen1), 0U);
    });
}

TEST(Gicv3Virtual, ReservedAndReadOnlyStay) {
    VirtualBench bench;
    bench.run([&] {
        EXPECT_EQ(bench.hyp(kVtr), 4ULL << 29 | 4U << 26 | 7U << 19 | 3U);
        for (const auto at : {kVtr, kMisr, kEisr, kElrsr, kSre2}) {
            const auto before = bench.hyp(at);
            bench.hyp_set(at, ~before);
            EXPECT_EQ(bench.hyp(at), before) << std::hex << at;
        }
        bench.hyp_set(kHcr, ~std::uint64_t{0});
        EXPECT_EQ(bench.hyp(kHcr), 0xf800'5cffU);
        bench.hyp_set(list(0), ~std::uint64_t{0});
        EXPECT_EQ(bench.hyp(list(0)), 0xf0f8'1fff'0000'ffffU) << "13 bits of a physical number, 16 of a virtual one, 5 of a priority";
        bench.hyp_set(list(0), ~kHardware);
        EXPECT_EQ(bench.hyp(list(0)), 0xd0f8'0200'0000'ffffU);
        EXPECT_EQ(bench.cpus[0]->read(list(4), 8).status, tlm::TLM_ADDRESS_ERROR_RESPONSE);
        EXPECT_EQ(bench.cpus[0]->read(kGuest | kSgi1r, 8).status, tlm::TLM_ADDRESS_ERROR_RESPONSE) << "there is none for a guest";
        EXPECT_EQ(bench.guest(kCtlr), 0x8400U);
        EXPECT_EQ(bench.get(1, list(0)), 0U) << "another CPU's";
        bench.model->reset();
        EXPECT_EQ(bench.hyp(list(0)), 0U);
        EXPECT_EQ(bench.hyp(kHcr), 0U);
    });
}

/// Whatever a guest, a hypervisor or a monitor writes, in whatever state.
TEST(Gicv3Virtual, SurvivesRandomAccesses) {
    VirtualBench bench;
    std::mt19937_64 random(medley::test::random_seed(1));
    bench.run([&] {
        for (unsigned i = 0; i < 200'000; ++i) {
            const auto key = sys(static_cast<unsigned>(random() % 4 * 2), random() % 8 == 0 ? 4 : 12, 6 + static_cast<unsigned>(random() % 8),
                                 static_cast<unsigned>(random() % 8));
            const auto at = key | (random() % 16) << 24;
            const auto value = random() % 2 == 0 ? random() : (random() % 64) << random() % 64;
            auto& cpu = *bench.cpus[random() % 2];
            if (random() % 2 == 0)
                cpu.read(at, 8);
            else
                cpu.write(at, value, 8);
            if (random() % 8 == 0)
                bench.redist.write(sgi_frame(random() % 2) + random() % 0xe00 / 4 * 4, value);
            if (random() % 8 == 0)
                bench.dist.write(random() % 0xe00 / 4 * 4, value);
        }
    });
}

} // namespace
} // namespace medley::periph::test
