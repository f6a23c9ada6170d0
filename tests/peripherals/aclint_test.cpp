#include "medley/base/error.h"
#include "support/bench.h"

namespace medley::periph::test {
namespace {

constexpr Address kMsip = 0, kCompare = 0x4000, kTime = 0xbff8;
constexpr std::uint64_t kTick = 100'000; // Picoseconds, at the bench's 10 MHz.

struct AclintBench : Bench {
    explicit AclintBench(unsigned harts = 2) {
        model = make("aclint", "clint", {{"harts", harts}});
        cpu.socket.bind(*model->target_socket(""));
        software = std::make_unique<IrqProbe>(model->irq_output("msip.1"));
        timer = std::make_unique<IrqProbe>(model->irq_output("mtip.0"));
    }
    static void wait_ps(std::uint64_t time) { sc_core::wait(sc_core::sc_time::from_value(time)); }

    std::unique_ptr<Peripheral> model;
    Initiator cpu{"cpu"};
    std::unique_ptr<IrqProbe> software;
    std::unique_ptr<IrqProbe> timer;
};

TEST(Aclint, SoftwareInterruptFollowsBitZero) {
    AclintBench bench;
    bench.run([&] {
        bench.cpu.put(kMsip + 4, 0xffffffff);
        EXPECT_TRUE(bench.software->level());
        EXPECT_EQ(bench.cpu.get(kMsip + 4), 1u);
        EXPECT_EQ(bench.cpu.get(kMsip), 0u);
        bench.cpu.put(kMsip, 1, 8);
        EXPECT_FALSE(bench.software->level()) << "a wide access writes two harts' registers";
        EXPECT_EQ(bench.cpu.get(kMsip), 1u);
    });
}

TEST(Aclint, TimeCountsAtTheCountersFrequencyAndFollowsLocalTime) {
    AclintBench bench;
    bench.run([&] {
        EXPECT_EQ(bench.cpu.get(kTime, 8), 0u);
        AclintBench::wait_ps(5 * kTick - 1);
        EXPECT_EQ(bench.cpu.get(kTime, 8), 4u);
        bench.cpu.delay = sc_core::sc_time::from_value(1);
        EXPECT_EQ(bench.cpu.get(kTime, 8), 5u);
        bench.cpu.delay = sc_core::sc_time::from_value(1 + 2 * kTick);
        EXPECT_EQ(bench.cpu.get(kTime), 7u);
        EXPECT_EQ(bench.cpu.get(kTime + 4), 0u);
    });
}

TEST(Aclint, TimerRisesAtItsPicosecond) {
    AclintBench bench;
    bench.run([&] {
        bench.cpu.put(kCompare, 1000, 8);
        AclintBench::wait_ps(1000 * kTick - 1);
        EXPECT_FALSE(bench.timer->level());
        AclintBench::wait_ps(1);
        sc_core::wait(sc_core::SC_ZERO_TIME);
        EXPECT_TRUE(bench.timer->level());
        EXPECT_EQ(bench.timer->changes(), 1u);
        bench.cpu.put(kCompare, 1001, 8);
        EXPECT_FALSE(bench.timer->level());
    });
}

TEST(Aclint, ComparatorThatIsReachedAtTheLocalTimeRaisesAtOnceAndStays) {
    AclintBench bench;
    bench.run([&] {
        bench.cpu.delay = sc_core::sc_time::from_value(10 * kTick);
        bench.cpu.put(kCompare, 10, 8);
        EXPECT_TRUE(bench.timer->level());
        bench.cpu.put(kCompare + 8, 20, 8); // Another hart's deadline, which is served earlier than this one's local time.
        AclintBench::wait_ps(20 * kTick);
        EXPECT_TRUE(bench.timer->level());
        EXPECT_EQ(bench.timer->changes(), 1u);
    });
}

TEST(Aclint, ComparatorWrittenInHalves) {
    AclintBench bench;
    bench.run([&] {
        bench.cpu.put(kCompare, 0xffffffff);
        bench.cpu.put(kCompare + 4, 0);
        bench.cpu.put(kCompare, 5);
        EXPECT_EQ(bench.cpu.get(kCompare, 8), 5u);
        AclintBench::wait_ps(6 * kTick);
        EXPECT_TRUE(bench.timer->level());
        bench.cpu.put(kCompare + 4, 1);
        EXPECT_FALSE(bench.timer->level());
    });
}

TEST(Aclint, SettingTheTimeMovesDeadlines) {
    AclintBench bench;
    bench.run([&] {
        bench.cpu.put(kCompare, 1000, 8);
        bench.cpu.put(kTime, 990, 8);
        AclintBench::wait_ps(10 * kTick - 1);
        EXPECT_FALSE(bench.timer->level());
        AclintBench::wait_ps(2);
        EXPECT_TRUE(bench.timer->level());
        bench.cpu.put(kTime, 0, 8);
        EXPECT_FALSE(bench.timer->level());
        bench.cpu.put(kTime + 4, 1);
        EXPECT_TRUE(bench.timer->level());
        EXPECT_EQ(bench.cpu.get(kTime, 8), 0x1'0000'0000u);
    });
}

TEST(Aclint, AnotherUserOfTheCounterMovesDeadlinesToo) {
    AclintBench bench;
    bench.run([&] {
        bench.cpu.put(kCompare, 1000, 8);
        bench.counter.set(2000, 0);
        EXPECT_TRUE(bench.timer->level());
    });
}

TEST(Aclint, TimeWrapsAndTheTimerFallsWithIt) {
    AclintBench bench;
    bench.run([&] {
        bench.cpu.put(kCompare, 100, 8);
        bench.cpu.put(kTime, ~std::uint64_t{0} - 9, 8);
        EXPECT_TRUE(bench.timer->level());
        AclintBench::wait_ps(10 * kTick + 1);
        EXPECT_FALSE(bench.timer->level());
        EXPECT_EQ(bench.cpu.get(kTime, 8), 0u);
        AclintBench::wait_ps(100 * kTick);
        EXPECT_TRUE(bench.timer->level());
    });
}

TEST(Aclint, ComparatorOfAllOnesNeverRings) {
    AclintBench bench;
    bench.run([&] {
        bench.cpu.put(kCompare, ~std::uint64_t{0}, 8);
        sc_core::wait(1000, sc_core::SC_SEC);
        EXPECT_EQ(bench.timer->changes(), 0u);
    });
}

TEST(Aclint, AccessesThatItDoesNotKnow) {
    AclintBench bench;
    bench.run([&] {
        EXPECT_EQ(bench.cpu.read(kTime, 2).status, tlm::TLM_BURST_ERROR_RESPONSE);
        EXPECT_EQ(bench.cpu.read(kTime + 4, 8).status, tlm::TLM_ADDRESS_ERROR_RESPONSE);
        EXPECT_EQ(bench.cpu.read(0x10000, 4).status, tlm::TLM_ADDRESS_ERROR_RESPONSE);
        EXPECT_EQ(bench.cpu.get(kMsip + 8), 0u) << "no such hart";
        bench.cpu.put(kMsip + 8, 1);
        bench.cpu.put(kCompare + 16, 1, 8);
        EXPECT_EQ(bench.cpu.get(kCompare + 16, 8), 0u);
    });
}

TEST(Aclint, ResetSilencesEverything) {
    AclintBench bench;
    bench.run([&] {
        bench.cpu.put(kMsip + 4, 1);
        bench.cpu.put(kCompare, 0, 8);
        EXPECT_TRUE(bench.timer->level());
        AclintBench::wait_ps(1000 * kTick);
        bench.model->reset();
        EXPECT_FALSE(bench.timer->level());
        EXPECT_FALSE(bench.software->level());
        EXPECT_EQ(bench.cpu.get(kTime, 8), 0u);
    });
}

TEST(Aclint, NumberOfHartsIsChecked) {
    Bench bench;
    EXPECT_THROW(bench.make("aclint", "a", {{"harts", 0}}), UserError);
    EXPECT_THROW(bench.make("aclint", "b", {{"harts", 4096}}), UserError);
}

} // namespace
} // namespace medley::periph::test
