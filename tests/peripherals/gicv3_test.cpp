#include "medley/base/error.h"
#include "support/gic_bench.h"

namespace medley::periph::test {
namespace {

using namespace gic;
using GicBench = Gicv3Bench;
constexpr Address kPidr2 = 0xffe8;

TEST(Gicv3, DeliversALevelToTheCpuOfItsRoute) {
    GicBench bench;
    bench.run([&] {
        bench.enable_all();
        bench.allow(33, 0x80, 1);
        bench.spi[1].set(true);
        EXPECT_TRUE(bench.irq[1].level());
        EXPECT_FALSE(bench.irq[0].level() || bench.fiq[1].level());
        EXPECT_EQ(bench.get(0, kIar1), kNone);
        EXPECT_EQ(bench.get(1, kHppir1), 33U);
        EXPECT_EQ(bench.get(1, kIar1), 33U);
        EXPECT_TRUE(bench.active(33) && bench.pending(33));
        EXPECT_FALSE(bench.irq[1].level());
        bench.set(1, kEoir1, 33);
        EXPECT_TRUE(bench.irq[1].level()) << "the level is still high";
        EXPECT_EQ(bench.get(1, kIar1), 33U);
        bench.spi[1].set(false);
        bench.set(1, kEoir1, 33);
        EXPECT_FALSE(bench.irq[1].level());
        EXPECT_EQ(bench.get(1, kIar1), kNone);
    });
}

TEST(Gicv3, DeliversAnEdgeOnce) {
    GicBench bench;
    bench.run([&] {
        bench.enable_all();
        bench.dist.put(trigger(40), 2U << 16);
        bench.allow(40);
        bench.spi[8].set(true);
        EXPECT_EQ(bench.get(0, kIar1), 40U);
        EXPECT_FALSE(bench.pending(40));
        bench.set(0, kEoir1, 40);
        EXPECT_EQ(bench.get(0, kIar1), kNone);
        bench.spi[8].set(false);
        bench.spi[8].set(true);
        EXPECT_TRUE(bench.irq[0].level());
        bench.dist.put(clear_pending(40), mask(40));
        EXPECT_FALSE(bench.irq[0].level());
    });
}

TEST(Gicv3, AffinityThatDoesNotExistLeavesTheInterruptPending) {
    GicBench bench;
    bench.run([&] {
        bench.enable_all();
        bench.allow(33, 0x80, 7);
        bench.spi[1].set(true);
        EXPECT_TRUE(bench.pending(33));
        EXPECT_FALSE(bench.irq[0].level() || bench.irq[1].level());
        bench.dist.put(route(33), 0xff'7f80'0001, 8);
        EXPECT_EQ(bench.dist.get(route(33), 8), 0xff'0080'0001U) << "the rest is reserved";
        EXPECT_FALSE(bench.irq[0].level() || bench.irq[1].level());
        bench.dist.put(route(33), 1, 8);
        EXPECT_TRUE(bench.irq[1].level());
    });
}

TEST(Gicv3, PrivateInterruptsAreTheRedistributors) {
    GicBench bench;
    bench.run([&] {
        bench.enable_all();
        bench.redist.put(sgi_frame(1) + priority(27), 0x40, 1);
        bench.ppi[11].set(true);
        EXPECT_TRUE(bench.irq[1].level());
        EXPECT_FALSE(bench.irq[0].level());
        EXPECT_EQ(bench.redist.get(sgi_frame(1) + set_pending(0)), mask(27));
        EXPECT_EQ(bench.redist.get(sgi_frame(0) + set_pending(0)), 0U);
        EXPECT_EQ(bench.dist.get(set_pending(0)), 0U) << "the distributor does not have them";
        EXPECT_EQ(bench.get(1, kIar1), 27U);
        EXPECT_EQ(bench.get(1, kRpr), 0x40U);
        bench.set(1, kEoir1, 27);
        bench.redist.put(sgi_frame(1) + clear_enable(0), mask(27));
        EXPECT_FALSE(bench.irq[1].level());
    });
}

TEST(Gicv3, SgisReachTheirSets) {
    GicBench bench(4);
    bench.run([&] {
        bench.enable_all();
        const auto send = [&](Address which, std::uint64_t value) {
            bench.set(1, which, value);
            unsigned reached = 0;
            for (unsigned cpu = 0; cpu < 4; ++cpu) {
                reached |= bench.irq[cpu].level() || bench.fiq[cpu].level() ? 1U << cpu : 0;
                bench.redist.put(sgi_frame(cpu) + clear_pending(0), 0xffff);
            }
            return reached;
        };
        EXPECT_EQ(send(kSgi1r, 5ULL << 24 | 2), 2U) << "to oneself";
        EXPECT_EQ(send(kSgi1r, 5ULL << 24 | 0xd), 0xdU) << "to a set";
        EXPECT_EQ(send(kSgi1r, 1ULL << 40 | 5ULL << 24), 0xdU) << "to all others";
        EXPECT_EQ(send(kSgi1r, 5ULL << 24 | 0xfff0), 0U) << "to CPUs that do not exist";
        EXPECT_EQ(send(kSgi1r, 1ULL << 16 | 5ULL << 24 | 0xf), 0U) << "to a cluster that does not exist";
        EXPECT_EQ(send(kSgi1r, 1ULL << 44 | 5ULL << 24 | 0xf), 0U) << "beyond 16 CPUs to a cluster";
        EXPECT_EQ(send(kSgi0r, 5ULL << 24 | 0xf), 0U) << "of group 0, and they are of group 1";
        EXPECT_EQ(send(kAsgi1r, 5ULL << 24 | 0xf), 0U) << "of a security state that does not exist";
    });
}

TEST(Gicv3, SgiIsTakenOnce) {
    GicBench bench;
    bench.run([&] {
        bench.enable_all();
        bench.set(1, kSgi1r, 3ULL << 24 | 1);
        bench.set(1, kSgi1r, 3ULL << 24 | 1);
        EXPECT_EQ(bench.get(0, kIar1), 3U);
        bench.set(1, kSgi1r, 3ULL << 24 | 1);
        EXPECT_FALSE(bench.irq[0].level()) << "active and pending";
        bench.set(0, kEoir1, 3);
        EXPECT_EQ(bench.get(0, kIar1), 3U);
        bench.set(0, kEoir1, 3);
        EXPECT_EQ(bench.get(0, kIar1), kNone);
    });
}

TEST(Gicv3, PreemptsByGroupPriorityOnly) {
    GicBench bench;
    bench.run([&] {
        bench.enable_all();
        bench.set(0, kBpr1, 5); // Bits 7 to 5.
        bench.allow(40, 0x90);
        bench.allow(41, 0x80);
        bench.allow(42, 0x60);
        bench.dist.put(set_pending(40), mask(40));
        EXPECT_EQ(bench.get(0, kIar1), 40U);
        bench.dist.put(set_pending(41), mask(41));
        EXPECT_FALSE(bench.irq[0].level());
        bench.dist.put(set_pending(42), mask(42));
        EXPECT_TRUE(bench.irq[0].level());
        EXPECT_EQ(bench.get(0, kIar1), 42U);
        EXPECT_EQ(bench.get(0, kAp1r0), 1U << 12 | 1U << 16) << "0x60 and 0x80";
        bench.set(0, kEoir1, 42);
        EXPECT_EQ(bench.get(0, kRpr), 0x80U);
        bench.set(0, kEoir1, 40);
        EXPECT_EQ(bench.get(0, kRpr), 0xffU);
        EXPECT_EQ(bench.get(0, kIar1), 41U);
    });
}

TEST(Gicv3, PriorityDropIsSeparateWithEoiMode) {
    GicBench bench;
    bench.run([&] {
        bench.enable_all();
        bench.set(0, kCtlr, 2);
        bench.allow(40);
        bench.spi[8].set(true);
        EXPECT_EQ(bench.get(0, kIar1), 40U);
        bench.set(0, kEoir1, 40);
        EXPECT_EQ(bench.get(0, kRpr), 0xffU);
        EXPECT_TRUE(bench.active(40));
        EXPECT_FALSE(bench.irq[0].level());
        bench.set(1, kDir, 40);
        EXPECT_TRUE(bench.active(40)) << "CPU 1 has EOImode 0";
        bench.set(0, kDir, 40);
        EXPECT_TRUE(bench.irq[0].level());
    });
}

TEST(Gicv3, MaskAndEnablesHoldBack) {
    GicBench bench;
    bench.run([&] {
        bench.enable_all();
        bench.allow(40, 0x80);
        bench.dist.put(set_pending(40), mask(40));
        EXPECT_TRUE(bench.irq[0].level());
        bench.set(0, kPmr, 0x80);
        EXPECT_FALSE(bench.irq[0].level());
        EXPECT_EQ(bench.get(0, kIar1), kNone);
        EXPECT_EQ(bench.get(0, kHppir1), 40U);
        bench.set(0, kPmr, 0xf8);
        bench.set(0, kIgrpen1, 0);
        EXPECT_FALSE(bench.irq[0].level());
        bench.set(0, kIgrpen1, 1);
        bench.dist.put(kControl, 1);
        EXPECT_FALSE(bench.irq[0].level());
        bench.dist.put(kControl, 2);
        bench.redist.put(frame(0) + kWaker, 2);
        EXPECT_EQ(bench.redist.get(frame(0) + kWaker), 6U);
        EXPECT_FALSE(bench.irq[0].level()) << "asleep";
        bench.redist.put(frame(0) + kWaker, 0);
        EXPECT_TRUE(bench.irq[0].level());
    });
}

TEST(Gicv3, GroupZeroIsTheFiq) {
    GicBench bench;
    bench.run([&] {
        bench.enable_all();
        bench.dist.put(kControl, 3);
        bench.set(0, kIgrpen0, 1);
        bench.allow(40, 0x80);
        bench.allow(41, 0x40);
        bench.dist.put(group(41), ~mask(41));
        bench.dist.put(set_pending(40), mask(40) | mask(41));
        EXPECT_TRUE(bench.fiq[0].level());
        EXPECT_FALSE(bench.irq[0].level());
        EXPECT_EQ(bench.get(0, kIar1), kNone) << "the best is of group 0";
        EXPECT_EQ(bench.get(0, kHppir0), 41U);
        EXPECT_EQ(bench.get(0, kHppir1), kNone);
        EXPECT_EQ(bench.get(0, kIar0), 41U);
        EXPECT_EQ(bench.get(0, kAp0r0), 1U << 8);
        bench.set(0, kEoir1, 41);
        EXPECT_EQ(bench.get(0, kRpr), 0x40U) << "not of group 1";
        bench.set(0, kEoir0, 41);
        EXPECT_EQ(bench.get(0, kIar1), 40U);
    });
}

TEST(Gicv3, CommonBinaryPoint) {
    GicBench bench;
    bench.run([&] {
        bench.set(0, kBpr0, 4);
        bench.set(0, kBpr1, 0);
        EXPECT_EQ(bench.get(0, kBpr1), 3U) << "the least";
        bench.set(0, kCtlr, 1);
        EXPECT_EQ(bench.get(0, kBpr1), 5U);
        bench.set(0, kBpr1, 7);
        bench.set(0, kCtlr, 0);
        EXPECT_EQ(bench.get(0, kBpr1), 3U) << "writes were ignored";
        bench.set(0, kBpr0, 0);
        EXPECT_EQ(bench.get(0, kBpr0), 2U);
    });
}

TEST(Gicv3, EndsThatMeanNothingChangeNothing) {
    GicBench bench;
    bench.run([&] {
        bench.enable_all();
        bench.allow(40);
        bench.dist.put(set_pending(40), mask(40));
        EXPECT_EQ(bench.get(0, kIar1), 40U);
        for (const unsigned id : {1020U, 1022U, kNone, 4096U})
            bench.set(0, kEoir1, id);
        EXPECT_EQ(bench.get(0, kRpr), 0x80U);
        bench.set(0, kEoir1, 40);
        bench.set(0, kEoir1, 40);
        bench.set(0, kEoir1, 900);
        EXPECT_EQ(bench.get(0, kRpr), 0xffU);
    });
}

TEST(Gicv3, IdentifiesItself) {
    GicBench bench(3, {{"affinity", 0x0100}});
    bench.run([&] {
        EXPECT_EQ(bench.dist.get(kPidr2), 0x3bU);
        EXPECT_EQ(bench.dist.get(kType) & 0x1f, 2U);
        EXPECT_EQ(bench.dist.get(kControl), 0x50U) << "affinity routing, one security state";
        bench.dist.put(kControl, 0xffffffff);
        EXPECT_EQ(bench.dist.get(kControl), 0x53U);
        EXPECT_EQ(bench.redist.get(frame(1) + kPidr2), 0x3bU);
        EXPECT_EQ(bench.redist.get(frame(1) + 8, 8), 0x0101ULL << 32 | 1U << 8 | 1U << 5);
        EXPECT_EQ(bench.redist.get(frame(2) + 8, 8), 0x0102ULL << 32 | 2U << 8 | 1U << 5 | 1U << 4) << "the last";
        EXPECT_EQ(bench.redist.get(frame(2) + 12), 0x0102U) << "a half of it";
        EXPECT_EQ(bench.redist.read(frame(3)).status, tlm::TLM_ADDRESS_ERROR_RESPONSE);
        bench.enable_all();
        bench.allow(33, 0x80, 0x0102);
        bench.spi[1].set(true);
        EXPECT_TRUE(bench.irq[2].level());
    });
}

TEST(Gicv3, ReservedAndReadOnlyStay) {
    GicBench bench;
    bench.run([&] {
        bench.dist.put(priority(32), 0x4433'2211);
        EXPECT_EQ(bench.dist.get(priority(32)), 0x4030'2010U);
        bench.dist.put(priority(34), 0xff, 1);
        EXPECT_EQ(bench.dist.get(priority(32)), 0x40f8'2010U);
        for (const Address at : {set_enable(0), priority(0), trigger(0), Address{0x800}, Address{0xf00}, set_enable(96)}) {
            bench.dist.put(at, 0xffffffff);
            EXPECT_EQ(bench.dist.get(at), 0U) << std::hex << at;
        }
        bench.redist.put(sgi_frame(0) + trigger(0), 0);
        EXPECT_EQ(bench.redist.get(sgi_frame(0) + trigger(0)), 0xaaaa'aaaaU);
        bench.redist.put(sgi_frame(0) + trigger(16), 0xffffffff);
        EXPECT_EQ(bench.redist.get(sgi_frame(0) + trigger(16)), 0xaaaa'aaaaU);
        bench.set(0, kSre, 0);
        EXPECT_EQ(bench.get(0, kSre), 7U);
        bench.set(0, kCtlr, ~std::uint64_t{0});
        EXPECT_EQ(bench.get(0, kCtlr), 0x8403U);
        EXPECT_EQ(bench.get(0, kSgi1r), 0U);
        EXPECT_EQ(bench.cpus[0]->read(kAp0r1, 8).status, tlm::TLM_ADDRESS_ERROR_RESPONSE) << "five bits of priority need one register";
        EXPECT_EQ(bench.cpus[0]->read(sys(0, 12, 12, 1) + 8 * 100, 8).status, tlm::TLM_ADDRESS_ERROR_RESPONSE);
        EXPECT_EQ(bench.cpus[0]->read(kPmr, 4).status, tlm::TLM_BURST_ERROR_RESPONSE);
    });
}

TEST(Gicv3, DebugAccessAcknowledgesNothing) {
    GicBench bench;
    bench.run([&] {
        bench.enable_all();
        bench.allow(33);
        bench.spi[1].set(true);
        bench.cpus[0]->peek(kIar1, 8);
        EXPECT_TRUE(bench.irq[0].level());
    });
}

TEST(Gicv3, ResetKeepsTheLevelsOfItsInputs) {
    GicBench bench;
    bench.run([&] {
        bench.enable_all();
        bench.allow(33);
        bench.spi[1].set(true);
        EXPECT_EQ(bench.get(0, kIar1), 33U);
        bench.model->reset();
        EXPECT_FALSE(bench.irq[0].level() || bench.active(33));
        EXPECT_TRUE(bench.pending(33));
        EXPECT_EQ(bench.redist.get(frame(0) + kWaker), 6U);
    });
}

TEST(Gicv3, ImpossibleParametersAreUserErrors) {
    Bench bench;
    EXPECT_THROW(bench.make("gicv3", "a", {{"cpus", 0}}), UserError);
    EXPECT_THROW(bench.make("gicv3", "b", {{"cpus", 17}}), UserError);
    EXPECT_THROW(bench.make("gicv3", "c", {{"spis", 33}}), UserError);
}

} // namespace
} // namespace medley::periph::test
