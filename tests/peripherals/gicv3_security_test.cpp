// A GICv3 with two security states (IHI 0069H 4.6 and 4.8, and the Non-secure views of chapter 12).
#include "support/gic_bench.h"

namespace medley::periph::test {
namespace {

using namespace gic;

constexpr Address kCtlr3 = sys(6, 12, 12, 4), kIgrpen3 = sys(6, 12, 12, 7);
/// In what state the CPU accesses its system registers.
constexpr Address kNs = 0, kNsBehindMonitor = kFiqToMonitor, kS = kSecureBank, kEl3 = kMonitor | kSecureBank, kEl3Ns = kMonitor;

/// Interrupts 40: group 0, 0x40; 50: Non-secure group 1, 0xa0; 60: Secure group 1, 0x60.
struct SecureBench : Gicv3Bench {
    SecureBench() : Gicv3Bench(2, {{"secure", 1}}) {
        for (const char* cpu : {"0", "1"}) {
            irq_ns.emplace_back(model->irq_output(std::string("irq_ns.") + cpu));
            irq_s.emplace_back(model->irq_output(std::string("irq_s.") + cpu));
        }
        dist.id = redist.id = 7;
    }
    void be_secure(bool secure) { dist.secure = redist.secure = secure; }
    void start() {
        be_secure(true);
        dist.put(kControl, 7);
        dist.put(group(50), mask(50));
        dist.put(modifier(60), mask(60));
        for (unsigned cpu = 0; cpu < 2; ++cpu) {
            redist.put(frame(cpu) + kWaker, 0);
            set(cpu, kS | kPmr, 0xf8);
            set(cpu, kS | kIgrpen0, 1);
            set(cpu, kEl3 | kIgrpen3, 3);
        }
        allow(40, 0x40);
        allow(50, 0xa0);
        allow(60, 0x60);
    }

    std::deque<IrqProbe> irq_ns, irq_s;
};

TEST(Gicv3Security, EachGroupHasItsWire) {
    SecureBench bench;
    bench.run([&] {
        bench.start();
        bench.pend(50);
        EXPECT_TRUE(bench.irq_ns[0].level());
        bench.pend(60);
        EXPECT_TRUE(bench.irq_s[0].level() && !bench.irq_ns[0].level());
        bench.pend(40);
        EXPECT_TRUE(bench.fiq[0].level() && !bench.irq_s[0].level());
        EXPECT_FALSE(bench.irq[0].level()) << "of one security state alone";
    });
}

TEST(Gicv3Security, WhoMayTakeWhat) {
    SecureBench bench;
    bench.run([&] {
        bench.start();
        const auto best = [&](Address state) { return std::pair(bench.get(0, state | kHppir0), bench.get(0, state | kHppir1)); };
        using Pair = std::pair<std::uint64_t, std::uint64_t>;
        bench.pend(50);
        EXPECT_EQ(best(kNs), Pair(1023, 50));
        EXPECT_EQ(best(kS), Pair(1023, 1023));
        EXPECT_EQ(best(kEl3), Pair(1021, 50));
        bench.pend(60);
        EXPECT_EQ(best(kNs), Pair(1023, 1023));
        EXPECT_EQ(best(kS), Pair(1023, 60));
        EXPECT_EQ(best(kEl3Ns), Pair(1020, 60));
        bench.pend(40);
        EXPECT_EQ(best(kNs), Pair(1023, 1023));
        EXPECT_EQ(best(kS), Pair(40, 1023));
        EXPECT_EQ(best(kEl3), Pair(40, 1023));
        EXPECT_EQ(bench.get(0, kNs | kIar0), kNone);
        EXPECT_EQ(bench.get(0, kS | kIar1), kNone);
        EXPECT_EQ(bench.get(0, kS | kIar0), 40U);
        EXPECT_EQ(bench.get(0, kEl3 | kIar0), kNone) << "the others are less urgent";
        bench.set(0, kNs | kEoir0, 40);
        EXPECT_EQ(bench.get(0, kEl3 | kRpr), 0x40U) << "not Non-secure software's";
        bench.set(0, kS | kEoir1, 40);
        EXPECT_EQ(bench.get(0, kEl3 | kRpr), 0x40U) << "not of group 1";
        bench.set(0, kS | kEoir0, 40);
        EXPECT_EQ(bench.get(0, kEl3 | kIar0), 1020U) << "shows whose it is, and takes nothing";
        EXPECT_EQ(bench.get(0, kS | kIar1), 60U);
        bench.set(0, kNs | kEoir1, 60);
        EXPECT_EQ(bench.get(0, kEl3 | kRpr), 0x60U);
        bench.set(0, kEl3Ns | kEoir1, 60);
        EXPECT_EQ(bench.get(0, kEl3 | kIar1), 50U) << "the monitor takes those of either state";
        bench.set(0, kS | kEoir1, 50);
        EXPECT_EQ(bench.get(0, kEl3 | kRpr), 0xa0U) << "not Secure software's below the monitor";
        bench.set(0, kNs | kEoir1, 50);
        EXPECT_EQ(bench.get(0, kEl3 | kRpr), 0xffU);
    });
}

TEST(Gicv3Security, SecureInterruptsAreNotThereForNonSecureAccesses) {
    SecureBench bench;
    bench.run([&] {
        bench.start();
        bench.redist.put(sgi_frame(0) + group(0), mask(27));
        bench.redist.put(sgi_frame(0) + modifier(0), mask(28));
        bench.redist.put(sgi_frame(0) + set_enable(0), mask(26) | mask(27) | mask(28));
        for (const unsigned id : {40U, 50U, 60U})
            bench.pend(id);
        bench.be_secure(false);
        EXPECT_EQ(bench.dist.get(set_enable(40)), mask(50));
        EXPECT_EQ(bench.dist.get(set_pending(40)), mask(50));
        EXPECT_EQ(bench.dist.get(group(40)), 0U);
        EXPECT_EQ(bench.dist.get(modifier(40)), 0U);
        EXPECT_EQ(bench.redist.get(sgi_frame(0) + set_enable(0)), mask(27));
        EXPECT_EQ(bench.redist.get(frame(0) + kWaker), 0U);
        for (const Address at : {clear_enable(40), clear_pending(40), set_active(40), group(40), modifier(40), trigger(40), trigger(60)})
            bench.dist.put(at, 0xffff'ffff);
        for (const unsigned id : {40U, 60U}) {
            EXPECT_EQ(bench.dist.get(priority(id), 1), 0U);
            bench.dist.put(priority(id), 0xff, 1);
            bench.dist.put(route(id), 1, 8);
        }
        bench.redist.put(frame(0) + kWaker, 2);
        bench.redist.put(sgi_frame(0) + clear_enable(0), 0xffff'ffff);
        bench.redist.put(sgi_frame(0) + priority(28), 0xff, 1);
        bench.be_secure(true);
        EXPECT_EQ(bench.dist.get(set_enable(40)), mask(40) | mask(60));
        EXPECT_EQ(bench.dist.get(set_pending(40)), mask(40) | mask(60));
        EXPECT_EQ(bench.dist.get(set_active(40)), mask(50));
        EXPECT_EQ(bench.dist.get(group(40)), mask(50));
        EXPECT_EQ(bench.dist.get(modifier(40)), mask(60));
        EXPECT_EQ(bench.dist.get(priority(60), 1), 0x60U);
        EXPECT_EQ(bench.dist.get(route(60), 8), 0U);
        EXPECT_EQ(bench.dist.get(trigger(60)) >> 24 & 3, 0U);
        EXPECT_EQ(bench.redist.get(frame(0) + kWaker), 0U);
        EXPECT_EQ(bench.redist.get(sgi_frame(0) + set_enable(0)), mask(26) | mask(28));
        EXPECT_EQ(bench.redist.get(sgi_frame(0) + priority(28), 1), 0U);
    });
}

TEST(Gicv3Security, NonSecureSoftwareHasTheLowerHalfOfThePriorities) {
    SecureBench bench;
    bench.run([&] {
        bench.start();
        bench.be_secure(false);
        EXPECT_EQ(bench.dist.get(priority(50), 1), 0x40U);
        bench.dist.put(priority(50), 0x10, 1);
        EXPECT_EQ(bench.get(0, kNsBehindMonitor | kPmr), 0xf0U);
        EXPECT_EQ(bench.get(0, kNs | kPmr), 0xf8U) << "where group 0 is not for the monitor, all priorities show";
        bench.set(0, kNsBehindMonitor | kPmr, 0x20);
        bench.be_secure(true);
        EXPECT_EQ(bench.dist.get(priority(50), 1), 0x88U);
        EXPECT_EQ(bench.get(0, kS | kPmr), 0x90U);
        bench.pend(50);
        EXPECT_EQ(bench.get(0, kNsBehindMonitor | kIar1), 50U);
        EXPECT_EQ(bench.get(0, kNsBehindMonitor | kRpr), 0x10U);
        EXPECT_EQ(bench.get(0, kS | kRpr), 0x88U);
        bench.set(0, kNsBehindMonitor | kEoir1, 50);
        EXPECT_EQ(bench.get(0, kNsBehindMonitor | kRpr), 0xffU);
        bench.set(0, kS | kPmr, 0x60);
        EXPECT_EQ(bench.get(0, kNsBehindMonitor | kPmr), 0U);
        bench.set(0, kNsBehindMonitor | kPmr, 0xff);
        EXPECT_EQ(bench.get(0, kS | kPmr), 0x60U) << "what Secure software masks stays masked";
        bench.set(0, kS | kPmr, 0xf8);
        bench.pend(60);
        EXPECT_EQ(bench.get(0, kS | kIar1), 60U);
        EXPECT_EQ(bench.get(0, kNsBehindMonitor | kRpr), 0U);
    });
}

TEST(Gicv3Security, RegistersOfGroupOneAreBanked) {
    SecureBench bench;
    bench.run([&] {
        bench.be_secure(true);
        bench.set(0, kNs | kIgrpen1, 1);
        EXPECT_EQ(bench.get(0, kS | kIgrpen1), 0U);
        EXPECT_EQ(bench.get(0, kEl3Ns | kIgrpen1), 1U);
        EXPECT_EQ(bench.get(0, kEl3 | kIgrpen3), 1U);
        bench.set(0, kEl3 | kIgrpen3, 2);
        EXPECT_EQ(bench.get(0, kS | kIgrpen1), 1U);
        EXPECT_EQ(bench.get(0, kNs | kIgrpen1), 0U);
        bench.set(0, kNs | kBpr1, 6);
        bench.set(0, kS | kBpr1, 0);
        bench.set(0, kS | kBpr0, 4);
        EXPECT_EQ(bench.get(0, kNs | kBpr1), 6U);
        EXPECT_EQ(bench.get(0, kS | kBpr1), 2U) << "the least of Secure group 1";
        bench.set(0, kNs | kAp1r0, 0x10);
        bench.set(0, kS | kAp1r0, 0x20);
        EXPECT_EQ(bench.get(0, kNs | kAp1r0), 0x10U);
        EXPECT_EQ(bench.get(0, kEl3 | kAp1r0), 0x20U);
        bench.set(0, kNs | kCtlr, 3);
        EXPECT_EQ(bench.get(0, kNs | kCtlr), 0x8402U) << "the monitor decides about CBPR";
        EXPECT_EQ(bench.get(0, kS | kCtlr), 0x8400U);
        EXPECT_EQ(bench.get(0, kEl3 | kCtlr3), 0x8410U);
        bench.set(0, kEl3 | kCtlr3, ~std::uint64_t{0});
        EXPECT_EQ(bench.get(0, kEl3 | kCtlr3), 0x841fU);
        EXPECT_EQ(bench.get(0, kS | kCtlr), 0x8403U);
        EXPECT_EQ(bench.get(0, kNs | kBpr1), 5U);
        EXPECT_EQ(bench.get(0, kS | kBpr1), 4U);
        bench.set(0, kNs | kBpr1, 7);
        bench.set(0, kS | kBpr1, 3);
        EXPECT_EQ(bench.get(0, kS | kBpr0), 3U) << "Secure software writes the common one";
    });
}

TEST(Gicv3Security, DeactivationIsSeparateForEachState) {
    SecureBench bench;
    bench.run([&] {
        bench.start();
        bench.set(0, kEl3 | kCtlr3, 1 << 2 | 1 << 4); // EOImode of the monitor and of Non-secure software.
        bench.pend(50);
        EXPECT_EQ(bench.get(0, kNs | kIar1), 50U);
        bench.set(0, kNs | kEoir1, 50);
        EXPECT_TRUE(bench.active(50));
        bench.pend(60);
        EXPECT_EQ(bench.get(0, kEl3 | kIar1), 60U);
        bench.set(0, kEl3 | kEoir1, 60);
        EXPECT_TRUE(bench.active(60));
        bench.set(0, kNs | kDir, 60);
        EXPECT_TRUE(bench.active(60)) << "a Secure interrupt";
        bench.set(0, kEl3 | kDir, 60);
        EXPECT_FALSE(bench.active(60));
        bench.set(0, kEl3 | kCtlr3, 1 << 3 | 1 << 4);
        bench.set(0, kS | kDir, 50);
        EXPECT_TRUE(bench.active(50)) << "a Non-secure one, and not the monitor";
        bench.set(0, kNs | kDir, 50);
        EXPECT_FALSE(bench.active(50));
    });
}

TEST(Gicv3Security, SgisReachTheGroupThatTheyAreMeantFor) {
    SecureBench bench;
    bench.run([&] {
        bench.start();
        bench.redist.put(sgi_frame(1) + group(0), mask(2));
        bench.redist.put(sgi_frame(1) + modifier(0), mask(3));
        const auto send = [&](Address which) {
            std::uint32_t reached = 0;
            for (const std::uint64_t id : {1, 2, 3})
                bench.set(0, which, id << 24 | 2);
            reached = static_cast<std::uint32_t>(bench.redist.get(sgi_frame(1) + set_pending(0)));
            bench.redist.put(sgi_frame(1) + clear_pending(0), 0xffff);
            return reached;
        };
        EXPECT_EQ(send(kS | kSgi0r), mask(1));
        EXPECT_EQ(send(kS | kSgi1r), mask(1) | mask(3)) << "group 0 is Secure, too";
        EXPECT_EQ(send(kS | kAsgi1r), mask(2));
        EXPECT_EQ(send(kNs | kSgi0r), 0U);
        EXPECT_EQ(send(kNs | kSgi1r), mask(2));
        EXPECT_EQ(send(kNs | kAsgi1r), 0U);
        for (const auto monitor : {kEl3, kEl3Ns}) { // Secure, whatever bank SCR_EL3.NS chooses
            EXPECT_EQ(send(monitor | kSgi0r), mask(1));
            EXPECT_EQ(send(monitor | kSgi1r), mask(1) | mask(3));
            EXPECT_EQ(send(monitor | kAsgi1r), mask(2));
        }
        bench.dist.put(kControl, 0x47);
        EXPECT_EQ(send(kNs | kSgi0r), mask(1) | mask(3)) << "what was Secure group 1 is group 0 with one security state";
        EXPECT_EQ(send(kNs | kAsgi1r), mask(1) | mask(3));
        EXPECT_EQ(send(kNs | kSgi1r), mask(1) | mask(2) | mask(3)) << "either group";
    });
}

/// NS_access of GICD_NSACR: 1 for the pending state, 2 for taking it back and looking at the active one, 3 for the route.
TEST(Gicv3Security, NonSecureSoftwareReachesWhatNsacrPermits) {
    SecureBench bench;
    bench.run([&] {
        bench.start();
        for (const unsigned id : {40U, 60U})
            for (std::uint64_t access = 0; access < 4; ++access) {
                const auto place = nsacr(id);
                bench.be_secure(true);
                bench.dist.put(place, access << id % 16 * 2);
                EXPECT_EQ(bench.dist.get(place), access << id % 16 * 2);
                bench.dist.put(clear_pending(id), mask(id));
                bench.dist.put(set_active(id), mask(id));
                bench.dist.put(route(id), 0, 8);
                bench.be_secure(false);
                EXPECT_EQ(bench.dist.get(place), 0U) << "not for Non-secure eyes";
                bench.dist.put(place, 0xffff'ffff);
                EXPECT_EQ(bench.dist.get(set_active(id)) & mask(id), access >= 2 ? mask(id) : 0U);
                bench.dist.put(clear_active(id), mask(id));
                bench.dist.put(set_pending(id), mask(id));
                EXPECT_EQ(bench.dist.get(set_pending(id)) & mask(id), access >= 1 ? mask(id) : 0U);
                EXPECT_EQ(bench.dist.get(clear_pending(id)) & mask(id), access >= 2 ? mask(id) : 0U);
                bench.dist.put(route(id), 1, 8);
                bench.dist.put(clear_enable(id), mask(id));
                bench.dist.put(priority(id), 0xff, 1);
                bench.be_secure(true);
                EXPECT_EQ(bench.dist.get(set_pending(id)) & mask(id), access >= 1 ? mask(id) : 0U);
                EXPECT_EQ(bench.dist.get(route(id), 8), access == 3 ? 1U : 0U);
                EXPECT_EQ(bench.dist.get(set_active(id)) & mask(id), mask(id)) << "looked at, but not changed";
                EXPECT_EQ(bench.dist.get(set_enable(id)) & mask(id), mask(id));
                EXPECT_EQ(bench.dist.get(priority(id), 1), id == 40 ? 0x40U : 0x60U);
                bench.dist.put(set_pending(id), mask(id));
                bench.be_secure(false);
                bench.dist.put(clear_pending(id), mask(id));
                bench.be_secure(true);
                EXPECT_EQ(bench.dist.get(set_pending(id)) & mask(id), access >= 2 ? 0U : mask(id));
                bench.dist.put(place, 0);
            }
    });
}

TEST(Gicv3Security, NonSecureSoftwareSendsTheSecureSgisThatNsacrPermits) {
    SecureBench bench;
    bench.run([&] {
        bench.start();
        constexpr std::uint32_t kGroup0Sgi = 1, kGroup1Sgi = 2, kSecureSgi = 3;
        bench.redist.put(sgi_frame(1) + group(0), mask(kGroup1Sgi));
        bench.redist.put(sgi_frame(1) + modifier(0), mask(kSecureSgi));
        const auto send = [&](Address which) {
            for (const std::uint64_t id : {kGroup0Sgi, kGroup1Sgi, kSecureSgi})
                bench.set(0, which, id << 24 | 2);
            const auto reached = static_cast<std::uint32_t>(bench.redist.get(sgi_frame(1) + set_pending(0)));
            bench.redist.put(sgi_frame(1) + clear_pending(0), 0xffff);
            return reached;
        };
        for (std::uint64_t access = 0; access < 4; ++access) {
            const auto fields = access << 2 * kGroup0Sgi | access << 2 * kSecureSgi;
            bench.redist.put(sgi_frame(1) + nsacr(0), fields);
            EXPECT_EQ(bench.redist.get(sgi_frame(1) + nsacr(0)), fields);
            const auto group_0 = access >= 1 ? mask(kGroup0Sgi) : 0U;
            EXPECT_EQ(send(kNs | kSgi0r), group_0);
            EXPECT_EQ(send(kNs | kAsgi1r), group_0 | (access >= 2 ? mask(kSecureSgi) : 0U));
            EXPECT_EQ(send(kNs | kSgi1r), mask(kGroup1Sgi));
            EXPECT_EQ(send(kS | kSgi0r), mask(kGroup0Sgi)) << "Secure software needs no permission";
            EXPECT_EQ(send(kS | kSgi1r), mask(kGroup0Sgi) | mask(kSecureSgi));
            bench.be_secure(false);
            EXPECT_EQ(bench.redist.get(sgi_frame(1) + nsacr(0)), 0U);
            bench.redist.put(sgi_frame(1) + nsacr(0), 0xffff'ffff);
            bench.be_secure(true);
            EXPECT_EQ(bench.redist.get(sgi_frame(1) + nsacr(0)), fields);
        }
        bench.dist.put(kControl, 0x47);
        EXPECT_EQ(bench.redist.get(sgi_frame(1) + nsacr(0)), 0U) << "nothing to permit with one security state";
        EXPECT_EQ(bench.dist.get(nsacr(40)), 0U);
    });
}

TEST(Gicv3Security, ControlShowsEachStateItsOwn) {
    SecureBench bench;
    bench.run([&] {
        bench.be_secure(true);
        EXPECT_EQ(bench.dist.get(kControl), 0x30U);
        EXPECT_EQ(bench.dist.get(kType) >> 10 & 1, 1U);
        bench.be_secure(false);
        EXPECT_EQ(bench.dist.get(kControl), 0x10U);
        bench.dist.put(kControl, 0xffff'ffff);
        EXPECT_EQ(bench.dist.get(kControl), 0x12U);
        bench.be_secure(true);
        EXPECT_EQ(bench.dist.get(kControl), 0x32U);
        bench.dist.put(kControl, 7);
        EXPECT_EQ(bench.dist.get(kControl), 0x37U);
        bench.be_secure(false);
        EXPECT_EQ(bench.dist.get(kControl), 0x12U);
        bench.dist.put(kControl, 0);
        bench.be_secure(true);
        EXPECT_EQ(bench.dist.get(kControl), 0x35U);
    });
}

TEST(Gicv3Security, DisablingSecurityCannotBeUndone) {
    SecureBench bench;
    bench.run([&] {
        bench.start();
        bench.dist.put(kControl, 0x47);
        EXPECT_EQ(bench.dist.get(kControl), 0x53U);
        bench.dist.put(kControl, 3);
        EXPECT_EQ(bench.dist.get(kControl), 0x53U);
        EXPECT_EQ(bench.dist.get(kType) >> 10 & 1, 0U);
        bench.be_secure(false);
        EXPECT_EQ(bench.dist.get(set_enable(40)), mask(40) | mask(50) | mask(60));
        EXPECT_EQ(bench.dist.get(modifier(60)), 0U);
        bench.dist.put(modifier(60), mask(60));
        EXPECT_EQ(bench.dist.get(modifier(60)), 0U);
        bench.pend(50);
        EXPECT_TRUE(bench.irq[0].level() && !bench.irq_ns[0].level());
        bench.pend(60);
        EXPECT_TRUE(bench.fiq[0].level()) << "what was Secure group 1 is group 0";
        bench.model->reset();
        bench.be_secure(true);
        EXPECT_EQ(bench.dist.get(kControl), 0x30U);
    });
}

} // namespace
} // namespace medley::periph::test
