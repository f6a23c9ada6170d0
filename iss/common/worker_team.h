/// \file
/// The threads of CPUs that execute at the same time. Fork and join: either the kernel (SystemC) runs, or the members do; what a member
/// wants of the kernel is done by it once all of them stand still. One of them may run on the kernel's thread, which has nothing else to do
/// meanwhile: as many threads as there are members then run at a time.
#pragma once

#include "medley/cpu/team.h"

#include <atomic>
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
    /// The member whose job runs on the kernel's thread in the next phase (Member::drive): the one that does already, or one whose job has not
    /// begun. Null: nobody can, or that job waits for the kernel.
    [[nodiscard]] Member* driver();
    /// Lets members go on until one asks for something, or none is left to go on.
    void phase();
    /// Those that wait for the kernel, behind a phase: Member::is_finished(), or something to serve().
    void collect(std::vector<Member*>& turns);

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

    /// What somebody waits for, and the others bring about.
    class Signal {
    public:
        void send();
        /// \p is_there under the lock. \p eager: looks for a while before the thread sleeps.
        template <class Predicate>
        void wait(std::unique_lock<std::mutex>& lock, bool eager, Predicate is_there);

    private:
        std::atomic<unsigned> sent_{0};
        std::condition_variable sleep_;
    };

    [[nodiscard]] Member* in(State state);
    [[nodiscard]] Member* first_waiting();
    void begin_phase();
    void settle();
    void resume_parked();
    /// Whether a thread that waits takes no core from one that runs.
    [[nodiscard]] bool has_cores_to_spare() const { return running_ < cores_; }

    const unsigned cores_ = std::thread::hardware_concurrency();
    std::mutex mutex_;
    Signal kernel_;
    std::vector<std::unique_ptr<Member>> members_;
    unsigned running_ = 0;
    std::uint64_t last_turn_ = 0;
    Member* alone_ = nullptr;
    Member* aboard_ = nullptr;         ///< Its job runs on the kernel's thread, in this phase or a later one.
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
    /// Runs the job, which has not begun, on the kernel's thread, beside those of the others; behind it the last phase is over. Phases that end
    /// before the job does call \p rest, which lets the kernel do what the members want, this one too, and returns when driver() is this one.
    void drive(const std::function<void()>& rest);
    /// Lets a job that has not ended end: from here on the member stands still no more, and what it asks for is not done. One that runs on the
    /// kernel's thread does not go on.
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
    void run_job(std::unique_lock<std::mutex>& lock);
    [[nodiscard]] bool runs_here() const { return std::this_thread::get_id() == runner_; }
    void stand_still(std::unique_lock<std::mutex>& lock, State state);
    void await_turn(std::unique_lock<std::mutex>& lock);
    void go_on(State state);

    WorkerTeam& team_;
    State state_ = State::Idle;
    std::uint64_t turn_ = 0;        ///< WantsAlone and Asking: who came first has the lesser one.
    Signal wake_;
    std::function<void()> job_;     ///< Not begun.
    std::function<void()> running_job_;
    std::thread::id runner_;        ///< Whose job it is, while nothing but members run; else none.
    const std::function<void()>* rest_ = nullptr;
    const std::function<void()>* request_ = nullptr;
    std::exception_ptr failure_;
    bool is_alone_ = false; ///< Of the own thread.
    bool closing_ = false;
    bool quit_ = false;
    std::thread thread_;
};

} // namespace medley::iss
