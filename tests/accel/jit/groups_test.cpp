// Accesses that share one check: which they are, and that nothing but speed depends on it.
#include "accel/jit/access_groups.h"
#include "accel/jit/code_set.h"
#include "tests/accel/support/guest.h"

namespace medley::test {
namespace {

using accel::jit::AccessGroups;
using accel::jit::ApartCode;
using Role = AccessGroups::Role;

constexpr Address kCode = 0x1000;
constexpr Address kEnd = ToyMemory::kRam;
constexpr std::int32_t kMostBytes = 256;
constexpr std::uint64_t kDeviceValue = 0x1122334455667788;

// --- which they are

struct Groups : AccessGroups {
    Groups() { begin(32); }
    void access(ir::Value at, ir::Value base, std::int32_t offset, std::uint32_t size = 8, unsigned kind = 0) {
        see_access({.at = at, .base = base, .offset = offset, .size = size, .kind = kind, .most_bytes = kMostBytes});
    }
};

TEST(AccessGroups, TheFirstOneLeadsAndKnowsTheBytesOfAll) {
    Groups groups;
    groups.access(1, 0, 8);
    groups.see_instruction();
    groups.access(2, 0, -16, 4);
    groups.see_instruction();
    groups.access(3, 0, 40, 1);
    EXPECT_EQ(groups.role(1), Role::Leads);
    EXPECT_EQ(groups.role(2), Role::Follows);
    EXPECT_EQ(groups.role(3), Role::Follows);
    EXPECT_EQ(groups.hull(1).first, -16);
    EXPECT_EQ(groups.hull(1).end, 41);
    EXPECT_EQ(groups.hull(1).last, 3u);
}

TEST(AccessGroups, OtherBasesKindsAndDistancesAreOthers) {
    Groups groups;
    groups.access(1, 0, 0);
    groups.see_instruction();
    groups.access(2, 5, 8);
    groups.see_instruction();
    groups.access(3, 0, 8, 8, 1);
    groups.see_instruction();
    groups.access(4, 0, kMostBytes - 7);
    for (const ir::Value at : {1, 2, 3, 4})
        EXPECT_EQ(groups.role(at), Role::Alone) << at;
    groups.see_instruction();
    groups.access(6, 0, kMostBytes);
    EXPECT_EQ(groups.role(4), Role::Leads) << "where one group ends the next one begins";
}

TEST(AccessGroups, ACallEndsThem) {
    Groups groups;
    groups.access(1, 0, 0);
    groups.see_instruction();
    groups.see_call();
    groups.see_instruction();
    groups.access(2, 0, 8);
    EXPECT_EQ(groups.role(1), Role::Alone);
    EXPECT_EQ(groups.role(2), Role::Alone);
}

TEST(AccessGroups, WhatIsNotTheFirstEffectOfItsInstructionDoesNotLead) {
    Groups groups;
    groups.see_effect();
    groups.access(1, 0, 0);
    groups.see_instruction();
    groups.access(2, 0, 8);
    EXPECT_EQ(groups.role(1), Role::Alone);
    EXPECT_EQ(groups.role(2), Role::Alone);
    groups.see_instruction();
    groups.access(3, 0, 16);
    EXPECT_EQ(groups.role(2), Role::Leads);
}

TEST(AccessGroups, TheLeadersAlignmentSpeaksForAllOfThem) {
    const auto role = [](std::int32_t leader, unsigned leaders, std::int32_t offset, unsigned alignment) {
        Groups groups;
        groups.see_access({.at = 1, .offset = leader, .size = leaders, .most_bytes = kMostBytes, .alignment = leaders});
        groups.see_instruction();
        groups.see_access({.at = 2, .offset = offset, .size = alignment, .most_bytes = kMostBytes, .alignment = alignment});
        return groups.role(2);
    };
    EXPECT_EQ(role(0, 8, 8, 8), Role::Follows);
    EXPECT_EQ(role(4, 8, 20, 8), Role::Follows) << "the base is 4 beside a multiple of 8";
    EXPECT_EQ(role(0, 8, 12, 4), Role::Follows);
    EXPECT_EQ(role(0, 8, -8, 4), Role::Follows);
    EXPECT_EQ(role(0, 8, -4, 4), Role::Alone) << "what is checked is the alignment of the first byte";
    EXPECT_EQ(role(0, 8, 12, 8), Role::Alone);
    EXPECT_EQ(role(0, 4, 8, 8), Role::Alone);
    EXPECT_EQ(role(0, 8, 3, 1), Role::Follows);
}

/// The other access may call out, and the instruction goes on.
TEST(AccessGroups, NothingFollowsBehindACheckedAccessOfItsOwnInstruction) {
    Groups groups;
    groups.access(1, 0, 0);
    groups.see_instruction();
    groups.access(2, 5, 0);
    groups.access(3, 0, 8);
    EXPECT_EQ(groups.role(3), Role::Alone);
    // A pair behind its own leader does.
    groups.see_instruction();
    groups.access(4, 7, 0);
    groups.access(6, 7, 8);
    EXPECT_EQ(groups.role(4), Role::Leads);
    EXPECT_EQ(groups.role(6), Role::Follows);
}

/// The loads' check is one for writing then.
TEST(AccessGroups, AStoreFollowsLoadsWhereNothingLeadsOut) {
    const auto store = [](ir::Value at, std::int32_t offset) {
        return AccessGroups::Access{.at = at, .offset = offset, .size = 8, .most_bytes = kMostBytes, .writes = true, .may_follow_loads = true};
    };
    Groups groups;
    groups.access(1, 0, 0);
    groups.see_instruction();
    groups.see_access(store(2, 8));
    EXPECT_EQ(groups.role(2), Role::Follows);
    EXPECT_TRUE(groups.hull(1).writes);
    groups.see_instruction();
    groups.access(3, 0, 16);
    EXPECT_EQ(groups.role(3), Role::Follows);

    Groups left;
    left.access(1, 0, 0);
    left.see_way_out();
    left.see_instruction();
    left.see_access(store(2, 8));
    left.see_instruction();
    left.see_access(store(3, 16));
    left.see_instruction();
    left.access(4, 0, 24);
    EXPECT_EQ(left.role(2), Role::Leads) << "the store may not be executed, and the page not be writable";
    EXPECT_EQ(left.role(3), Role::Follows);
    EXPECT_EQ(left.role(4), Role::Follows);
    EXPECT_FALSE(left.hull(1).writes);

    Groups far;
    far.access(1, 0, 0);
    far.see_instruction();
    far.see_access(store(2, kMostBytes));
    far.see_instruction();
    far.access(3, 0, 8);
    EXPECT_EQ(far.role(2), Role::Alone);
    EXPECT_EQ(far.role(3), Role::Follows) << "the store does not take the place of the loads";
}

TEST(ApartCode, ForgetsRatherThanFillsUp) {
    ApartCode apart;
    apart.add(0x1000);
    EXPECT_TRUE(apart.contains(0x1004));
    for (Address pc = 0; pc < 1024 * 64; pc += 64)
        apart.add(0x8000'0000 + pc);
    unsigned known = 0;
    for (Address pc = 0; pc < 8192 * 64; pc += 64)
        known += apart.contains(pc) ? 1 : 0;
    EXPECT_LT(known, 4096u);
}

// --- what they do

/// The same code for every base, with two warm-up runs behind which the RAM is known to be flat, or is in the soft TLB.
struct GroupGuest : Guest {
    GroupGuest(bool flat, std::initializer_list<std::uint32_t> code) : length(static_cast<unsigned>(code.size())) {
        core.flat = flat;
        memory.code(kCode, code);
        for (Address at = 0x8000; at < kEnd; at += 8)
            memory.put<std::uint64_t>(at, at * 3);
        for (unsigned i = 0; i < 2; ++i)
            go(0x8100);
        memory.device.clear();
    }
    RunResult go(Address base) {
        core.regs.pc = kCode;
        r(1) = base;
        return accelerator->run(1000);
    }
    unsigned length;
};

std::uint64_t value_at(Address address) { return address < kEnd ? address * 3 : kDeviceValue; }

/// In a flat range, and in the soft TLB.
class JitGroups : public ::testing::TestWithParam<bool> {};

INSTANTIATE_TEST_SUITE_P(Checks, JitGroups, ::testing::Bool(), [](const auto& each) { return each.param ? "InAFlatRange" : "InTheSoftTlb"; });

TEST_P(JitGroups, ReachExactlyToTheEndOfTheirRange) {
    GroupGuest guest(GetParam(), {toy(ToyOp::Load, 2, 1, 0), toy(ToyOp::Load, 3, 1, 24), toy(ToyOp::Load, 4, 1, -16), toy(ToyOp::Wait)});
    for (Address base = kEnd - 64; base < kEnd + 48; base += 8) {
        guest.memory.device.clear();
        const auto result = guest.go(base);
        EXPECT_EQ(result.executed, 4u) << base;
        EXPECT_EQ(result.why, ExitReason::WaitForInterrupt) << base;
        EXPECT_EQ(guest.r(2), value_at(base)) << base;
        EXPECT_EQ(guest.r(3), value_at(base + 24)) << base;
        EXPECT_EQ(guest.r(4), value_at(base - 16)) << base;
        // Devices see each access once, and as it is.
        std::vector<Address> seen, expected;
        for (const auto& access : guest.memory.device)
            seen.push_back(access.address);
        for (const auto address : {base, base + 24, base - 16})
            if (address >= kEnd)
                expected.push_back(address);
        EXPECT_EQ(seen, expected) << base;
    }
    EXPECT_GT(guest.statistic("common checks failed"), 0u);
    EXPECT_LT(guest.statistic("common checks failed"), 4u) << "code that failed is made anew";
}

TEST_P(JitGroups, ThatFailLeaveExactStateInFrontOfTheirLeader) {
    GroupGuest guest(GetParam(), {toy(ToyOp::AddImm, 5, 5, 1), toy(ToyOp::Store, 5, 1, 0), toy(ToyOp::AddImm, 5, 5, 1), toy(ToyOp::Store, 5, 1, 8),
                      toy(ToyOp::Wait)});
    guest.r(5) = 10;
    guest.memory.on_device = [&](const ToyMemory::DeviceAccess&) { EXPECT_EQ(guest.r(5), 12u); };
    EXPECT_EQ(guest.go(kEnd - 8).executed, 5u);
    EXPECT_EQ(guest.memory.get<std::uint64_t>(kEnd - 8), 11u);
    ASSERT_EQ(guest.memory.device.size(), 1u);
    EXPECT_EQ(guest.memory.device[0].value, 12u);
    EXPECT_EQ(guest.memory.device[0].executed, 3u);
    EXPECT_EQ(guest.statistic("common checks failed"), 1u);
}

/// Where accesses must be aligned, a base that is not goes on one by one, to the first that faults.
TEST_P(JitGroups, ThatMustBeAlignedFaultWhereTheyAreNot) {
    GroupGuest guest(GetParam(), {toy(ToyOp::AddImm, 5, 5, 1), toy(ToyOp::Load, 2, 1, 8), toy(ToyOp::AddImm, 5, 5, 1), toy(ToyOp::Load, 3, 1, 0), toy(ToyOp::Wait)});
    guest.core.aligned = true;
    guest.accelerator->flush_code();
    const auto before = guest.core.faults.size();
    for (const Address base : {0x8100, 0x8108})
        EXPECT_EQ(guest.go(base).executed, 5u);
    EXPECT_EQ(guest.r(2), value_at(0x8110));
    EXPECT_EQ(guest.core.faults.size(), before);
    guest.r(5) = 0;
    guest.go(0x8104);
    ASSERT_GT(guest.core.faults.size(), before);
    EXPECT_EQ(guest.core.faults[before].first.address, 0x810cu);
    EXPECT_EQ(guest.core.faults[before].second, kCode + 4);
    EXPECT_EQ(guest.r(5), 1u);
}

/// Nothing is read or written at addresses that wrap, however large the base.
TEST_P(JitGroups, DoNotWrap) {
    GroupGuest guest(GetParam(), {toy(ToyOp::Load, 2, 1, 0), toy(ToyOp::Load, 3, 1, 16), toy(ToyOp::Wait)});
    const auto before = guest.core.faults.size();
    EXPECT_EQ(guest.r(2), value_at(0x8100));
    guest.go(~Address{7});
    ASSERT_GT(guest.core.faults.size(), before);
    EXPECT_EQ(guest.core.faults[before].second, kCode);
    EXPECT_EQ(guest.core.faults[before].first.address, ~Address{7});
    guest.go(~Address{7} + 8);
    EXPECT_EQ(guest.r(2), guest.memory.get<std::uint64_t>(0));
}

/// Between a leader and its followers a device takes the host's memory back.
TEST_P(JitGroups, EndWhereDirectMemoryIsTakenBack) {
    GroupGuest guest(GetParam(), {toy(ToyOp::Load, 2, 1, 0), toy(ToyOp::Load, 3, 6, 0), toy(ToyOp::AddImm, 7, 7, 1), toy(ToyOp::Load, 4, 1, 8),
                      toy(ToyOp::Load, 5, 1, 16), toy(ToyOp::Wait)});
    guest.r(6) = kEnd;
    guest.go(0x8100);
    ASSERT_EQ(guest.r(4), value_at(0x8108));
    guest.memory.on_device = [&](const ToyMemory::DeviceAccess&) {
        guest.memory.has_direct = false;
        guest.memory.listener->direct_invalidated(0x8000, 0x8fff);
    };
    const auto slow = guest.statistic("slow accesses");
    guest.r(7) = 0;
    EXPECT_EQ(guest.go(0x8100).executed, 6u);
    EXPECT_EQ(guest.r(7), 1u);
    EXPECT_EQ(guest.r(4), value_at(0x8108));
    EXPECT_EQ(guest.r(5), value_at(0x8110));
    EXPECT_EQ(guest.statistic("slow accesses") - slow, 3u) << "the device, and both of the others";
}

/// Between a leader and its followers somebody translates code from their page.
TEST_P(JitGroups, EndWherePagesGetCode) {
    GroupGuest guest(GetParam(), {toy(ToyOp::Store, 2, 1, 0), toy(ToyOp::Load, 3, 6, 0), toy(ToyOp::AddImm, 7, 7, 1), toy(ToyOp::Store, 2, 1, 8), toy(ToyOp::Wait)});
    guest.r(6) = kEnd;
    guest.go(0x8100);
    const auto writes = guest.statistic("writes to code");
    guest.memory.on_device = [&](const ToyMemory::DeviceAccess&) { guest.memory.watch.watch(0x8000); };
    EXPECT_EQ(guest.go(0x8100).executed, 5u);
    EXPECT_EQ(guest.statistic("writes to code"), writes + 1);
}

/// A store behind a load of the same base, in a page that has code, and where nothing may be written.
TEST_P(JitGroups, StoresBehindLoadsAreStoresToCode) {
    GroupGuest guest(GetParam(), {toy(ToyOp::Load, 2, 1, 0), toy(ToyOp::AddImm, 2, 2, 1), toy(ToyOp::Store, 2, 1, 0), toy(ToyOp::Wait)});
    EXPECT_EQ(guest.memory.get<std::uint64_t>(0x8100), value_at(0x8100) + 2);
    const auto writes = guest.statistic("writes to code");
    guest.memory.watch.watch(0x8000);
    EXPECT_EQ(guest.go(0x8100).executed, 4u);
    EXPECT_EQ(guest.statistic("writes to code"), writes + 1);
    EXPECT_EQ(guest.memory.get<std::uint64_t>(0x8100), value_at(0x8100) + 3);
}

TEST_P(JitGroups, StoresBehindLoadsFaultThemselves) {
    GroupGuest guest(GetParam(), {toy(ToyOp::AddImm, 5, 5, 1), toy(ToyOp::Load, 2, 1, 0), toy(ToyOp::AddImm, 2, 2, 1), toy(ToyOp::Store, 2, 1, 0), toy(ToyOp::Wait)});
    const auto before = guest.core.faults.size();
    guest.core.regimes[1].writable = guest.core.regimes[0].writable = false;
    guest.accelerator->flush_tlb({});
    guest.r(5) = 0;
    const auto value = guest.memory.get<std::uint64_t>(0x8100);
    guest.go(0x8100);
    ASSERT_GT(guest.core.faults.size(), before);
    EXPECT_EQ(guest.core.faults[before].first.access, Access::Write);
    EXPECT_EQ(guest.core.faults[before].second, kCode + 12);
    EXPECT_EQ(guest.r(5), 1u);
    EXPECT_EQ(guest.r(2), value + 1);
    EXPECT_EQ(guest.memory.get<std::uint64_t>(0x8100), value);
}

/// The page behind the leader's has code, and a follower writes there.
TEST_P(JitGroups, WritesToCodeInTheNextPageAreSeen) {
    GroupGuest guest(GetParam(), {toy(ToyOp::Store, 2, 1, 0), toy(ToyOp::Store, 3, 1, 64), toy(ToyOp::Jump, 0, 0, 126)});
    guest.memory.code(kCode + 8 + 4 * 126, {toy(ToyOp::JumpReg, 8)});
    const Address page = 0x10000;
    guest.memory.code(page, {toy(ToyOp::AddImm, 4, 4, 1), toy(ToyOp::Wait)});
    guest.r(8) = page;
    guest.r(3) = toy(ToyOp::AddImm, 4, 4, 2) | std::uint64_t{toy(ToyOp::Wait)} << 32;
    guest.go(page - 0x100);
    guest.go(page - 0x100);
    EXPECT_EQ(guest.r(4), 2u);
    guest.go(page - 64);
    EXPECT_EQ(guest.r(4), 4u);
    EXPECT_EQ(guest.memory.get<std::uint64_t>(page), guest.r(3));
}

} // namespace
} // namespace medley::test
