// Accesses that share one check in the soft TLB, where pages are mapped: what the common check may not hide.
#include "tests/accel/support/guest.h"

#include <algorithm>
#include <array>
#include <vector>

namespace medley::test {
namespace {

constexpr Address kCode = 0x1000;
constexpr Address kData = 0x40000; ///< Virtual; with a second page behind it.
constexpr std::uint64_t kFirst = 0x8000, kSecond = 0xa000, kOther = 0xc000;

/// Every page of RAM says of each of its words where it is.
struct PagedGuest : Guest {
    explicit PagedGuest(std::initializer_list<std::uint32_t> code) {
        memory.code(kCode, code);
        for (Address at = kFirst; at < kOther + kPageSize; at += 8)
            memory.put<std::uint64_t>(at, at);
        core.paging = true;
        core.vector = kCode + 0x800;
        memory.code(core.vector, {toy(ToyOp::Wait)});
        core.pages[{0, kCode}] = {.physical = kCode};
        core.pages[{0, kData}] = {.physical = kFirst};
        core.pages[{0, kData + kPageSize}] = {.physical = kSecond};
    }
    RunResult go(Address base) {
        core.regs.pc = kCode;
        r(1) = base;
        return accelerator->run(1000);
    }
    void remap(Address virtual_page, std::uint64_t physical) {
        core.pages[{0, virtual_page}].physical = physical;
        accelerator->flush_tlb({.everything = true});
    }
};

TEST(JitPageGroups, GoThroughOneWalk) {
    PagedGuest guest({toy(ToyOp::Load, 2, 1, 0), toy(ToyOp::Load, 3, 1, 24), toy(ToyOp::Load, 4, 1, -16), toy(ToyOp::Wait)});
    std::vector<Address> walks;
    guest.core.on_walk = [&](Address address) { walks.push_back(address); };
    for (unsigned i = 0; i < 3; ++i)
        EXPECT_EQ(guest.go(kData + 64).executed, 4u);
    EXPECT_EQ(guest.r(2), kFirst + 64);
    EXPECT_EQ(guest.r(3), kFirst + 88);
    EXPECT_EQ(guest.r(4), kFirst + 48);
    EXPECT_EQ(std::count_if(walks.begin(), walks.end(), [](Address address) { return address >= kData; }), 1);
    EXPECT_EQ(guest.statistic("common checks failed"), 0u) << "a page that was not in the table is put there";
}

TEST(JitPageGroups, ThatReachIntoTheNextPageFindItsOwnMapping) {
    PagedGuest guest({toy(ToyOp::Load, 2, 1, 0), toy(ToyOp::Load, 3, 1, 24), toy(ToyOp::Load, 4, 1, -16), toy(ToyOp::Wait)});
    const auto at = [](Address address) { return address < kData + kPageSize ? address - kData + kFirst : address - kData - kPageSize + kSecond; };
    for (Address base = kData + kPageSize - 48; base < kData + kPageSize + 48; base += 8) {
        guest.go(base);
        EXPECT_EQ(guest.r(2), at(base)) << base;
        EXPECT_EQ(guest.r(3), at(base + 24)) << base;
        EXPECT_EQ(guest.r(4), at(base - 16)) << base;
    }
    EXPECT_EQ(guest.statistic("common checks failed"), 1u);
}

/// The base is stepped on between the accesses: what counts is where it came from.
TEST(JitPageGroups, FollowTheirPointer) {
    PagedGuest guest({toy(ToyOp::Load, 2, 1, 0), toy(ToyOp::AddImm, 1, 1, 32), toy(ToyOp::Load, 3, 1, -8), toy(ToyOp::AddImm, 6, 1, -48),
                      toy(ToyOp::Load, 4, 6, 0), toy(ToyOp::AddImm, 6, 6, 16), toy(ToyOp::Store, 5, 6, 16), toy(ToyOp::Store, 5, 1, 0), toy(ToyOp::Wait)});
    const auto at = [](Address address) { return address < kData + kPageSize ? address - kData + kFirst : address - kData - kPageSize + kSecond; };
    std::vector<Address> walks;
    guest.core.on_walk = [&](Address address) { walks.push_back(address); };
    guest.go(kData + 64);
    EXPECT_EQ(std::count_if(walks.begin(), walks.end(), [](Address address) { return address >= kData; }), 1);
    for (Address base = kData + kPageSize + 48; base > kData + kPageSize - 64; base -= 8) {
        guest.r(5) = base;
        EXPECT_EQ(guest.go(base).executed, 9u);
        EXPECT_EQ(guest.r(2), at(base)) << base;
        EXPECT_EQ(guest.r(3), at(base + 24)) << base;
        EXPECT_EQ(guest.r(4), at(base - 16)) << base;
        for (const auto to : {base + 16, base + 32}) {
            EXPECT_EQ(guest.memory.get<std::uint64_t>(at(to)), base);
            guest.memory.put<std::uint64_t>(at(to), at(to));
        }
    }
    EXPECT_EQ(guest.statistic("common checks failed"), 1u) << "of the loads; then the code is made anew, one by one";
}

TEST(JitPageGroups, FaultWhereTheFollowerDoes) {
    PagedGuest guest({toy(ToyOp::Store, 5, 1, 0), toy(ToyOp::AddImm, 6, 6, 1), toy(ToyOp::Store, 5, 1, 8), toy(ToyOp::Wait)});
    guest.core.pages.erase({0, kData + kPageSize});
    guest.r(5) = 7;
    guest.go(kData);
    guest.r(6) = 0;
    guest.go(kData + kPageSize - 8);
    EXPECT_EQ(guest.memory.get<std::uint64_t>(kFirst + kPageSize - 8), 7u) << "the leader has stored";
    EXPECT_EQ(guest.r(6), 1u);
    ASSERT_EQ(guest.core.faults.size(), 1u);
    EXPECT_EQ(guest.core.faults[0].first.address, kData + kPageSize);
    EXPECT_EQ(guest.core.faults[0].second, kCode + 8);
}

TEST(JitPageGroups, FaultWhereTheLeaderDoes) {
    PagedGuest guest({toy(ToyOp::Load, 2, 1, 8), toy(ToyOp::Load, 3, 1, 0), toy(ToyOp::Wait)});
    guest.core.pages[{0, kData}].readable = false;
    guest.go(kData);
    ASSERT_EQ(guest.core.faults.size(), 1u);
    EXPECT_EQ(guest.core.faults[0].first.address, kData + 8) << "not the lowest byte of the group";
    EXPECT_EQ(guest.core.faults[0].second, kCode);
}

TEST(JitPageGroups, LoadsLeadNoStores) {
    PagedGuest guest({toy(ToyOp::Load, 2, 1, 0), toy(ToyOp::Store, 5, 1, 8), toy(ToyOp::Store, 5, 1, 16), toy(ToyOp::Wait)});
    guest.core.pages[{0, kData}].writable = false;
    guest.go(kData);
    ASSERT_EQ(guest.core.faults.size(), 1u);
    EXPECT_EQ(guest.core.faults[0].first.access, Access::Write);
    EXPECT_EQ(guest.core.faults[0].first.address, kData + 8);
    EXPECT_EQ(guest.memory.get<std::uint64_t>(kFirst + 8), kFirst + 8);
}

/// Several groups at once keep their pages apart; more than there are places for begin anew.
TEST(JitPageGroups, KeepTheirPagesApart) {
    PagedGuest guest({toy(ToyOp::Load, 2, 1, 0), toy(ToyOp::Load, 3, 6, 0), toy(ToyOp::Load, 4, 1, 8), toy(ToyOp::Load, 5, 6, 8),
                      toy(ToyOp::Store, 2, 1, 32), toy(ToyOp::Store, 3, 6, 32), toy(ToyOp::Store, 4, 1, 40), toy(ToyOp::Store, 5, 6, 40),
                      toy(ToyOp::Wait)});
    for (unsigned i = 0; i < 3; ++i) {
        guest.r(6) = kData + kPageSize + 8 * i;
        guest.go(kData + 8 * i);
        for (const auto page : {kFirst, kSecond}) {
            EXPECT_EQ(guest.memory.get<std::uint64_t>(page + 8 * i + 32), page + 8 * i);
            EXPECT_EQ(guest.memory.get<std::uint64_t>(page + 8 * i + 40), page + 8 * i + 8);
        }
    }
}

/// More groups at once than there are registers to hold what their leaders learnt, and a call in between.
TEST(JitPageGroups, KeepWhatTheyLearntWhereRegistersAreShort) {
    constexpr std::array kBases{1, 6, 7, 8, 9};
    constexpr unsigned kDevice = 10;
    PagedGuest guest({toy(ToyOp::Load, 2, 1, 0), toy(ToyOp::Load, 2, 6, 0), toy(ToyOp::Load, 2, 7, 0), toy(ToyOp::Load, 2, 8, 0),
                      toy(ToyOp::Load, 2, 9, 0), toy(ToyOp::Load, 11, 10, 0), toy(ToyOp::Load, 1, 1, 8), toy(ToyOp::Load, 6, 6, 8),
                      toy(ToyOp::Load, 7, 7, 8), toy(ToyOp::Load, 8, 8, 8), toy(ToyOp::Load, 9, 9, 8), toy(ToyOp::Wait)});
    const auto page_of = [](std::size_t number) { return kData + 2 * number * kPageSize; };
    for (std::size_t i = 0; i < kBases.size(); ++i) {
        const auto physical = 0x20000 + 3 * i * kPageSize;
        guest.core.pages[{0, page_of(i)}] = {.physical = physical};
        guest.memory.put<std::uint64_t>(physical + 24, i + 100);
    }
    guest.core.pages[{0, 0x80000}] = {.physical = ToyMemory::kRam};
    for (unsigned round = 0; round < 3; ++round) {
        for (std::size_t i = 0; i < kBases.size(); ++i)
            guest.r(kBases[i]) = page_of(i) + 16;
        guest.r(kDevice) = 0x80000;
        guest.r(11) = 0;
        EXPECT_EQ(guest.go(page_of(0) + 16).executed, 12u);
        for (std::size_t i = 0; i < kBases.size(); ++i)
            EXPECT_EQ(guest.r(kBases[i]), i + 100) << "round " << round;
        EXPECT_NE(guest.r(11), 0u) << "the device was read";
    }
    EXPECT_EQ(guest.statistic("common checks failed"), 0u);
}

/// A device behind another access in between has the mapping changed and flushed.
TEST(JitPageGroups, EndWhereTheTableIsFlushed) {
    PagedGuest guest({toy(ToyOp::Load, 2, 1, 0), toy(ToyOp::Load, 3, 6, 0), toy(ToyOp::AddImm, 7, 7, 1), toy(ToyOp::Load, 4, 1, 8), toy(ToyOp::Wait)});
    guest.core.pages[{0, 0x50000}] = {.physical = ToyMemory::kRam};
    guest.r(6) = 0x50000;
    for (unsigned i = 0; i < 2; ++i)
        guest.go(kData);
    ASSERT_EQ(guest.r(4), kFirst + 8);
    guest.memory.on_device = [&](const ToyMemory::DeviceAccess&) { guest.remap(kData, kOther); };
    guest.r(7) = 0;
    EXPECT_EQ(guest.go(kData).executed, 5u);
    EXPECT_EQ(guest.r(2), kFirst);
    EXPECT_EQ(guest.r(4), kOther + 8);
    EXPECT_EQ(guest.r(7), 1u);
}

/// The walk for a leader has the table flushed: nothing that was found before counts.
TEST(JitPageGroups, EndWhereTheirOwnWalkFlushesTheTable) {
    PagedGuest guest({toy(ToyOp::Load, 2, 1, 0), toy(ToyOp::Load, 3, 6, 0), toy(ToyOp::Load, 4, 1, 8), toy(ToyOp::Load, 5, 6, 8), toy(ToyOp::Wait)});
    guest.r(6) = kData + kPageSize;
    for (unsigned i = 0; i < 2; ++i)
        guest.go(kData);
    guest.accelerator->flush_tlb({.everything = true});
    guest.core.on_walk = [&](Address address) {
        if (address < kData + kPageSize || guest.core.pages[{0, kData}].physical == kOther)
            return;
        guest.remap(kData, kOther);
    };
    EXPECT_EQ(guest.go(kData).executed, 5u);
    EXPECT_EQ(guest.r(2), kFirst);
    EXPECT_EQ(guest.r(4), kOther + 8);
    EXPECT_EQ(guest.r(5), kSecond + 8);
}

} // namespace
} // namespace medley::test
