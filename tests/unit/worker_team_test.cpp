#include "iss/common/worker_team.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <vector>

namespace medley::iss {
namespace {

/// The kernel of tests: serves whoever asks until all jobs have ended.
struct Kernel {
    WorkerTeam team;
    unsigned served = 0;
    unsigned finished = 0;

    void one_phase() {
        std::vector<WorkerTeam::Member*> turns;
        team.phase(turns);
        for (auto* member : turns) {
            if (member->is_finished()) {
                ++finished;
                continue;
            }
            member->serve();
            ++served;
        }
    }
    void run() {
        while (team.has_work())
            one_phase();
    }
};

TEST(WorkerTeam, JobsRunAtTheSameTime) {
    Kernel kernel;
    std::atomic<int> arrived{0};
    const auto meet = [&] {
        ++arrived;
        while (arrived != 2)
            std::this_thread::yield();
    };
    kernel.team.add().post(meet);
    kernel.team.add().post(meet);
    kernel.run();
    EXPECT_EQ(kernel.finished, 2U);
    EXPECT_FALSE(kernel.team.has_work());
}

TEST(WorkerTeam, TheKernelServesWhileNobodyRuns) {
    Kernel kernel;
    constexpr int kRequests = 200;
    constexpr int kMembers = 3;
    int shared = 0; // Unprotected: the team is what protects it.
    std::vector<WorkerTeam::Member*> members;
    for (int i = 0; i < kMembers; ++i)
        members.push_back(&kernel.team.add());
    for (auto* member : members)
        member->post([member, &shared] {
            for (int i = 0; i < kRequests; ++i) {
                EXPECT_TRUE(member->ask([&] { ++shared; }));
                member->safepoint();
            }
        });
    kernel.run();
    EXPECT_EQ(shared, kRequests * kMembers);
    EXPECT_EQ(kernel.served, static_cast<unsigned>(kRequests * kMembers));
}

TEST(WorkerTeam, WhoIsAloneHasTheOthersStandStill) {
    Kernel kernel;
    constexpr int kRounds = 500;
    int shared = 0;
    std::vector<WorkerTeam::Member*> members;
    for (int i = 0; i < 3; ++i)
        members.push_back(&kernel.team.add());
    for (auto* member : members)
        member->post([member, &shared] {
            for (int i = 0; i < kRounds; ++i) {
                medley::alone(member, [&] { member->alone([&] { ++shared; }); }); // Nested, too.
                for (int j = 0; j < 10; ++j)
                    member->safepoint();
            }
        });
    kernel.run();
    EXPECT_EQ(shared, 3 * kRounds);
}

TEST(WorkerTeam, WhoIsAloneMayAskTheKernel) {
    Kernel kernel;
    auto& asking = kernel.team.add();
    auto& other = kernel.team.add();
    std::atomic<bool> over{false};
    bool other_ran_meanwhile = false;
    std::atomic<int> steps{0};
    asking.post([&] {
        asking.alone([&] {
            const int before = steps;
            asking.ask([&] {});
            other_ran_meanwhile = steps != before;
        });
        over = true;
    });
    other.post([&] {
        while (!over) {
            ++steps;
            other.safepoint();
        }
    });
    kernel.run();
    EXPECT_FALSE(other_ran_meanwhile);
    EXPECT_EQ(kernel.served, 1U);
}

TEST(WorkerTeam, OthersGoOnWhileTheKernelTakesItsTimeForOne) {
    Kernel kernel;
    auto& asking = kernel.team.add();
    auto& other = kernel.team.add();
    bool answered = false;
    asking.post([&] { answered = asking.ask([] {}); });
    std::vector<WorkerTeam::Member*> turns;
    kernel.team.phase(turns);
    ASSERT_EQ(turns.size(), 1U);
    ASSERT_FALSE(asking.is_finished());
    EXPECT_FALSE(kernel.team.has_work()) << "a transaction that takes simulated time";
    other.post([] {});
    EXPECT_EQ(kernel.team.only_beginner(), &other);
    kernel.one_phase();
    EXPECT_EQ(kernel.finished, 1U);
    asking.serve();
    kernel.run();
    EXPECT_TRUE(answered);
}

TEST(WorkerTeam, AJobThatHasNotBegunCanBeTakenBack) {
    Kernel kernel;
    auto& member = kernel.team.add();
    int runs = 0;
    member.post([&] { ++runs; });
    EXPECT_TRUE(member.is_last());
    member.withdraw()();
    EXPECT_EQ(runs, 1);
    EXPECT_FALSE(kernel.team.has_work());
}

TEST(WorkerTeam, WhatAJobThrowsReachesTheKernel) {
    Kernel kernel;
    auto& member = kernel.team.add();
    member.post([] { throw std::runtime_error("lost"); });
    EXPECT_THROW(kernel.run(), std::runtime_error);
}

TEST(WorkerTeam, ClosingEndsJobsWhereverTheyAre) {
    std::atomic<bool> stop{false};
    std::atomic<int> refused{0};
    {
        Kernel kernel;
        auto& asking = kernel.team.add();
        auto& parked = kernel.team.add();
        auto& lonely = kernel.team.add();
        asking.post([&] {
            while (!stop)
                refused += asking.ask([] {}) ? 0 : 1;
        });
        parked.post([&] {
            while (!stop)
                parked.safepoint();
        });
        lonely.post([&] {
            while (!stop)
                lonely.alone([] {});
        });
        for (int i = 0; i < 20; ++i)
            kernel.one_phase();
        stop = true;
    }
    EXPECT_LE(refused, 1);
}

TEST(ReservationTable, AtomicWritesChangeTheVersionOfTheirLine) {
    ReservationTable table;
    alignas(64) std::array<std::byte, 128> memory{};
    std::uint32_t before = 0;
    {
        ReservationTable::Line line(table, memory.data());
        before = line.version();
        line.changed();
        EXPECT_NE(line.version(), before);
    }
    const ReservationTable::Line same(table, memory.data() + 63);
    EXPECT_NE(same.version(), before);
    const ReservationTable::Line next(table, memory.data() + 64);
    EXPECT_EQ(next.version(), before);
}

TEST(ReservationTable, LinesExclude) {
    ReservationTable table;
    int place = 0; // Unprotected but for the line.
    const auto add = [&] {
        for (int i = 0; i < 20000; ++i) {
            const ReservationTable::Line line(table, &place);
            ++place;
        }
    };
    std::thread other(add);
    add();
    other.join();
    EXPECT_EQ(place, 40000);
}

} // namespace
} // namespace medley::iss
