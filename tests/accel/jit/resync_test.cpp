// What stands behind a Stop for a resync is reached without C++ where nothing has changed, and only there.
#include "tests/accel/support/guest.h"

namespace medley::test {
namespace {

constexpr Address kCode = 0x1000;

/// A loop of ten rounds whose first instruction is a helper with a resync behind it.
struct ResyncGuest : Guest {
    ResyncGuest() {
        memory.code(kCode, {toy(ToyOp::Script), toy(ToyOp::AddImm, 2, 2, 1), toy(ToyOp::Script), toy(ToyOp::Wait)});
        core.script = [](ir::Builder& builder, Address pc, std::uint32_t) {
            if (pc == kCode) {
                builder.put(3, builder.call(0, ir::Type::I64, {builder.get(2, ir::Type::I64)}));
                builder.stop(pc + 4, ir::StopReason::Resync);
            } else {
                const auto ends = builder.op(ir::Opcode::CompareEq, {builder.get(2, ir::Type::I64), builder.constant(ir::Type::I64, 10)});
                builder.branch(ends, pc + 4, kCode);
            }
            return true;
        };
        core.on_call = [](HelperContext&, std::uint64_t value) { return value; };
    }
    RunResult go(std::uint64_t budget = 1000) {
        core.regs.pc = kCode;
        r(2) = 0;
        return accelerator->run(budget);
    }
};

TEST(JitResync, GoesOnWhereNothingHasChanged) {
    ResyncGuest guest;
    guest.go();
    const auto resyncs = guest.statistic("resyncs");
    const auto entries = guest.statistic("entries into translated code");
    const auto result = guest.go();
    EXPECT_EQ(result.executed, 31u);
    EXPECT_EQ(result.why, ExitReason::WaitForInterrupt);
    EXPECT_EQ(guest.r(3), 9u);
    EXPECT_EQ(guest.statistic("resyncs") - resyncs, 1u) << "that of the wait";
    EXPECT_LE(guest.statistic("entries into translated code") - entries, 2u);
}

TEST(JitResync, LeavesForWhoeverWantsTheMachine) {
    ResyncGuest guest;
    guest.go();
    guest.core.on_call = [&](HelperContext&, std::uint64_t value) {
        guest.core.regs.attention = value == 4 ? 1 : 0;
        return value;
    };
    const auto result = guest.go();
    EXPECT_EQ(result.why, ExitReason::Attention);
    EXPECT_EQ(result.executed, 13u) << "right behind the instruction";
    EXPECT_EQ(guest.core.regs.pc, kCode + 4);
}

TEST(JitResync, LeavesWhereTheBudgetIsSpent) {
    ResyncGuest guest;
    guest.go();
    for (std::uint64_t budget = 1; budget < 31; ++budget) {
        const auto result = guest.go(budget);
        EXPECT_GE(result.executed, budget);
        EXPECT_LE(result.executed, budget + 2) << "safepoints are the Stop and the end of the loop";
        if (budget % 3 == 1) {
            EXPECT_EQ(guest.core.regs.pc, kCode + 4) << budget;
        }
    }
}

TEST(JitResync, TheNextInstructionIsLiftedUnderTheNewKey) {
    ResyncGuest guest;
    guest.go();
    const auto lifts = guest.core.lifts;
    guest.core.on_call = [&](HelperContext&, std::uint64_t value) {
        guest.core.key = value >= 5 ? 1 : 0;
        return value;
    };
    EXPECT_EQ(guest.go().executed, 31u);
    EXPECT_GT(guest.core.lifts, lifts);
}

/// The next instruction is in another page now, though code, key and address space are what they were.
TEST(JitResync, TheNextInstructionIsFoundWhereItIsMappedNow) {
    ResyncGuest guest;
    guest.core.paging = true;
    guest.core.pages[{0, kCode}] = {.physical = kCode};
    guest.go();
    ASSERT_EQ(guest.go().executed, 31u);
    guest.memory.code(0x6000, {toy(ToyOp::Script), toy(ToyOp::AddImm, 2, 2, 5), toy(ToyOp::Script), toy(ToyOp::Wait)});
    guest.core.on_call = [&](HelperContext&, std::uint64_t value) {
        if (value == 0) {
            guest.core.pages[{0, kCode}].physical = 0x6000;
            guest.accelerator->flush_tlb({.everything = true});
        }
        return value;
    };
    EXPECT_EQ(guest.go().executed, 7u) << "two rounds of five";
}

/// The helper has the block's code thrown away.
TEST(JitResync, DroppedCodeIsNotGoneOnIn) {
    ResyncGuest guest;
    guest.go();
    guest.core.on_call = [&](HelperContext&, std::uint64_t value) {
        if (value == 3) {
            guest.memory.code(kCode, {toy(ToyOp::Script), toy(ToyOp::AddImm, 2, 2, 7)});
            guest.accelerator->flush_code();
        }
        return value;
    };
    EXPECT_EQ(guest.go().executed, 13u);
    EXPECT_EQ(guest.r(2), 10u);
}

} // namespace
} // namespace medley::test
