#include "accel/common/flat_ranges.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace medley::accel {
namespace {

constexpr std::size_t kBytes = 64 * kPageSize;
constexpr Address kBase = 0x8000'0000;

struct FlatRangesTest : ::testing::Test {
    FlatRangesTest() : map(FlatRanges::kMapBytes), memory(kBytes), watch(kBytes) {
        flats.enable(map.data(), near, [this](const CodeWatch* asked, std::uint64_t offset) { return asked == &watch && watch.watched(offset); });
        flats.set_space(0);
        EXPECT_TRUE(flats.settle());
    }
    [[nodiscard]] static Translation flat(Address address, Address first = 0, Address last = ~Address{0}) {
        Translation translation{.ok = true, .physical = address, .readable = true, .writable = true, .executable = true, .cacheable = true};
        translation.flat_first = first;
        translation.flat_last = last;
        return translation;
    }
    [[nodiscard]] DirectRange ram(Address base = kBase) { return {memory.data(), base, base + (kBytes - 1), true, true, &watch, 0}; }
    void learn(Address address, const Translation& translation, Address base = kBase) {
        flats.learn(1, address, translation, ram(base));
        EXPECT_TRUE(flats.settle());
        flats.open(flats.addend(1).value_or(0), true);
    }
    [[nodiscard]] std::uint64_t limit(unsigned size_log2, bool write = false) { return *flats.limit(1, write, size_log2); }

    std::vector<std::uint8_t> map;
    std::array<std::uint64_t, 3> near{};
    std::vector<std::byte> memory;
    CodeWatch watch;
    FlatRanges flats;
    std::vector<std::pair<std::uint64_t, unsigned>> forgotten;
    FlatRanges::Forgotten note = [this](std::uint64_t space, unsigned index) { forgotten.emplace_back(space, index); };
};

/// The first ones that are asked for stay near, and are what they were wherever they are.
TEST_F(FlatRangesTest, LimitsStayWhereTheyWereFirst) {
    std::vector<const std::uint64_t*> places;
    for (unsigned log2 = 0; log2 < 5; ++log2)
        places.push_back(flats.limit(1, false, log2));
    for (unsigned log2 = 0; log2 < 5; ++log2)
        EXPECT_EQ(*places[log2], 0u);
    learn(kBase, flat(kBase));
    for (unsigned log2 = 0; log2 < 5; ++log2) {
        EXPECT_EQ(flats.limit(1, false, log2), places[log2]);
        EXPECT_EQ(*places[log2], kBytes - (1U << log2) + 1);
        const bool is_near = places[log2] >= near.data() && places[log2] < near.data() + near.size();
        EXPECT_EQ(is_near, log2 < near.size());
    }
    flats.open(flats.addend(1).value_or(0), false);
    for (const auto* place : places)
        EXPECT_EQ(*place, 0u);
}

TEST_F(FlatRangesTest, ReachToTheLastByteForEachSize) {
    EXPECT_FALSE(flats.code(1));
    learn(kBase + 0x123, flat(kBase + 0x123));
    ASSERT_TRUE(flats.code(1));
    EXPECT_EQ(flats.code(1)->first, kBase);
    for (unsigned log2 = 0; log2 < FlatRanges::kSizes; ++log2)
        EXPECT_EQ(limit(log2), kBytes - (1U << log2) + 1);
    for (unsigned log2 = 0; log2 < FlatRanges::kSizes; ++log2)
        for (unsigned alignment = 0; alignment < FlatRanges::kAlignments; ++alignment) {
            std::uint64_t places = 0;
            for (std::uint64_t at = 0; at + (1U << log2) <= kBytes; at += 1U << alignment)
                ++places;
            EXPECT_EQ(*flats.limit(1, false, log2, alignment), places) << log2 << ' ' << alignment;
        }
    EXPECT_EQ(*flats.limit(2, false, 0), 0u);
}

TEST_F(FlatRangesTest, EndWhereRightsOrMemoryEndInWholePages) {
    learn(kBase + 0x4000, flat(kBase + 0x4000, kBase + 0x10, kBase + 0x20'010));
    EXPECT_EQ(flats.code(1)->first, kBase + kPageSize);
    EXPECT_EQ(limit(0), 0x20'000u - kPageSize);
}

TEST_F(FlatRangesTest, DoNotCross4GiB) {
    const auto base = (Address{1} << 32) - kBytes / 2;
    learn(base, flat(base), base);
    EXPECT_EQ(limit(0), kBytes / 2);
    flats.start_over();
    learn(base + kBytes / 2, flat(base + kBytes / 2), base);
    EXPECT_EQ(flats.code(1)->first, Address{1} << 32);
}

TEST_F(FlatRangesTest, TheTopOfAllAddressesIsInReach) {
    const auto base = Address{0} - kBytes;
    learn(base, flat(base), base);
    EXPECT_EQ(flats.code(1)->first, base);
    EXPECT_EQ(limit(3), kBytes - 7);
}

TEST_F(FlatRangesTest, AFlushClosesWhatCodeWasMadeFor) {
    learn(kBase, flat(kBase));
    const auto variant = flats.variant();
    flats.flush({}, note);
    flats.open(0, true);
    EXPECT_EQ(limit(0), 0u);
    EXPECT_TRUE(flats.settle());
    EXPECT_EQ(flats.variant(), variant);
    EXPECT_TRUE(flats.code(1));
    learn(kBase, flat(kBase));
    EXPECT_NE(limit(0), 0u);
    EXPECT_EQ(flats.variant(), variant);
}

TEST_F(FlatRangesTest, WhatIsFoundNoMoreIsLearntAgain) {
    learn(kBase, flat(kBase));
    flats.flush({.everything = false, .by_address = true, .address = kBase - 1}, note);
    EXPECT_TRUE(forgotten.empty());
    flats.flush({.everything = false, .by_address = true, .address = kBase + kBytes - 1}, note);
    EXPECT_EQ(forgotten, (std::vector<std::pair<std::uint64_t, unsigned>>{{0, 1}}));
    EXPECT_FALSE(flats.addend(1));
}

TEST_F(FlatRangesTest, MemoryThatWentIsClosed) {
    learn(kBase, flat(kBase));
    flats.forget_physical(kBase + kBytes, ~Address{0}, note);
    EXPECT_TRUE(flats.addend(1));
    flats.forget_physical(0, kBase, note);
    EXPECT_FALSE(flats.addend(1));
    EXPECT_EQ(forgotten.size(), 1u);
}

TEST_F(FlatRangesTest, PagesWithCodeAreMarkedInAllRanges) {
    watch.watch(3 * kPageSize);
    learn(kBase, flat(kBase));
    const auto* pages = flats.code(1)->pages;
    EXPECT_EQ(pages[1], 0);
    EXPECT_EQ(pages[2], FlatRanges::kCodeBehind);
    EXPECT_EQ(pages[3], FlatRanges::kCode);
    flats.mark(&watch, 4 * kPageSize, true);
    EXPECT_EQ(pages[3], FlatRanges::kCode | FlatRanges::kCodeBehind);
    flats.mark(&watch, 3 * kPageSize, false);
    EXPECT_EQ(pages[2], 0);
    EXPECT_EQ(pages[3], FlatRanges::kCodeBehind);
    flats.mark(nullptr, 0, true); // other memory
    EXPECT_EQ(pages[0], 0);
}

TEST_F(FlatRangesTest, MarksOfAnEarlierRangeInTheSamePlaceDoNotStay) {
    learn(kBase, flat(kBase));
    const auto* pages = flats.code(1)->pages;
    flats.mark(&watch, 5 * kPageSize, true);
    EXPECT_EQ(pages[5], FlatRanges::kCode);
    flats.forget_physical(kBase, kBase, note);
    watch.watch(2 * kPageSize);
    learn(kBase, flat(kBase));
    ASSERT_EQ(flats.code(1)->pages, pages);
    EXPECT_EQ(pages[5], 0);
    EXPECT_EQ(pages[4], 0);
    EXPECT_EQ(pages[2], FlatRanges::kCode);
    EXPECT_EQ(pages[1], FlatRanges::kCodeBehind);
}

TEST_F(FlatRangesTest, TheLargestMemoryIsTheOneThatCounts) {
    std::vector<std::byte> small(20 * kPageSize);
    const DirectRange other{small.data(), 0x1000, 0x1000 + (small.size() - 1), true, false, nullptr, 0};
    flats.learn(1, 0x1000, flat(0x1000), other);
    EXPECT_TRUE(flats.settle());
    EXPECT_EQ(flats.code(1)->first, 0x1000u);
    learn(kBase, flat(kBase));
    EXPECT_EQ(flats.code(1)->first, kBase);
    EXPECT_FALSE(flats.learn(1, 0x1000, flat(0x1000), other));
    flats.flush({}, note);
    EXPECT_FALSE(flats.learn(1, 0x1000, flat(0x1000), other));
    EXPECT_EQ(flats.code(1)->first, kBase);
}

TEST_F(FlatRangesTest, PagingPutsAnEndToThem) {
    learn(kBase, flat(kBase));
    flats.set_space(7);
    EXPECT_TRUE(flats.settle());
    EXPECT_TRUE(flats.code(1));
    flats.learn(1, kBase, flat(kBase, 1, 0), ram());
    EXPECT_TRUE(flats.changed());
    EXPECT_TRUE(flats.settle());
    EXPECT_FALSE(flats.code(1));
    flats.set_space(0);
    EXPECT_TRUE(flats.settle());
    EXPECT_TRUE(flats.addend(1));
}

TEST_F(FlatRangesTest, MoreRangesThanSlotsStartOver) {
    bool full = false;
    for (unsigned i = 0; i <= FlatRanges::kSlots; ++i) {
        const auto first = kBase + i * kPageSize;
        flats.learn(i, first, flat(first, first), ram());
        full = !flats.settle();
    }
    EXPECT_TRUE(full);
    const auto variant = flats.variant();
    flats.start_over();
    EXPECT_TRUE(flats.settle());
    EXPECT_NE(flats.variant(), variant);
    learn(kBase, flat(kBase));
    EXPECT_NE(limit(0), 0u);
}

} // namespace
} // namespace medley::accel
