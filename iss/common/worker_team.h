/// \file
/// The threads of CPUs that execute at the same time. Fork and join: either the kernel's thread (SystemC's) runs, or the members do;
/// what a member wants of the kernel is done by it once all of them stand still.
#pragma once

#include "medley/cpu/team.h"

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace medley::iss {

class WorkerTeam {
public:
    class Member;

    WorkerTeam() = default;
    ~WorkerTeam();
    WorkerTeam(const WorkerTeam&) = delete;
    WorkerTeam& operator=(const WorkerTeam&) = delete;

    /// One more member; it lives as long as the team.
    Member& add();

    // --- the kernel's thread only
    /// Whether there is a member that could go on.
    [[nodiscard]] bool has_work();
    /// The one member that could go on, where its job has not begun: the kernel may as well run it (Member::withdraw).
    [[nodiscard]] Member* only_beginner();
    /// Lets members go on until one asks for something, or none is left to go on. Those that wait for the kernel are in \p turns
    /// then: Member::is_finished(), or something to serve().
    void phase(std::vector<Member*>& turns);

private:
    enum class State : std::uint8_t {
        Idle,       ///< No job.
        Ready,      ///< Goes on with the next phase.
        Running,
        Parked,     ///< At a safepoint.
        WantsAlone,
        Alone,
        Asking,     ///< The kernel is to do something.
        Served,     ///< It is about it.
        Finished,   ///< The job is done, which the kernel does not know yet.
    };

    [[nodiscard]] Member* in(State state);
    void settle();
    void resume_parked();

    std::mutex mutex_;
    std::condition_variable kernel_;
    std::vector<std::unique_ptr<Member>> members_;
    unsigned running_ = 0;
    Member* alone_ = nullptr;
    bool over_ = true;                 ///< The phase: the kernel's thread runs.
    std::atomic<bool> halt_{false};    ///< Members are to park.
    ReservationTable reservations_;
};

class WorkerTeam::Member final : public CpuTeam {
public:
    explicit Member(WorkerTeam& team) : team_(team) {}
    ~Member() override;

    // --- the kernel's thread
    /// The job runs in the phases to come. One at a time.
    void post(std::function<void()> job);
    /// Takes notice of the job's end; throws what it threw. False: it asks for something.
    [[nodiscard]] bool is_finished();
    /// Whether no other member has anything to do.
    [[nodiscard]] bool is_last();
    /// Takes back a job that has not begun.
    [[nodiscard]] std::function<void()> withdraw();
    /// Does what the member asks for, on the caller's thread.
    void serve();
    /// Lets a job that has not ended end: from here on the member stands still no more, and what it asks for is not done.
    void close();

    // --- the member's own thread; from any other one, nothing but the call of `body`
    /// Has the kernel call \p body. Whether it did (see close()).
    bool ask(const std::function<void()>& body);
    void safepoint() override;
    void alone(const std::function<void()>& body) override;
    [[nodiscard]] ReservationTable& reservations() override { return team_.reservations_; }

private:
    friend class WorkerTeam;
    void work();
    [[nodiscard]] bool is_own_thread() const { return std::this_thread::get_id() == thread_.get_id(); }
    void stand_still(std::unique_lock<std::mutex>& lock, State state);
    void go_on(State state);

    WorkerTeam& team_;
    State state_ = State::Idle;
    std::condition_variable wake_;
    std::function<void()> job_;
    const std::function<void()>* request_ = nullptr;
    std::exception_ptr failure_;
    bool is_alone_ = false; ///< Of the own thread.
    bool closing_ = false;
    bool quit_ = false;
    std::thread thread_;
};

} // namespace medley::iss
