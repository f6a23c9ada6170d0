#include "medley/base/error.h"
#include "support/bench.h"

namespace medley::periph::test {
namespace {

struct PowerBench : Bench {
    explicit PowerBench(const std::string& kind, const std::vector<std::pair<std::string, std::uint64_t>>& parameters = {}) {
        control.on_reset([this] { ++resets; });
        model = make(kind, "power", parameters);
        cpu.socket.bind(*model->target_socket(""));
    }
    std::unique_ptr<Peripheral> model;
    Initiator cpu{"cpu"};
    unsigned resets = 0;
};

struct Code {
    std::uint64_t written;
    int status;
};

class FinisherStatus : public testing::TestWithParam<Code> {};

TEST_P(FinisherStatus, IsTheProcesssExitStatus) {
    PowerBench bench("sifive_test");
    bench.run([&] { bench.cpu.put(0, GetParam().written); });
    EXPECT_EQ(bench.control.exit_status(), GetParam().status);
}
INSTANTIATE_TEST_SUITE_P(Codes, FinisherStatus,
                         testing::Values(Code{0x5555, 0}, Code{0x73333, 7}, Code{0x3333, 1}, Code{0xff3333, 255}, Code{0x1003333, 255}));

TEST(Finisher, RestartsTheMachine) {
    PowerBench bench("sifive_test");
    bench.run([&] { bench.cpu.put(0, 0x7777); });
    EXPECT_EQ(bench.resets, 1u);
    EXPECT_FALSE(bench.control.exit_status());
}

TEST(Finisher, TakesHalfwordsAndIgnoresTheRest) {
    PowerBench bench("sifive_test");
    bench.run([&] {
        bench.cpu.put(0, 0x1234);
        bench.cpu.put(4, 0x5555);
        EXPECT_EQ(bench.cpu.get(0), 0u);
        EXPECT_EQ(bench.cpu.write(0, 0x55, 1), tlm::TLM_BURST_ERROR_RESPONSE);
        EXPECT_FALSE(bench.control.exit_status());
        bench.cpu.put(0, 0x5555, 2);
        EXPECT_EQ(bench.control.exit_status(), 0);
    });
}

TEST(Finisher, TreeLetsASystemPowerOffAndReboot) {
    const Bench bench;
    const auto tree = bench.registry().find("sifive_test")->tree({});
    ASSERT_EQ(tree.regmap_nodes.size(), 2u);
    EXPECT_EQ(tree.regmap_nodes[0].compatible.at(0), "syscon-poweroff");
    EXPECT_EQ(tree.regmap_nodes[0].cells.at(1).second.at(0), 0x5555u);
    EXPECT_EQ(tree.regmap_nodes[1].cells.at(1).second.at(0), 0x7777u);
}

TEST(Syscon, KeepsWordsAndEndsAtItsValue) {
    PowerBench bench("syscon", {{"poweroff-offset", 8}, {"poweroff-value", 0xdead}, {"reboot-offset", 8}, {"reboot-value", 0xbeef}});
    bench.run([&] {
        bench.cpu.put(0, 0xdead);
        bench.cpu.put(8, 1);
        bench.cpu.put(0xffc, 0x12345678);
        EXPECT_EQ(bench.cpu.get(0xffc), 0x12345678u);
        EXPECT_EQ(bench.cpu.get(0), 0xdeadu);
        EXPECT_FALSE(bench.control.exit_status());
        bench.cpu.put(8, 0xbeef);
        EXPECT_EQ(bench.resets, 1u);
        bench.cpu.put(8, 0xdead);
        EXPECT_EQ(bench.control.exit_status(), 0);
    });
}

TEST(Syscon, OffsetsAreChecked) {
    Bench bench;
    EXPECT_THROW(bench.make("syscon", "a", {{"poweroff-offset", 2}}), UserError);
    EXPECT_THROW(bench.make("syscon", "b", {{"reboot-offset", 0x1000}}), UserError);
}

} // namespace
} // namespace medley::periph::test
