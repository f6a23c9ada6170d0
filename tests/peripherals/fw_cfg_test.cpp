#include "medley/base/error.h"
#include "support/bench.h"

#include <cstdio>
#include <fstream>
#include <unistd.h>

namespace medley::periph::test {
namespace {

constexpr Address kData = 0, kSelector = 8, kDma = 16, kBase = 0x10000;
constexpr std::uint64_t kRam = 0x10000;

constexpr std::uint64_t swapped(std::uint64_t value, unsigned size) { return __builtin_bswap64(value) >> (64 - 8 * size); }

struct CfgBench : Bench {
    CfgBench() : path(testing::TempDir() + "medley-fw-cfg-" + std::to_string(getpid())) {
        std::ofstream(path) << "hello";
        Configuration configuration;
        configuration.set("cpus", 4);
        configuration.set("files", "opt/greeting=" + path + ",opt/again=" + path);
        const Services services{counter, control, log, nullptr, {}};
        model = registry().find("fw_cfg")->make("cfg", configuration, services);
        bus->map(0, kRam, *memory->target_socket(""), "memory");
        bus->map(kBase, 0x18, *model->target_socket(""), "cfg");
        bus->attach(*model->initiator_socket("bus"));
        bus->attach(cpu.socket);
    }
    ~CfgBench() { std::remove(path.c_str()); }
    void select(unsigned key) { cpu.put(kBase + kSelector, swapped(key, 2), 2); }
    std::uint64_t data(unsigned size) { return swapped(cpu.get(kBase + kData, size), size); }
    /// A request at 0x100; the control word afterwards.
    std::uint64_t request(std::uint32_t what, std::uint32_t length, std::uint64_t address) {
        cpu.put(0x100, swapped(what, 4));
        cpu.put(0x104, swapped(length, 4));
        cpu.put(0x108, swapped(address, 8), 8);
        cpu.put(kBase + kDma, 0);
        cpu.put(kBase + kDma + 4, swapped(0x100, 4));
        return swapped(cpu.get(0x100), 4);
    }

    std::string path;
    std::unique_ptr<Bus> bus = make_bus("bus");
    std::unique_ptr<Peripheral> memory = make("ram", "memory", {{"size", kRam}});
    std::unique_ptr<Peripheral> model;
    Initiator cpu{"cpu"};
};

TEST(FwCfg, IdentifiesItself) {
    CfgBench bench;
    bench.run([&] {
        bench.select(0);
        EXPECT_EQ(bench.data(4), 0x5145'4d55U) << "QEMU";
        EXPECT_EQ(bench.data(4), 0U) << "behind the end";
        bench.select(1);
        EXPECT_EQ(bench.cpu.get(kBase, 4), 3U) << "little-endian; with DMA";
        bench.select(5);
        EXPECT_EQ(bench.cpu.get(kBase, 2), 4U);
        EXPECT_EQ(swapped(bench.cpu.get(kBase + kDma, 8), 8), 0x5145'4d55'2043'4647U);
        bench.select(0x7777);
        EXPECT_EQ(bench.data(8), 0U) << "no such item";
    });
}

TEST(FwCfg, ListsItsFiles) {
    CfgBench bench;
    bench.run([&] {
        bench.select(0x19);
        EXPECT_EQ(bench.data(4), 2U);
        EXPECT_EQ(bench.data(4), 5U);
        EXPECT_EQ(bench.data(2), 0x20U);
        EXPECT_EQ(bench.data(2), 0U);
        std::string name;
        for (unsigned i = 0; i < 56; ++i)
            if (const auto byte = bench.data(1); byte != 0)
                name += static_cast<char>(byte);
        EXPECT_EQ(name, "opt/greeting");
        EXPECT_EQ(bench.data(4), 5U);
        EXPECT_EQ(bench.data(2), 0x21U);
        bench.select(0x20);
        EXPECT_EQ(bench.data(1), 'h');
        EXPECT_EQ(bench.data(4), 0x656c'6c6fU) << "in their order, however wide the access";
    });
}

TEST(FwCfg, CopiesByDma) {
    CfgBench bench;
    bench.run([&] {
        EXPECT_EQ(bench.request(0x20U << 16 | 8 | 2, 8, 0x200), 0U);
        EXPECT_EQ(bench.cpu.get(0x200, 8), 0x0000'006f'6c6c'6568U) << "zeros behind the end";
        EXPECT_EQ(bench.request(0x20U << 16 | 8 | 4, 3, 0), 0U) << "skips";
        EXPECT_EQ(bench.request(2, 2, 0x300), 0U);
        EXPECT_EQ(bench.cpu.get(0x300, 2), 0x6f6cU);
        EXPECT_EQ(bench.request(0x20U << 16 | 8 | 16, 1, 0x200), 1U) << "nothing is writable";
        EXPECT_EQ(bench.request(0x20U << 16 | 8 | 2, 8, 0xffff'0000), 1U) << "no memory";
    });
}

TEST(FwCfg, RequestsOnItsOwnRegistersDoNoHarm) {
    CfgBench bench;
    bench.run([&] {
        bench.cpu.put(kBase + kDma, swapped(kBase, 8), 8);
        EXPECT_EQ(bench.request(2, 0x18, kBase), 1U);
        EXPECT_EQ(bench.request(2, 0xffff'ffff, 0xfff0), 1U);
    });
}

TEST(FwCfg, OddAccessesAreRefused) {
    CfgBench bench;
    bench.run([&] {
        EXPECT_NE(bench.cpu.read(kBase + 1, 2).status, tlm::TLM_OK_RESPONSE);
        EXPECT_EQ(bench.cpu.get(kBase + kSelector, 2), 0U);
        bench.cpu.put(kBase + kData, 1);
        bench.select(0);
        EXPECT_EQ(bench.cpu.peek(kBase + kData), bench.cpu.peek(kBase + kData)) << "a debugger's read takes nothing";
        EXPECT_EQ(bench.data(1), 'Q');
    });
}

TEST(FwCfg, FilesThatAreNotThereAreUserErrors) {
    Bench bench;
    Configuration configuration;
    configuration.set("cpus", 1);
    const Services services{bench.counter, bench.control, bench.log, nullptr, {}};
    for (const char* files : {"name=/no/such/file", "/no/equals", "=x"}) {
        configuration.set("files", files);
        EXPECT_THROW(static_cast<void>(bench.registry().find("fw_cfg")->make("cfg", configuration, services)), UserError) << files;
    }
}

} // namespace
} // namespace medley::periph::test
