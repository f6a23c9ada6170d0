// Budgets, safepoints, faults, breakpoints and traces.
#include "tests/accel/support/guest.h"

namespace medley::test {
namespace {

/// r1 counts down from its value; r2 counts rounds.
void count_down(Guest& guest, Address at) {
    guest.memory.code(at, {toy(ToyOp::AddImm, 2, 2, 1), toy(ToyOp::AddImm, 1, 1, -1), toy(ToyOp::BranchNe, 1, 0, -2),
                           toy(ToyOp::Jump, 0, 0, 0)});
}

TEST(InterpRun, BudgetZeroDoesNothing) {
    Guest guest;
    const auto result = guest.accelerator->run(0);
    EXPECT_EQ(result.executed, 0u);
    EXPECT_EQ(result.why, ExitReason::Budget);
    EXPECT_EQ(guest.core.regs.pc, 0x1000u);
}

TEST(InterpRun, StopsAtTheFirstSafepointBehindTheBudget) {
    Guest guest;
    count_down(guest, 0x1000);
    guest.r(1) = 1000;
    const auto result = guest.accelerator->run(4);
    EXPECT_EQ(result.executed, 6u); // the backward branch of the second round
    EXPECT_EQ(guest.core.regs.pc, 0x1000u);
    EXPECT_EQ(guest.r(2), 2u);
    EXPECT_EQ(guest.accelerator->run(3).executed, 3u);
}

TEST(InterpRun, ForwardJumpsInAPageAreNoSafepoints) {
    Guest guest;
    guest.memory.code(0x1000, {toy(ToyOp::Jump, 0, 0, 2), 0, toy(ToyOp::Jump, 0, 0, 2), 0, toy(ToyOp::Jump, 0, 0, 0)});
    EXPECT_EQ(guest.accelerator->run(1).executed, 3u);
}

TEST(InterpRun, LeavingAPageIsASafepoint) {
    Guest guest;
    guest.memory.code(0x1ff8, {toy(ToyOp::AddImm, 1, 1, 1), toy(ToyOp::AddImm, 1, 1, 1), toy(ToyOp::AddImm, 1, 1, 1),
                               toy(ToyOp::Jump, 0, 0, 0)});
    guest.core.regs.pc = 0x1ff8;
    EXPECT_EQ(guest.accelerator->run(1).executed, 2u);
    EXPECT_EQ(guest.core.regs.pc, 0x2000u);
}

/// Where it leads to is known when code is made, which must not make another jump of it: nearly half of a kernel's blocks end so.
TEST(InterpRun, ComputedJumpsToConstantsAreSafepointsWhereverTheyLead) {
    for (const auto type : {ir::Type::I32, ir::Type::I64}) {
        Guest guest;
        guest.core.script = [type](ir::Builder& builder, Address pc, std::uint32_t) {
            builder.go_to_computed(builder.constant(type, pc == 0x1000 ? 0x1008 : pc == 0x1008 ? 0x3004 : 0x1000));
            return true;
        };
        for (const auto at : {0x1000, 0x1008, 0x3004})
            guest.memory.code(at, {toy(ToyOp::Script)});
        for (int round = 0; round < 3; ++round) {
            for (const auto target : {0x1008, 0x3004, 0x1000}) {
                EXPECT_EQ(guest.accelerator->run(1).executed, 1u);
                EXPECT_EQ(guest.core.regs.pc, static_cast<Address>(target));
            }
        }
        EXPECT_EQ(guest.accelerator->run(3000).executed, 3000u);
        EXPECT_EQ(guest.core.regs.pc, 0x1000u);
    }
}

TEST(InterpRun, ComputedJumpsToConstantsFollowTheirPage) {
    Guest guest;
    guest.core.paging = true;
    guest.core.pages[{0, 0x1000}] = {.physical = 0x1000};
    guest.core.pages[{0, 0x3000}] = {.physical = 0x3000};
    guest.core.script = [](ir::Builder& builder, Address, std::uint32_t) {
        builder.go_to_computed(builder.constant(ir::Type::I64, 0x3000));
        return true;
    };
    guest.memory.code(0x1000, {toy(ToyOp::Script)});
    guest.memory.code(0x3000, {toy(ToyOp::AddImm, 2, 2, 1), toy(ToyOp::Wait)});
    guest.memory.code(0x4000, {toy(ToyOp::AddImm, 2, 2, 100), toy(ToyOp::Wait)});
    const auto go = [&] {
        guest.core.regs.pc = 0x1000;
        EXPECT_EQ(guest.accelerator->run(100).executed, 3u);
    };
    go();
    go();
    guest.core.pages[{0, 0x3000}].physical = 0x4000;
    go();
    EXPECT_EQ(guest.r(2), 3u) << "the guest has not flushed";
    guest.accelerator->flush_tlb({.everything = false, .by_address = true, .address = 0x3000});
    go();
    EXPECT_EQ(guest.r(2), 103u);
}

TEST(InterpRun, StepIsExactAndResumesAnywhere) {
    for (std::uint64_t first = 0; first < 40; ++first) {
        Guest guest;
        Guest reference;
        for (auto* each : {&guest, &reference}) {
            count_down(*each, 0x1000);
            each->r(1) = 12;
        }
        EXPECT_EQ(guest.accelerator->step(first).executed, first);
        for (std::uint64_t i = 0; i < first; ++i)
            EXPECT_EQ(reference.accelerator->step(1).executed, 1u);
        EXPECT_EQ(guest.core.regs, reference.core.regs) << "after " << first;
        EXPECT_EQ(guest.accelerator->step(40 - first).executed, 40 - first);
        EXPECT_EQ(guest.r(2), 12u);
    }
}

TEST(InterpRun, LongStepsAreExactToo) {
    Guest guest;
    count_down(guest, 0x1000);
    guest.r(1) = 1u << 30;
    EXPECT_EQ(guest.accelerator->step(100'001).executed, 100'001u);
    EXPECT_EQ(guest.r(2), 33'334u);
}

TEST(InterpRun, RequestExitFromADeviceStopsAtTheNextSafepoint) {
    Guest guest;
    guest.r(3) = ToyMemory::kDevice;
    guest.memory.code(0x1000, {toy(ToyOp::Load, 4, 3, 0), toy(ToyOp::AddImm, 1, 1, 1), toy(ToyOp::Jump, 0, 0, -2)});
    guest.memory.on_device = [&](const auto&) { guest.accelerator->request_exit(); };
    const auto result = guest.accelerator->run(1000);
    EXPECT_EQ(result.executed, 3u);
    EXPECT_EQ(result.why, ExitReason::Attention);
    guest.memory.on_device = nullptr;
    EXPECT_EQ(guest.accelerator->run(30).executed, 30u);
}

TEST(InterpRun, AttentionRaisedByADeviceStopsAtTheNextSafepoint) {
    Guest guest;
    guest.r(3) = ToyMemory::kDevice;
    guest.memory.code(0x1000, {toy(ToyOp::Store, 4, 3, 8), toy(ToyOp::AddImm, 1, 1, 1), toy(ToyOp::Jump, 0, 0, -2)});
    guest.memory.on_device = [&](const auto&) { guest.core.set_interrupt(0, true); };
    const auto result = guest.accelerator->run(1000);
    EXPECT_EQ(result.executed, 3u);
    EXPECT_EQ(result.why, ExitReason::Attention);
}

TEST(InterpRun, WaitReturnsBehindTheInstructionUnlessAwake) {
    Guest guest;
    guest.memory.code(0x1000, {toy(ToyOp::Wait), toy(ToyOp::Wait), toy(ToyOp::Jump, 0, 0, 0)});
    auto result = guest.accelerator->run(1000);
    EXPECT_EQ(result.why, ExitReason::WaitForInterrupt);
    EXPECT_EQ(result.executed, 1u);
    EXPECT_EQ(guest.core.regs.pc, 0x1004u);
    guest.core.awake = true;
    result = guest.accelerator->run(10);
    EXPECT_EQ(result.why, ExitReason::Budget);
    EXPECT_EQ(result.executed, 10u);
}

TEST(InterpRun, YieldGivesUpTheRest) {
    Guest guest;
    guest.memory.code(0x1000, {toy(ToyOp::Yield), toy(ToyOp::Jump, 0, 0, -1)});
    const auto result = guest.accelerator->run(1000);
    EXPECT_EQ(result.why, ExitReason::Yield);
    EXPECT_EQ(result.executed, 1u);
}

TEST(InterpRun, FaultsArePreciseAndCounted) {
    Guest guest;
    guest.r(3) = 0x9000'0000;
    guest.memory.code(0x1000, {toy(ToyOp::AddImm, 1, 1, 5), toy(ToyOp::Load, 1, 3, 16), toy(ToyOp::AddImm, 1, 1, 7)});
    const auto result = guest.accelerator->run(1);
    EXPECT_EQ(result.executed, 2u);
    ASSERT_EQ(guest.core.faults.size(), 1u);
    const auto& [fault, pc] = guest.core.faults[0];
    EXPECT_EQ(fault.kind, FaultKind::Bus);
    EXPECT_EQ(fault.access, Access::Read);
    EXPECT_EQ(fault.address, 0x9000'0010u);
    EXPECT_EQ(pc, 0x1004u);
    EXPECT_EQ(guest.r(1), 5u);
    EXPECT_EQ(guest.core.regs.pc, ToyCore::kVector);
}

TEST(InterpRun, RaiseCarriesCodeAndValue) {
    Guest guest;
    guest.r(3) = 0x1234;
    guest.memory.code(0x1000, {toy(ToyOp::Raise, 9, 3)});
    EXPECT_EQ(guest.accelerator->run(1).executed, 1u);
    ASSERT_EQ(guest.core.faults.size(), 1u);
    EXPECT_EQ(guest.core.faults[0].first.code, 9u);
    EXPECT_EQ(guest.core.faults[0].first.value, 0x1234u);
}

TEST(InterpRun, HelpersFaultAndKnowTheCount) {
    Guest guest;
    guest.memory.code(0x1000, {toy(ToyOp::AddImm, 1, 1, 1), toy(ToyOp::AddImm, 1, 1, 1), toy(ToyOp::Call, 1, 1)});
    std::uint64_t counted = 0;
    Address pc = 0;
    guest.core.on_call = [&](HelperContext& context, std::uint64_t value) {
        counted = guest.accelerator->executed_in_run();
        pc = guest.core.regs.pc;
        context.raise({.code = 77, .value = value});
        return std::uint64_t{99};
    };
    EXPECT_EQ(guest.accelerator->run(1).executed, 3u);
    EXPECT_EQ(counted, 2u);
    EXPECT_EQ(pc, 0x1008u);
    EXPECT_EQ(guest.r(1), 2u);
    ASSERT_EQ(guest.core.faults.size(), 1u);
    EXPECT_EQ(guest.core.faults[0].first.value, 2u);
}

TEST(InterpRun, AnUnfetchableVectorStillSpendsTheBudget) {
    Guest guest;
    guest.core.paging = true;
    const auto result = guest.accelerator->run(1000);
    EXPECT_EQ(result.executed, 1000u);
    EXPECT_EQ(guest.core.faults.size(), 1000u);
    EXPECT_EQ(guest.accelerator->step(7).executed, 7u);
}

TEST(InterpRun, BreakpointsStopOnceAndLetGo) {
    Guest guest;
    count_down(guest, 0x1000);
    guest.r(1) = 5;
    EXPECT_EQ(guest.accelerator->run(3).executed, 3u);
    guest.accelerator->set_breakpoints({0x1004});
    auto result = guest.accelerator->run(1000);
    EXPECT_EQ(result.why, ExitReason::Breakpoint);
    EXPECT_EQ(result.executed, 1u);
    EXPECT_EQ(guest.core.regs.pc, 0x1004u);
    result = guest.accelerator->run(1000);
    EXPECT_EQ(result.why, ExitReason::Breakpoint);
    EXPECT_EQ(result.executed, 3u);
    guest.accelerator->set_breakpoints({});
    EXPECT_EQ(guest.accelerator->run(100).why, ExitReason::Budget);
    EXPECT_EQ(guest.r(2), 5u);
}

TEST(InterpRun, ABreakpointReachedAtTheEndOfABudgetIsNotRunOver) {
    Guest guest;
    count_down(guest, 0x1000);
    guest.r(1) = 5;
    guest.accelerator->set_breakpoints({0x1000});
    EXPECT_EQ(guest.accelerator->run(1).why, ExitReason::Breakpoint);
    EXPECT_EQ(guest.accelerator->run(1).executed, 3u); // back at it, budget spent
    const auto result = guest.accelerator->run(10);
    EXPECT_EQ(result.why, ExitReason::Breakpoint);
    EXPECT_EQ(result.executed, 0u);
}

struct Recorder final : Tracer {
    std::vector<Address> pcs;
    std::vector<std::pair<Address, std::uint64_t>> accesses;
    void instruction(Address address) override { pcs.push_back(address); }
    void access(Access, Address address, Address, unsigned, std::uint64_t value) override { accesses.emplace_back(address, value); }
};

TEST(InterpRun, TracesSeeEveryInstructionAndAccess) {
    Guest guest;
    Recorder recorder;
    guest.r(3) = 0x2000;
    guest.memory.put<std::uint64_t>(0x2000, 42);
    guest.memory.code(0x1000, {toy(ToyOp::Load, 4, 3, 0), toy(ToyOp::Store, 4, 3, 8), toy(ToyOp::Jump, 0, 0, -2)});
    EXPECT_EQ(guest.accelerator->run(3).executed, 3u);
    guest.accelerator->set_trace({&recorder, true, true});
    EXPECT_EQ(guest.accelerator->run(6).executed, 6u);
    EXPECT_EQ(recorder.pcs, (std::vector<Address>{0x1000, 0x1004, 0x1008, 0x1000, 0x1004, 0x1008}));
    EXPECT_EQ(recorder.accesses.size(), 4u);
    EXPECT_EQ(recorder.accesses[1], (std::pair<Address, std::uint64_t>{0x2008, 42}));
    guest.accelerator->set_trace({});
    EXPECT_EQ(guest.accelerator->run(3).executed, 3u);
    EXPECT_EQ(recorder.pcs.size(), 6u);
}

TEST(InterpRun, TailCallsDoNotGrowTheStack) {
    Guest guest;
    guest.memory.code(0x1000, {toy(ToyOp::AddImm, 1, 1, 1), toy(ToyOp::Load, 2, 3, 0), toy(ToyOp::Store, 2, 3, 8),
                               toy(ToyOp::Call, 4, 1), toy(ToyOp::BranchNe, 1, 0, -4)});
    guest.r(3) = 0x2000;
    std::uintptr_t lowest = ~std::uintptr_t{0};
    std::uintptr_t highest = 0;
    guest.core.on_call = [&](HelperContext&, std::uint64_t) {
        const char here = 0;
        lowest = std::min(lowest, reinterpret_cast<std::uintptr_t>(&here));
        highest = std::max(highest, reinterpret_cast<std::uintptr_t>(&here));
        return std::uint64_t{0};
    };
    static_cast<void>(guest.accelerator->run(100'000));
    EXPECT_LT(highest - lowest, 4096u);
}

} // namespace
} // namespace medley::test
