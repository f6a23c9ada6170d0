#include "peripherals/memory/memory.h"
#include "support/bench.h"
#include "tests/support/random_seed.h"

#include <tlm_utils/simple_target_socket.h>

#include <algorithm>
#include <random>

namespace medley::periph::test {
namespace {

constexpr Address kDma = 0x1000'0000, kRam = 0x8000'0000, kRom = 0x2000, kSlow = 0x3000'0000, kMailbox = 0x4000'0000;
constexpr std::uint64_t kRamSize = 0x10000;
constexpr Address kId = 0x00, kControl = 0x04, kStatus = 0x08, kSource = 0x10, kDestination = 0x18, kLength = 0x20, kDoneBytes = 0x24;
constexpr std::uint64_t kStart = 1, kIrqEnable = 2, kAbort = 4, kFixedSource = 8, kFixedDestination = 16;
constexpr std::uint64_t kBusy = 1, kDone = 2, kError = 4;

/// A target that waits within its transactions, and remembers their streaming widths.
class Slow : public sc_core::sc_module {
public:
    explicit Slow(const sc_core::sc_module_name& name) : sc_core::sc_module(name) {
        socket.register_b_transport(this, &Slow::b_transport);
    }
    tlm_utils::simple_target_socket<Slow> socket{"socket"};
    std::vector<std::pair<unsigned, unsigned>> shapes;
    sc_core::sc_time wait_time{1, sc_core::SC_US};
    sc_core::sc_time latency;

private:
    void b_transport(tlm::tlm_generic_payload& transaction, sc_core::sc_time& delay) {
        shapes.emplace_back(transaction.get_data_length(), transaction.get_streaming_width());
        if (wait_time != sc_core::SC_ZERO_TIME)
            sc_core::wait(wait_time);
        delay += latency;
        transaction.set_response_status(tlm::TLM_OK_RESPONSE);
    }
};

struct DmaBench : Bench {
    DmaBench() {
        bus->map(kDma, 0x1000, *dma->target_socket(""), "dma");
        bus->map(kRam, kRamSize, *ram->target_socket(""), "ram");
        bus->map(kRom, 0x1000, *rom->target_socket(""), "rom");
        bus->map(kSlow, 0x1000, slow.socket, "slow");
        bus->map(kMailbox, 0x1000, *mailbox->target_socket("a"), "mailbox");
        bus->attach(cpu.socket);
        bus->attach(*dma->initiator_socket("bus"));
        bytes = dynamic_cast<Memory&>(*ram).bytes();
    }

    void program(Address source, Address destination, std::uint64_t length) {
        cpu.put(kDma + kSource, source & 0xffff'ffff);
        cpu.put(kDma + kSource + 4, source >> 32);
        cpu.put(kDma + kDestination, destination & 0xffff'ffff);
        cpu.put(kDma + kDestination + 4, destination >> 32);
        cpu.put(kDma + kLength, length);
    }
    void copy(Address source, Address destination, std::uint64_t length, std::uint64_t options = 0) {
        program(source, destination, length);
        cpu.put(kDma + kControl, kStart | options);
    }
    std::uint64_t status() { return cpu.get(kDma + kStatus); }
    void wait_until_idle() {
        for (unsigned i = 0; i < 100000 && (status() & kBusy) != 0; ++i)
            sc_core::wait(10, sc_core::SC_NS);
        EXPECT_EQ(status() & kBusy, 0u);
    }
    void fill() {
        for (std::size_t i = 0; i < bytes.size(); ++i)
            bytes[i] = static_cast<std::byte>(i * 7 + (i >> 8));
    }

    std::unique_ptr<Bus> bus = make_bus("bus");
    std::unique_ptr<Peripheral> dma = make("dma", "dma");
    std::unique_ptr<Peripheral> ram = make("ram", "ram", {{"size", kRamSize}});
    std::unique_ptr<Peripheral> rom = make("rom", "rom", {{"size", 0x1000}});
    std::unique_ptr<Peripheral> mailbox = make("mailbox", "mailbox");
    Slow slow{"slow"};
    Initiator cpu{"cpu"};
    IrqProbe irq{dma->irq_output("irq")};
    std::span<std::byte> bytes;
};

TEST(Dma, RegistersHaveTheirResetValuesAndMasks) {
    DmaBench bench;
    auto& cpu = bench.cpu;
    bench.run([&] {
        EXPECT_EQ(cpu.get(kDma + kId), 0x444d4131u);
        for (const Address address : {kControl, kStatus, kSource, kSource + 4, kDestination, kDestination + 4, kLength, kDoneBytes})
            EXPECT_EQ(cpu.get(kDma + address), 0u) << std::hex << address;
        for (const Address address : {kSource, kSource + 4, kDestination, kDestination + 4, kLength}) {
            cpu.put(kDma + address, 0xffff'ffff);
            EXPECT_EQ(cpu.get(kDma + address), 0xffff'ffffu) << std::hex << address;
        }
        for (const Address address : {kId, kStatus, kDoneBytes}) {
            const auto before = cpu.get(kDma + address);
            cpu.put(kDma + address, 0xffff'ffff);
            EXPECT_EQ(cpu.get(kDma + address), before) << std::hex << address;
        }
        cpu.put(kDma + kControl, 0xffff'fffe);
        EXPECT_EQ(cpu.get(kDma + kControl), 0x1au) << "ABORT clears itself";
        EXPECT_EQ(cpu.read(kDma + 0x0c).status, tlm::TLM_ADDRESS_ERROR_RESPONSE);
        EXPECT_EQ(cpu.read(kDma + 0x28).status, tlm::TLM_ADDRESS_ERROR_RESPONSE);
        EXPECT_EQ(cpu.read(kDma + kId, 8).status, tlm::TLM_BURST_ERROR_RESPONSE);
        EXPECT_EQ(cpu.read(kDma + kId, 1).status, tlm::TLM_BURST_ERROR_RESPONSE);
    });
}

TEST(Dma, CopiesInBurstsThatTakeTheirTimeAndRaisesTheInterrupt) {
    DmaBench bench;
    bench.fill();
    bench.run([&] {
        bench.copy(kRam, kRam + 0x8000, 0x100, kIrqEnable);
        EXPECT_EQ(bench.status(), kBusy);
        EXPECT_EQ(bench.cpu.get(kDma + kControl), kIrqEnable) << "START clears itself";
        sc_core::wait(255, sc_core::SC_NS);
        EXPECT_EQ(bench.cpu.get(kDma + kDoneBytes), 0xc0u);
        EXPECT_FALSE(bench.irq.level());
        sc_core::wait(2, sc_core::SC_NS);
        EXPECT_EQ(bench.status(), kDone);
        EXPECT_EQ(bench.cpu.get(kDma + kDoneBytes), 0x100u);
        EXPECT_TRUE(bench.irq.level());
        EXPECT_TRUE(std::equal(bench.bytes.begin(), bench.bytes.begin() + 0x100, bench.bytes.begin() + 0x8000));
        EXPECT_NE(bench.bytes[0x8100], bench.bytes[0x100]) << "and no byte more";
        bench.cpu.put(kDma + kStatus, kDone);
        EXPECT_EQ(bench.status(), 0u);
        EXPECT_FALSE(bench.irq.level());
    });
}

TEST(Dma, AnyAlignmentAndLengthCopiesExactly) {
    DmaBench bench;
    std::mt19937_64 random(medley::test::random_seed(20));
    bench.run([&] {
        for (unsigned round = 0; round < 200; ++round) {
            bench.fill();
            const auto length = random() % 700;
            const auto from = random() % 0x7000;
            const auto to = 0x8000 + random() % 0x7000;
            std::vector<std::byte> expected(bench.bytes.begin(), bench.bytes.end());
            std::copy_n(expected.begin() + static_cast<long>(from), length, expected.begin() + static_cast<long>(to));
            bench.copy(kRam + from, kRam + to, length);
            bench.wait_until_idle();
            ASSERT_EQ(bench.status(), kDone);
            ASSERT_EQ(bench.cpu.get(kDma + kDoneBytes), length);
            ASSERT_TRUE(std::ranges::equal(bench.bytes, expected)) << from << " to " << to << " length " << length;
        }
    });
}

TEST(Dma, LengthZeroCompletesAtOnce) {
    DmaBench bench;
    bench.run([&] {
        bench.copy(0, 0, 0, kIrqEnable);
        EXPECT_EQ(bench.status(), kDone);
        EXPECT_TRUE(bench.irq.level());
    });
}

TEST(Dma, BusErrorsEndTheTransferAtTheFailingBurst) {
    DmaBench bench;
    bench.run([&] {
        bench.copy(kRam + kRamSize - 0x80, kRam, 0x100, kIrqEnable);
        bench.wait_until_idle();
        EXPECT_EQ(bench.status(), kError);
        EXPECT_EQ(bench.cpu.get(kDma + kDoneBytes), 0x80u);
        EXPECT_TRUE(bench.irq.level());
        bench.cpu.put(kDma + kStatus, kError);
        EXPECT_FALSE(bench.irq.level());

        bench.copy(kRam, kRom, 0x40);
        bench.wait_until_idle();
        EXPECT_EQ(bench.status(), kError) << "ROM refuses writes";
        EXPECT_EQ(bench.cpu.get(kDma + kDoneBytes), 0u);
        EXPECT_FALSE(bench.irq.level()) << "not enabled";
        bench.cpu.put(kDma + kControl, kIrqEnable);
        EXPECT_TRUE(bench.irq.level()) << "enabling shows what is pending";

        bench.copy(~Address{0x1f}, kRam, 0x40);
        bench.wait_until_idle();
        EXPECT_EQ(bench.status(), kError) << "the end of the address space";
    });
}

TEST(Dma, AbortStopsBetweenBursts) {
    DmaBench bench;
    bench.run([&] {
        bench.copy(kRam, kRam + 0x8000, 0x1000, kIrqEnable);
        sc_core::wait(200, sc_core::SC_NS);
        bench.cpu.put(kDma + kControl, kAbort | kIrqEnable);
        EXPECT_EQ(bench.status(), 0u);
        EXPECT_EQ(bench.cpu.get(kDma + kDoneBytes), 0xc0u);
        sc_core::wait(10, sc_core::SC_US);
        EXPECT_EQ(bench.status(), 0u);
        EXPECT_EQ(bench.cpu.get(kDma + kDoneBytes), 0xc0u);
        EXPECT_FALSE(bench.irq.level());
        bench.copy(kRam, kRam + 0x8000, 0x40);
        bench.wait_until_idle();
        EXPECT_EQ(bench.status(), kDone) << "the next one works";
    });
}

TEST(Dma, AbortWithStartBeginsANewTransfer) {
    DmaBench bench;
    bench.run([&] {
        bench.copy(kRam, kRam + 0x8000, 0x1000);
        sc_core::wait(200, sc_core::SC_NS);
        bench.program(kRam, kRam + 0x8000, 0x80);
        bench.cpu.put(kDma + kControl, kStart);
        EXPECT_EQ(bench.cpu.get(kDma + kDoneBytes), 0xc0u) << "START is ignored while BUSY";
        bench.cpu.put(kDma + kControl, kStart | kAbort);
        EXPECT_EQ(bench.status(), kBusy);
        EXPECT_EQ(bench.cpu.get(kDma + kDoneBytes), 0u);
        sc_core::wait(129, sc_core::SC_NS);
        EXPECT_EQ(bench.status(), kDone);
        EXPECT_EQ(bench.cpu.get(kDma + kDoneBytes), 0x80u);
    });
}

TEST(Dma, ResetAndAbortReachATransferThatWaitsInATarget) {
    DmaBench bench;
    bench.run([&] {
        bench.copy(kSlow, kRam, 0x40, kIrqEnable);
        sc_core::wait(500, sc_core::SC_NS);
        EXPECT_EQ(bench.slow.shapes.size(), 1u);
        bench.dma->reset();
        EXPECT_EQ(bench.status(), 0u);
        EXPECT_EQ(bench.cpu.get(kDma + kSource), 0u);
        sc_core::wait(5, sc_core::SC_US);
        EXPECT_EQ(bench.status(), 0u);
        EXPECT_FALSE(bench.irq.level());

        bench.copy(kSlow, kRam, 0x40);
        sc_core::wait(500, sc_core::SC_NS);
        bench.copy(kRam, kRam + 0x100, 0x40, kAbort);
        sc_core::wait(5, sc_core::SC_US);
        EXPECT_EQ(bench.status(), kDone) << "the new one ran after the old one had returned";
    });
}

TEST(Dma, RegistersWrittenDuringATransferAreForTheNextOne) {
    DmaBench bench;
    bench.fill();
    bench.run([&] {
        bench.copy(kRam, kRam + 0x8000, 0x100);
        sc_core::wait(100, sc_core::SC_NS);
        bench.program(kRam + 0x400, kRam + 0x9000, 0x4);
        bench.wait_until_idle();
        EXPECT_EQ(bench.cpu.get(kDma + kDoneBytes), 0x100u);
        EXPECT_TRUE(std::equal(bench.bytes.begin(), bench.bytes.begin() + 0x100, bench.bytes.begin() + 0x8000));
        EXPECT_EQ(bench.cpu.get(kDma + kSource), (kRam + 0x400) & 0xffff'ffff);
    });
}

TEST(Dma, OverlappingRangesCopyBurstAfterBurst) {
    DmaBench bench;
    bench.fill();
    std::vector<std::byte> expected(bench.bytes.begin(), bench.bytes.end());
    for (const Address burst : {0x00, 0x40, 0x80, 0xc0}) {
        const std::vector<std::byte> data(expected.begin() + static_cast<long>(burst), expected.begin() + static_cast<long>(burst) + 0x40);
        std::ranges::copy(data, expected.begin() + static_cast<long>(burst) + 0x20);
    }
    bench.run([&] {
        bench.copy(kRam, kRam + 0x20, 0x100);
        bench.wait_until_idle();
        EXPECT_TRUE(std::ranges::equal(bench.bytes, expected));
    });
}

TEST(Dma, FixedDestinationFeedsAFifo) {
    DmaBench bench;
    Initiator peer("peer");
    peer.socket.bind(*bench.mailbox->target_socket("b"));
    bench.fill();
    bench.run([&] {
        bench.copy(kRam, kMailbox + 0x08, 32, kFixedDestination);
        bench.wait_until_idle();
        EXPECT_EQ(bench.status(), kDone);
        for (unsigned i = 0; i < 8; ++i)
            EXPECT_EQ(peer.get(0x0c), bench.cpu.get(kRam + 4 * i));
        bench.copy(kMailbox + 0x0c, kRam, 3, kFixedSource);
        bench.wait_until_idle();
        EXPECT_EQ(bench.status(), kError) << "the mailbox takes no bytes";
    });
}

TEST(Dma, FixedAddressesMoveWordsAndLeftOverBytes) {
    DmaBench bench;
    bench.slow.wait_time = sc_core::SC_ZERO_TIME;
    using Shapes = std::vector<std::pair<unsigned, unsigned>>;
    bench.run([&] {
        bench.copy(kSlow, kRam, 71, kFixedSource);
        bench.wait_until_idle();
        EXPECT_EQ(bench.slow.shapes, (Shapes{{64, 4}, {4, 4}, {3, 1}}));
        bench.slow.shapes.clear();
        bench.copy(kRam, kSlow + 1, 5, kFixedDestination);
        bench.wait_until_idle();
        EXPECT_EQ(bench.slow.shapes, (Shapes{{4, 1}, {1, 1}}));
    });
}

TEST(Dma, LatenciesBeyondTheBurstsOwnTimeAreWaitedFor) {
    DmaBench bench;
    bench.slow.wait_time = sc_core::SC_ZERO_TIME;
    bench.slow.latency = sc_core::sc_time(100, sc_core::SC_NS);
    bench.run([&] {
        bench.copy(kSlow, kRam, 0x40);
        sc_core::wait(99, sc_core::SC_NS);
        EXPECT_EQ(bench.status(), kBusy);
        sc_core::wait(2, sc_core::SC_NS);
        EXPECT_EQ(bench.status(), kDone) << "64 ns, and what of 100 ns does not overlap";
    });
}

TEST(Dma, WritesReportToTheCodeWatch) {
    struct Listener : CodeListener {
        bool code_written(CodeWatch&, std::uint64_t offset, std::uint64_t) override {
            offsets.push_back(offset);
            return false;
        }
        void page_released(CodeWatch&, std::uint64_t) override {}
        void page_watched(CodeWatch&, std::uint64_t) override {}
        std::vector<std::uint64_t> offsets;
    } listener;
    DmaBench bench;
    auto& watch = dynamic_cast<Memory&>(*bench.ram).watch();
    watch.add_listener(listener);
    watch.watch(0x5000);
    bench.run([&] {
        bench.copy(kRam, kRam + 0x4fc0, 0x80);
        bench.wait_until_idle();
        EXPECT_EQ(listener.offsets, std::vector<std::uint64_t>{0x5000});
    });
    watch.remove_listener(listener);
}

TEST(Dma, MayWriteItsOwnRegisters) {
    DmaBench bench;
    bench.run([&] {
        bench.cpu.put(kRam, kAbort);
        bench.copy(kRam, kDma + kControl, 4, kFixedDestination);
        sc_core::wait(1, sc_core::SC_US);
        EXPECT_EQ(bench.status(), 0u) << "it aborted itself";
        bench.cpu.put(kRam, kAbort | kStart | kFixedDestination);
        bench.copy(kRam, kDma + kControl, 4, kFixedDestination);
        sc_core::wait(10, sc_core::SC_US);
        EXPECT_EQ(bench.status(), kBusy) << "it restarts itself for ever, and time passes";
        bench.cpu.put(kDma + kControl, kAbort);
        EXPECT_EQ(bench.status(), 0u);
    });
}

TEST(Dma, StartsAtTheInitiatorsLocalTime) {
    DmaBench bench;
    bench.run([&] {
        bench.program(kRam, kRam + 0x100, 0x40);
        bench.cpu.delay = sc_core::sc_time(1, sc_core::SC_US);
        bench.cpu.put(kDma + kControl, kStart);
        sc_core::wait(1063, sc_core::SC_NS);
        EXPECT_EQ(bench.status(), kBusy);
        sc_core::wait(2, sc_core::SC_NS);
        EXPECT_EQ(bench.status(), kDone);
    });
}

TEST(Dma, WithoutABusEveryTransferIsAnError) {
    Bench bench;
    auto dma = bench.make("dma", "dma");
    Initiator cpu("cpu");
    cpu.socket.bind(*dma->target_socket(""));
    bench.run([&] {
        cpu.put(kLength, 4);
        cpu.put(kControl, kStart);
        sc_core::wait(1, sc_core::SC_US);
        EXPECT_EQ(cpu.get(kStatus), kError);
    });
}

} // namespace
} // namespace medley::periph::test
