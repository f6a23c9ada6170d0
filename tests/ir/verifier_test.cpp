#include "tests/ir/fixture.h"

namespace medley::ir::test {
namespace {

void expect_complaint(Draft& d, const std::string& part) {
    const auto complaint = d.complaint();
    ASSERT_TRUE(complaint.has_value()) << "nothing wrong with\n" << d.text();
    EXPECT_NE(complaint->find(part), std::string::npos) << *complaint;
}

TEST(Verifier, AcceptsAWellFormedBlock) {
    Draft d;
    d.b.put(kR0, d.b.add(d.r(kR1), d.c(1)));
    d.b.store(d.r(kR0), d.r(kR1), MemOp{.size_log2 = 3});
    d.b.put(kR2, d.b.call(kPureHelper, Type::I64, {d.r(kR3)}));
    d.b.go_to(0x1004);
    EXPECT_EQ(d.complaint(), std::nullopt);
}

TEST(Verifier, RejectsAnEmptyBlock) {
    Draft d;
    d.block.clear();
    expect_complaint(d, "empty");
}

TEST(Verifier, RejectsABlockWithoutTerminal) {
    Draft d;
    d.b.put(kR0, d.c(1));
    expect_complaint(d, "the last operation is not a terminal");
}

TEST(Verifier, RejectsATerminalInTheMiddle) {
    Draft d;
    d.b.go_to(0x1004);
    d.b.go_to(0x1008);
    expect_complaint(d, "a terminal before the end");
}

TEST(Verifier, RejectsAUseBeforeTheDefinition) {
    Draft d;
    const auto x = d.c(1);
    const auto sum = d.b.add(x, x);
    d.block.operations[sum].arguments[1] = sum;
    d.b.go_to(0x1004);
    expect_complaint(d, "not defined before");
}

TEST(Verifier, RejectsAUseOfSomethingWithoutResult) {
    Draft d;
    d.b.put(kR0, d.c(1));
    const auto sum = d.b.add(1, 1);
    d.block.operations[sum].arguments[0] = 2;
    d.b.go_to(0x1004);
    expect_complaint(d, "has no result");
}

TEST(Verifier, RejectsMixedTypes) {
    Draft d;
    d.b.put(kR0, d.b.add(d.c(1), d.b.constant(Type::I32, 1)));
    d.b.go_to(0x1004);
    expect_complaint(d, "differs in type");
}

TEST(Verifier, RejectsASlotOfAnotherType) {
    Draft d;
    d.b.put(kW0, d.c(1));
    d.b.go_to(0x1004);
    expect_complaint(d, "the type is not the slot's");
}

TEST(Verifier, RejectsUnknownSlotsAndHelpers) {
    Draft slot;
    (void)slot.b.get(99, Type::I64);
    slot.b.go_to(0x1004);
    expect_complaint(slot, "there is no slot 99");
    Draft helper;
    helper.b.call(99, Type::None, {});
    helper.b.go_to(0x1004);
    expect_complaint(helper, "there is no helper 99");
}

TEST(Verifier, RejectsWrongHelperArguments) {
    Draft d;
    d.b.call(kPureHelper, Type::I64, {d.b.constant(Type::I32, 1)});
    d.b.go_to(0x1004);
    expect_complaint(d, "argument 0 of pure has a wrong type");
}

TEST(Verifier, RejectsAnAccessWiderThanItsValue) {
    Draft d;
    d.b.load(Type::I32, d.r(kR0), MemOp{.size_log2 = 3});
    d.b.go_to(0x1004);
    expect_complaint(d, "wider than the value");
}

TEST(Verifier, RejectsOddExtensionsAndWideningTruncation) {
    Draft extension;
    extension.b.sign_extend(Type::I64, extension.r(kR0), 24);
    extension.b.go_to(0x1004);
    expect_complaint(extension, "extends from 24 bits");
    Draft truncation;
    truncation.b.truncate(Type::I64, truncation.b.constant(Type::I32, 1));
    truncation.b.go_to(0x1004);
    expect_complaint(truncation, "does not narrow");
}

TEST(Verifier, CountsInstructions) {
    Draft d;
    d.b.go_to(0x1004);
    d.block.instruction_count = 2;
    expect_complaint(d, "1 markers, but instruction_count is 2");
}

} // namespace
} // namespace medley::ir::test
