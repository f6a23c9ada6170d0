#include "support/bench.h"

namespace medley::periph::test {
namespace {

constexpr Address kAll = 0x3fc, kDirection = 0x400, kSense = 0x404, kBoth = 0x408, kEvent = 0x40c, kEnable = 0x410, kRaw = 0x414;
constexpr Address kMasked = 0x418, kClear = 0x41c;

struct GpioBench : Bench {
    GpioBench() {
        model = make("pl061", "gpio");
        cpu.socket.bind(*model->target_socket(""));
        irq = std::make_unique<IrqProbe>(model->irq_output("irq"));
        for (unsigned i = 0; i < 8; ++i) {
            in[i].connect(*model->irq_input("in." + std::to_string(i)));
            out.emplace_back(model->irq_output("out." + std::to_string(i)));
        }
    }
    std::unique_ptr<Peripheral> model;
    Initiator cpu{"cpu"};
    std::unique_ptr<IrqProbe> irq;
    std::array<IrqOut, 8> in;
    std::deque<IrqProbe> out;
};

TEST(Pl061, AddressBitsMaskData) {
    GpioBench bench;
    bench.run([&] {
        bench.cpu.put(kDirection, 0x0f);
        bench.cpu.put(kAll, 0xff);
        EXPECT_EQ(bench.cpu.get(kAll), 0x0fU) << "inputs ignore writes";
        EXPECT_TRUE(bench.out[3].level());
        EXPECT_FALSE(bench.out[4].level());
        bench.cpu.put(0x02 << 2, 0);
        EXPECT_EQ(bench.cpu.get(kAll), 0x0dU);
        bench.in[7].set(true);
        EXPECT_EQ(bench.cpu.get(0xc0 << 2), 0x80U);
        EXPECT_EQ(bench.cpu.get(0), 0U);
        bench.in[0].set(true);
        bench.cpu.put(kDirection, 0);
        EXPECT_EQ(bench.cpu.get(kAll), 0x81U);
        EXPECT_FALSE(bench.out[3].level());
    });
}

TEST(Pl061, EdgesStayUntilTheyAreCleared) {
    GpioBench bench;
    bench.run([&] {
        bench.cpu.put(kEvent, 1);
        bench.cpu.put(kEnable, 3);
        bench.in[0].set(true);
        EXPECT_TRUE(bench.irq->level());
        bench.in[0].set(false);
        EXPECT_EQ(bench.cpu.get(kRaw), 1U);
        bench.cpu.put(kClear, 1);
        EXPECT_FALSE(bench.irq->level());
        bench.in[1].set(true);
        EXPECT_FALSE(bench.irq->level());
        bench.in[1].set(false);
        EXPECT_EQ(bench.cpu.get(kMasked), 2U) << "the falling edge";
        bench.cpu.put(kClear, 2);
        bench.cpu.put(kBoth, 2);
        bench.in[1].set(true);
        EXPECT_EQ(bench.cpu.get(kMasked), 2U);
    });
}

TEST(Pl061, LevelsInterruptWhileTheyLast) {
    GpioBench bench;
    bench.run([&] {
        bench.cpu.put(kSense, 3);
        bench.cpu.put(kEvent, 1);
        bench.cpu.put(kEnable, 1);
        bench.in[0].set(true);
        EXPECT_TRUE(bench.irq->level());
        bench.cpu.put(kClear, 1);
        EXPECT_TRUE(bench.irq->level()) << "a level is not cleared";
        bench.in[0].set(false);
        EXPECT_FALSE(bench.irq->level());
        EXPECT_EQ(bench.cpu.get(kRaw), 2U) << "pin 1 is low";
        bench.cpu.put(kEnable, 2);
        EXPECT_TRUE(bench.irq->level());
    });
}

TEST(Pl061, ReadOnlyAndReset) {
    GpioBench bench;
    bench.run([&] {
        bench.cpu.put(kRaw, 0xff);
        EXPECT_EQ(bench.cpu.get(kRaw), 0U);
        EXPECT_EQ(bench.cpu.get(0xfe0), 0x61U);
        bench.cpu.put(kDirection, 0xff);
        bench.cpu.put(kAll, 0xff);
        bench.model->reset();
        EXPECT_EQ(bench.cpu.get(kDirection), 0U);
        EXPECT_FALSE(bench.out[0].level() || bench.irq->level());
    });
}

} // namespace
} // namespace medley::periph::test
