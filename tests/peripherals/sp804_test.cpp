#include "medley/base/error.h"
#include "support/bench.h"

namespace medley::periph::test {
namespace {

constexpr Address kLoad = 0, kValue = 4, kControl = 8, kClear = 0xc, kRaw = 0x10, kMasked = 0x14, kBackground = 0x18, kSecond = 0x20;
constexpr unsigned kOneShot = 1, k32Bits = 2, kInterrupt = 0x20, kPeriodic = 0x40, kEnable = 0x80;

struct TimerBench : Bench {
    TimerBench() {
        model = make("sp804", "timer"); // 1 MHz
        cpu.socket.bind(*model->target_socket(""));
        for (const char* name : {"irq1", "irq2", "irq"})
            irq.emplace_back(model->irq_output(name));
    }
    static void us(double time) { sc_core::wait(time, sc_core::SC_US); }

    std::unique_ptr<Peripheral> model;
    Initiator cpu{"cpu"};
    std::deque<IrqProbe> irq;
};

TEST(Sp804, PeriodicInterruptsAtEachLoad) {
    TimerBench bench;
    bench.run([&] {
        bench.cpu.put(kLoad, 100);
        bench.cpu.put(kControl, kEnable | kPeriodic | k32Bits | kInterrupt);
        bench.us(40.5);
        EXPECT_EQ(bench.cpu.get(kValue), 60U);
        bench.us(59);
        EXPECT_FALSE(bench.irq[0].level());
        bench.us(1);
        EXPECT_TRUE(bench.irq[0].level() && bench.irq[2].level());
        EXPECT_FALSE(bench.irq[1].level());
        bench.us(30);
        EXPECT_EQ(bench.cpu.get(kValue), 70U);
        bench.cpu.put(kClear, 0);
        EXPECT_FALSE(bench.irq[0].level() || bench.irq[2].level());
        bench.us(68);
        EXPECT_FALSE(bench.irq[0].level());
        bench.us(2);
        EXPECT_TRUE(bench.irq[0].level()) << "clearing changes no phase";
    });
}

TEST(Sp804, OneShotStopsAtZero) {
    TimerBench bench;
    bench.run([&] {
        bench.cpu.put(kSecond + kControl, kEnable | kOneShot | k32Bits | kInterrupt);
        bench.cpu.put(kSecond + kLoad, 10);
        bench.us(11);
        EXPECT_TRUE(bench.irq[1].level() && bench.irq[2].level());
        EXPECT_EQ(bench.cpu.get(kSecond + kValue), 0U);
        bench.cpu.put(kSecond + kClear, 0);
        bench.us(1000);
        EXPECT_FALSE(bench.irq[1].level());
        EXPECT_EQ(bench.cpu.get(kSecond + kValue), 0U);
        bench.cpu.put(kSecond + kLoad, 5);
        bench.us(6);
        EXPECT_TRUE(bench.irq[1].level());
    });
}

TEST(Sp804, FreeRunningWraps) {
    TimerBench bench;
    bench.run([&] {
        bench.cpu.put(kControl, kEnable);
        bench.cpu.put(kLoad, 0x1'0005);
        bench.us(4.5);
        EXPECT_EQ(bench.cpu.get(kValue), 1U) << "16 bits";
        bench.us(1);
        EXPECT_EQ(bench.cpu.get(kRaw), 1U);
        EXPECT_EQ(bench.cpu.get(kMasked), 0U) << "the interrupt is not let through";
        bench.us(1);
        EXPECT_EQ(bench.cpu.get(kValue), 0xffffU);
        EXPECT_FALSE(bench.irq[2].level());
    });
}

TEST(Sp804, PrescalesAndStops) {
    TimerBench bench;
    bench.run([&] {
        bench.cpu.put(kLoad, 100);
        bench.cpu.put(kControl, kEnable | kPeriodic | k32Bits | 1 << 2);
        bench.us(165);
        EXPECT_EQ(bench.cpu.get(kValue), 90U);
        bench.cpu.put(kControl, kPeriodic | k32Bits);
        bench.us(500);
        EXPECT_EQ(bench.cpu.get(kValue), 90U);
        bench.cpu.put(kControl, kEnable | kPeriodic | k32Bits | 2 << 2);
        bench.us(257);
        EXPECT_EQ(bench.cpu.get(kValue), 89U);
    });
}

TEST(Sp804, BackgroundLoadIsForTheNextPeriod) {
    TimerBench bench;
    bench.run([&] {
        bench.cpu.put(kControl, kEnable | kPeriodic | k32Bits | kInterrupt);
        bench.cpu.put(kLoad, 100);
        bench.us(50.5);
        bench.cpu.put(kBackground, 20);
        EXPECT_EQ(bench.cpu.get(kLoad), 20U);
        EXPECT_EQ(bench.cpu.get(kValue), 50U);
        bench.us(50);
        EXPECT_TRUE(bench.irq[0].level());
        bench.cpu.put(kClear, 0);
        bench.us(18);
        EXPECT_FALSE(bench.irq[0].level());
        bench.us(2);
        EXPECT_TRUE(bench.irq[0].level());
    });
}

TEST(Sp804, LoadOfZeroInterruptsAtOnceAndStandsStill) {
    TimerBench bench;
    bench.run([&] {
        bench.cpu.put(kControl, kEnable | kPeriodic | k32Bits | kInterrupt);
        bench.cpu.put(kLoad, 0);
        EXPECT_TRUE(bench.irq[0].level());
        EXPECT_EQ(bench.cpu.get(kValue), 0U);
    });
}

TEST(Sp804, ReadOnlyAndReset) {
    TimerBench bench;
    EXPECT_THROW(bench.make("sp804", "none", {{"clock", 0}}), UserError);
    bench.run([&] {
        EXPECT_EQ(bench.cpu.get(kValue), 0xffff'ffffU);
        bench.cpu.put(kValue, 1);
        EXPECT_EQ(bench.cpu.get(kValue), 0xffff'ffffU);
        EXPECT_EQ(bench.cpu.get(kControl), 0x20U);
        bench.cpu.put(kControl, 0xffff'ffff);
        EXPECT_EQ(bench.cpu.get(kControl), 0xefU);
        bench.model->reset();
        EXPECT_EQ(bench.cpu.get(kControl), 0x20U);
        EXPECT_EQ(bench.cpu.get(0xfe0), 0x04U);
        EXPECT_EQ(bench.cpu.get(0xfe4), 0x18U);
    });
}

} // namespace
} // namespace medley::periph::test
