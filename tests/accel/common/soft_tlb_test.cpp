#include "accel/common/soft_tlb.h"

#include <gtest/gtest.h>

#include <set>

namespace medley::accel {
namespace {

TEST(SoftTlb, ArraysAPowerOfTwoApartDoNotShareEntries) {
    // Within what a guest has mapped in practice; farther apart the index repeats.
    for (unsigned shift = 13; shift < 43; ++shift) {
        std::set<std::size_t> used;
        for (std::uint64_t array = 0; array < 4; ++array)
            used.insert(SoftTlb::index(array << shift));
        EXPECT_EQ(used.size(), 4u) << "stride 2^" << shift;
    }
}

TEST(SoftTlb, SmallArraysAPowerOfTwoApartLeaveEachOtherAlone) {
    constexpr std::uint64_t kPages = 200;
    for (unsigned shift = 20; shift < 43; ++shift) {
        std::set<std::size_t> used;
        for (std::uint64_t page = 0; page < kPages; ++page) {
            used.insert(SoftTlb::index(page * kPageSize));
            used.insert(SoftTlb::index((std::uint64_t{1} << shift) + page * kPageSize));
        }
        EXPECT_EQ(used.size(), 2 * kPages) << "distance 2^" << shift;
    }
}

/// What lets one comparison refuse accesses that reach into the next page.
TEST(SoftTlb, NeighboursNeverShareAnEntry) {
    for (std::uint64_t page = 0; page < 3'000'000; ++page)
        ASSERT_NE(SoftTlb::index(page * kPageSize), SoftTlb::index((page + 1) * kPageSize));
    EXPECT_NE(SoftTlb::index(~std::uint64_t{0}), SoftTlb::index(0));
}

TEST(SoftTlb, ForbiddenWritesAndFlushedPagesAreGoneFromTheEntry) {
    SoftTlb tlb;
    const auto context = tlb.assign_context(0);
    const auto entry = tlb.entry(0x5000, 0);
    entry.reader = static_cast<std::uint32_t>(context);
    entry.addend = 0x7000;
    CodeWatch watch(0x10'0000);
    tlb.page(0x5000, 0) = {.tag = 0x5000 | context, .physical = 0x9000, .watch = &watch, .watch_offset = 0x3000};
    const auto forbids = [&](auto... page) {
        tlb.allow_writes(0x5008, 0);
        EXPECT_EQ(entry.writer, context);
        tlb.forbid_writes(page...);
        EXPECT_EQ(entry.reader, context);
        return entry.writer == SoftTlb::kNobody;
    };
    EXPECT_TRUE(forbids(Address{0x9000}));
    EXPECT_TRUE(forbids(&watch, 0x3000));
    EXPECT_FALSE(forbids(Address{0x3000}));
    EXPECT_FALSE(forbids(&watch, 0x9000));
    EXPECT_FALSE(forbids(static_cast<CodeWatch*>(nullptr), 0x3000));
    tlb.flush({.everything = false, .by_address = true, .address = 0x5008});
    EXPECT_EQ(entry.reader, SoftTlb::kNobody);
}

TEST(SoftTlb, MemIndexesOfOtherBanksLeaveEachOtherTheirEntries) {
    SoftTlb tlb;
    constexpr unsigned kOther = 1 + SoftTlb::kBankBit;
    const auto fill = [&](unsigned mem_index) {
        const auto context = tlb.assign_context(mem_index);
        tlb.entry(0x5000, mem_index).reader = static_cast<std::uint32_t>(context);
        tlb.page(0x5000, mem_index) = {.tag = 0x5000 | context, .physical = 0x9000};
        tlb.allow_writes(0x5000, mem_index);
        return context;
    };
    const auto one = fill(1);
    const auto other = fill(kOther);
    EXPECT_EQ(tlb.entry(0x5000, 1).reader, one);
    EXPECT_EQ(tlb.entry(0x5000, kOther).reader, other);
    EXPECT_EQ(&tlb.first_entry(1).reader + SoftTlb::kEntries, &tlb.first_entry(kOther).reader);
    // Whatever is taken back is taken from all of them.
    tlb.forbid_writes(Address{0x9000});
    for (const auto index : {1U, kOther})
        EXPECT_EQ(tlb.entry(0x5000, index).writer, SoftTlb::kNobody);
    tlb.flush({.everything = false, .by_address = true, .address = 0x5008});
    for (const auto index : {1U, kOther})
        EXPECT_EQ(tlb.entry(0x5000, index).reader, SoftTlb::kNobody);
    fill(1);
    fill(kOther);
    tlb.forget_physical(0x9000, 0x9fff);
    for (const auto index : {1U, kOther})
        EXPECT_EQ(tlb.entry(0x5000, index).reader, SoftTlb::kNobody);
}

TEST(SoftTlb, AContextBelongsToASpaceAndAMemIndex) {
    SoftTlb tlb;
    EXPECT_EQ(tlb.context(0), SoftTlb::kNoContext);
    const auto first = tlb.assign_context(0);
    const auto second = tlb.assign_context(1);
    EXPECT_NE(first, second);
    tlb.set_space(7);
    EXPECT_EQ(tlb.context(0), SoftTlb::kNoContext);
    EXPECT_NE(tlb.assign_context(0), first);
    tlb.set_space(0);
    EXPECT_EQ(tlb.context(0), first);
    EXPECT_EQ(tlb.assign_context(1), second);
}

TEST(SoftTlb, ContextsThatAreUsedAgainFindNoOldEntries) {
    SoftTlb tlb;
    const auto first = tlb.assign_context(0);
    tlb.entry(0x5000, 0).reader = static_cast<std::uint32_t>(first);
    for (std::uint64_t space = 1; space < 300; ++space) {
        tlb.set_space(space);
        const auto context = tlb.assign_context(0);
        EXPECT_NE(tlb.entry(0x5000, 0).reader, context);
    }
}

TEST(SoftTlb, TracingHidesAllContexts) {
    SoftTlb tlb;
    static_cast<void>(tlb.assign_context(0));
    tlb.force_slow(true);
    EXPECT_EQ(tlb.context(0), SoftTlb::kNoContext);
    tlb.force_slow(false);
    EXPECT_NE(tlb.context(0), SoftTlb::kNoContext);
}

} // namespace
} // namespace medley::accel
