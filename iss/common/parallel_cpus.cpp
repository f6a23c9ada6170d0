#include "iss/common/parallel_cpus.h"

#include <utility>

namespace medley::iss {

ParallelCpus::ParallelCpus(const sc_core::sc_module_name& name) : sc_module(name) { SC_THREAD(coordinate); }

ParallelCpus::Seat::Seat(ParallelCpus& cpus, WorkerTeam::Member& member, const std::string& name)
    : cpus_(cpus), member_(member), turn_((name + "_turn").c_str()) {}

ParallelCpus::Seat& ParallelCpus::add(const std::string& name) {
    auto& member = team_.add();
    return *(seats_[&member] = std::make_unique<Seat>(*this, member, name));
}

void ParallelCpus::Seat::run(std::function<void()> job) {
    member_.post(std::move(job));
    cpus_.work_.notify(sc_core::SC_ZERO_TIME);
    for (;;) {
        sc_core::wait(turn_);
        if (by_itself_) {
            member_.withdraw()();
            by_itself_ = false;
            return;
        }
        if (drives_) {
            member_.drive([this] { rest(); });
            drives_ = false;
            cpus_.hand_out_turns(&member_);
        }
        if (member_.is_finished())
            return;
        member_.serve();
        cpus_.work_.notify(sc_core::SC_ZERO_TIME);
    }
}

/// Between two phases of one drive.
void ParallelCpus::Seat::rest() {
    drives_ = false;
    if (cpus_.hand_out_turns(&member_))
        member_.serve();
    cpus_.work_.notify(sc_core::SC_ZERO_TIME);
    while (!drives_)
        sc_core::wait(turn_);
}

/// To those that wait for the kernel, but for \p caller. Whether that does.
bool ParallelCpus::hand_out_turns(const WorkerTeam::Member* caller) {
    team_.collect(turns_);
    bool callers = false;
    for (auto* member : turns_) {
        if (member == caller)
            callers = true;
        else
            seats_.at(member)->turn_.notify(sc_core::SC_ZERO_TIME);
    }
    turns_.clear();
    return callers;
}

void ParallelCpus::coordinate() {
    for (;;) {
        while (!team_.has_work())
            sc_core::wait(work_);
        // Whoever has something to do now does it first: other CPUs come to run beside, interrupts are seen.
        while (sc_core::sc_pending_activity_at_current_time())
            sc_core::wait(sc_core::SC_ZERO_TIME);
        if (!team_.has_work())
            continue;
        auto* only = team_.only_beginner();
        if (auto* member = only != nullptr ? only : team_.driver()) {
            auto& seat = *seats_.at(member);
            (only != nullptr ? seat.by_itself_ : seat.drives_) = true;
            seat.turn_.notify(sc_core::SC_ZERO_TIME);
            // It, or somebody whose turn comes behind it, wants to be heard again.
            sc_core::wait(work_);
            continue;
        }
        team_.phase();
        hand_out_turns();
        // Their turn comes before the next phase.
        sc_core::wait(sc_core::SC_ZERO_TIME);
    }
}

} // namespace medley::iss
