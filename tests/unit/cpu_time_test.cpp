#include "iss/common/cpu_time.h"

#include <gtest/gtest.h>

namespace medley::iss {
namespace {

using sc_core::sc_time;

TEST(CpuTime, IsInstructionsTimesCycleTime) {
    const CpuTime time(sc_time(1, sc_core::SC_NS), 2.0);
    EXPECT_EQ(time.at(0), 0U);
    EXPECT_EQ(time.at(3), 6000U);
    EXPECT_EQ(time.cycles(3), 6U);
}

TEST(CpuTime, FractionsOfAPicosecondAddUp) {
    const CpuTime time(sc_time(1000.0 / 3, sc_core::SC_PS), 1.0);
    EXPECT_NEAR(static_cast<double>(time.at(3'000'000)), 1e9, 1e6);
}

TEST(CpuTime, InstructionsUntilIsTheSmallestNumberThatGetsThere) {
    for (const double cycles : {1.0, 1.0 / 7}) { // Whole picoseconds, and others.
        CpuTime time(sc_time(1.5, sc_core::SC_NS), cycles);
        time.stall_until(777, 0);
        for (const Picoseconds until : {778ULL, 2000ULL, 2277ULL, 2278ULL, 1'000'000ULL, 1'001'277ULL}) {
            const auto count = time.instructions_until(until, 10);
            if (time.at(10) >= until) {
                EXPECT_EQ(count, 1U);
                continue;
            }
            EXPECT_GE(time.at(10 + count), until);
            EXPECT_LT(time.at(10 + count - 1), until);
        }
    }
}

TEST(CpuTime, StallsOnlyForward) {
    CpuTime time(sc_time(1, sc_core::SC_NS), 1.0);
    time.stall_until(5000, 2);
    EXPECT_EQ(time.at(2), 5000U);
    time.stall_until(1000, 2);
    EXPECT_EQ(time.at(2), 5000U);
    EXPECT_EQ(time.at(3), 6000U);
}

TEST(CpuTime, ConvertsPicosecondsBothWays) {
    EXPECT_EQ(to_picoseconds(sc_time(3, sc_core::SC_US)), 3'000'000U);
    EXPECT_EQ(to_sc_time(3'000'000), sc_time(3, sc_core::SC_US));
    for (const sc_time::value_type ticks : {0ULL, 1ULL, 12'345ULL, ~0ULL})
        EXPECT_EQ(sc_time_of(ticks), sc_time::from_value(ticks));
}

} // namespace
} // namespace medley::iss
