#include "tests/ir/fixture.h"

#include <algorithm>

namespace medley::ir::test {
namespace {

unsigned count(const Block& block, Opcode opcode) {
    return static_cast<unsigned>(std::count_if(block.operations.begin(), block.operations.end(),
                                               [&](const Operation& operation) { return operation.opcode == opcode; }));
}

TEST(FoldConstants, EvaluatesAtTheWidthOfTheType) {
    Draft d;
    d.b.put(kW0, d.b.add(d.b.constant(Type::I32, 0xffff'ffff), d.b.constant(Type::I32, 2)));
    d.b.go_to(0x1004);
    fold_constants(d.block);
    const auto put = std::find_if(d.block.operations.begin(), d.block.operations.end(),
                                  [](const Operation& operation) { return operation.opcode == Opcode::PutSlot; });
    const auto& value = d.block.operations[put->arguments[0]];
    EXPECT_EQ(value.opcode, Opcode::Const);
    EXPECT_EQ(value.imm, 1U);
}

TEST(FoldConstants, MakesAKnownBranchAGoto) {
    Draft d;
    d.b.branch(d.b.op(Opcode::CompareEq, {d.c(3), d.c(3)}), 0x2000, 0x1004);
    fold_constants(d.block);
    EXPECT_EQ(d.block.operations.back().opcode, Opcode::Goto);
    EXPECT_EQ(d.block.operations.back().imm, 0x2000U);
}

TEST(FoldConstants, DropsAdditionOfZero) {
    Draft d;
    const auto x = d.r(kR1);
    d.b.put(kR0, d.b.add(x, d.c(0)));
    d.b.go_to(0x1004);
    optimize(d.block, d.core.passes());
    EXPECT_EQ(count(d.block, Opcode::Add), 0U);
    EXPECT_EQ(d.complaint(), std::nullopt);
}

TEST(FoldConstants, ShiftsUpAndDownAreAnExtension) {
    Draft d;
    d.b.put(kR0, d.b.shr_u(d.b.shl(d.r(kR1), d.c(48)), d.c(48)));
    d.b.put(kR1, d.b.shr_s(d.b.shl(d.r(kR1), d.c(32)), d.c(32)));
    d.b.put(kR2, d.b.shr_u(d.b.shl(d.r(kR2), d.c(33)), d.c(33))); // not a width that can be extended from
    d.b.go_to(0x1004);
    optimize(d.block, d.core.passes());
    EXPECT_EQ(count(d.block, Opcode::ZeroExtend), 1U) << d.text();
    EXPECT_EQ(count(d.block, Opcode::SignExtend), 1U) << d.text();
    EXPECT_EQ(count(d.block, Opcode::Shl), 1U) << d.text();
    EXPECT_EQ(d.complaint(), std::nullopt);
}

TEST(ForwardSlots, ReadsWhatWasWritten) {
    Draft d;
    d.b.put(kR0, d.b.add(d.r(kR1), d.c(5)));
    d.b.put(kR2, d.r(kR0));
    d.b.go_to(0x1004);
    optimize(d.block, d.core.passes());
    EXPECT_EQ(count(d.block, Opcode::GetSlot), 1U) << d.text();
}

TEST(ForwardSlots, ForgetsBehindAHelperThatWrites) {
    Draft d;
    d.b.put(kR0, d.c(5));
    d.b.call(kWriter, Type::None, {});
    d.b.put(kR2, d.r(kR0));
    d.b.stop(0x1004, StopReason::Resync);
    optimize(d.block, d.core.passes());
    EXPECT_EQ(count(d.block, Opcode::GetSlot), 1U) << d.text();
    EXPECT_EQ(count(d.block, Opcode::PutSlot), 2U) << d.text();
}

TEST(ForwardSlots, ForgetsSlotsThatShareBytesWithAWrittenOne) {
    Draft d;
    d.b.put(kR0, d.c(0x1'0000'0005));
    d.b.put(kR0Low, d.b.constant(Type::I32, 7));
    d.b.put(kR2, d.r(kR0));
    d.b.go_to(0x1004);
    optimize(d.block, d.core.passes());
    EXPECT_EQ(count(d.block, Opcode::GetSlot), 1U) << d.text();
}

TEST(ForwardSlots, ForgetsTheFlagsBehindAFloatOperation) {
    Draft d;
    d.b.put(kFlags, d.b.constant(Type::I32, 0));
    const auto x = d.b.bitcast(Type::F64, d.r(kR0));
    d.b.put(kR1, d.b.bitcast(Type::I64, d.b.op(Opcode::FAdd, {x, x})));
    d.b.put(kW0, d.b.get(kFlags, Type::I32));
    d.b.go_to(0x1004);
    optimize(d.block, d.core.passes());
    EXPECT_EQ(count(d.block, Opcode::GetSlot), 2U) << d.text();
}

TEST(RemoveDead, DropsAnOverwrittenSlot) {
    Draft d;
    d.b.put(kR0, d.c(1));
    d.b.instruction(0x1004, 4);
    d.b.put(kR0, d.c(2));
    d.b.go_to(0x1008);
    optimize(d.block, d.core.passes());
    EXPECT_EQ(count(d.block, Opcode::PutSlot), 1U);
}

TEST(RemoveDead, KeepsAWriteThatIsReadUnderAnotherName) {
    Draft d;
    d.b.put(kR0, d.c(1));
    d.b.put(kW0, d.b.get(kR0Low, Type::I32));
    d.b.put(kR0, d.c(2));
    d.b.go_to(0x1004);
    optimize(d.block, d.core.passes());
    EXPECT_EQ(count(d.block, Opcode::PutSlot), 3U) << d.text();
}

TEST(RemoveDead, KeepsWhatAFaultCanSee) {
    Draft d;
    d.b.put(kR0, d.c(1));
    d.b.instruction(0x1004, 4);
    d.b.put(kR1, d.b.load(Type::I64, d.r(kR2), MemOp{.size_log2 = 3}));
    d.b.put(kR0, d.c(2));
    d.b.go_to(0x1008);
    optimize(d.block, d.core.passes());
    EXPECT_EQ(count(d.block, Opcode::PutSlot), 3U) << d.text();
}

TEST(RemoveDead, KeepsLoadsAndFloatFlagsButNotPureHelpers) {
    Draft d;
    d.b.load(Type::I64, d.r(kR2), MemOp{.size_log2 = 3});
    const auto x = d.b.bitcast(Type::F64, d.r(kR0));
    d.b.op(Opcode::FAdd, {x, x});
    d.b.call(kPureHelper, Type::I64, {d.r(kR1)});
    d.b.call(kReader, Type::None, {});
    d.b.go_to(0x1004);
    optimize(d.block, d.core.passes());
    EXPECT_EQ(count(d.block, Opcode::Load), 1U);
    EXPECT_EQ(count(d.block, Opcode::FAdd), 1U);
    EXPECT_EQ(count(d.block, Opcode::CallHelper), 1U) << d.text();
}

TEST(Simplifier, ForgetsWhatRefersToOperationsThatWereTakenAway) {
    Draft d(Draft::Built::Simplified);
    const auto first = d.r(kR0);
    EXPECT_EQ(d.r(kR0), first);
    d.block.operations.resize(1);
    d.simplifier.forget();
    const auto again = d.r(kR0);
    EXPECT_EQ(d.block.operations.at(again).opcode, Opcode::GetSlot);
}

TEST(Simplifier, KnowsNothingOfASlotThatSharesBytesWithOneThatWasWritten) {
    Draft d(Draft::Built::Simplified);
    const auto before = d.b.get(kR0Low, Type::I32);
    d.b.put(kR0, d.c(5));
    EXPECT_NE(d.b.get(kR0Low, Type::I32), before);
}

/// An operation that is appended as a whole is seen as what it is: a PutSlot changes one slot, not all of them.
TEST(Simplifier, AWriteThatIsAppendedLeavesWhatOtherSlotsHold) {
    Draft d(Draft::Built::Simplified);
    const auto first = d.r(kR1);
    d.simplifier.append({.opcode = Opcode::PutSlot,
                         .type = Type::I64,
                         .argument_count = 1,
                         .arguments = {first, kNoValue, kNoValue, kNoValue, kNoValue},
                         .imm = kR2});
    EXPECT_EQ(d.r(kR1), first);
    EXPECT_EQ(d.r(kR2), first);
    EXPECT_EQ(d.simplifier.append({.opcode = Opcode::GetSlot, .type = Type::I64, .imm = kR2}), first);
}

TEST(Simplifier, MakesTheSumOfTwoValuesOnce) {
    Draft d(Draft::Built::Simplified);
    const auto sum = d.b.add(d.r(kR1), d.r(kR2));
    EXPECT_EQ(d.b.add(d.r(kR1), d.r(kR2)), sum);
    EXPECT_NE(d.b.add(d.r(kR2), d.r(kR2)), sum);
    EXPECT_NE(d.b.sub(d.r(kR1), d.r(kR2)), sum);
    d.b.put(kR1, sum);
    EXPECT_NE(d.b.add(d.r(kR1), d.r(kR2)), sum);
}

/// Constants are left to accesses, which add them for nothing.
TEST(Simplifier, RemembersNoSumThatIsGone) {
    Draft d(Draft::Built::Simplified);
    const auto x = d.r(kR1);
    EXPECT_NE(d.b.add(x, d.c(8)), d.b.add(x, d.c(8)));
    const auto sum = d.b.add(x, d.r(kR2));
    d.block.operations.resize(sum);
    d.simplifier.forget();
    const auto other = d.b.sub(x, x);
    ASSERT_EQ(other, sum);
    const auto again = d.b.add(x, d.r(kR2));
    EXPECT_EQ(d.block.operations.at(again).opcode, Opcode::Add);
}

TEST(FoldExtract, AFloatThatAVectorWasMadeOfIsThatFloat) {
    Draft d(Draft::Built::Simplified);
    constexpr auto lane = [](std::uint8_t lane_log2, std::uint8_t index) { return VectorOp{.lane_log2 = lane_log2, .amount = index}.encode(); };
    const auto x = d.b.bitcast(Type::F64, d.r(kR0));
    const auto vector = d.b.bitcast(Type::V128, x);
    EXPECT_EQ(d.b.op_as(Opcode::VExtract, Type::F64, {vector}, lane(3, 0)), x);
    EXPECT_NE(d.b.op_as(Opcode::VExtract, Type::F64, {vector}, lane(3, 1)), x) << "the other half is zero";
    EXPECT_NE(d.b.op_as(Opcode::VExtract, Type::F32, {vector}, lane(2, 0)), x) << "half of it";
    d.b.go_to(0x1004);
    EXPECT_EQ(d.complaint(), std::nullopt);
}

} // namespace
} // namespace medley::ir::test
