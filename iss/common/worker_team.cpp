#include "iss/common/worker_team.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace medley::iss {

namespace {

/// What a thread takes to wake up, more or less: it costs no more to look for as long as that.
constexpr auto kEagerness = std::chrono::microseconds(50);

/// For a host that runs several threads on a core.
void relax() {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
}

} // namespace

// --- signals

void WorkerTeam::Signal::send() {
    sent_.fetch_add(1, std::memory_order_release);
    sleep_.notify_one();
}

template <class Predicate>
void WorkerTeam::Signal::wait(std::unique_lock<std::mutex>& lock, bool eager, Predicate is_there) {
    const auto until = std::chrono::steady_clock::now() + kEagerness;
    while (eager && !is_there()) {
        const auto seen = sent_.load(std::memory_order_relaxed);
        lock.unlock();
        do {
            relax();
            eager = std::chrono::steady_clock::now() < until;
        } while (eager && sent_.load(std::memory_order_acquire) == seen);
        lock.lock();
    }
    sleep_.wait(lock, is_there);
}

// --- the team

WorkerTeam::~WorkerTeam() {
    for (const auto& member : members_)
        member->close();
}

WorkerTeam::Member& WorkerTeam::add() {
    members_.push_back(std::make_unique<Member>(*this));
    return *members_.back();
}

WorkerTeam::Member* WorkerTeam::in(State state) {
    const auto found = std::find_if(members_.begin(), members_.end(), [state](const auto& member) { return member->state_ == state; });
    return found == members_.end() ? nullptr : found->get();
}

/// Of those that want to be alone, or something of the kernel.
WorkerTeam::Member* WorkerTeam::first_waiting() {
    Member* first = nullptr;
    for (const auto& member : members_)
        if ((member->state_ == State::WantsAlone || member->state_ == State::Asking) && (first == nullptr || member->turn_ < first->turn_))
            first = member.get();
    return first;
}

bool WorkerTeam::has_work() {
    const std::lock_guard lock(mutex_);
    if (alone_ != nullptr)
        return alone_->state_ == State::Ready;
    return in(State::Ready) != nullptr || in(State::Parked) != nullptr || in(State::WantsAlone) != nullptr;
}

WorkerTeam::Member* WorkerTeam::only_beginner() {
    const std::lock_guard lock(mutex_);
    Member* only = nullptr;
    for (const auto& member : members_) {
        const auto state = member->state_;
        if (state == State::Idle || state == State::Served)
            continue;
        if (state != State::Ready || !member->job_ || only != nullptr)
            return nullptr;
        only = member.get();
    }
    return alone_ == nullptr ? only : nullptr;
}

WorkerTeam::Member* WorkerTeam::driver() {
    const std::lock_guard lock(mutex_);
    if (aboard_ != nullptr)
        return aboard_->state_ == State::Served ? nullptr : aboard_;
    if (alone_ != nullptr)
        return nullptr;
    const auto found = std::find_if(members_.begin(), members_.end(), [](const auto& member) { return static_cast<bool>(member->job_); });
    return found == members_.end() ? nullptr : found->get();
}

void WorkerTeam::phase() {
    std::unique_lock lock(mutex_);
    begin_phase();
    kernel_.wait(lock, has_cores_to_spare(), [this] { return over_; });
}

void WorkerTeam::collect(std::vector<Member*>& turns) {
    const std::lock_guard lock(mutex_);
    for (const auto& member : members_) {
        if (member->state_ == State::Asking)
            member->state_ = State::Served;
        else if (member->state_ != State::Finished)
            continue;
        turns.push_back(member.get());
    }
}

void WorkerTeam::begin_phase() {
    over_ = false;
    if (alone_ != nullptr) {
        alone_->go_on(State::Alone);
    } else {
        resume_parked();
        settle();
    }
}

/// Those who stand still, and those who were served, unless somebody wants to be alone first.
void WorkerTeam::resume_parked() {
    const bool wanted = in(State::WantsAlone) != nullptr;
    halt_.store(wanted);
    for (const auto& member : members_) {
        if (member->state_ != State::Ready && member->state_ != State::Parked)
            continue;
        if (wanted) {
            member->state_ = State::Parked;
            continue;
        }
        ++running_;
        member->go_on(State::Running);
    }
}

/// Somebody stopped running: whose turn is it when nobody runs?
void WorkerTeam::settle() {
    if (over_ || running_ != 0 || (alone_ != nullptr && alone_->state_ != State::Asking))
        return;
    if (alone_ == nullptr) {
        auto* const next = first_waiting();
        if (next != nullptr && next->state_ == State::WantsAlone) {
            alone_ = next;
            next->go_on(State::Alone);
            return;
        }
        if (next == nullptr && in(State::Parked) != nullptr)
            return resume_parked();
    }
    over_ = true;
    kernel_.send();
}

// --- a member, seen from the kernel

WorkerTeam::Member::~Member() {
    close();
    if (!thread_.joinable())
        return;
    {
        const std::lock_guard lock(team_.mutex_);
        quit_ = true;
        wake_.send();
    }
    thread_.join();
}

void WorkerTeam::Member::post(std::function<void()> job) {
    const std::lock_guard lock(team_.mutex_);
    job_ = std::move(job);
    state_ = State::Ready;
}

bool WorkerTeam::Member::is_finished() {
    const std::lock_guard lock(team_.mutex_);
    if (state_ != State::Finished)
        return false;
    state_ = State::Idle;
    if (failure_)
        std::rethrow_exception(std::exchange(failure_, nullptr));
    return true;
}

bool WorkerTeam::Member::is_last() {
    const std::lock_guard lock(team_.mutex_);
    return std::all_of(team_.members_.begin(), team_.members_.end(), [this](const auto& other) {
        const auto state = other->state_;
        return other.get() == this || state == State::Idle || state == State::Served || state == State::Finished;
    });
}

std::function<void()> WorkerTeam::Member::withdraw() {
    const std::lock_guard lock(team_.mutex_);
    state_ = State::Idle;
    return std::exchange(job_, nullptr);
}

void WorkerTeam::Member::serve() {
    (*request_)();
    const std::lock_guard lock(team_.mutex_);
    state_ = State::Ready;
}

void WorkerTeam::Member::drive(const std::function<void()>& rest) {
    std::unique_lock lock(team_.mutex_);
    rest_ = &rest;
    team_.aboard_ = this;
    team_.begin_phase();
    await_turn(lock);
    run_job(lock);
    team_.aboard_ = nullptr;
    team_.kernel_.wait(lock, team_.has_cores_to_spare(), [this] { return team_.over_; });
}

void WorkerTeam::Member::close() {
    std::unique_lock lock(team_.mutex_);
    closing_ = true;
    if (team_.alone_ == this)
        team_.alone_ = nullptr;
    if (job_ || team_.aboard_ == this) { // It has not begun; or nobody gives the thread back to it.
        job_ = nullptr;
        team_.aboard_ = nullptr;
        state_ = State::Idle;
    }
    if (state_ == State::Idle || state_ == State::Finished)
        return;
    ++team_.running_;
    go_on(State::Running);
    team_.kernel_.wait(lock, false, [this] { return state_ == State::Finished; });
}

// --- a member, on its own thread

void WorkerTeam::Member::work() {
    std::unique_lock lock(team_.mutex_);
    for (;;) {
        wake_.wait(lock, team_.has_cores_to_spare(), [this] { return (state_ == State::Running && team_.aboard_ != this) || quit_; });
        if (quit_)
            return;
        run_job(lock);
        if (closing_)
            team_.kernel_.send();
    }
}

/// It is the member's turn.
void WorkerTeam::Member::run_job(std::unique_lock<std::mutex>& lock) {
    runner_ = std::this_thread::get_id();
    running_job_ = std::exchange(job_, nullptr);
    lock.unlock();
    try {
        running_job_();
    } catch (...) {
        failure_ = std::current_exception();
    }
    lock.lock();
    runner_ = {};
    state_ = State::Finished;
    --team_.running_;
    team_.settle();
}

void WorkerTeam::Member::go_on(State state) {
    state_ = state;
    if (team_.aboard_ == this)
        return team_.kernel_.send();
    if (!thread_.joinable())
        thread_ = std::thread([this] { work(); });
    wake_.send();
}

void WorkerTeam::Member::stand_still(std::unique_lock<std::mutex>& lock, State state) {
    const bool was_running = std::exchange(state_, state) == State::Running;
    if (was_running)
        --team_.running_;
    team_.settle();
    await_turn(lock);
}

/// Until somebody lets it go on. The kernel's thread does what else it has to do first.
void WorkerTeam::Member::await_turn(std::unique_lock<std::mutex>& lock) {
    const auto may_go_on = [this] { return state_ == State::Running || state_ == State::Alone; };
    if (team_.aboard_ != this) {
        wake_.wait(lock, team_.has_cores_to_spare(), may_go_on);
        return;
    }
    for (;;) {
        team_.kernel_.wait(lock, team_.has_cores_to_spare(), [&] { return may_go_on() || team_.over_; });
        if (may_go_on())
            return;
        runner_ = {};
        lock.unlock();
        (*rest_)();
        lock.lock();
        runner_ = std::this_thread::get_id();
        team_.begin_phase();
    }
}

void WorkerTeam::Member::safepoint() {
    if (!team_.halt_.load(std::memory_order_relaxed) || !runs_here())
        return;
    std::unique_lock lock(team_.mutex_);
    if (!closing_ && !is_alone_)
        stand_still(lock, State::Parked);
}

void WorkerTeam::Member::alone(const std::function<void()>& body) {
    if (is_alone_ || !runs_here())
        return body();
    std::unique_lock lock(team_.mutex_);
    if (!closing_) {
        team_.halt_.store(true);
        turn_ = ++team_.last_turn_;
        stand_still(lock, State::WantsAlone);
    }
    is_alone_ = true;
    lock.unlock();
    body();
    lock.lock();
    is_alone_ = false;
    if (closing_)
        return;
    // It runs on: nobody else does anything before it stands still again, so that what the body found out holds until it is made use of.
    team_.alone_ = nullptr;
    state_ = State::Running;
    ++team_.running_;
    if (team_.first_waiting() == nullptr)
        team_.resume_parked();
}

bool WorkerTeam::Member::ask(const std::function<void()>& body) {
    if (!runs_here()) {
        body();
        return true;
    }
    std::unique_lock lock(team_.mutex_);
    if (closing_)
        return false;
    request_ = &body;
    team_.halt_.store(true);
    turn_ = ++team_.last_turn_;
    stand_still(lock, State::Asking);
    request_ = nullptr;
    return !closing_;
}

} // namespace medley::iss
