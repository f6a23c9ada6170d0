#include "support/bench.h"

namespace medley::periph::test {
namespace {

constexpr Address kId = 0x00, kStatus = 0x04, kTx = 0x08, kRx = 0x0c, kIrqStatus = 0x10, kIrqEnable = 0x14, kDoorbell = 0x18,
                  kDoorbellValue = 0x1c, kLevels = 0x20;

struct MailboxBench : Bench {
    MailboxBench() {
        a.socket.bind(*model->target_socket("a"));
        b.socket.bind(*model->target_socket("b"));
    }
    std::unique_ptr<Peripheral> model = make("mailbox", "mailbox");
    Initiator a{"cpu_a"};
    Initiator b{"cpu_b"};
    IrqProbe irq_a{model->irq_output("a")};
    IrqProbe irq_b{model->irq_output("b")};
};

TEST(Mailbox, StartsEmpty) {
    MailboxBench bench;
    bench.run([&] {
        for (auto* side : {&bench.a, &bench.b}) {
            EXPECT_EQ(side->get(kId), 0x4d424f58u);
            EXPECT_EQ(side->get(kStatus), 0x4u);
            EXPECT_EQ(side->get(kTx), 0u);
            EXPECT_EQ(side->get(kIrqStatus), 0x2u) << "TX empty";
            EXPECT_EQ(side->get(kIrqEnable), 0u);
            EXPECT_EQ(side->get(kDoorbell), 0u);
            EXPECT_EQ(side->get(kDoorbellValue), 0u);
            EXPECT_EQ(side->get(kLevels), 0u);
        }
        EXPECT_FALSE(bench.irq_a.level());
    });
}

TEST(Mailbox, CarriesEightWordsInOrderEachWay) {
    MailboxBench bench;
    bench.run([&] {
        for (const auto& [from, to] : {std::pair{&bench.a, &bench.b}, std::pair{&bench.b, &bench.a}}) {
            for (std::uint32_t i = 0; i < 8; ++i)
                from->put(kTx, 0x8000'0000 + i);
            EXPECT_EQ(from->get(kLevels), 0x800u);
            EXPECT_EQ(to->get(kLevels), 0x008u);
            EXPECT_EQ(from->get(kStatus), 0x2u) << "TX full, nothing to receive";
            EXPECT_EQ(to->get(kStatus), 0xdu) << "RX not empty, TX empty, RX full";
            EXPECT_EQ(to->peek(kRx), 0x8000'0000u) << "debuggers see the next word and do not take it";
            for (std::uint32_t i = 0; i < 8; ++i)
                EXPECT_EQ(to->get(kRx), 0x8000'0000 + i);
            EXPECT_EQ(to->get(kStatus), 0x4u);
        }
    });
}

TEST(Mailbox, OverflowAndUnderflowSetTheErrorBitOfTheSideThatDidIt) {
    MailboxBench bench;
    bench.run([&] {
        for (std::uint32_t i = 0; i < 9; ++i)
            bench.a.put(kTx, i);
        EXPECT_EQ(bench.a.get(kIrqStatus), 0x8u);
        EXPECT_EQ(bench.b.get(kIrqStatus), 0x3u);
        for (std::uint32_t i = 0; i < 8; ++i)
            EXPECT_EQ(bench.b.get(kRx), i);
        EXPECT_EQ(bench.b.get(kRx), 0u);
        EXPECT_EQ(bench.b.get(kIrqStatus), 0xau);
        bench.b.put(kIrqStatus, 0x7);
        EXPECT_EQ(bench.b.get(kIrqStatus), 0xau) << "only a 1 clears it";
        bench.b.put(kIrqStatus, 0x8);
        EXPECT_EQ(bench.b.get(kIrqStatus), 0x2u);
        EXPECT_EQ(bench.a.get(kIrqStatus), 0xau);
    });
}

TEST(Mailbox, ReceiveInterruptFollowsTheFifo) {
    MailboxBench bench;
    bench.run([&] {
        bench.b.put(kIrqEnable, 0x1);
        EXPECT_FALSE(bench.irq_b.level());
        bench.a.put(kTx, 1);
        bench.a.put(kTx, 2);
        EXPECT_TRUE(bench.irq_b.level());
        EXPECT_FALSE(bench.irq_a.level());
        bench.b.put(kIrqStatus, 0xf);
        EXPECT_TRUE(bench.irq_b.level()) << "a level is not clearable";
        bench.b.get(kRx);
        EXPECT_TRUE(bench.irq_b.level());
        bench.b.get(kRx);
        EXPECT_FALSE(bench.irq_b.level());
        EXPECT_EQ(bench.irq_b.changes(), 2u);
    });
}

TEST(Mailbox, TransmitInterruptTellsThatThePeerHasReadAll) {
    MailboxBench bench;
    bench.run([&] {
        bench.a.put(kIrqEnable, 0x2);
        EXPECT_TRUE(bench.irq_a.level());
        bench.a.put(kTx, 1);
        EXPECT_FALSE(bench.irq_a.level());
        bench.b.get(kRx);
        EXPECT_TRUE(bench.irq_a.level());
    });
}

TEST(Mailbox, DoorbellCarriesAValueAndAnInterrupt) {
    MailboxBench bench;
    bench.run([&] {
        bench.b.put(kIrqEnable, 0x4);
        bench.a.put(kDoorbell, 0x1234);
        EXPECT_TRUE(bench.irq_b.level());
        EXPECT_EQ(bench.b.get(kDoorbellValue), 0x1234u);
        EXPECT_EQ(bench.a.get(kDoorbellValue), 0u);
        EXPECT_EQ(bench.b.get(kIrqStatus), 0x6u);
        bench.b.put(kIrqStatus, 0x4);
        EXPECT_FALSE(bench.irq_b.level());
        EXPECT_EQ(bench.b.get(kDoorbellValue), 0x1234u);
        bench.a.put(kDoorbell, 0);
        EXPECT_TRUE(bench.irq_b.level()) << "any value rings";
        EXPECT_EQ(bench.b.get(kDoorbellValue), 0u);
    });
}

TEST(Mailbox, EnableTakesFourBitsAndReadOnlyRegistersIgnoreWrites) {
    MailboxBench bench;
    bench.run([&] {
        bench.a.put(kIrqEnable, 0xffff'ffff);
        EXPECT_EQ(bench.a.get(kIrqEnable), 0xfu);
        for (const Address address : {kId, kStatus, kDoorbellValue, kLevels}) {
            const auto before = bench.a.get(address);
            bench.a.put(address, ~before);
            EXPECT_EQ(bench.a.get(address), before) << std::hex << address;
        }
        bench.a.put(kRx, 5);
        EXPECT_EQ(bench.a.get(kLevels), 0u);
    });
}

TEST(Mailbox, OnlyWordsAndOnlyRegisters) {
    MailboxBench bench;
    bench.run([&] {
        for (const unsigned size : {1u, 2u, 8u})
            EXPECT_EQ(bench.a.read(kId, size).status, tlm::TLM_BURST_ERROR_RESPONSE);
        EXPECT_EQ(bench.a.read(0x24).status, tlm::TLM_ADDRESS_ERROR_RESPONSE);
        EXPECT_EQ(bench.a.read(0xffc).status, tlm::TLM_ADDRESS_ERROR_RESPONSE);
        EXPECT_EQ(bench.a.read(0x1000).status, tlm::TLM_ADDRESS_ERROR_RESPONSE);
    });
}

TEST(Mailbox, ResetEmptiesEverythingAndLowersTheInterrupts) {
    MailboxBench bench;
    bench.run([&] {
        bench.b.put(kIrqEnable, 0x5);
        bench.a.put(kTx, 1);
        bench.a.put(kDoorbell, 1);
        EXPECT_TRUE(bench.irq_b.level());
        bench.model->reset();
        EXPECT_FALSE(bench.irq_b.level());
        EXPECT_EQ(bench.b.get(kIrqStatus), 0x2u);
        EXPECT_EQ(bench.b.get(kIrqEnable), 0u);
        EXPECT_EQ(bench.b.get(kLevels), 0u);
        EXPECT_EQ(bench.b.peek(kRx), 0u);
        EXPECT_EQ(bench.b.get(kDoorbellValue), 0u);
    });
}

} // namespace
} // namespace medley::periph::test
