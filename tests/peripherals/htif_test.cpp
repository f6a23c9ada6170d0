#include "support/bench.h"

namespace medley::periph::test {
namespace {

constexpr Address kRam = 0x80000000, kToHost = kRam + 0x1000, kFromHost = kRam + 0x1040;

constexpr std::uint64_t request(unsigned device, unsigned command, std::uint64_t payload) {
    return std::uint64_t{device} << 56 | std::uint64_t{command} << 48 | payload;
}

/// A guest's memory on a bus with the interface laid over two of its words.
struct HtifBench : Bench {
    HtifBench() {
        bus = make_bus("bus");
        ram = make("ram", "memory", {{"size", 0x10000}});
        htif = make("htif", "htif", {{"tohost", kToHost}, {"fromhost", kFromHost}});
        bus->map(kRam, 0x10000, *ram->target_socket(""), "memory");
        bus->attach(*htif->initiator_socket(""));
        for (const auto& overlay : htif->overlays())
            bus->overlay(overlay.base, overlay.size, *overlay.target, "htif");
        bus->attach(cpu.socket);
    }
    std::unique_ptr<Bus> bus;
    std::unique_ptr<Peripheral> ram;
    std::unique_ptr<Peripheral> htif;
    Initiator cpu{"cpu"};
};

TEST(Htif, ExitsWithTheCode) {
    HtifBench bench;
    bench.run([&] { bench.cpu.put(kToHost, 3 << 1 | 1, 8); });
    EXPECT_EQ(bench.control.exit_status(), 3);
}

TEST(Htif, CodesThatDoNotFitAnExitStatusAreFailures) {
    HtifBench bench;
    bench.run([&] { bench.cpu.put(kToHost, 256 << 1 | 1, 8); });
    EXPECT_EQ(bench.control.exit_status(), 255);
}

TEST(Htif, LowHalfAloneCountsAfterAWhile) {
    HtifBench bench;
    bench.run([&] {
        bench.cpu.put(kToHost, 1);
        EXPECT_FALSE(bench.control.exit_status());
        sc_core::wait(2, sc_core::SC_US);
        EXPECT_EQ(bench.control.exit_status(), 0);
    });
}

TEST(Htif, WritesToTheConsoleInOneOrTwoStores) {
    HtifBench bench;
    bench.run([&] {
        bench.cpu.put(kToHost, request(1, 1, 'a'), 8);
        EXPECT_EQ(bench.cpu.get(kToHost, 8), 0u);
        bench.cpu.put(kToHost, 'b');
        bench.cpu.put(kToHost + 4, 0x01010000);
        bench.cpu.put(kToHost + 4, 0x01010000);
        bench.cpu.put(kToHost, 'c');
        EXPECT_EQ(bench.chardev.sent, "abc");
        EXPECT_EQ(bench.cpu.get(kFromHost, 8), request(1, 1, 0));
        EXPECT_FALSE(bench.control.exit_status());
    });
}

TEST(Htif, ReadsTheConsoleWhenTheGuestAsks) {
    HtifBench bench;
    bench.run([&] {
        bench.chardev.type("k");
        EXPECT_EQ(bench.cpu.get(kFromHost, 8), 0u);
        bench.cpu.put(kToHost, request(1, 0, 0), 8);
        EXPECT_EQ(bench.cpu.get(kFromHost, 8), request(1, 0, 0x100 | 'k'));
        bench.cpu.put(kFromHost, 0, 8);
        bench.cpu.put(kToHost, request(1, 0, 0), 8);
        EXPECT_EQ(bench.cpu.get(kFromHost, 8), 0u);
        bench.chardev.type("l");
        EXPECT_EQ(bench.cpu.get(kFromHost, 8), request(1, 0, 0x100 | 'l'));
    });
}

TEST(Htif, ProxiesWrite) {
    HtifBench bench;
    bench.run([&] {
        const std::string text = "proxied";
        bench.cpu.write_block(kRam + 0x3000, {text.begin(), text.end()});
        const std::uint64_t call[] = {64, 1, kRam + 0x3000, text.size()};
        for (unsigned i = 0; i < 4; ++i)
            bench.cpu.put(kRam + 0x2000 + 8 * i, call[i], 8);
        bench.cpu.put(kToHost, kRam + 0x2000, 8);
        EXPECT_EQ(bench.chardev.sent, text);
        EXPECT_EQ(bench.cpu.get(kRam + 0x2000, 8), text.size());
        EXPECT_EQ(bench.cpu.get(kFromHost, 8), 1u);
    });
}

TEST(Htif, RefusesOtherCallsAndBadAddresses) {
    HtifBench bench;
    bench.run([&] {
        bench.cpu.put(kRam + 0x2000, 1234, 8);
        bench.cpu.put(kToHost, kRam + 0x2000, 8);
        EXPECT_EQ(static_cast<std::int64_t>(bench.cpu.get(kRam + 0x2000, 8)), -38);
        bench.cpu.put(kRam + 0x2000, 64, 8);
        bench.cpu.put(kRam + 0x2008, 1, 8);
        bench.cpu.put(kRam + 0x2010, 0x10, 8);
        bench.cpu.put(kRam + 0x2018, ~std::uint64_t{0}, 8);
        bench.cpu.put(kFromHost, 0, 8);
        bench.cpu.put(kToHost, kRam + 0x2000, 8);
        EXPECT_EQ(static_cast<std::int64_t>(bench.cpu.get(kRam + 0x2000, 8)), -14);
        bench.cpu.put(kFromHost, 0, 8);
        bench.cpu.put(kToHost, 0xffff'ffff'fff0, 8);
        bench.cpu.put(kToHost, request(77, 5, 0x123), 8);
        EXPECT_EQ(bench.cpu.get(kToHost, 8), 0u);
    });
}

TEST(Htif, DirectAccessSparesThePageOfTheWords) {
    HtifBench bench;
    bench.run([&] {
        tlm::tlm_dmi dmi;
        EXPECT_FALSE(bench.cpu.dmi(kToHost + 0x800, tlm::TLM_READ_COMMAND, dmi));
        EXPECT_EQ(dmi.get_start_address(), kToHost);
        EXPECT_EQ(dmi.get_end_address(), kToHost + 0xfff);
        ASSERT_TRUE(bench.cpu.dmi(kRam + 0x10, tlm::TLM_READ_COMMAND, dmi));
        EXPECT_EQ(dmi.get_end_address(), kToHost - 1);
        bench.cpu.put(kToHost + 0x1008, 0x55, 1);
        ASSERT_TRUE(bench.cpu.dmi(kToHost + 0x1000, tlm::TLM_READ_COMMAND, dmi));
        EXPECT_EQ(dmi.get_start_address(), kToHost + 0x1000);
        EXPECT_EQ(dmi.get_dmi_ptr()[8], 0x55);
        bench.cpu.put(kToHost + 8, 0x1234);
        EXPECT_EQ(bench.cpu.get(kToHost + 8), 0x1234u) << "the rest of the page is memory";
    });
}

TEST(Htif, DebugAccessSeesTheWords) {
    HtifBench bench;
    bench.run([&] {
        bench.cpu.put(kToHost, request(1, 1, 'x'), 8);
        std::array<std::uint64_t, 16> page{};
        EXPECT_EQ(bench.cpu.debug_read(kToHost, page.data(), sizeof page), sizeof page);
        EXPECT_EQ(page[8], request(1, 1, 0));
    });
}

TEST(Htif, DoesNothingWithoutTheSymbol) {
    Bench bench;
    const auto model = bench.make("htif", "htif");
    EXPECT_TRUE(model->overlays().empty());
}

} // namespace
} // namespace medley::periph::test
