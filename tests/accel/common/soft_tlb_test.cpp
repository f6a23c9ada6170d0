#include "accel/common/soft_tlb.h"

#include <gtest/gtest.h>

#include <set>

namespace medley::accel {
namespace {

TEST(SoftTlb, ArraysAPowerOfTwoApartDoNotShareEntries) {
    // Within what a guest has mapped in practice; farther apart the index repeats.
    for (unsigned shift = 13; shift < 31; ++shift) {
        std::set<std::size_t> used;
        for (std::uint64_t array = 0; array < 4; ++array)
            used.insert(SoftTlb::index(array << shift));
        EXPECT_EQ(used.size(), 4u) << "stride 2^" << shift;
    }
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
    tlb.entry(0x5000).read_tag = 0x5000 | first;
    for (std::uint64_t space = 1; space < 300; ++space) {
        tlb.set_space(space);
        const auto context = tlb.assign_context(0);
        EXPECT_NE(tlb.entry(0x5000).read_tag, 0x5000 | context);
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
