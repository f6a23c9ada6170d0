#include "iss/common/worker_team.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <thread>
#include <vector>

namespace medley::iss {
namespace {

/// The kernel of tests: serves whoever asks until all jobs have ended.
struct Kernel {
    WorkerTeam team;
    unsigned served = 0;
    unsigned finished = 0;
    unsigned phases = 0;

    void one_phase() {
        team.phase();
        give_turns();
    }
    void give_turns() {
        ++phases;
        std::vector<WorkerTeam::Member*> turns;
        team.collect(turns);
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
    /// The same, with a job on this thread where there is one.
    void run_aboard() {
        while (team.has_work()) {
            if (auto* driver = team.driver())
                driver->drive([&] { serve_until_turn_of(*driver); });
            else
                team.phase();
            give_turns();
        }
    }
    void serve_until_turn_of(const WorkerTeam::Member& driver) {
        give_turns();
        while (team.driver() != &driver)
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

/// What it found out held no longer when it was made use of: those that had waited had their turns right behind it.
TEST(WorkerTeam, WhoWasAloneRunsOnBeforeOthersAreAlone) {
    Kernel kernel;
    constexpr int kRounds = 2000;
    std::atomic<int> changes{0};
    int changed_behind = 0;
    auto& looking = kernel.team.add();
    auto& changing = kernel.team.add();
    std::atomic<bool> over{false};
    looking.post([&] {
        for (int i = 0; i < kRounds; ++i) {
            int found = 0;
            looking.alone([&] { found = changes; });
            changed_behind += changes != found ? 1 : 0;
            looking.safepoint();
        }
        over = true;
    });
    changing.post([&] {
        while (!over)
            changing.alone([&] { ++changes; });
    });
    kernel.run();
    EXPECT_EQ(changed_behind, 0);
    EXPECT_GT(changes, 0);
}

/// Who wants to be alone again and again takes no turns from others, nor from the kernel, whatever their order.
TEST(WorkerTeam, TurnsComeInTheOrderInWhichTheyAreWantedIn) {
    for (const bool is_first : {true, false}) {
        Kernel kernel;
        auto& first = kernel.team.add();
        auto& second = kernel.team.add();
        auto& asking = kernel.team.add();
        auto& greedy = is_first ? first : second;
        auto& modest = is_first ? second : first;
        std::atomic<int> left{2};
        greedy.post([&] {
            while (left != 0)
                greedy.alone([] {});
        });
        modest.post([&] {
            for (int i = 0; i < 100; ++i)
                modest.alone([] {});
            --left;
        });
        asking.post([&] {
            for (int i = 0; i < 100; ++i)
                EXPECT_TRUE(asking.ask([] {}));
            --left;
        });
        kernel.run();
        EXPECT_EQ(kernel.served, 100U);
    }
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
    kernel.team.phase();
    kernel.team.collect(turns);
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

TEST(WorkerTeam, TheKernelsThreadRunsAJobBesideTheOthers) {
    Kernel kernel;
    std::atomic<int> arrived{0};
    std::atomic<int> on_this_thread{0};
    const auto meet = [&, here = std::this_thread::get_id()] {
        on_this_thread += std::this_thread::get_id() == here ? 1 : 0;
        ++arrived;
        while (arrived != 2)
            std::this_thread::yield();
    };
    kernel.team.add().post(meet);
    kernel.team.add().post(meet);
    kernel.run_aboard();
    EXPECT_EQ(on_this_thread, 1);
    EXPECT_EQ(kernel.finished, 2U);
    EXPECT_FALSE(kernel.team.has_work());
}

TEST(WorkerTeam, WhoRunsOnTheKernelsThreadAsksAndStandsStillLikeTheOthers) {
    Kernel kernel;
    constexpr int kRounds = 200;
    int shared = 0; // Unprotected: the team is what protects it.
    std::vector<WorkerTeam::Member*> members;
    for (int i = 0; i < 3; ++i)
        members.push_back(&kernel.team.add());
    for (auto* member : members)
        member->post([member, &shared] {
            for (int i = 0; i < kRounds; ++i) {
                EXPECT_TRUE(member->ask([&] { ++shared; }));
                member->alone([&] { ++shared; });
                member->safepoint();
                member->alone([&] { EXPECT_TRUE(member->ask([&] { ++shared; })); });
            }
        });
    kernel.run_aboard();
    EXPECT_EQ(shared, 3 * 3 * kRounds);
    EXPECT_EQ(kernel.served, static_cast<unsigned>(2 * 3 * kRounds));
}

TEST(WorkerTeam, WhatAJobOnTheKernelsThreadThrowsWaitsForTheOthers) {
    Kernel kernel;
    std::atomic<bool> other_has_ended{false};
    auto& throwing = kernel.team.add();
    throwing.post([] { throw std::runtime_error("lost"); });
    kernel.team.add().post([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        other_has_ended = true;
    });
    ASSERT_EQ(kernel.team.driver(), &throwing);
    throwing.drive([] {});
    EXPECT_TRUE(other_has_ended);
    EXPECT_THROW(static_cast<void>(throwing.is_finished()), std::runtime_error);
}

TEST(WorkerTeam, NobodyTakesTheKernelsThreadFromAJobThatTheKernelServes) {
    Kernel kernel;
    auto& driving = kernel.team.add();
    auto& other = kernel.team.add();
    bool other_ran = false;
    driving.post([&] {
        driving.ask([&] { // A transaction that takes simulated time.
            other.post([&] { other_ran = true; });
            EXPECT_EQ(kernel.team.driver(), nullptr);
            kernel.one_phase();
        });
    });
    kernel.run_aboard();
    EXPECT_TRUE(other_ran);
    EXPECT_EQ(kernel.finished, 2U);
}

TEST(WorkerTeam, WhatTheKernelDoesForAnotherIsNotTheDoingOfTheJobOnItsThread) {
    Kernel kernel;
    auto& aboard = kernel.team.add();
    auto& asking = kernel.team.add();
    std::atomic<bool> over{false};
    std::atomic<int> calls{0};
    aboard.post([&] {
        while (!over)
            aboard.safepoint();
    });
    // Writes of a device to code reach the memories of all CPUs: the job that stands still on this thread must not be waited for.
    asking.post([&] {
        asking.ask([&] {
            const auto before = kernel.phases;
            aboard.alone([&] { ++calls; });
            calls += aboard.ask([&] { ++calls; }) ? 1 : 0;
            EXPECT_EQ(kernel.phases, before) << "nobody goes on in the middle of a transaction that takes no time";
        });
        over = true;
    });
    kernel.run_aboard();
    EXPECT_EQ(calls, 3);
    EXPECT_EQ(kernel.finished, 2U);
}

TEST(WorkerTeam, ClosingEndsJobsWhereverTheyAre) {
    std::atomic<int> served{0};
    std::atomic<int> refused{0};
    std::atomic<int> ended{0};
    bool begun = false;
    {
        Kernel kernel;
        auto& asking = kernel.team.add();
        auto& parked = kernel.team.add();
        auto& lonely = kernel.team.add();
        std::atomic<bool> stop{false};
        asking.post([&] {
            refused += asking.ask([&] { ++served; }) ? 0 : 1;
            refused += asking.ask([&] { ++served; }) ? 0 : 1;
            ++ended;
        });
        parked.post([&] {
            while (!stop)
                parked.safepoint();
            ++ended;
        });
        lonely.post([&] {
            lonely.alone([&] { refused += lonely.ask([&] { ++served; }) ? 0 : 1; });
            lonely.safepoint();
            ++ended;
        });
        kernel.team.phase(); // Ends when two ask, one of them alone, and one stands still.
        auto& late = kernel.team.add();
        late.post([&] { begun = true; });
        stop = true;
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
        EXPECT_EQ(ended, 0) << "a job went on while the kernel ran";
    }
    EXPECT_EQ(ended, 3);
    EXPECT_EQ(refused, 3);
    EXPECT_EQ(served, 0);
    EXPECT_FALSE(begun);
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
