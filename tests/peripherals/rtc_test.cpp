#include "medley/base/error.h"
#include "support/bench.h"

namespace medley::periph::test {
namespace {

enum : Address { kTimeLow = 0, kTimeHigh = 4, kAlarmLow = 8, kAlarmHigh = 12, kIrqEnable = 16, kClearAlarm = 20, kStatus = 24, kClearIrq = 28 };

struct RtcBench : Bench {
    explicit RtcBench(std::uint64_t epoch = 1'000'000'000) {
        model = make("goldfish_rtc", "rtc", {{"epoch", epoch}});
        cpu.socket.bind(*model->target_socket(""));
        irq = std::make_unique<IrqProbe>(model->irq_output("irq"));
    }
    std::uint64_t time() {
        const auto low = cpu.get(kTimeLow);
        return cpu.get(kTimeHigh) << 32 | low;
    }
    void set(Address low, std::uint64_t value) {
        cpu.put(low + 4, value >> 32);
        cpu.put(low, value & 0xffffffff);
    }
    std::unique_ptr<Peripheral> model;
    Initiator cpu{"cpu"};
    std::unique_ptr<IrqProbe> irq;
};

TEST(Rtc, StartsAtTheEpochAndFollowsSimulatedTime) {
    RtcBench bench;
    bench.run([&] {
        EXPECT_EQ(bench.time(), 1'000'000'000'000'000'000u);
        sc_core::wait(1.5, sc_core::SC_SEC);
        EXPECT_EQ(bench.time(), 1'000'000'001'500'000'000u);
        bench.cpu.delay = sc_core::sc_time(7, sc_core::SC_NS);
        EXPECT_EQ(bench.time(), 1'000'000'001'500'000'007u);
    });
}

TEST(Rtc, CanBeSet) {
    RtcBench bench;
    bench.run([&] {
        bench.set(kTimeLow, 0x12'3456'789a);
        EXPECT_EQ(bench.time(), 0x12'3456'789au);
        sc_core::wait(10, sc_core::SC_NS);
        EXPECT_EQ(bench.time(), 0x12'3456'78a4u);
    });
}

TEST(Rtc, AlarmRingsAtItsNanosecondWhenEnabled) {
    RtcBench bench;
    bench.run([&] {
        const auto now = bench.time();
        bench.set(kAlarmLow, now + 1000);
        bench.cpu.put(kIrqEnable, 1);
        EXPECT_EQ(bench.cpu.get(kStatus), 1u);
        sc_core::wait(999, sc_core::SC_NS);
        EXPECT_FALSE(bench.irq->level());
        sc_core::wait(1, sc_core::SC_NS);
        sc_core::wait(sc_core::SC_ZERO_TIME);
        EXPECT_TRUE(bench.irq->level());
        EXPECT_EQ(bench.cpu.get(kStatus), 0u);
        bench.cpu.put(kClearIrq, 1);
        EXPECT_FALSE(bench.irq->level());
    });
}

TEST(Rtc, AlarmInThePastRingsAtOnceAndWaitsForTheEnable) {
    RtcBench bench;
    bench.run([&] {
        bench.set(kAlarmLow, 5);
        EXPECT_FALSE(bench.irq->level());
        bench.cpu.put(kIrqEnable, 1);
        EXPECT_TRUE(bench.irq->level());
    });
}

TEST(Rtc, ClearedAlarmDoesNotRing) {
    RtcBench bench;
    bench.run([&] {
        bench.set(kAlarmLow, bench.time() + 1000);
        bench.cpu.put(kIrqEnable, 1);
        bench.cpu.put(kClearAlarm, 1);
        sc_core::wait(1, sc_core::SC_MS);
        EXPECT_EQ(bench.irq->changes(), 0u);
    });
}

TEST(Rtc, SettingTheClockMovesTheAlarm) {
    RtcBench bench;
    bench.run([&] {
        const auto now = bench.time();
        bench.cpu.put(kIrqEnable, 1);
        bench.set(kAlarmLow, now + 1'000'000'000);
        bench.set(kTimeLow, now + 1'000'000'000 - 10);
        sc_core::wait(11, sc_core::SC_NS);
        EXPECT_TRUE(bench.irq->level());
    });
}

TEST(Rtc, AlarmBeyondTheEndOfTimeIsHarmless) {
    RtcBench bench;
    bench.run([&] {
        bench.set(kAlarmLow, ~std::uint64_t{0});
        sc_core::wait(1, sc_core::SC_SEC);
        EXPECT_EQ(bench.cpu.get(kStatus), 1u);
    });
}

TEST(Rtc, EpochIsChecked) {
    Bench bench;
    EXPECT_THROW(bench.make("goldfish_rtc", "a", {{"epoch", ~std::uint64_t{0}}}), UserError);
}

} // namespace
} // namespace medley::periph::test
