// What only a translator has: host memory for code, optional host instructions, regions.
#include "tests/accel/support/evaluator.h"
#include "tests/accel/support/guest.h"
#include "tests/accel/support/random_ir.h"

#include <fmt/format.h>
#include <fstream>

namespace medley::test {
namespace {

constexpr Address kCode = 0x1000;

TEST(JitMemory, NothingIsWritableAndExecutableAtOnce) {
    Guest guest;
    guest.memory.code(kCode, {toy(ToyOp::AddImm, 1, 1, 1), toy(ToyOp::Jump, 0, 0, -1)});
    EXPECT_EQ(guest.accelerator->run(1000).executed, 1000u);
    std::ifstream maps("/proc/self/maps");
    unsigned executable = 0;
    for (std::string line; std::getline(maps, line);) {
        const auto rights = line.substr(line.find(' ') + 1, 4);
        EXPECT_FALSE(rights[1] == 'w' && rights[2] == 'x') << line;
        executable += line.find("/dev/zero") != std::string::npos && rights[2] == 'x' ? 1 : 0;
    }
    EXPECT_EQ(executable, 1u);
}

TEST(JitLinks, AComputedJumpToAConstantIsLinked) {
    Guest guest;
    guest.core.script = [](ir::Builder& builder, Address pc, std::uint32_t) {
        builder.go_to_computed(builder.constant(ir::Type::I64, pc == kCode ? 0x3000 : kCode));
        return true;
    };
    for (const auto at : {Address{0x1000}, Address{0x3000}})
        guest.memory.code(at, {toy(ToyOp::Script)});
    EXPECT_EQ(guest.accelerator->run(1000).executed, 1000u);
    EXPECT_EQ(guest.statistic("links made"), 2u);
}

TEST(JitRegions, ABranchOverAnAdditionIsComputedAndCounted) {
    Guest guest;
    // r1 counts down; r2 is increased only while r1 differs from r3.
    guest.memory.code(kCode, {toy(ToyOp::AddImm, 1, 1, -1), toy(ToyOp::BranchNe, 1, 3, 2), toy(ToyOp::AddImm, 2, 2, 1),
                              toy(ToyOp::AddImm, 4, 4, 1), toy(ToyOp::BranchNe, 1, 0, -4), toy(ToyOp::Wait)});
    guest.r(1) = 100;
    guest.r(3) = 40;
    const auto result = guest.accelerator->run(10'000);
    EXPECT_EQ(result.why, ExitReason::WaitForInterrupt);
    // Four instructions a round, one more in the round in which the branch is not taken, and the last one.
    EXPECT_EQ(result.executed, 100u * 4 + 1 + 1);
    EXPECT_EQ(guest.r(2), 1u);
    EXPECT_EQ(guest.r(4), 100u);
}

TEST(JitRegions, ASideExitLeavesExactState) {
    Guest guest;
    guest.memory.code(kCode, {toy(ToyOp::AddImm, 1, 1, 1), toy(ToyOp::BranchNe, 1, 2, 5), toy(ToyOp::Load, 4, 5, 0),
                              toy(ToyOp::AddImm, 6, 6, 1), toy(ToyOp::Add, 7, 6, 1), toy(ToyOp::Jump, 0, 0, -5),
                              toy(ToyOp::AddImm, 8, 8, 3), toy(ToyOp::Wait)});
    guest.r(5) = 0x8000;
    guest.r(2) = 1;
    const auto result = guest.accelerator->run(1000);
    EXPECT_EQ(result.executed, 6u + 2 + 2);
    EXPECT_EQ(guest.r(6), 1u);
    EXPECT_EQ(guest.r(8), 3u);
}

/// Code that is linked from elsewhere is changed again and again.
TEST(JitLinks, AreCutWhenTheirTargetChanges) {
    Guest guest;
    guest.memory.code(kCode, {toy(ToyOp::AddImm, 1, 1, 1), toy(ToyOp::Jump, 0, 0, 0x10)});
    for (std::uint64_t round = 1; round < 200; ++round) {
        guest.memory.code(kCode + 4 + 0x40, {toy(ToyOp::AddImm, 2, 2, static_cast<int>(round % 100)), toy(ToyOp::Jump, 0, 0, -0x12)});
        guest.core.regs.pc = kCode;
        guest.r(2) = 0;
        ASSERT_EQ(guest.accelerator->step(8).executed, 8u);
        ASSERT_EQ(guest.r(2), 2 * (round % 100)) << round;
    }
}

/// An exit to where nothing can be fetched was linked to the code of the fault that followed.
TEST(JitLinks, LeadNowhereButToTheirTarget) {
    Guest guest;
    guest.memory.code(0, {toy(ToyOp::Wait), toy(ToyOp::Wait), toy(ToyOp::Jump, 0, 0, -4)}); // in front of address 0
    guest.memory.code(ToyCore::kVector, {toy(ToyOp::AddImm, 1, 1, 1), toy(ToyOp::Jump, 0, 0, -15)});
    guest.core.regs.pc = 8;
    EXPECT_EQ(guest.accelerator->run(400).executed, 400u);
    EXPECT_EQ(guest.core.faults.size(), 100u);
    EXPECT_EQ(guest.r(1), 100u);
}

/// Without optional host instructions the fall-backs must mean the same.
TEST(JitHost, TheBaselineMeansTheSame) {
    const auto base = random_seed();
    for (unsigned program = 0; program < 60; ++program) {
        const auto seed = base + program;
        SCOPED_TRACE(fmt::format("MEDLEY_SEED={}", seed));
        RandomIr settings{.seed = seed};
        Guest fast;
        Guest plain(AcceleratorOptions{{"baseline", "true"}});
        for (auto* guest : {&fast, &plain}) {
            guest->memory.code(ToyCore::kVector, {toy(ToyOp::JumpReg, 15)});
            guest->core.script = [&](ir::Builder& builder, Address pc, std::uint32_t) { return settings.emit(builder, pc); };
            guest->core.regs.pc = settings.code_first;
            std::mt19937_64 random(seed);
            for (auto& each : guest->core.regs.r)
                each = random();
        }
        std::mt19937_64 random(seed);
        for (unsigned round = 0; round < 20; ++round) {
            const auto budget = 1 + random() % 60;
            ASSERT_EQ(fast.accelerator->run(budget).executed, plain.accelerator->run(budget).executed);
            ASSERT_EQ(fast.core.regs, plain.core.regs);
        }
        ASSERT_EQ(fast.memory.ram, plain.memory.ram);
    }
}

} // namespace
} // namespace medley::test
