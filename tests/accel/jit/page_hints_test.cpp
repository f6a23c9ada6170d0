// Which entry of the soft TLB a place in translated code looks at (PageHints): what an old hint may not do, and when it is given up.
#include "tests/accel/support/guest.h"

namespace medley::test {
namespace {

constexpr Address kCode = 0x1000;
constexpr Address kData = 0x40000; ///< Virtual, of four pages.
constexpr unsigned kPages = 4;

std::uint64_t physical_of(unsigned page) { return 0x8000 + 2 * page * kPageSize; }

/// Every byte of RAM depends on where it is.
struct HintedGuest : Guest {
    explicit HintedGuest(std::initializer_list<std::uint32_t> code) {
        for (std::uint64_t at = 0x8000; at < 0x20000; ++at)
            memory.put<std::uint8_t>(at, pattern(at));
        memory.code(kCode, code);
        core.paging = true;
        core.pages[{0, kCode}] = {.physical = kCode};
        for (unsigned page = 0; page < kPages; ++page)
            core.pages[{0, kData + page * kPageSize}] = {.physical = physical_of(page)};
    }
    static std::uint8_t pattern(std::uint64_t at) { return static_cast<std::uint8_t>(at * 37 + (at >> 12) * 11); }
    static std::uint64_t expected(Address address) {
        std::uint64_t value = 0;
        for (unsigned i = 0; i < 8; ++i) {
            const auto at = address + i - kData;
            value |= std::uint64_t{pattern(physical_of(static_cast<unsigned>(at / kPageSize)) + at % kPageSize)} << 8 * i;
        }
        return value;
    }
    void go(Address base) {
        core.regs.pc = kCode;
        r(1) = base;
        EXPECT_EQ(accelerator->run(1000).why, ExitReason::WaitForInterrupt);
    }
};

/// The hint names the entry of the page that the access only ends in, or only begins in.
TEST(PageHints, DoNotServeAccessesThatReachIntoTheNextPage) {
    HintedGuest guest({toy(ToyOp::Load, 2, 1, 0), toy(ToyOp::Wait)});
    constexpr Address kBorder = kData + kPageSize;
    for (const auto known : {kBorder, kBorder + 64, kBorder - 64})
        for (Address base = kBorder - 16; base < kBorder + 16; ++base) {
            guest.go(known);
            EXPECT_EQ(guest.r(2), HintedGuest::expected(known));
            guest.go(base);
            EXPECT_EQ(guest.r(2), HintedGuest::expected(base)) << std::hex << base << " behind " << known;
        }
}

TEST(PageHints, DoNotServeGroupsThatReachIntoTheNextPage) {
    HintedGuest guest({toy(ToyOp::Load, 2, 1, 0), toy(ToyOp::Load, 3, 1, 24), toy(ToyOp::Wait)});
    constexpr Address kBorder = kData + kPageSize;
    guest.go(kBorder - 64);
    for (Address base = kBorder + 48; base > kBorder - 48; base -= 8) {
        guest.go(base);
        EXPECT_EQ(guest.r(2), HintedGuest::expected(base)) << std::hex << base;
        EXPECT_EQ(guest.r(3), HintedGuest::expected(base + 24)) << std::hex << base;
    }
}

/// Stores go where loads of the same page may, but only with that right.
TEST(PageHints, AreNoRights) {
    HintedGuest guest({toy(ToyOp::Load, 3, 1, 0), toy(ToyOp::Store, 5, 1, 0), toy(ToyOp::Wait)});
    guest.core.vector = kCode + 0x800;
    guest.memory.code(guest.core.vector, {toy(ToyOp::Wait)});
    guest.core.pages[{0, kData + kPageSize}].writable = false;
    guest.r(5) = 7;
    guest.go(kData + kPageSize);
    guest.go(kData);
    guest.go(kData + kPageSize + 8);
    EXPECT_EQ(guest.memory.get<std::uint64_t>(physical_of(0)), 7u);
    ASSERT_EQ(guest.core.faults.size(), 2u);
    EXPECT_EQ(guest.core.faults[1].first.address, kData + kPageSize + 8);
    EXPECT_EQ(guest.core.faults[1].first.access, Access::Write);
}

/// Reads at `kData` and `distance` behind it in turns, `rounds` times each; the sum of what was read.
std::uint64_t read_in_turns(HintedGuest& guest, std::uint64_t distance, std::uint64_t rounds) {
    guest.r(0) = guest.r(7) = 0;
    guest.r(5) = distance;
    guest.r(8) = 0 - distance;
    guest.r(6) = rounds;
    guest.r(1) = kData;
    guest.core.regs.pc = kCode;
    EXPECT_EQ(guest.accelerator->run(100'000).why, ExitReason::WaitForInterrupt);
    return guest.r(7);
}

std::uint64_t expected_sum(std::uint64_t distance, std::uint64_t rounds) {
    return rounds * (HintedGuest::expected(kData) + HintedGuest::expected(kData + distance));
}

constexpr std::uint64_t kRounds = 2000;

TEST(PageHints, AreGivenUpWhereOnePlaceChangesPagesAllTheTime) {
    HintedGuest guest({toy(ToyOp::Add, 9, 1, 5), // r9 is the other one of the two addresses, r1 the one that is read.
                       toy(ToyOp::Load, 4, 1, 0), toy(ToyOp::Add, 7, 7, 4), toy(ToyOp::Add, 10, 1, 0), toy(ToyOp::Add, 1, 9, 0), toy(ToyOp::Add, 9, 10, 0),
                       toy(ToyOp::AddImm, 6, 6, -1), toy(ToyOp::BranchNe, 6, 0, -6), toy(ToyOp::Wait)});
    EXPECT_EQ(read_in_turns(guest, 2 * kPageSize, 2 * kRounds), expected_sum(2 * kPageSize, kRounds));
    EXPECT_EQ(guest.statistic("page hints given up"), 1u);
    EXPECT_EQ(read_in_turns(guest, kPageSize, 2 * kRounds), expected_sum(kPageSize, kRounds)) << "without a hint";
    EXPECT_EQ(guest.statistic("page hints given up"), 1u) << "the place has none any more";
}

TEST(PageHints, StayWhereEveryPlaceHasItsPage) {
    HintedGuest guest({toy(ToyOp::Load, 4, 1, 0), toy(ToyOp::Add, 7, 7, 4), toy(ToyOp::Add, 1, 1, 5), toy(ToyOp::Load, 4, 1, 0), toy(ToyOp::Add, 7, 7, 4),
                       toy(ToyOp::Add, 1, 1, 8), toy(ToyOp::AddImm, 6, 6, -1), toy(ToyOp::BranchNe, 6, 0, -7), toy(ToyOp::Wait)});
    EXPECT_EQ(read_in_turns(guest, 2 * kPageSize, kRounds), expected_sum(2 * kPageSize, kRounds));
    EXPECT_EQ(guest.statistic("page hints given up"), 0u);
}

} // namespace
} // namespace medley::test
