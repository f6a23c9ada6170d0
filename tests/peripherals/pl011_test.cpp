#include "medley/base/error.h"
#include "support/bench.h"

namespace medley::periph::test {
namespace {

constexpr Address kData = 0, kErrors = 4, kFlags = 0x18, kInteger = 0x24, kFraction = 0x28, kLine = 0x2c, kControl = 0x30, kLevels = 0x34;
constexpr Address kMask = 0x38, kRaw = 0x3c, kMasked = 0x40, kClear = 0x44;
constexpr unsigned kFifos = 0x10, kOn = 0x301, kLoop = 0x80;
constexpr unsigned kReceive = 0x10, kTransmit = 0x20, kTimeout = 0x40, kOverrun = 0x400;

struct UartBench : Bench {
    explicit UartBench(bool paced = false) {
        model = make("pl011", "uart", {{"paced", paced ? 1 : 0}});
        cpu.socket.bind(*model->target_socket(""));
        irq = std::make_unique<IrqProbe>(model->irq_output("irq"));
    }
    void on(unsigned line = 0x70) {
        cpu.put(kInteger, 13);   // 24 MHz: 115200 baud.
        cpu.put(kFraction, 1);
        cpu.put(kLine, line);
        cpu.put(kControl, kOn);
    }
    std::unique_ptr<Peripheral> model;
    Initiator cpu{"cpu"};
    std::unique_ptr<IrqProbe> irq;
};

TEST(Pl011, SendsWhatIsWritten) {
    UartBench bench;
    bench.run([&] {
        bench.cpu.put(kData, 'e'); // An early console finds it as it came out of reset.
        bench.on();
        bench.cpu.put(kData, 'h', 1);
        bench.cpu.put(kData, 'i');
        EXPECT_EQ(bench.chardev.sent, "ehi");
        EXPECT_EQ(bench.cpu.get(kFlags) & 0xb8, 0x90U) << "empty, not busy";
    });
}

TEST(Pl011, TransmitInterruptComesWithThePassageThroughTheLevel) {
    UartBench bench;
    bench.run([&] {
        bench.on();
        bench.cpu.put(kMask, kTransmit);
        EXPECT_FALSE(bench.irq->level()) << "an empty FIFO alone does not interrupt";
        bench.cpu.put(kData, 'a');
        EXPECT_TRUE(bench.irq->level());
        bench.cpu.put(kClear, kTransmit);
        EXPECT_FALSE(bench.irq->level());
    });
}

TEST(Pl011, ReceiveInterruptFollowsTheLevel) {
    UartBench bench;
    bench.run([&] {
        bench.on();
        bench.cpu.put(kLevels, 1 << 3); // A quarter: 4.
        bench.cpu.put(kMask, kReceive);
        bench.chardev.type("abc");
        EXPECT_FALSE(bench.irq->level());
        bench.chardev.type("d");
        EXPECT_TRUE(bench.irq->level());
        EXPECT_EQ(bench.cpu.get(kMasked), kReceive);
        EXPECT_EQ(bench.cpu.get(kData), 'a');
        EXPECT_FALSE(bench.irq->level());
        EXPECT_EQ(bench.cpu.get(kData), 'b');
        EXPECT_EQ(bench.cpu.get(kData), 'c');
        EXPECT_EQ(bench.cpu.get(kData), 'd');
        EXPECT_EQ(bench.cpu.get(kFlags) & 0x10, 0x10U);
        EXPECT_EQ(bench.cpu.get(kData), 0U);
    });
}

TEST(Pl011, CharactersThatWaitTimeOut) {
    UartBench bench;
    bench.run([&] {
        bench.on();
        bench.cpu.put(kMask, kTimeout | kReceive);
        bench.chardev.type("a");
        EXPECT_FALSE(bench.irq->level());
        sc_core::wait(270, sc_core::SC_US); // 32 bits are 278 us.
        EXPECT_FALSE(bench.irq->level());
        sc_core::wait(10, sc_core::SC_US);
        EXPECT_EQ(bench.cpu.get(kRaw), kTimeout);
        EXPECT_TRUE(bench.irq->level());
        EXPECT_EQ(bench.cpu.get(kData), 'a');
        EXPECT_FALSE(bench.irq->level()) << "ends with the last character";
    });
}

TEST(Pl011, WithoutFifosOneCharacterFits) {
    UartBench bench;
    bench.run([&] {
        bench.on(0x60);
        bench.cpu.put(kMask, kReceive);
        bench.chardev.type("ab");
        EXPECT_TRUE(bench.irq->level());
        EXPECT_EQ(bench.cpu.get(kFlags) & 0x40, 0x40U) << "full";
        EXPECT_EQ(bench.cpu.get(kData), 'a');
        EXPECT_TRUE(bench.irq->level()) << "the next one has come in";
        EXPECT_EQ(bench.cpu.get(kData), 'b');
        EXPECT_FALSE(bench.irq->level());
    });
}

TEST(Pl011, InputWaitsUntilTheReceiverIsEnabledAndSurvivesIt) {
    UartBench bench;
    bench.run([&] {
        bench.chardev.type("xyz");
        EXPECT_EQ(bench.cpu.get(kFlags) & 0x10, 0x10U);
        bench.on();
        bench.cpu.put(kLine, 0x60);
        bench.cpu.put(kLine, 0x70);
        for (const char c : {'x', 'y', 'z'})
            EXPECT_EQ(bench.cpu.get(kData), static_cast<unsigned>(c));
    });
}

TEST(Pl011, LoopbackOverruns) {
    UartBench bench;
    bench.run([&] {
        bench.on();
        bench.cpu.put(kControl, kOn | kLoop);
        for (unsigned i = 0; i < 17; ++i)
            bench.cpu.put(kData, 'a' + i);
        EXPECT_TRUE(bench.chardev.sent.empty());
        EXPECT_EQ(bench.cpu.get(kRaw) & kOverrun, kOverrun);
        EXPECT_EQ(bench.cpu.get(kErrors), 8U);
        bench.cpu.put(kErrors, 0);
        EXPECT_EQ(bench.cpu.get(kErrors), 0U);
        EXPECT_EQ(bench.cpu.get(kData), 'a');
        bench.cpu.put(kData, 'z');
        for (unsigned i = 1; i < 16; ++i)
            EXPECT_EQ(bench.cpu.get(kData), 'a' + i);
        EXPECT_EQ(bench.cpu.get(kData), 'z' | 1U << 11) << "the first character behind the gap says so";
    });
}

TEST(Pl011, LoopbackTurnsModemOutputsIntoInputs) {
    UartBench bench;
    bench.run([&] {
        EXPECT_EQ(bench.cpu.get(kFlags) & 0x107, 7U);
        bench.cpu.put(kControl, kOn | kLoop | 1 << 11 | 1 << 13);
        EXPECT_EQ(bench.cpu.get(kFlags) & 0x107, 0x101U);
        EXPECT_EQ(bench.cpu.get(kRaw) & 0xf, 0xdU) << "RI, DCD and DSR have changed";
    });
}

TEST(Pl011, PaceIsThatOfTheBaudRate) {
    UartBench bench(true);
    bench.run([&] {
        bench.on();
        bench.cpu.put(kMask, kTransmit);
        for (unsigned i = 0; i < 20; ++i)
            bench.cpu.put(kData, 'a' + i);
        EXPECT_EQ(bench.cpu.get(kFlags) & 0x28, 0x28U) << "full and busy";
        EXPECT_TRUE(bench.chardev.sent.empty());
        sc_core::wait(600, sc_core::SC_US);
        EXPECT_EQ(bench.chardev.sent.size(), 6U) << "ten bits each at 115200 baud";
        EXPECT_FALSE(bench.irq->level());
        sc_core::wait(300, sc_core::SC_US);
        EXPECT_TRUE(bench.irq->level()) << "half of the FIFO is free";
        sc_core::wait(2, sc_core::SC_MS);
        EXPECT_EQ(bench.chardev.sent.size(), 17U) << "three found the FIFO full";
        EXPECT_EQ(bench.cpu.get(kFlags) & 0x88, 0x80U);
    });
}

TEST(Pl011, ReadOnlyAndReserved) {
    UartBench bench;
    bench.run([&] {
        for (const Address at : {kFlags, kRaw, kMasked, Address{0xfe0}}) {
            const auto before = bench.cpu.get(at);
            bench.cpu.put(at, 0xffff'ffff);
            EXPECT_EQ(bench.cpu.get(at), before);
        }
        bench.cpu.put(0x100, 1);
        EXPECT_EQ(bench.cpu.get(0x100), 0U);
        std::uint64_t id = 0;
        for (unsigned i = 0; i < 8; ++i)
            id |= bench.cpu.get(0xfe0 + 4 * i) << (8 * i);
        EXPECT_EQ(id, 0xb105'f00d'0014'1011U);
        bench.chardev.type("a");
        bench.on();
        EXPECT_EQ(bench.cpu.peek(kData), 'a');
        EXPECT_EQ(bench.cpu.get(kData), 'a') << "a debugger's read takes nothing";
    });
}

TEST(Pl011, ResetsAndRefusesSlowClocks) {
    UartBench bench;
    EXPECT_THROW(bench.make("pl011", "slow", {{"clock", 999}}), UserError);
    bench.run([&] {
        bench.on();
        bench.cpu.put(kMask, kTransmit);
        bench.cpu.put(kData, 'a');
        bench.model->reset();
        EXPECT_FALSE(bench.irq->level());
        EXPECT_EQ(bench.cpu.get(kControl), 0x300U);
        EXPECT_EQ(bench.cpu.get(kLevels), 0x12U);
        EXPECT_EQ(bench.cpu.get(kRaw), 0U);
    });
}

} // namespace
} // namespace medley::periph::test
