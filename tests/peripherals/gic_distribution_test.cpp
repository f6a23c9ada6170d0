// Interrupts that any of several CPUs may take: exactly one does (IHI 0048B 1.4.3, IHI 0069H 4.7.1).
#include "support/gic_bench.h"

namespace medley::periph::test {
namespace {

using namespace gic;

constexpr std::uint64_t kToAnyone = 1ULL << 31;

TEST(GicDistribution, V2SignalsAllTargetsAndTheFirstTakesIt) {
    Gicv2Bench bench(4);
    bench.run([&] {
        bench.enable_all();
        bench.edge(33);
        bench.allow(33, 0x80, 0xd);
        bench.spi[1].set(true);
        for (unsigned cpu = 0; cpu < 4; ++cpu)
            EXPECT_EQ(bench.irq[cpu].level(), cpu != 1);
        bench.be(1);
        EXPECT_EQ(bench.take(), kNone) << "not one of them";
        bench.be(2);
        EXPECT_EQ(bench.take(), 33U);
        for (const unsigned cpu : {0U, 1U, 3U}) {
            bench.be(cpu);
            EXPECT_FALSE(bench.irq[cpu].level());
            EXPECT_EQ(bench.take(), kNone);
            EXPECT_EQ(bench.interface.get(Gicv2Bench::kRunning), 0xffU);
        }
        bench.spi[1].set(false);
        bench.spi[1].set(true);
        EXPECT_FALSE(bench.irq[0].level()) << "it is active elsewhere";
        bench.be(2);
        bench.end(33);
        EXPECT_TRUE(bench.irq[0].level() && bench.irq[2].level());
        bench.be(3);
        EXPECT_EQ(bench.take(), 33U);
    });
}

TEST(GicDistribution, V2EveryCpuThatAsksTakesAnotherOne) {
    Gicv2Bench bench(4);
    bench.run([&] {
        bench.enable_all();
        for (unsigned id = 40; id < 44; ++id) {
            bench.edge(id);
            bench.allow(id, 0x80, 0xf);
            bench.pend(id);
        }
        for (unsigned cpu = 0; cpu < 4; ++cpu) {
            bench.be(cpu);
            EXPECT_EQ(bench.take(), 40 + cpu);
        }
        bench.be(0);
        EXPECT_EQ(bench.take(), kNone);
    });
}

struct AnyoneBench : Gicv3Bench {
    AnyoneBench() : Gicv3Bench(3) {}
    /// The CPUs that something is signalled to, a bit each.
    [[nodiscard]] unsigned signalled() const {
        unsigned found = 0;
        for (unsigned cpu = 0; cpu < count(); ++cpu)
            found |= irq[cpu].level() ? 1U << cpu : 0;
        return found;
    }
};

TEST(GicDistribution, V3SignalsOneCpuAtATime) {
    AnyoneBench bench;
    bench.run([&] {
        EXPECT_EQ(bench.dist.get(kType) >> 25 & 1, 0U) << "there is 1-of-N routing";
        bench.enable_all();
        bench.edge(33);
        bench.allow(33, 0x80, kToAnyone | 2);
        EXPECT_EQ(bench.dist.get(route(33), 8), kToAnyone | 2);
        bench.spi[1].set(true);
        EXPECT_EQ(bench.signalled(), 1U);
        EXPECT_EQ(bench.get(1, kIar1), kNone);
        EXPECT_EQ(bench.get(2, kIar1), kNone);
        EXPECT_EQ(bench.get(0, kIar1), 33U);
        EXPECT_EQ(bench.signalled(), 0U);
        bench.spi[1].set(false);
        bench.spi[1].set(true);
        EXPECT_EQ(bench.signalled(), 0U) << "it is active";
        bench.set(0, kEoir1, 33);
        EXPECT_EQ(bench.signalled(), 1U);
    });
}

TEST(GicDistribution, V3GoesToWhoeverWouldTakeItAtOnce) {
    AnyoneBench bench;
    bench.run([&] {
        bench.enable_all();
        for (const unsigned id : {33U, 34U, 35U, 36U}) {
            bench.edge(id);
            bench.allow(id, 0x80, kToAnyone);
            bench.pend(id);
        }
        EXPECT_EQ(bench.get(0, kIar1), 33U);
        EXPECT_EQ(bench.signalled(), 2U) << "CPU 0 is busy with the like";
        EXPECT_EQ(bench.get(1, kIar1), 34U);
        EXPECT_EQ(bench.signalled(), 4U);
        bench.set(2, kPmr, 0x80);
        EXPECT_EQ(bench.signalled(), 0U) << "and CPU 2 does not want it";
        EXPECT_EQ(bench.get(0, kHppir1), 35U) << "waits at the first";
        EXPECT_EQ(bench.get(1, kHppir1), kNone);
        bench.set(1, kEoir1, 34);
        EXPECT_EQ(bench.signalled(), 2U);
        bench.set(0, kEoir1, 33);
        EXPECT_EQ(bench.signalled(), 1U);
    });
}

TEST(GicDistribution, V3AsksParticipantsAlone) {
    AnyoneBench bench;
    bench.run([&] {
        bench.enable_all();
        bench.edge(33);
        bench.allow(33, 0x80, kToAnyone);
        bench.pend(33);
        EXPECT_EQ(bench.redist.get(frame(0) + 8) >> 5 & 1, 1U) << "DPGS";
        bench.redist.put(frame(0), 1 << 25);
        EXPECT_EQ(bench.redist.get(frame(0)), 1U << 25);
        EXPECT_EQ(bench.signalled(), 2U) << "CPU 0 stays away (GICR_CTLR.DPG1NS)";
        bench.set(1, kIgrpen1, 0);
        EXPECT_EQ(bench.signalled(), 4U) << "CPU 1 has disabled the group";
        bench.redist.put(frame(2) + kWaker, 2);
        EXPECT_EQ(bench.signalled(), 0U) << "CPU 2 sleeps";
        EXPECT_TRUE(bench.pending(33));
        bench.redist.put(frame(0), 0);
        EXPECT_EQ(bench.signalled(), 1U);
        bench.dist.put(route(33), 2, 8);
        EXPECT_EQ(bench.signalled(), 0U);
        bench.redist.put(frame(2) + kWaker, 0);
        EXPECT_EQ(bench.signalled(), 4U) << "and by affinity again";
    });
}

} // namespace
} // namespace medley::periph::test
