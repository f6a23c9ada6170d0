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
        if (member_.is_finished())
            return;
        member_.serve();
        cpus_.work_.notify(sc_core::SC_ZERO_TIME);
    }
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
        if (auto* only = team_.only_beginner()) {
            seats_.at(only)->by_itself_ = true;
            seats_.at(only)->turn_.notify(sc_core::SC_ZERO_TIME);
            sc_core::wait(work_);
            continue;
        }
        team_.phase(turns_);
        for (auto* member : turns_)
            seats_.at(member)->turn_.notify(sc_core::SC_ZERO_TIME);
        turns_.clear();
        // Their turn comes before the next phase.
        sc_core::wait(sc_core::SC_ZERO_TIME);
    }
}

} // namespace medley::iss
