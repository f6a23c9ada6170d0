#include "medley/base/error.h"
#include "support/gic_bench.h"

namespace medley::periph::test {
namespace {

using namespace gic;
using GicBench = Gicv2Bench;
constexpr Address kDistControl = gic::kControl, kControl = GicBench::kControl, kMask = GicBench::kMask, kBinaryPoint = GicBench::kBinaryPoint;
constexpr Address kIar = GicBench::kIar, kRunning = GicBench::kRunning, kHighest = GicBench::kHighest, kSgi = GicBench::kSgi;
constexpr Address kAliasedIar = GicBench::kAliasedIar, kAliasedEoir = GicBench::kAliasedEoir, kAliasedHighest = GicBench::kAliasedHighest;
constexpr Address kDir = GicBench::kDir;
constexpr Address clear_sender(unsigned id) { return 0xf10 + id; }
constexpr Address set_sender(unsigned id) { return 0xf20 + id; }
constexpr unsigned kEoiMode = 1 << 9;

TEST(Gicv2, DeliversALevelUntilTheDeviceIsServed) {
    GicBench bench;
    bench.run([&] {
        bench.enable_all();
        bench.allow(33);
        bench.spi[1].set(true);
        EXPECT_TRUE(bench.irq[0].level());
        EXPECT_FALSE(bench.irq[1].level());
        EXPECT_FALSE(bench.fiq[0].level());
        EXPECT_EQ(bench.take(), 33U);
        EXPECT_FALSE(bench.irq[0].level()) << "its priority runs";
        EXPECT_TRUE(bench.pending(33)) << "active and pending: the level is still high";
        EXPECT_TRUE(bench.active(33));
        bench.end(33);
        EXPECT_TRUE(bench.irq[0].level());
        EXPECT_EQ(bench.take(), 33U);
        bench.spi[1].set(false);
        bench.end(33);
        EXPECT_FALSE(bench.irq[0].level());
        EXPECT_FALSE(bench.pending(33));
        EXPECT_FALSE(bench.active(33));
        EXPECT_EQ(bench.take(), kNone);
    });
}

TEST(Gicv2, DeliversAnEdgeOnce) {
    GicBench bench;
    bench.run([&] {
        bench.enable_all();
        bench.edge(40);
        bench.allow(40);
        bench.spi[8].set(true);
        EXPECT_EQ(bench.take(), 40U);
        EXPECT_FALSE(bench.pending(40));
        bench.spi[8].set(false);
        bench.spi[8].set(true);
        EXPECT_TRUE(bench.pending(40)) << "a second edge while the first is served";
        EXPECT_FALSE(bench.irq[0].level());
        bench.end(40);
        EXPECT_EQ(bench.take(), 40U);
        bench.end(40);
        EXPECT_EQ(bench.take(), kNone) << "the level alone says nothing";
    });
}

TEST(Gicv2, SoftwareMakesPendingAndTakesItBack) {
    GicBench bench;
    bench.run([&] {
        bench.enable_all();
        bench.allow(34);
        bench.dist.put(set_pending(34), mask(34));
        EXPECT_TRUE(bench.irq[0].level());
        bench.dist.put(clear_pending(34), mask(34));
        EXPECT_FALSE(bench.irq[0].level());
        bench.spi[2].set(true);
        bench.dist.put(clear_pending(34), mask(34));
        EXPECT_TRUE(bench.pending(34)) << "a level that is high stays pending";
        bench.dist.put(set_pending(34), mask(34));
        bench.spi[2].set(false);
        EXPECT_TRUE(bench.pending(34)) << "what software latched outlives the level";
        EXPECT_EQ(bench.take(), 34U);
        EXPECT_FALSE(bench.pending(34));
    });
}

TEST(Gicv2, ActiveIsWritten) {
    GicBench bench;
    bench.run([&] {
        bench.enable_all();
        bench.allow(34);
        bench.dist.put(set_active(34), mask(34));
        bench.spi[2].set(true);
        EXPECT_TRUE(bench.pending(34));
        EXPECT_FALSE(bench.irq[0].level()) << "active and pending is not signalled";
        EXPECT_EQ(bench.take(), kNone);
        bench.dist.put(clear_active(34), mask(34));
        EXPECT_TRUE(bench.irq[0].level());
    });
}

TEST(Gicv2, TheMoreUrgentComesFirstThenTheLowerNumber) {
    GicBench bench;
    bench.run([&] {
        bench.enable_all();
        bench.interface.put(kBinaryPoint, 7); // No preemption.
        for (const auto& [id, level] : {std::pair{40U, 0x80U}, {50U, 0x20U}, {45U, 0x80U}, {60U, 0x88U}}) {
            bench.allow(id, level);
            bench.dist.put(set_pending(id), mask(id));
        }
        for (const unsigned expected : {50U, 40U, 45U, 60U, kNone}) {
            EXPECT_EQ(bench.interface.get(kHighest), expected);
            EXPECT_EQ(bench.take(), expected);
            bench.end(expected);
        }
    });
}

TEST(Gicv2, PreemptsByGroupPriorityOnly) {
    GicBench bench;
    bench.run([&] {
        bench.enable_all();
        bench.interface.put(kBinaryPoint, 4); // Bits 7 to 5.
        bench.allow(40, 0x90);
        bench.allow(41, 0x80);
        bench.allow(42, 0x60);
        bench.dist.put(set_pending(40), mask(40));
        EXPECT_EQ(bench.take(), 40U);
        EXPECT_EQ(bench.interface.get(kRunning), 0x80U);
        bench.dist.put(set_pending(41), mask(41));
        EXPECT_FALSE(bench.irq[0].level()) << "same group priority";
        EXPECT_EQ(bench.take(), kNone);
        EXPECT_EQ(bench.interface.get(kHighest), 41U);
        bench.dist.put(set_pending(42), mask(42));
        EXPECT_TRUE(bench.irq[0].level());
        EXPECT_EQ(bench.take(), 42U);
        EXPECT_EQ(bench.interface.get(kRunning), 0x60U);
        bench.end(42);
        EXPECT_EQ(bench.interface.get(kRunning), 0x80U);
        EXPECT_FALSE(bench.irq[0].level());
        bench.end(40);
        EXPECT_EQ(bench.interface.get(kRunning), 0xffU);
        EXPECT_EQ(bench.take(), 41U);
    });
}

TEST(Gicv2, BinaryPointAlsoAppliesToTheRunningPriority) {
    GicBench bench;
    bench.run([&] {
        bench.enable_all();
        bench.allow(40, 0x60);
        bench.allow(41, 0x20);
        bench.pend(40);
        EXPECT_EQ(bench.take(), 40U);
        bench.interface.put(kBinaryPoint, 7);
        bench.pend(41);
        EXPECT_FALSE(bench.irq[0].level()) << "no bits preempt, whatever the point was when the other was taken";
        bench.interface.put(kBinaryPoint, 5);
        EXPECT_TRUE(bench.irq[0].level()) << "0x00 against 0x40";
    });
}

TEST(Gicv2, MaskHoldsBackWhatIsNotLess) {
    GicBench bench;
    bench.run([&] {
        bench.enable_all();
        bench.allow(40, 0x80);
        bench.dist.put(set_pending(40), mask(40));
        bench.interface.put(kMask, 0x80);
        EXPECT_FALSE(bench.irq[0].level());
        EXPECT_EQ(bench.take(), kNone);
        bench.interface.put(kMask, 0x88);
        EXPECT_TRUE(bench.irq[0].level());
    });
}

TEST(Gicv2, PriorityDropIsSeparateWithEoiMode) {
    GicBench bench;
    bench.run([&] {
        bench.enable_all();
        bench.interface.put(kControl, 3 | kEoiMode);
        bench.allow(40);
        bench.allow(41);
        bench.spi[8].set(true);
        EXPECT_EQ(bench.take(), 40U);
        bench.end(40);
        EXPECT_TRUE(bench.active(40));
        EXPECT_EQ(bench.interface.get(kRunning), 0xffU);
        EXPECT_FALSE(bench.irq[0].level());
        bench.dist.put(set_pending(41), mask(41));
        EXPECT_TRUE(bench.irq[0].level()) << "others may come after the drop";
        EXPECT_EQ(bench.take(), 41U);
        bench.end(41);
        bench.interface.put(kDir, 40);
        EXPECT_FALSE(bench.active(40));
        EXPECT_TRUE(bench.irq[0].level());
        bench.interface.put(kControl, 3);
        bench.interface.put(kDir, 41);
        EXPECT_TRUE(bench.active(41)) << "DIR is for EOImode 1";
    });
}

TEST(Gicv2, EndsThatMeanNothingChangeNothing) {
    GicBench bench;
    bench.run([&] {
        bench.enable_all();
        bench.allow(40);
        bench.dist.put(set_pending(40), mask(40));
        EXPECT_EQ(bench.take(), 40U);
        for (const unsigned id : {1020U, 1021U, 1022U, kNone})
            bench.end(id);
        EXPECT_EQ(bench.interface.get(kRunning), 0x80U);
        EXPECT_TRUE(bench.active(40));
        bench.end(40);
        bench.end(40);
        bench.end(900);
        EXPECT_EQ(bench.interface.get(kRunning), 0xffU);
    });
}

TEST(Gicv2, SgiNamesItsSenderAndCountsEachOnce) {
    GicBench bench(3);
    bench.run([&] {
        bench.enable_all();
        bench.be(2);
        bench.dist.put(kSgi, 1U << 16 | 5);
        bench.dist.put(kSgi, 1U << 16 | 5);
        bench.be(1);
        bench.dist.put(kSgi, 1U << 16 | 5);
        EXPECT_FALSE(bench.irq[1].level());
        bench.be(0);
        EXPECT_TRUE(bench.irq[0].level());
        EXPECT_EQ(bench.dist.get(set_sender(5), 1), 6U);
        EXPECT_EQ(bench.take(), 1U << 10 | 5);
        EXPECT_TRUE(bench.pending(5)) << "the other sender's";
        bench.end(1U << 10 | 5);
        EXPECT_EQ(bench.take(), 2U << 10 | 5);
        EXPECT_FALSE(bench.pending(5));
        bench.end(2U << 10 | 5);
        EXPECT_EQ(bench.take(), kNone);
    });
}

TEST(Gicv2, SgiToOneselfToAllOthersAndToSets) {
    GicBench bench(4);
    bench.run([&] {
        bench.enable_all();
        const auto send = [&](std::uint32_t value) {
            bench.be(1);
            bench.dist.put(kSgi, value);
            unsigned reached = 0;
            for (unsigned cpu = 0; cpu < 4; ++cpu) {
                bench.be(cpu);
                reached |= bench.irq[cpu].level() ? 1U << cpu : 0;
                bench.dist.put(clear_sender(3), 0xff, 1);
                EXPECT_FALSE(bench.irq[cpu].level());
            }
            return reached;
        };
        EXPECT_EQ(send(2U << 24 | 3), 2U) << "to oneself";
        EXPECT_EQ(send(1U << 24 | 3), 13U) << "to all others";
        EXPECT_EQ(send(9U << 16 | 3), 9U) << "to a set";
        EXPECT_EQ(send(0xf0U << 16 | 3), 0U) << "to CPUs that do not exist";
        EXPECT_EQ(send(3U << 24 | 0xffU << 16 | 3), 0U) << "reserved filter";
    });
}

TEST(Gicv2, SgiPendingRegistersAreBytesOfSenders) {
    GicBench bench;
    bench.run([&] {
        bench.enable_all();
        bench.be(0);
        bench.dist.put(set_sender(4), 0xff, 1);
        EXPECT_EQ(bench.dist.get(set_sender(4), 1), 3U) << "two CPUs";
        EXPECT_EQ(bench.dist.get(0xf24, 4), 3U);
        bench.dist.put(clear_sender(4), 1, 1);
        EXPECT_EQ(bench.take(), 1U << 10 | 4);
        bench.end(1U << 10 | 4);
        bench.dist.put(set_pending(4), mask(4));
        EXPECT_FALSE(bench.pending(4)) << "ISPENDR is read-only for SGIs";
    });
}

TEST(Gicv2, PrivateInterruptsAreBanked) {
    GicBench bench;
    bench.run([&] {
        bench.enable_all();
        bench.allow(27, 0x40);
        bench.be(1);
        EXPECT_EQ(bench.dist.get(priority(27), 1), 0U);
        EXPECT_EQ(bench.dist.get(set_enable(27)), 0xffffU);
        bench.ppi[11].set(true);
        EXPECT_TRUE(bench.irq[0].level());
        EXPECT_FALSE(bench.irq[1].level());
        EXPECT_FALSE(bench.pending(27));
        EXPECT_EQ(bench.take(), kNone);
        bench.be(0);
        EXPECT_EQ(bench.take(), 27U);
    });
}

TEST(Gicv2, SharedInterruptGoesToItsTargetsAndIsTakenOnce) {
    GicBench bench;
    bench.run([&] {
        bench.enable_all();
        bench.allow(33, 0x80, 0);
        bench.spi[1].set(true);
        EXPECT_FALSE(bench.irq[0].level() || bench.irq[1].level());
        bench.dist.put(targets(33), 3, 1);
        EXPECT_TRUE(bench.irq[0].level() && bench.irq[1].level());
        bench.be(1);
        EXPECT_EQ(bench.take(), 33U);
        EXPECT_FALSE(bench.irq[0].level());
        bench.be(0);
        EXPECT_EQ(bench.take(), kNone);
    });
}

TEST(Gicv2, BytesOfPriorityAndTargetsAreAccessedOneByOne) {
    GicBench bench;
    bench.run([&] {
        bench.be(1);
        bench.dist.put(priority(32), 0x4433'2211);
        EXPECT_EQ(bench.dist.get(priority(32)), 0x4030'2010U) << "five bits";
        bench.dist.put(priority(34), 0xff, 1);
        EXPECT_EQ(bench.dist.get(priority(32)), 0x40f8'2010U);
        EXPECT_EQ(bench.dist.get(priority(35), 1), 0x40U);
        bench.dist.put(targets(32), 0xffff'ffff);
        EXPECT_EQ(bench.dist.get(targets(32)), 0x0303'0303U) << "two CPUs";
        bench.dist.put(targets(33), 1, 1);
        EXPECT_EQ(bench.dist.get(targets(32)), 0x0303'0103U);
        EXPECT_EQ(bench.dist.get(targets(0)), 0x0202'0202U) << "one's own interrupts are one's own";
        bench.dist.put(targets(0), 0xffff'ffff);
        EXPECT_EQ(bench.dist.get(targets(0)), 0x0202'0202U);
        bench.dist.put(set_enable(32) + 1, 0xff, 1);
        EXPECT_EQ(bench.dist.get(set_enable(32)), 0xff00U);
    });
}

TEST(Gicv2, OneCpuHasNoTargetRegisters) {
    GicBench bench(1);
    bench.run([&] {
        bench.enable_all();
        bench.allow(33, 0x80, 0);
        EXPECT_EQ(bench.dist.get(targets(33), 1), 0U);
        bench.spi[1].set(true);
        EXPECT_TRUE(bench.irq[0].level());
    });
}

TEST(Gicv2, ReservedAndReadOnlyStay) {
    GicBench bench;
    bench.run([&] {
        EXPECT_EQ(bench.dist.get(kType), 2U | 1U << 5);
        bench.dist.put(kType, 0xffff'ffff);
        EXPECT_EQ(bench.dist.get(kType), 2U | 1U << 5);
        bench.dist.put(kDistControl, 0xffff'ffff);
        EXPECT_EQ(bench.dist.get(kDistControl), 3U);
        bench.dist.put(clear_enable(0), 0xffff'ffff);
        EXPECT_EQ(bench.dist.get(set_enable(0)), 0xffffU) << "SGIs are always enabled";
        bench.dist.put(trigger(0), 0);
        EXPECT_EQ(bench.dist.get(trigger(0)), 0xaaaa'aaaaU) << "SGIs are edges";
        bench.dist.put(trigger(32), 0xffff'ffff);
        EXPECT_EQ(bench.dist.get(trigger(32)), 0xaaaa'aaaaU);
        bench.dist.put(set_enable(96), 0xffff'ffff);
        EXPECT_EQ(bench.dist.get(set_enable(96)), 0U) << "64 shared interrupts";
        EXPECT_EQ(bench.dist.get(kSgi), 0U);
        EXPECT_EQ(bench.dist.get(0xfe8), 0x2bU) << "architecture version 2";
        EXPECT_EQ(bench.interface.get(0xfc) >> 16 & 0xf, 2U);
        bench.interface.put(kControl, 0xffff'ffff);
        EXPECT_EQ(bench.interface.get(kControl), 0x21fU);
        bench.interface.put(kBinaryPoint, 0);
        EXPECT_EQ(bench.interface.get(kBinaryPoint), 2U) << "five bits of priority leave no smaller point";
        bench.interface.put(kMask, 0x87);
        EXPECT_EQ(bench.interface.get(kMask), 0x80U);
    });
}

TEST(Gicv2, GroupsHaveTheirOwnEnablesAndOutputs) {
    GicBench bench;
    bench.run([&] {
        bench.enable_all();
        bench.interface.put(kControl, 3 | 8); // FIQEn
        bench.allow(40, 0x80);
        bench.allow(41, 0x40);
        bench.dist.put(group(40), mask(40));
        bench.dist.put(set_pending(40), mask(40));
        EXPECT_TRUE(bench.irq[0].level());
        EXPECT_EQ(bench.take(), 1022U) << "group 1 without AckCtl";
        EXPECT_EQ(bench.interface.get(kHighest), 1022U);
        EXPECT_EQ(bench.interface.get(kAliasedHighest), 40U);
        bench.dist.put(set_pending(41), mask(41));
        EXPECT_TRUE(bench.fiq[0].level());
        EXPECT_FALSE(bench.irq[0].level());
        EXPECT_EQ(bench.interface.get(kAliasedIar), kNone) << "group 0 is more urgent";
        EXPECT_EQ(bench.take(), 41U);
        bench.interface.put(kAliasedEoir, 41);
        EXPECT_EQ(bench.interface.get(kRunning), 0x40U) << "not of group 1";
        bench.end(41);
        EXPECT_EQ(bench.interface.get(kAliasedIar), 40U);
        bench.interface.put(kAliasedEoir, 40);
        EXPECT_EQ(bench.interface.get(kRunning), 0xffU);
        bench.dist.put(kDistControl, 2);
        bench.dist.put(set_pending(41), mask(41));
        EXPECT_FALSE(bench.fiq[0].level()) << "the distributor forwards group 1 alone";
    });
}

TEST(Gicv2, WithoutWiresInitiatorsCountFromZero) {
    Bench bench;
    auto model = bench.make("gicv2", "gic", {{"cpus", 2}, {"spis", 32}});
    Initiator dist("dist");
    dist.socket.bind(*model->target_socket("dist"));
    bench.run([&] {
        dist.id = 1;
        EXPECT_EQ(dist.get(targets(0), 1), 2U);
        dist.id = 9;
        EXPECT_EQ(dist.get(targets(0), 1), 1U);
    });
}

TEST(Gicv2, DebugAccessAcknowledgesNothing) {
    GicBench bench;
    bench.run([&] {
        bench.enable_all();
        bench.allow(33);
        bench.spi[1].set(true);
        bench.interface.peek(kIar);
        EXPECT_TRUE(bench.irq[0].level());
        EXPECT_EQ(bench.dist.peek(priority(33), 1), 0x80U);
    });
}

TEST(Gicv2, ResetKeepsTheLevelsOfItsInputs) {
    GicBench bench;
    bench.run([&] {
        bench.enable_all();
        bench.allow(33);
        bench.spi[1].set(true);
        EXPECT_EQ(bench.take(), 33U);
        bench.model->reset();
        EXPECT_FALSE(bench.irq[0].level());
        EXPECT_FALSE(bench.active(33));
        EXPECT_TRUE(bench.pending(33));
        EXPECT_EQ(bench.interface.get(kControl), 0U);
    });
}

TEST(Gicv2, ImpossibleParametersAreUserErrors) {
    Bench bench;
    EXPECT_THROW(bench.make("gicv2", "a", {{"cpus", 0}}), UserError);
    EXPECT_THROW(bench.make("gicv2", "b", {{"cpus", 9}}), UserError);
    EXPECT_THROW(bench.make("gicv2", "c", {{"spis", 33}}), UserError);
    EXPECT_THROW(bench.make("gicv2", "d", {{"spis", 1024}}), UserError);
}

} // namespace
} // namespace medley::periph::test
