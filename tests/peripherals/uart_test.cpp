#include "medley/base/error.h"
#include "support/bench.h"

namespace medley::periph::test {
namespace {

enum : Address { kData, kIer, kIir, kLcr, kMcr, kLsr, kMsr, kScr };
constexpr std::uint8_t kNone = 0x01, kThrEmpty = 0x02, kReceived = 0x04, kLineStatus = 0x06, kTimeout = 0x0c, kModem = 0x00;
constexpr std::uint8_t kFifos = 0xc0;

struct UartBench : Bench {
    explicit UartBench(const std::vector<std::pair<std::string, std::uint64_t>>& parameters = {}) {
        model = make("ns16550a", "uart", parameters);
        cpu.socket.bind(*model->target_socket(""));
        irq = std::make_unique<IrqProbe>(model->irq_output("irq"));
    }
    [[nodiscard]] std::uint64_t get(Address index) { return cpu.get(index, 1); }
    void put(Address index, std::uint64_t value) { cpu.put(index, value, 1); }
    void set_divisor(unsigned divisor, std::uint8_t line = 3) {
        put(kLcr, 0x80);
        put(kData, divisor & 0xff);
        put(kIer, divisor >> 8);
        put(kLcr, line);
    }

    std::unique_ptr<Peripheral> model;
    Initiator cpu{"cpu"};
    std::unique_ptr<IrqProbe> irq;
};

TEST(Uart, HasTheDocumentedStateAfterReset) {
    UartBench bench;
    bench.run([&] {
        EXPECT_EQ(bench.get(kIer), 0u);
        EXPECT_EQ(bench.get(kIir), kNone);
        EXPECT_EQ(bench.get(kLcr), 0u);
        EXPECT_EQ(bench.get(kMcr), 0u);
        EXPECT_EQ(bench.get(kLsr), 0x60u);
        EXPECT_EQ(bench.get(kMsr), 0xb0u);
        EXPECT_EQ(bench.get(kData), 0u);
        EXPECT_FALSE(bench.irq->level());
    });
}

TEST(Uart, KeepsOnlyTheBitsThatExist) {
    UartBench bench;
    bench.run([&] {
        for (const auto& [index, mask] : {std::pair<Address, unsigned>{kIer, 0x0f}, {kMcr, 0x1f}, {kScr, 0xff}, {kLcr, 0x7f}}) {
            bench.put(index, mask);
            EXPECT_EQ(bench.get(index), mask);
        }
        bench.put(kIer, 0xff);
        EXPECT_EQ(bench.get(kIer), 0x0fu) << "the 8250 driver probes other bits to tell variants apart";
        bench.put(kLsr, 0);
        EXPECT_EQ(bench.get(kLsr) & 0x60, 0x60u);
    });
}

TEST(Uart, DivisorLatchHidesDataAndInterruptEnable) {
    UartBench bench;
    bench.run([&] {
        bench.put(kIer, 0x05);
        bench.set_divisor(0x1234);
        EXPECT_EQ(bench.get(kIer), 0x05u);
        bench.put(kLcr, 0x83);
        EXPECT_EQ(bench.get(kData), 0x34u);
        EXPECT_EQ(bench.get(kIer), 0x12u);
        EXPECT_EQ(bench.chardev.sent, "");
    });
}

TEST(Uart, SendsAtOnce) {
    UartBench bench;
    bench.run([&] {
        for (const char c : std::string("hello"))
            bench.put(kData, static_cast<std::uint8_t>(c));
        EXPECT_EQ(bench.chardev.sent, "hello");
        EXPECT_EQ(bench.get(kLsr), 0x60u);
    });
}

TEST(Uart, TransmitterInterruptIsAcknowledgedByReadingItsIdentityOnly) {
    UartBench bench;
    bench.run([&] {
        bench.put(kIer, 0x02);
        EXPECT_TRUE(bench.irq->level()) << "enabling it while THR is empty raises it";
        EXPECT_EQ(bench.get(kLsr), 0x60u);
        EXPECT_TRUE(bench.irq->level());
        EXPECT_EQ(bench.get(kIir), kThrEmpty);
        EXPECT_FALSE(bench.irq->level());
        EXPECT_EQ(bench.get(kIir), kNone);
        bench.put(kData, 'x');
        EXPECT_TRUE(bench.irq->level());
        EXPECT_EQ(bench.get(kIir), kThrEmpty);
        bench.put(kIer, 0);
        bench.put(kIer, 2);
        EXPECT_EQ(bench.get(kIir), kThrEmpty) << "each enabling raises it again: the 8250 driver tests for this";
    });
}

TEST(Uart, IdentityOfAHigherPriorityDoesNotAcknowledgeTheTransmitter) {
    UartBench bench;
    bench.run([&] {
        bench.put(kIer, 0x03);
        bench.chardev.type("a");
        EXPECT_EQ(bench.get(kIir), kReceived);
        EXPECT_EQ(bench.get(kData), static_cast<std::uint64_t>('a'));
        EXPECT_EQ(bench.get(kIir), kThrEmpty);
        EXPECT_EQ(bench.get(kIir), kNone);
    });
}

TEST(Uart, EveryInterruptStateInItsPriority) {
    UartBench bench;
    bench.run([&] {
        bench.put(kIir, 0x81); // FIFOs, trigger 8
        bench.put(kMcr, 0x10);
        bench.put(kIer, 0x0f);
        EXPECT_EQ(bench.get(kIir), kFifos | kThrEmpty);
        EXPECT_EQ(bench.get(kIir), kFifos | kModem) << "loopback has changed the modem inputs";
        EXPECT_EQ(bench.get(kMsr), 0x0bu) << "CTS, DSR and DCD have dropped";
        EXPECT_EQ(bench.get(kIir), kFifos | kNone);
        EXPECT_FALSE(bench.irq->level());
        for (int i = 0; i < 16; ++i)
            bench.put(kData, static_cast<unsigned>(i));
        EXPECT_EQ(bench.get(kIir), kFifos | kReceived);
        bench.put(kData, 0xee);
        EXPECT_EQ(bench.get(kIir), kFifos | kLineStatus) << "overrun";
        EXPECT_EQ(bench.get(kLsr), 0x63u);
        EXPECT_EQ(bench.get(kLsr), 0x61u);
        EXPECT_EQ(bench.get(kIir), kFifos | kReceived);
        for (unsigned i = 0; i < 9; ++i)
            EXPECT_EQ(bench.get(kData), i);
        EXPECT_EQ(bench.get(kIir), kFifos | kThrEmpty) << "seven are left, fewer than the trigger";
        EXPECT_EQ(bench.get(kIir), kFifos | kNone);
        sc_core::wait(10, sc_core::SC_MS);
        EXPECT_EQ(bench.get(kIir), kFifos | kTimeout);
        EXPECT_EQ(bench.get(kData), 9u);
        EXPECT_EQ(bench.get(kIir), kFifos | kNone) << "reading one ends the timeout";
        EXPECT_FALSE(bench.irq->level());
    });
}

TEST(Uart, ReceiveTriggerLevelsAreOneFourEightFourteen) {
    UartBench bench;
    bench.run([&] {
        const std::array<unsigned, 4> levels{1, 4, 8, 14};
        for (unsigned code = 0; code < 4; ++code) {
            bench.put(kIer, 0);
            bench.put(kIir, code << 6 | 0x07);
            bench.put(kIer, 1);
            for (unsigned i = 0; i < levels[code]; ++i) {
                EXPECT_FALSE(bench.irq->level()) << code;
                bench.chardev.type("x");
            }
            EXPECT_TRUE(bench.irq->level()) << code;
            while ((bench.get(kLsr) & 1) != 0)
                static_cast<void>(bench.get(kData));
        }
    });
}

TEST(Uart, CharacterTimeoutComesAfterFourFramesExactly) {
    UartBench bench({{"clock", 1'600'000}});
    bench.run([&] {
        bench.set_divisor(1); // 100 kbaud: a frame of 10 bits takes 100 us
        bench.put(kIir, 0x41);
        bench.put(kIer, 1);
        bench.chardev.type("x");
        sc_core::wait(399'999, sc_core::SC_NS);
        EXPECT_FALSE(bench.irq->level());
        sc_core::wait(1, sc_core::SC_NS);
        sc_core::wait(sc_core::SC_ZERO_TIME);
        EXPECT_TRUE(bench.irq->level());
        EXPECT_EQ(bench.get(kIir), kFifos | kTimeout);
    });
}

TEST(Uart, FifoControlClearsAndTogglingClearsBoth) {
    UartBench bench;
    bench.run([&] {
        bench.put(kIir, 0x01);
        bench.chardev.type("abc");
        EXPECT_EQ(bench.get(kLsr) & 1, 1u);
        bench.put(kIir, 0x03);
        EXPECT_EQ(bench.get(kLsr) & 1, 0u);
        bench.chardev.type("d");
        bench.put(kIir, 0x02);
        EXPECT_EQ(bench.get(kLsr) & 1, 0u) << "disabling clears";
        EXPECT_EQ(bench.get(kIir) & kFifos, 0u);
    });
}

TEST(Uart, WhatWasClearedUnreadArrivesAgain) {
    UartBench bench;
    bench.run([&] {
        bench.chardev.type("abcdefghijklmnopqrstuvwxyz");
        sc_core::wait(1, sc_core::SC_MS);
        for (const unsigned control : {0x01, 0x07, 0x00}) { // As the 8250 driver does.
            bench.put(kIir, control);
            EXPECT_EQ(bench.get(kLsr) & 1, 0u);
            EXPECT_EQ(bench.get(kData), 0u);
        }
        bench.put(kIir, 0x01);
        sc_core::wait(10, sc_core::SC_MS);
        std::string read;
        while ((bench.get(kLsr) & 1) != 0)
            read += static_cast<char>(bench.get(kData));
        EXPECT_EQ(read, "abcdefghijklmnopqrstuvwxyz");
    });
}

TEST(Uart, WithoutFifosTakesOneByteAndLeavesTheRestOutside) {
    UartBench bench;
    bench.run([&] {
        bench.chardev.type("abc");
        EXPECT_EQ(bench.get(kData), static_cast<std::uint64_t>('a'));
        EXPECT_EQ(bench.get(kData), static_cast<std::uint64_t>('b'));
        EXPECT_EQ(bench.get(kData), static_cast<std::uint64_t>('c'));
        EXPECT_EQ(bench.get(kLsr) & 3, 0u);
    });
}

TEST(Uart, NothingIsLostWhenMoreArrivesThanFits) {
    UartBench bench;
    bench.run([&] {
        bench.put(kIir, 0x07);
        std::string text;
        for (int i = 0; i < 300; ++i)
            text += static_cast<char>('a' + i % 26);
        bench.chardev.type(text);
        std::string read;
        while ((bench.get(kLsr) & 1) != 0)
            read += static_cast<char>(bench.get(kData));
        EXPECT_EQ(read, text);
    });
}

TEST(Uart, LoopbackTurnsOutputsIntoInputs) {
    UartBench bench;
    bench.run([&] {
        bench.put(kMcr, 0x1a);
        EXPECT_EQ(bench.get(kMsr) & 0xf0, 0x90u) << "the 8250 driver's probe";
        bench.put(kMcr, 0x1f);
        EXPECT_EQ(bench.get(kMsr) & 0xf0, 0xf0u);
        bench.put(kMcr, 0x13);
        EXPECT_EQ(bench.get(kMsr) & 0x0f, 0x0cu) << "RI and DCD ended";
        bench.put(kData, 0x5a);
        EXPECT_EQ(bench.get(kData), 0x5au);
        EXPECT_EQ(bench.chardev.sent, "");
    });
}

TEST(Uart, PacedTransmissionTakesItsTime) {
    UartBench bench({{"clock", 1'600'000}, {"paced", 1}});
    bench.run([&] {
        bench.set_divisor(1);
        bench.put(kIir, 0x01);
        bench.put(kIer, 0x02);
        EXPECT_EQ(bench.get(kIir), kFifos | kThrEmpty);
        for (const char c : std::string("abc"))
            bench.put(kData, static_cast<std::uint8_t>(c));
        EXPECT_EQ(bench.get(kLsr), 0u);
        EXPECT_EQ(bench.get(kIir), kFifos | kNone);
        sc_core::wait(250, sc_core::SC_US);
        EXPECT_EQ(bench.chardev.sent, "ab");
        EXPECT_EQ(bench.get(kLsr), 0x20u) << "the last byte is on the line";
        EXPECT_EQ(bench.get(kIir), kFifos | kThrEmpty);
        sc_core::wait(51, sc_core::SC_US);
        EXPECT_EQ(bench.chardev.sent, "abc");
        EXPECT_EQ(bench.get(kLsr), 0x60u);
    });
}

TEST(Uart, PacedReceptionTakesItsTime) {
    UartBench bench({{"clock", 1'600'000}, {"paced", 1}});
    bench.run([&] {
        bench.set_divisor(1);
        bench.put(kIir, 0x01);
        bench.chardev.type("ab");
        EXPECT_EQ(bench.get(kData), static_cast<std::uint64_t>('a'));
        EXPECT_EQ(bench.get(kLsr) & 1, 0u);
        sc_core::wait(101, sc_core::SC_US);
        EXPECT_EQ(bench.get(kData), static_cast<std::uint64_t>('b'));
    });
}

TEST(Uart, RegistersMayBeFourBytesApart) {
    UartBench bench({{"reg-shift", 2}});
    bench.run([&] {
        bench.cpu.put(kScr << 2, 0x5a, 4);
        EXPECT_EQ(bench.cpu.get(kScr << 2, 4), 0x5au);
        EXPECT_EQ(bench.cpu.get(kScr << 2, 1), 0x5au);
        EXPECT_EQ(bench.cpu.get((kScr << 2) + 1, 1), 0u);
        bench.cpu.put(kData << 2, 'y', 4);
        EXPECT_EQ(bench.chardev.sent, "y");
    });
}

TEST(Uart, DebugAccessHasNoSideEffects) {
    UartBench bench;
    bench.run([&] {
        bench.put(kIer, 0x03);
        bench.chardev.type("a");
        EXPECT_EQ(bench.cpu.peek(kData, 1), static_cast<std::uint64_t>('a'));
        EXPECT_EQ(bench.cpu.peek(kLsr, 1), 0x61u);
        EXPECT_EQ(bench.cpu.peek(kIir, 1), kReceived);
        EXPECT_EQ(bench.get(kData), static_cast<std::uint64_t>('a'));
        EXPECT_EQ(bench.cpu.peek(kIir, 1), kThrEmpty);
        EXPECT_TRUE(bench.irq->level());
    });
}

TEST(Uart, ResetForgetsEverything) {
    UartBench bench;
    bench.run([&] {
        bench.put(kIir, 0x01);
        bench.put(kIer, 0x0f);
        bench.put(kMcr, 0x10);
        bench.put(kData, 1);
        bench.model->reset();
        EXPECT_FALSE(bench.irq->level());
        EXPECT_EQ(bench.get(kLsr), 0x60u);
        EXPECT_EQ(bench.get(kIir), kNone);
        EXPECT_EQ(bench.get(kMsr), 0xb0u);
    });
}

TEST(Uart, ImpossibleParametersAreUserErrors) {
    Bench bench;
    EXPECT_THROW(bench.make("ns16550a", "a", {{"reg-shift", 4}}), UserError);
    EXPECT_THROW(bench.make("ns16550a", "b", {{"clock", 0}}), UserError);
}

} // namespace
} // namespace medley::periph::test
