#include "iss/common/worker_team.h"

#include <algorithm>
#include <utility>

namespace medley::iss {

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

void WorkerTeam::phase(std::vector<Member*>& turns) {
    std::unique_lock lock(mutex_);
    over_ = false;
    if (alone_ != nullptr) {
        alone_->go_on(State::Alone);
    } else {
        resume_parked();
        settle();
    }
    kernel_.wait(lock, [this] { return over_; });
    for (const auto& member : members_) {
        if (member->state_ == State::Asking)
            member->state_ = State::Served;
        else if (member->state_ != State::Finished)
            continue;
        turns.push_back(member.get());
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
        if (auto* next = in(State::WantsAlone)) {
            alone_ = next;
            next->go_on(State::Alone);
            return;
        }
        if (in(State::Asking) == nullptr && in(State::Parked) != nullptr)
            return resume_parked();
    }
    over_ = true;
    kernel_.notify_one();
}

// --- a member, seen from the kernel

WorkerTeam::Member::~Member() {
    close();
    if (!thread_.joinable())
        return;
    {
        const std::lock_guard lock(team_.mutex_);
        quit_ = true;
        wake_.notify_one();
    }
    thread_.join();
}

void WorkerTeam::Member::post(std::function<void()> job) {
    const std::lock_guard lock(team_.mutex_);
    job_ = std::move(job);
    state_ = State::Ready;
    if (!thread_.joinable())
        thread_ = std::thread([this] { work(); });
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
        return other.get() == this || other->state_ == State::Idle || other->state_ == State::Served;
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

void WorkerTeam::Member::close() {
    std::unique_lock lock(team_.mutex_);
    closing_ = true;
    if (job_) { // It has not begun.
        job_ = nullptr;
        state_ = State::Idle;
    }
    if (state_ == State::Idle || state_ == State::Finished)
        return;
    if (team_.alone_ == this)
        team_.alone_ = nullptr;
    ++team_.running_;
    go_on(State::Running);
    team_.kernel_.wait(lock, [this] { return state_ == State::Finished; });
}

// --- a member, on its own thread

void WorkerTeam::Member::work() {
    std::unique_lock lock(team_.mutex_);
    for (;;) {
        wake_.wait(lock, [this] { return state_ == State::Running || quit_; });
        if (quit_)
            return;
        const auto job = std::exchange(job_, nullptr);
        lock.unlock();
        try {
            job();
        } catch (...) {
            failure_ = std::current_exception();
        }
        lock.lock();
        state_ = State::Finished;
        --team_.running_;
        if (closing_)
            team_.kernel_.notify_one();
        team_.settle();
    }
}

void WorkerTeam::Member::go_on(State state) {
    state_ = state;
    wake_.notify_one();
}

/// Until somebody lets it go on.
void WorkerTeam::Member::stand_still(std::unique_lock<std::mutex>& lock, State state) {
    const bool was_running = std::exchange(state_, state) == State::Running;
    if (was_running)
        --team_.running_;
    team_.settle();
    wake_.wait(lock, [this] { return state_ == State::Running || state_ == State::Alone; });
}

void WorkerTeam::Member::safepoint() {
    if (!team_.halt_.load(std::memory_order_relaxed) || !is_own_thread())
        return;
    std::unique_lock lock(team_.mutex_);
    if (!closing_ && !is_alone_)
        stand_still(lock, State::Parked);
}

void WorkerTeam::Member::alone(const std::function<void()>& body) {
    if (is_alone_ || !is_own_thread())
        return body();
    std::unique_lock lock(team_.mutex_);
    if (closing_)
        return body();
    team_.halt_.store(true);
    stand_still(lock, State::WantsAlone);
    if (closing_)
        return body();
    is_alone_ = true;
    lock.unlock();
    body();
    lock.lock();
    is_alone_ = false;
    if (closing_)
        return;
    team_.alone_ = nullptr;
    stand_still(lock, State::Parked);
}

bool WorkerTeam::Member::ask(const std::function<void()>& body) {
    if (!is_own_thread()) {
        body();
        return true;
    }
    std::unique_lock lock(team_.mutex_);
    if (closing_)
        return false;
    request_ = &body;
    team_.halt_.store(true);
    stand_still(lock, State::Asking);
    request_ = nullptr;
    return !closing_;
}

} // namespace medley::iss
