#include "medley/base/error.h"
#include "support/bench.h"

namespace medley::periph::test {
namespace {

constexpr Address kTime = 0, kMatch = 4, kLoad = 8, kControl = 0xc, kMask = 0x10, kRaw = 0x14, kMasked = 0x18, kClear = 0x1c;
constexpr std::uint64_t kEpoch = 1'735'689'600;

struct RtcBench : Bench {
    RtcBench() {
        model = make("pl031", "rtc");
        cpu.socket.bind(*model->target_socket(""));
        irq = std::make_unique<IrqProbe>(model->irq_output("irq"));
    }
    std::unique_ptr<Peripheral> model;
    Initiator cpu{"cpu"};
    std::unique_ptr<IrqProbe> irq;
};

TEST(Pl031, CountsSecondsOfSimulatedTime) {
    RtcBench bench;
    bench.run([&] {
        EXPECT_EQ(bench.cpu.get(kTime), kEpoch);
        sc_core::wait(2500, sc_core::SC_MS);
        EXPECT_EQ(bench.cpu.get(kTime), kEpoch + 2);
        bench.cpu.delay = sc_core::sc_time(500, sc_core::SC_MS);
        EXPECT_EQ(bench.cpu.get(kTime), kEpoch + 3) << "the initiator is ahead of the kernel";
    });
}

TEST(Pl031, IsSet) {
    RtcBench bench;
    bench.run([&] {
        bench.cpu.put(kLoad, 100);
        EXPECT_EQ(bench.cpu.get(kTime), 100U);
        sc_core::wait(1, sc_core::SC_SEC);
        EXPECT_EQ(bench.cpu.get(kTime), 101U);
        bench.model->reset();
        EXPECT_EQ(bench.cpu.get(kTime), 101U) << "as with a battery";
    });
}

TEST(Pl031, InterruptsAtTheMatch) {
    RtcBench bench;
    bench.run([&] {
        bench.cpu.put(kMask, 1);
        bench.cpu.put(kMatch, kEpoch + 3);
        sc_core::wait(2999, sc_core::SC_MS);
        EXPECT_FALSE(bench.irq->level());
        sc_core::wait(2, sc_core::SC_MS);
        EXPECT_TRUE(bench.irq->level());
        EXPECT_EQ(bench.cpu.get(kMasked), 1U);
        bench.cpu.put(kMask, 0);
        EXPECT_FALSE(bench.irq->level());
        EXPECT_EQ(bench.cpu.get(kRaw), 1U);
        bench.cpu.put(kMask, 1);
        bench.cpu.put(kClear, 0);
        EXPECT_TRUE(bench.irq->level());
        bench.cpu.put(kClear, 1);
        EXPECT_FALSE(bench.irq->level());
    });
}

TEST(Pl031, MatchesAtOnceWhenItIsTime) {
    RtcBench bench;
    bench.run([&] {
        bench.cpu.put(kMask, 1);
        bench.cpu.put(kMatch, kEpoch);
        EXPECT_TRUE(bench.irq->level());
    });
}

TEST(Pl031, AMatchInThePastWaitsForTheCountToComeRound) {
    RtcBench bench;
    bench.run([&] {
        bench.cpu.put(kMask, 1);
        bench.cpu.put(kMatch, kEpoch - 1);
        sc_core::wait(10, sc_core::SC_SEC);
        EXPECT_FALSE(bench.irq->level());
        bench.cpu.put(kLoad, 0xffff'fffe);
        bench.cpu.put(kMatch, 1);
        sc_core::wait(3001, sc_core::SC_MS);
        EXPECT_TRUE(bench.irq->level()) << "beyond the wrap";
        EXPECT_EQ(bench.cpu.get(kTime), 1U);
    });
}

TEST(Pl031, ReadOnlyAndReserved) {
    RtcBench bench;
    EXPECT_THROW(bench.make("pl031", "late", {{"epoch", 0x1'0000'0000}}), UserError);
    bench.run([&] {
        bench.cpu.put(kControl, 0);
        EXPECT_EQ(bench.cpu.get(kControl), 1U) << "the clock cannot be stopped";
        bench.cpu.put(kTime, 0);
        EXPECT_EQ(bench.cpu.get(kTime), kEpoch);
        EXPECT_EQ(bench.cpu.get(kLoad), 0U);
        EXPECT_EQ(bench.cpu.get(0xfe0), 0x31U);
        EXPECT_EQ(bench.cpu.get(0xff0), 0x0dU);
    });
}

} // namespace
} // namespace medley::periph::test
