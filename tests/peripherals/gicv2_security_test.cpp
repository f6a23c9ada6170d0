// A GICv2 with the Security Extensions (IHI 0048B, 3.8 and the Non-secure views of chapter 4).
#include "support/gic_bench.h"

namespace medley::periph::test {
namespace {

using namespace gic;
using Cpu = Gicv2Bench;
constexpr Address kActive = 0xd0, kNonSecureActive = 0xe0;
constexpr unsigned kAckControl = 1 << 2, kFiqEnable = 1 << 3, kCommonBinaryPoint = 1 << 4, kEoiMode = 1 << 9, kNonSecureEoiMode = 1 << 10;

/// Interrupts 40 and 41: group 0, at 0x40; 50 and 51: group 1, at 0xa0.
struct SecureBench : Gicv2Bench {
    SecureBench() : Gicv2Bench(2, {{"secure", 1}}) { be(0); }
    void be_secure(bool secure) { dist.secure = interface.secure = secure; }
    void start(unsigned modes = 3 | kFiqEnable) {
        be_secure(true);
        enable_all();
        interface.put(Cpu::kControl, modes);
        dist.put(group(50), mask(50) | mask(51));
        for (const unsigned id : {40U, 41U})
            allow(id, 0x40);
        for (const unsigned id : {50U, 51U})
            allow(id, 0xa0);
    }
    bool sees(Address at, unsigned id) { return (dist.get(at) & mask(id)) != 0; }
};

TEST(Gicv2Security, GroupZeroIsTheFiqAndGroupOneTheIrq) {
    SecureBench bench;
    bench.run([&] {
        bench.start();
        bench.spi[18].set(true);
        EXPECT_TRUE(bench.irq[0].level() && !bench.fiq[0].level());
        bench.spi[8].set(true);
        EXPECT_TRUE(bench.fiq[0].level() && !bench.irq[0].level());
        bench.be_secure(false);
        EXPECT_EQ(bench.take(), kNone) << "the best is Secure";
        EXPECT_EQ(bench.interface.get(Cpu::kHighest), kNone);
        bench.be_secure(true);
        EXPECT_EQ(bench.take(), 40U);
        EXPECT_EQ(bench.interface.get(Cpu::kRunning), 0x40U);
        bench.spi[8].set(false);
        bench.be_secure(false);
        EXPECT_EQ(bench.interface.get(Cpu::kRunning), 0U) << "more urgent than anything Non-secure";
        bench.end(40);
        bench.be_secure(true);
        EXPECT_TRUE(bench.active(40)) << "Non-secure software ends group 1 alone";
        bench.end(40);
        EXPECT_FALSE(bench.active(40));
        EXPECT_EQ(bench.take(), 1022U) << "group 1, without AckCtl";
        bench.be_secure(false);
        EXPECT_EQ(bench.take(), 50U);
        EXPECT_EQ(bench.interface.get(Cpu::kRunning), 0x40U) << "0xa0 as it shows here";
        bench.end(50);
        EXPECT_EQ(bench.interface.get(Cpu::kRunning), 0xffU);
    });
}

TEST(Gicv2Security, SecureSoftwareMayTakeGroupOneWithAckControl) {
    SecureBench bench;
    bench.run([&] {
        bench.start(3 | kAckControl);
        bench.pend(50);
        EXPECT_EQ(bench.interface.get(Cpu::kHighest), 50U);
        EXPECT_EQ(bench.take(), 50U);
        bench.end(50);
        EXPECT_FALSE(bench.active(50));
        bench.pend(51);
        EXPECT_EQ(bench.interface.get(Cpu::kAliasedIar), 51U);
        bench.interface.put(Cpu::kAliasedEoir, 51);
        EXPECT_FALSE(bench.active(51));
    });
}

TEST(Gicv2Security, SecureInterruptsAreNotThereForNonSecureAccesses) {
    SecureBench bench;
    bench.run([&] {
        bench.start();
        bench.spi[8].set(true);
        bench.spi[18].set(true);
        bench.be_secure(false);
        EXPECT_TRUE(bench.sees(set_enable(50), 50) && bench.sees(set_pending(50), 50));
        EXPECT_FALSE(bench.sees(set_enable(40), 40) || bench.sees(set_pending(40), 40));
        EXPECT_EQ(bench.dist.get(group(50)), 0U);
        for (const Address at : {clear_enable(40), clear_pending(40), clear_active(40), set_active(40), group(40), trigger(40), trigger(50)})
            bench.dist.put(at, 0xffff'ffff);
        for (const Address at : {priority(40), targets(40)}) {
            EXPECT_EQ(bench.dist.get(at, 1), 0U);
            bench.dist.put(at, 0xff, 1);
        }
        EXPECT_EQ(bench.dist.get(trigger(40)) >> 16 & 3, 0U);
        bench.be_secure(true);
        EXPECT_TRUE(bench.sees(set_enable(40), 40)) << "not disabled";
        EXPECT_FALSE(bench.sees(set_enable(50), 50)) << "that one was";
        EXPECT_FALSE(bench.active(40));
        EXPECT_TRUE(bench.active(50));
        EXPECT_EQ(bench.dist.get(group(40)), mask(50) | mask(51));
        EXPECT_EQ(bench.dist.get(priority(40), 1), 0x40U);
        EXPECT_EQ(bench.dist.get(targets(40), 1), 1U);
        EXPECT_EQ(bench.dist.get(trigger(40)) >> 16 & 3, 0U);
        EXPECT_EQ(bench.dist.get(trigger(50)) >> 4 & 3, 2U);
    });
}

TEST(Gicv2Security, NonSecureSoftwareHasTheLowerHalfOfThePriorities) {
    SecureBench bench;
    bench.run([&] {
        bench.start();
        bench.be_secure(false);
        EXPECT_EQ(bench.dist.get(priority(50), 1), 0x40U);
        bench.dist.put(priority(50), 0x10, 1);
        EXPECT_EQ(bench.dist.get(priority(50), 1), 0x10U);
        EXPECT_EQ(bench.interface.get(Cpu::kMask), 0xf0U);
        bench.interface.put(Cpu::kMask, 0x20);
        bench.be_secure(true);
        EXPECT_EQ(bench.dist.get(priority(50), 1), 0x88U);
        EXPECT_EQ(bench.interface.get(Cpu::kMask), 0x90U);
        bench.interface.put(Cpu::kMask, 0x60);
        bench.be_secure(false);
        EXPECT_EQ(bench.interface.get(Cpu::kMask), 0U);
        bench.interface.put(Cpu::kMask, 0xff);
        bench.be_secure(true);
        EXPECT_EQ(bench.interface.get(Cpu::kMask), 0x60U) << "what Secure software masks stays masked";
    });
}

TEST(Gicv2Security, ControlRegistersAreBanked) {
    SecureBench bench;
    bench.run([&] {
        bench.start(0);
        EXPECT_EQ(bench.dist.get(kType) >> 10 & 1, 1U);
        bench.dist.put(gic::kControl, 1);
        bench.be_secure(false);
        EXPECT_EQ(bench.dist.get(gic::kControl), 0U);
        bench.dist.put(gic::kControl, 3);
        EXPECT_EQ(bench.dist.get(gic::kControl), 1U);
        bench.interface.put(Cpu::kControl, 0xffff'ffff);
        EXPECT_EQ(bench.interface.get(Cpu::kControl), 1U | kEoiMode);
        bench.be_secure(true);
        EXPECT_EQ(bench.dist.get(gic::kControl), 3U);
        EXPECT_EQ(bench.interface.get(Cpu::kControl), 2U | kNonSecureEoiMode);
        bench.interface.put(Cpu::kControl, 0xffff'ffff);
        EXPECT_EQ(bench.interface.get(Cpu::kControl), 0x61fU);
        bench.be_secure(false);
        bench.interface.put(Cpu::kControl, 0);
        bench.be_secure(true);
        EXPECT_EQ(bench.interface.get(Cpu::kControl), 0x21dU);
    });
}

TEST(Gicv2Security, BinaryPointsAndTheirAliases) {
    SecureBench bench;
    bench.run([&] {
        bench.start();
        bench.interface.put(Cpu::kBinaryPoint, 4);
        bench.interface.put(Cpu::kAliasedBinaryPoint, 5);
        bench.be_secure(false);
        EXPECT_EQ(bench.interface.get(Cpu::kBinaryPoint), 5U);
        bench.interface.put(Cpu::kBinaryPoint, 6);
        EXPECT_EQ(bench.interface.get(Cpu::kAliasedBinaryPoint), 0U);
        bench.interface.put(Cpu::kAliasedBinaryPoint, 3);
        bench.be_secure(true);
        EXPECT_EQ(bench.interface.get(Cpu::kBinaryPoint), 4U);
        EXPECT_EQ(bench.interface.get(Cpu::kAliasedBinaryPoint), 6U);
        bench.interface.put(Cpu::kControl, 3 | kCommonBinaryPoint);
        bench.be_secure(false);
        EXPECT_EQ(bench.interface.get(Cpu::kBinaryPoint), 5U) << "the Secure one, one higher";
        bench.interface.put(Cpu::kBinaryPoint, 7);
        bench.be_secure(true);
        EXPECT_EQ(bench.interface.get(Cpu::kBinaryPoint), 4U);
        EXPECT_EQ(bench.interface.get(Cpu::kAliasedBinaryPoint), 6U);
    });
}

TEST(Gicv2Security, AliasedRegistersAreForSecureSoftware) {
    SecureBench bench;
    bench.run([&] {
        bench.start();
        bench.pend(50);
        bench.be_secure(false);
        EXPECT_EQ(bench.interface.get(Cpu::kAliasedIar), 0U);
        EXPECT_EQ(bench.interface.get(Cpu::kAliasedHighest), 0U);
        EXPECT_EQ(bench.take(), 50U) << "nothing was taken";
        bench.interface.put(Cpu::kAliasedEoir, 50);
        EXPECT_TRUE(bench.active(50));
        EXPECT_EQ(bench.interface.get(kActive), 1U << 4) << "0xa0 is bit 20, of which the upper half shows";
        EXPECT_EQ(bench.interface.get(kNonSecureActive), 0U);
        bench.interface.put(kNonSecureActive, 0xffff'ffff);
        bench.interface.put(kActive, 1);
        bench.be_secure(true);
        EXPECT_EQ(bench.interface.get(kActive), 0U);
        EXPECT_EQ(bench.interface.get(kNonSecureActive), 1U << 16);
    });
}

TEST(Gicv2Security, EachStateSeparatesDeactivationForItself) {
    SecureBench bench;
    bench.run([&] {
        bench.start(3 | kNonSecureEoiMode);
        bench.pend(50);
        bench.be_secure(false);
        EXPECT_EQ(bench.take(), 50U);
        bench.end(50);
        EXPECT_TRUE(bench.active(50));
        bench.be_secure(true);
        bench.pend(40);
        EXPECT_EQ(bench.take(), 40U);
        bench.be_secure(false);
        bench.interface.put(Cpu::kDir, 40);
        bench.interface.put(Cpu::kDir, 50);
        bench.be_secure(true);
        EXPECT_FALSE(bench.active(50));
        EXPECT_TRUE(bench.active(40)) << "a Secure interrupt";
        bench.end(40);
        EXPECT_FALSE(bench.active(40));
    });
}

TEST(Gicv2Security, SgisReachTheGroupThatTheyAreMeantFor) {
    SecureBench bench;
    bench.run([&] {
        bench.start();
        bench.dist.put(group(3), mask(3));
        const auto send = [&](bool secure, unsigned id, bool to_group_1) {
            bench.be_secure(secure);
            bench.dist.put(Cpu::kSgi, 1U << 16 | (to_group_1 ? 1U << 15 : 0) | id);
            bench.be_secure(true);
            const bool reached = bench.pending(id);
            bench.dist.put(0xf10 + id, 0xff, 1);
            return reached;
        };
        EXPECT_TRUE(send(true, 2, false));
        EXPECT_FALSE(send(true, 2, true));
        EXPECT_FALSE(send(true, 3, false));
        EXPECT_TRUE(send(true, 3, true));
        EXPECT_TRUE(send(false, 3, false)) << "Non-secure software need not say so";
        EXPECT_FALSE(send(false, 2, false));
        EXPECT_FALSE(send(false, 2, true));
        bench.be_secure(false);
        bench.dist.put(0xf22, 1, 1);
        EXPECT_EQ(bench.dist.get(0xf22, 1), 0U);
        bench.be_secure(true);
        EXPECT_FALSE(bench.pending(2));
    });
}

TEST(Gicv2Security, AccessesThatSayNothingAreNonSecure) {
    SecureBench bench;
    bench.run([&] {
        bench.start();
        bench.dist.id = std::nullopt;
        EXPECT_EQ(bench.dist.get(set_enable(40)), mask(50) | mask(51));
        EXPECT_EQ(bench.dist.peek(set_enable(40)), mask(40) | mask(41) | mask(50) | mask(51)) << "but debuggers see everything";
    });
}

} // namespace
} // namespace medley::periph::test
