// Random IR against its definition, after any number of steps.
#include "tests/accel/support/evaluator.h"
#include "tests/accel/support/guest.h"
#include "tests/accel/support/random_ir.h"

#include <fmt/format.h>

#include <tuple>

namespace medley::test {
namespace {

constexpr unsigned kPrograms = 150;
constexpr unsigned kInstructions = 600;

/// An exception restarts the program elsewhere, so that random faults do not end it.
struct RandomGuest : Guest {
    RandomGuest(std::uint64_t seed, bool overlap)
        : Guest({{"verify", "true"}}, overlap), settings{.seed = seed, .overlap = overlap} {
        memory.code(ToyCore::kVector, {toy(ToyOp::AddImm, 5, 5, 4), toy(ToyOp::Jump, 0, 0, 0x3f)});
        memory.code(ToyCore::kVector + 4 * 0x40, {toy(ToyOp::Jump, 0, 0, 0x3f), toy(ToyOp::Jump, 0, 0, 0x3f)});
        core.script = [this](ir::Builder& builder, Address pc, std::uint32_t) { return settings.emit(builder, pc); };
        core.regs.pc = settings.code_first;
        std::mt19937_64 random(seed);
        for (auto& each : core.regs.r)
            each = random();
        for (Address at = settings.data; at < settings.data + 2 * kPageSize; at += 8)
            memory.put(at, random());
    }
    RandomIr settings;
};

/// Where they differ, by slot.
std::string differences(ToyCore& one, ToyCore& other) {
    std::string text;
    for (const auto& slot : one.layout().slots())
        if (std::memcmp(one.state() + slot.offset, other.state() + slot.offset, size_of(slot.type)) != 0)
            text += " " + slot.name;
    return text;
}

/// From here on, a comparison's outcome went to the selection behind it, which nobody used, and was lost for others.
constexpr std::uint64_t kUnusedSelection = 2774438550;

/// Whether run() or step() is called, and whether slots overlap (which keeps the passes from touching them).
class InterpRandom : public ::testing::TestWithParam<std::tuple<bool, bool>> {};

TEST_P(InterpRandom, MatchesTheDefinitionOfTheIr) {
    const auto [runs, overlap] = GetParam();
    std::vector<std::uint64_t> seeds;
    for (const auto base : {random_seed(), kUnusedSelection})
        for (unsigned program = 0; program < kPrograms; ++program)
            seeds.push_back(base + program);
    for (const auto seed : seeds) {
        SCOPED_TRACE(fmt::format("MEDLEY_SEED={}", seed));
        RandomGuest guest(seed, overlap);
        RandomGuest reference(seed, overlap);
        Evaluator evaluator(reference.core, reference.memory);
        std::mt19937_64 random(seed);
        for (std::uint64_t done = 0; done < kInstructions;) {
            const auto budget = 1 + random() % 40;
            const auto result = runs ? guest.accelerator->run(budget) : guest.accelerator->step(budget);
            for (std::uint64_t i = 0; i < result.executed; ++i)
                evaluator.step();
            done += result.executed;
            ASSERT_GE(result.executed, budget);
            ASSERT_EQ(guest.core.regs, reference.core.regs) << "after " << done << ":" << differences(guest.core, reference.core);
            ASSERT_EQ(guest.core.faults.size(), reference.core.faults.size());
        }
        ASSERT_EQ(guest.memory.ram, reference.memory.ram);
    }
}

INSTANTIATE_TEST_SUITE_P(Ways, InterpRandom, ::testing::Combine(::testing::Bool(), ::testing::Bool()), [](const auto& each) {
    return std::string(std::get<0>(each.param) ? "Run" : "Step") + (std::get<1>(each.param) ? "Overlapping" : "");
});

} // namespace
} // namespace medley::test
