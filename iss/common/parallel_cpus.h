/// \file
/// CPUs that execute at the same time, inside a SystemC kernel that knows one thread. All that are ready at one point in simulated time run
/// side by side; the kernel stands still meanwhile, and they do while it is at work, for one of them (a transaction) or for a device. Simulated
/// time goes on when the last of them has finished its slice.
#pragma once

#include "iss/common/worker_team.h"

#include <systemc>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace medley::iss {

class ParallelCpus final : public sc_core::sc_module {
public:
    explicit ParallelCpus(const sc_core::sc_module_name& name);

    /// A CPU's place.
    class Seat {
    public:
        Seat(ParallelCpus& cpus, WorkerTeam::Member& member, const std::string& name);
        /// From a SystemC thread: runs \p job beside those of the others, and does what it asks for on the caller's thread. Where there are no
        /// others it runs there, too.
        void run(std::function<void()> job);
        [[nodiscard]] bool is_by_itself() const { return by_itself_; }
        [[nodiscard]] WorkerTeam::Member& member() { return member_; }

    private:
        friend class ParallelCpus;
        void rest();

        ParallelCpus& cpus_;
        WorkerTeam::Member& member_;
        sc_core::sc_event turn_;
        bool by_itself_ = false;
        bool drives_ = false;   ///< The next phase is the member's, on this thread.
    };
    /// During elaboration.
    Seat& add(const std::string& name);

private:
    SC_HAS_PROCESS(ParallelCpus);
    void coordinate();
    bool hand_out_turns(const WorkerTeam::Member* caller = nullptr);

    WorkerTeam team_;
    std::map<WorkerTeam::Member*, std::unique_ptr<Seat>> seats_;
    sc_core::sc_event work_{"work"};
    std::vector<WorkerTeam::Member*> turns_; ///< Not on the thread's stack, which SystemC does not unwind.
};

} // namespace medley::iss
