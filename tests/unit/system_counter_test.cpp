#include "medley/tlm/system_counter.h"

#include <gtest/gtest.h>

namespace medley {
namespace {

constexpr Picoseconds kMicrosecond = 1'000'000;

TEST(SystemCounter, CountsAtItsFrequency) {
    SystemCounter counter(10'000'000);
    EXPECT_EQ(counter.value_at(0), 0U);
    EXPECT_EQ(counter.value_at(kMicrosecond - 1), 9U);
    EXPECT_EQ(counter.value_at(kMicrosecond), 10U);
}

TEST(SystemCounter, ReachesIsTheFirstMomentOfAValue) {
    for (const std::uint64_t frequency : {1ULL, 3ULL, 32'768ULL, 10'000'000ULL, 24'000'000ULL, 999'999'937ULL}) {
        SystemCounter counter(frequency);
        for (std::uint64_t value = 1; value < 2000; value = value * 3 + 1) {
            const auto when = counter.reaches(value, 0);
            EXPECT_EQ(counter.value_at(when), value) << frequency;
            EXPECT_LT(counter.value_at(when - 1), value) << frequency;
        }
    }
}

TEST(SystemCounter, ReachedValuesAreNowAndFarOnesNever) {
    SystemCounter counter(10'000'000);
    EXPECT_EQ(counter.reaches(5, 7 * kMicrosecond), 7 * kMicrosecond);
    EXPECT_EQ(counter.reaches(~std::uint64_t{0}, 0), kNever);
}

TEST(SystemCounter, CanBeSetAndTellsListeners) {
    SystemCounter counter(1'000'000);
    Picoseconds told = 0;
    counter.on_set([&](Picoseconds now) { told = now; });
    counter.set(1000, 5 * kMicrosecond);
    EXPECT_EQ(told, 5 * kMicrosecond);
    EXPECT_EQ(counter.value_at(5 * kMicrosecond), 1000U);
    EXPECT_EQ(counter.value_at(7 * kMicrosecond), 1002U);
    EXPECT_EQ(counter.reaches(1003, 5 * kMicrosecond), 8 * kMicrosecond);
    counter.set(3, 8 * kMicrosecond);
    EXPECT_EQ(counter.reaches(4, 8 * kMicrosecond), 9 * kMicrosecond);
}

} // namespace
} // namespace medley
