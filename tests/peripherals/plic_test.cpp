#include "medley/base/error.h"
#include "support/bench.h"

#include <deque>

namespace medley::periph::test {
namespace {

constexpr Address kPending = 0x1000;
constexpr Address priority(unsigned source) { return 4 * source; }
constexpr Address enable(unsigned context, unsigned word = 0) { return 0x2000 + 0x80 * context + 4 * word; }
constexpr Address threshold(unsigned context) { return 0x200000 + 0x1000 * context; }
constexpr Address claim(unsigned context) { return threshold(context) + 4; }

struct PlicBench : Bench {
    explicit PlicBench(const std::vector<std::pair<std::string, std::uint64_t>>& parameters = {{"contexts", 2}}) {
        model = make("plic", "plic", parameters);
        cpu.socket.bind(*model->target_socket(""));
        for (unsigned i = 0; i < 2; ++i)
            outputs.emplace_back(model->irq_output("context." + std::to_string(i)));
        for (unsigned i = 0; i < 97; ++i)
            if (auto* input = model->irq_input(std::to_string(i)); input != nullptr && i != 0)
                lines[i].connect(*input);
    }
    void allow(unsigned source, unsigned level, unsigned context = 0) {
        cpu.put(priority(source), level);
        const auto at = enable(context, source / 32);
        cpu.put(at, cpu.get(at) | 1u << source % 32);
    }
    bool pending(unsigned source) { return (cpu.get(kPending + source / 32 * 4) >> source % 32 & 1) != 0; }

    std::unique_ptr<Peripheral> model;
    Initiator cpu{"cpu"};
    std::deque<IrqProbe> outputs;
    std::array<IrqOut, 97> lines;
};

TEST(Plic, ForwardsAnEnabledSource) {
    PlicBench bench;
    bench.run([&] {
        bench.lines[10].set(true);
        EXPECT_TRUE(bench.pending(10));
        EXPECT_FALSE(bench.outputs[0].level());
        bench.allow(10, 1);
        EXPECT_TRUE(bench.outputs[0].level());
        EXPECT_FALSE(bench.outputs[1].level());
        EXPECT_EQ(bench.cpu.get(claim(0)), 10u);
        EXPECT_FALSE(bench.outputs[0].level());
        EXPECT_FALSE(bench.pending(10));
        EXPECT_EQ(bench.cpu.get(claim(0)), 0u);
    });
}

TEST(Plic, LevelThatStaysIsPendingAgainAfterCompletion) {
    PlicBench bench;
    bench.run([&] {
        bench.allow(3, 1);
        bench.lines[3].set(true);
        EXPECT_EQ(bench.cpu.get(claim(0)), 3u);
        bench.lines[3].set(false);
        bench.lines[3].set(true);
        EXPECT_FALSE(bench.pending(3)) << "the gateway holds back until completion";
        bench.cpu.put(claim(0), 3);
        EXPECT_TRUE(bench.outputs[0].level());
        EXPECT_EQ(bench.cpu.get(claim(0)), 3u);
        bench.lines[3].set(false);
        bench.cpu.put(claim(0), 3);
        EXPECT_FALSE(bench.outputs[0].level());
    });
}

TEST(Plic, RequestStaysWhenTheSourceTakesItBack) {
    PlicBench bench;
    bench.run([&] {
        bench.allow(3, 1);
        bench.lines[3].set(true);
        bench.lines[3].set(false);
        EXPECT_TRUE(bench.outputs[0].level());
        EXPECT_EQ(bench.cpu.get(claim(0)), 3u);
    });
}

TEST(Plic, ClaimsInOrderOfPriorityThenNumber) {
    PlicBench bench;
    bench.run([&] {
        for (const auto& [source, level] : {std::pair{7u, 2u}, {40u, 7u}, {5u, 2u}, {96u, 7u}, {9u, 0u}}) {
            bench.allow(source, level);
            bench.lines[source].set(true);
        }
        for (const unsigned expected : {40u, 96u, 5u, 7u, 0u})
            EXPECT_EQ(bench.cpu.get(claim(0)), expected);
        EXPECT_TRUE(bench.pending(9)) << "priority 0 never interrupts";
    });
}

TEST(Plic, ThresholdMasksTheOutputButNotClaims) {
    PlicBench bench;
    bench.run([&] {
        bench.allow(4, 3);
        bench.cpu.put(threshold(0), 3);
        bench.lines[4].set(true);
        EXPECT_FALSE(bench.outputs[0].level());
        bench.cpu.put(threshold(0), 2);
        EXPECT_TRUE(bench.outputs[0].level());
        bench.cpu.put(threshold(0), 7);
        EXPECT_FALSE(bench.outputs[0].level());
        EXPECT_EQ(bench.cpu.get(claim(0)), 4u);
    });
}

TEST(Plic, OneSourceIsClaimedByOneContextOnly) {
    PlicBench bench;
    bench.run([&] {
        bench.allow(8, 1, 0);
        bench.allow(8, 1, 1);
        bench.lines[8].set(true);
        EXPECT_TRUE(bench.outputs[0].level());
        EXPECT_TRUE(bench.outputs[1].level());
        EXPECT_EQ(bench.cpu.get(claim(1)), 8u);
        EXPECT_FALSE(bench.outputs[0].level());
        EXPECT_EQ(bench.cpu.get(claim(0)), 0u);
    });
}

TEST(Plic, CompletionOfWhatIsNotEnabledOrNotServedIsIgnored) {
    PlicBench bench;
    bench.run([&] {
        bench.allow(8, 1);
        bench.lines[8].set(true);
        EXPECT_EQ(bench.cpu.get(claim(0)), 8u);
        bench.cpu.put(claim(1), 8);
        EXPECT_FALSE(bench.pending(8));
        bench.cpu.put(claim(0), 9);
        bench.cpu.put(claim(0), 0);
        bench.cpu.put(claim(0), 0xffffffff);
        EXPECT_FALSE(bench.pending(8));
        bench.cpu.put(claim(0), 8);
        EXPECT_TRUE(bench.pending(8));
    });
}

TEST(Plic, RegistersKeepOnlyWhatExists) {
    PlicBench bench;
    bench.run([&] {
        bench.cpu.put(priority(1), 0xffffffff);
        EXPECT_EQ(bench.cpu.get(priority(1)), 7u);
        bench.cpu.put(priority(0), 7);
        EXPECT_EQ(bench.cpu.get(priority(0)), 0u);
        bench.cpu.put(enable(0), 0xffffffff);
        EXPECT_EQ(bench.cpu.get(enable(0)), 0xfffffffeu);
        bench.cpu.put(enable(0, 3), 0xffffffff);
        EXPECT_EQ(bench.cpu.get(enable(0, 3)), 1u) << "96 sources";
        bench.cpu.put(enable(0, 31), 0xffffffff);
        EXPECT_EQ(bench.cpu.get(enable(0, 31)), 0u);
        bench.cpu.put(threshold(1), 9);
        EXPECT_EQ(bench.cpu.get(threshold(1)), 1u);
        bench.cpu.put(kPending, 0xffffffff);
        EXPECT_EQ(bench.cpu.get(kPending), 0u);
    });
}

TEST(Plic, LevelsThatAreNoPowerOfTwoRefuseWhatIsTooLarge) {
    PlicBench bench({{"contexts", 2}, {"levels", 5}});
    bench.run([&] {
        bench.cpu.put(priority(1), 5);
        bench.cpu.put(priority(1), 6);
        EXPECT_EQ(bench.cpu.get(priority(1)), 5u);
    });
}

TEST(Plic, IllegalAccesses) {
    PlicBench bench;
    bench.run([&] {
        EXPECT_EQ(bench.cpu.read(priority(1), 1).status, tlm::TLM_BURST_ERROR_RESPONSE);
        EXPECT_EQ(bench.cpu.read(priority(2), 8).status, tlm::TLM_BURST_ERROR_RESPONSE);
        EXPECT_EQ(bench.cpu.read(0x600000).status, tlm::TLM_ADDRESS_ERROR_RESPONSE);
        for (const Address hole : {priority(97), enable(2), threshold(2), claim(2), Address{0x200008}}) {
            bench.cpu.put(hole, 0xffffffff);
            EXPECT_EQ(bench.cpu.get(hole), 0u);
        }
        EXPECT_EQ(bench.cpu.peek(claim(0)), 0u);
    });
}

TEST(Plic, DebugAccessDoesNotClaim) {
    PlicBench bench;
    bench.run([&] {
        bench.allow(2, 1);
        bench.lines[2].set(true);
        bench.cpu.peek(claim(0));
        EXPECT_TRUE(bench.outputs[0].level());
    });
}

TEST(Plic, ResetKeepsTheLevelsOfItsInputs) {
    PlicBench bench;
    bench.run([&] {
        bench.allow(2, 1);
        bench.lines[2].set(true);
        bench.model->reset();
        EXPECT_FALSE(bench.outputs[0].level());
        EXPECT_TRUE(bench.pending(2));
    });
}

TEST(Plic, ImpossibleParametersAreUserErrors) {
    Bench bench;
    EXPECT_THROW(bench.make("plic", "a", {{"sources", 1024}}), UserError);
    EXPECT_THROW(bench.make("plic", "b", {{"contexts", 0}}), UserError);
    EXPECT_THROW(bench.make("plic", "c", {{"levels", 0}}), UserError);
}

} // namespace
} // namespace medley::periph::test
