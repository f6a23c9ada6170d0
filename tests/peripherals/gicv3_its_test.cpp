#include "support/gic_bench.h"

namespace medley::periph::test {
namespace {

using namespace gic;

constexpr std::uint64_t kRam = 0x100000;
constexpr Address kQueue = 0x1000, kDevices = 0x10000, kCollections = 0x20000, kItt = 0x30000, kProperties = 0x40000, kPending = 0x50000;
constexpr std::uint64_t kValid = 1ULL << 63;

struct ItsBench : Gicv3Bench {
    explicit ItsBench(unsigned secure = 0) : Gicv3Bench(2, {{"its", 1}, {"secure", secure}}) {
        memory = make("ram", "memory", {{"size", kRam}});
        bus->map(0, kRam, *memory->target_socket(""), "memory");
        bus->attach(*model->initiator_socket("bus"));
        bus->attach(cpu.socket);
        its.socket.bind(*model->target_socket("its"));
    }
    void enable_all() {
        dist.put(kControl, 2);
        for (unsigned i = 0; i < 2; ++i) {
            wake(i);
            redist.put(frame(i) + 0x70, kProperties | 13, 8); // 14 bits: up to 16383.
            redist.put(frame(i) + 0x78, kPending + 0x10000 * i, 8);
            redist.put(frame(i), 1);
        }
        its.put(0x80, kValid | kQueue, 8);
        its.put(0x100, kValid | kDevices, 8);
        its.put(0x108, kValid | kCollections, 8);
        its.put(0, 1);
    }
    /// The message of event 3 of device 7 is LPI 8200, at CPU 0 and enabled.
    void prepare() {
        enable_all();
        configure(8200, 0xa1);
        map_all();
    }
    void configure(unsigned id, unsigned value) { cpu.put(kProperties + id - 8192, value, 1); }
    void command(std::uint64_t a, std::uint64_t b = 0, std::uint64_t c = 0, std::uint64_t d = 0) {
        const auto at = kQueue + end_;
        for (const auto& [offset, value] : {std::pair{0U, a}, {8U, b}, {16U, c}, {24U, d}})
            cpu.put(at + offset, value, 8);
        end_ = (end_ + 32) % 4096;
        its.put(0x88, end_, 8);
        EXPECT_EQ(its.get(0x90, 8), end_) << "executed";
    }
    void map_all() {
        command(0x09, 0, kValid | 0ULL << 16 | 4);              // MAPC: collection 4 is CPU 0,
        command(0x09, 0, kValid | 1ULL << 16 | 5);              // collection 5 CPU 1.
        command(0x08 | 7ULL << 32, 4, kValid | kItt);           // MAPD: device 7, 32 events.
        command(0x0a | 7ULL << 32, 3 | 8200ULL << 32, 4);       // MAPTI: event 3 is LPI 8200 of collection 4.
    }
    void message(unsigned device, unsigned event) {
        its.id = device;
        its.put(0x10040, event);
    }

    std::unique_ptr<Peripheral> memory;
    std::unique_ptr<Bus> bus = make_bus("bus");
    Initiator cpu{"cpu"};
    Initiator its{"its"};

private:
    std::uint64_t end_ = 0;
};

TEST(Gicv3Its, TranslatesMessages) {
    ItsBench bench;
    bench.run([&] {
        bench.prepare();
        bench.message(7, 3);
        EXPECT_TRUE(bench.irq[0].level());
        EXPECT_EQ(bench.get(0, kIar1), 8200U);
        EXPECT_EQ(bench.get(0, kRpr), 0xa0U);
        EXPECT_FALSE(bench.irq[0].level());
        bench.message(7, 3);
        bench.set(0, kEoir1, 8200);
        EXPECT_EQ(bench.get(0, kIar1), 8200U) << "LPIs have no active state";
        bench.set(0, kEoir1, 8200);
        EXPECT_EQ(bench.get(0, kIar1), kNone);
    });
}

TEST(Gicv3Its, IgnoresWhatIsNotMapped) {
    ItsBench bench;
    bench.run([&] {
        bench.prepare();
        bench.message(8, 3);
        bench.message(7, 4);
        bench.message(7, 32);
        bench.message(0xffffffff, 3);
        EXPECT_FALSE(bench.irq[0].level() || bench.irq[1].level());
        bench.command(0x0f | 7ULL << 32, 3); // DISCARD
        bench.message(7, 3);
        EXPECT_FALSE(bench.irq[0].level());
        bench.map_all();
        bench.command(0x08 | 7ULL << 32, 31, kItt); // MAPD without V: the size counts for nothing.
        bench.message(7, 3);
        EXPECT_FALSE(bench.irq[0].level()) << "the device is not there any more";
        bench.map_all();
        bench.its.put(0, 0);
        bench.message(7, 3);
        EXPECT_FALSE(bench.irq[0].level()) << "disabled";
        EXPECT_EQ(bench.its.get(0), 1U << 31);
    });
}

TEST(Gicv3Its, ReadsConfigurationAgainWhenAsked) {
    ItsBench bench;
    bench.run([&] {
        bench.enable_all();
        bench.map_all();
        bench.message(7, 3);
        EXPECT_FALSE(bench.irq[0].level()) << "disabled in its table";
        bench.configure(8200, 0xa1);
        bench.command(0x0c | 7ULL << 32, 3); // INV
        EXPECT_TRUE(bench.irq[0].level());
        bench.configure(8200, 0xa0);
        bench.command(0x0d, 0, 4); // INVALL
        EXPECT_FALSE(bench.irq[0].level());
        bench.configure(8200, 0xa1);
        bench.command(0x0d, 0, 4);
        EXPECT_TRUE(bench.irq[0].level());
        bench.command(0x04 | 7ULL << 32, 3); // CLEAR
        EXPECT_FALSE(bench.irq[0].level());
        bench.command(0x03 | 7ULL << 32, 3); // INT
        EXPECT_TRUE(bench.irq[0].level());
    });
}

TEST(Gicv3Its, MovesWhatIsPending) {
    ItsBench bench;
    bench.run([&] {
        bench.prepare();
        bench.message(7, 3);
        bench.command(0x01 | 7ULL << 32, 3, 5); // MOVI to collection 5
        EXPECT_FALSE(bench.irq[0].level());
        EXPECT_TRUE(bench.irq[1].level());
        bench.command(0x0e, 0, 1ULL << 16, 0ULL << 16); // MOVALL from CPU 1 to CPU 0
        EXPECT_TRUE(bench.irq[0].level());
        EXPECT_FALSE(bench.irq[1].level());
        bench.message(7, 3);
        EXPECT_TRUE(bench.irq[1].level()) << "the mapping is still to collection 5";
    });
}

TEST(Gicv3Its, QueueIsARingAndBadCommandsAreSkipped) {
    ItsBench bench;
    bench.run([&] {
        bench.enable_all();
        bench.configure(8200, 0xa1);
        for (unsigned i = 0; i < 200; ++i)
            bench.command(i % 2 == 0 ? 0x05 : 0xff, ~0ULL, ~0ULL, ~0ULL); // SYNC, nothing
        for (const std::uint64_t code : {0x01, 0x03, 0x04, 0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f})
            bench.command(code | 0xffffULL << 32, ~0ULL, ~0ULL, ~0ULL);
        bench.map_all();
        bench.message(7, 3);
        EXPECT_TRUE(bench.irq[0].level());
        bench.its.put(0x88, 0x5000, 8);
        EXPECT_LT(bench.its.get(0x90, 8), 0x1000U) << "an end beyond the queue";
    });
}

TEST(Gicv3Its, TablesOnItsOwnRegistersAndNowhereDoNoHarm) {
    ItsBench bench;
    bench.bus->map(0x4000'0000, 0x20000, *bench.model->target_socket("its"), "its");
    bench.run([&] {
        bench.enable_all();
        bench.its.put(0x80, kValid | 0x4000'0000, 8);
        bench.its.put(0x88, 0x40, 8);
        bench.its.put(0x100, kValid | 0x4001'0000, 8);
        bench.its.put(0x108, kValid | 0x7000'0000, 8);
        bench.message(7, 3);
        bench.redist.put(frame(0), 0);
        bench.redist.put(frame(0) + 0x78, 0x7000'0000, 8);
        bench.redist.put(frame(0), 1);
        EXPECT_FALSE(bench.irq[0].level());
    });
}

TEST(Gicv3Its, PendingTableIsKeptInMemory) {
    ItsBench bench;
    bench.run([&] {
        bench.prepare();
        bench.message(7, 3);
        bench.redist.put(frame(0), 0);
        EXPECT_FALSE(bench.irq[0].level());
        EXPECT_EQ(bench.cpu.get(kPending + 8200 / 8, 1), 1U << 8200 % 8);
        bench.redist.put(frame(0), 1);
        EXPECT_TRUE(bench.irq[0].level());
        bench.redist.put(frame(0) + 0x70, 0, 8);
        EXPECT_EQ(bench.redist.get(frame(0) + 0x70, 8), kProperties | 13) << "fixed while LPIs are enabled";
    });
}

TEST(Gicv3Its, InterruptsOfBothKindsCompeteByPriority) {
    ItsBench bench;
    bench.run([&] {
        bench.prepare();
        bench.dist.put(group(32), 1);
        bench.dist.put(set_enable(32), 1);
        bench.dist.put(priority(32), 0xa0, 1);
        bench.message(7, 3);
        bench.spi[0].set(true);
        EXPECT_EQ(bench.get(0, kHppir1), 32U) << "the lower number among equals";
        bench.dist.put(priority(32), 0xb0, 1);
        EXPECT_EQ(bench.get(0, kHppir1), 8200U);
    });
}

/// LPIs are of Non-secure group 1: what their table says is the Non-secure view, as long as there are two states (IHI 0069H 5.1.1).
TEST(Gicv3Its, LpisHaveTheLowerHalfOfThePriorities) {
    constexpr Address kEl3 = kMonitor | kSecureBank, kIgrpen3 = sys(6, 12, 12, 7);
    ItsBench bench(1);
    bench.dist.id = bench.redist.id = 7; // With an id their transactions say whether they are Secure.
    bench.dist.secure = bench.redist.secure = true;
    bench.run([&] {
        bench.prepare();
        bench.set(0, kEl3 | kPmr, 0xf8);
        bench.set(0, kEl3 | kIgrpen3, 3);
        bench.message(7, 3);
        EXPECT_EQ(bench.get(0, kIar1), 8200U);
        EXPECT_EQ(bench.get(0, kFiqToMonitor | kRpr), 0xa0U) << "as Non-secure software sees it";
        EXPECT_EQ(bench.get(0, kEl3 | kRpr), 0xd0U);
        bench.set(0, kEoir1, 8200);
        bench.message(7, 3);
        bench.dist.put(kControl, 0x47); // DS
        EXPECT_EQ(bench.get(0, kIar1), 8200U);
        EXPECT_EQ(bench.get(0, kRpr), 0xa0U);
        EXPECT_EQ(bench.get(0, kEl3 | kRpr), 0xa0U);
    });
}

} // namespace
} // namespace medley::periph::test
