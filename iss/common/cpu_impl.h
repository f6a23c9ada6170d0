/// \file
/// Inside of medley::Cpu: the SystemC thread, the core's host services, and time.
#pragma once

#include "iss/common/cpu_time.h"
#include "iss/common/parallel_cpus.h"
#include "iss/common/tlm_memory.h"
#include "medley/tlm/cpu.h"

#include <map>
#include <memory>
#include <optional>

namespace medley {

class Cpu::Impl final : public CoreHost, private iss::TlmMemory::Clock {
public:
    Impl(Cpu& owner, const CpuConfig& config, const CpuServices& services);
    ~Impl() override;

    // --- CoreHost
    GuestMemory& memory() override { return *memory_; }
    Log& log() override { return own_log_ ? *own_log_ : services_.log; }
    std::uint64_t executed() override { return committed_ + in_run(); }
    Picoseconds now() override { return time_.at(executed()); }
    std::uint64_t cycles() override { return time_.cycles(executed()); }
    std::uint64_t counter() override { return services_.counter.value_at(now()); }
    std::uint64_t counter_frequency() override { return services_.counter.frequency(); }
    Picoseconds counter_reaches(std::uint64_t value) override { return services_.counter.reaches(value, now()); }
    void set_alarm(unsigned id, Picoseconds when) override;
    void set_output(unsigned index, bool level) override;
    void flush_tlb(const TlbFlush& flush) override;
    void flush_code() override;
    void instruction_barrier() override;
    FirmwareResult firmware_call(const FirmwareCall& call) override;
    void broadcast(const Broadcast& message) override;
    MemStatus read_private(Address address, std::span<std::byte> data) override;
    MemStatus write_private(Address address, std::span<const std::byte> data) override;
    void trace_event(bool interrupt, const std::string& text) override;
    bool tracing_events() const override { return static_cast<bool>(events_); }

    /// The SC_THREAD.
    void run();
    void interrupt_changed(unsigned line, bool level);
    void request_reset();
    /// Another CPU starts this one, which is off, at the local time \p when.
    FirmwareResult power_on(Address entry, std::uint64_t argument, Picoseconds when);
    [[nodiscard]] FirmwareResult power_state() const;

    struct Counts {
        std::uint64_t runs = 0;
        std::uint64_t synchronisations = 0;
        std::uint64_t waits = 0;
        std::uint64_t interrupts = 0;
        std::uint64_t resets = 0;
    };

    Cpu& owner_;
    CpuConfig config_;
    CpuServices services_;
    tlm_utils::simple_initiator_socket<Cpu> socket_;
    tlm_utils::simple_initiator_socket_optional<Cpu> private_socket_;
    std::vector<std::unique_ptr<IrqIn>> inputs_;
    std::vector<std::unique_ptr<IrqOut>> outputs_;
    const Target* target_ = nullptr;
    iss::ParallelCpus::Seat* seat_ = nullptr; ///< Null where CPUs take turns.
    std::optional<Log> own_log_;              ///< Of a CPU with a seat: passes on to the platform's, from any thread.
    std::unique_ptr<iss::TlmMemory> memory_;
    std::unique_ptr<iss::TlmMemory> private_memory_;
    std::unique_ptr<TargetCore> core_;
    std::unique_ptr<Accelerator> accelerator_;
    std::function<void(bool, const std::string&)> events_;
    Address entry_ = 0;
    std::vector<std::pair<std::string, std::uint64_t>> reset_registers_;
    Counts counts_;

    void reset_core();
    [[nodiscard]] std::uint64_t committed() const { return committed_; }
    [[nodiscard]] Picoseconds local_time() const { return time_.at(committed_); }

private:
    void find_target();
    void take_seat();
    [[nodiscard]] iss::WorkerTeam::Member* team() const { return seat_ != nullptr ? &seat_->member() : nullptr; }
    template <class Body>
    void on_kernel(Body body);
    [[nodiscard]] FirmwareResult do_firmware_call(const FirmwareCall& call);
    void make_ports();
    void make_memory();
    void make_accelerator();

    void run_slice();
    [[nodiscard]] ExitReason run_to_horizon();
    [[nodiscard]] ExitReason run_beside_others();
    [[nodiscard]] ExitReason run_once();
    [[nodiscard]] bool is_hint(ExitReason why) const;
    [[nodiscard]] bool may_go_on() const;
    [[nodiscard]] bool is_wanted() const;
    void stop_run();
    void handle(ExitReason why);
    void fire_alarms();
    void review_alarms();
    void synchronise(Picoseconds end);
    void let_others_run();
    void wait_for_interrupt();
    void park_if_over();
    void wait_for_power();
    void begin_start();
    [[nodiscard]] bool is_sibling(const CpuConfig& other) const;
    [[nodiscard]] Impl* sibling(std::uint32_t index) const;
    void ask_for_attention();
    void become_runner() {
        if (seat_ == nullptr && services_.cluster.last_runner != this)
            take_turn();
    }
    void take_turn();
    [[nodiscard]] Picoseconds horizon() const;
    [[nodiscard]] bool is_something_due_before(Picoseconds end) const;
    /// SystemC's time.
    [[nodiscard]] Picoseconds global_time() const { return scale_.to_picoseconds(kernel_.time_stamp()); }
    [[nodiscard]] Picoseconds next_alarm() const;
    [[nodiscard]] std::uint64_t in_run() const { return running_ ? accelerator_->executed_in_run() : 0; }
    [[nodiscard]] bool attention() const { return attention_ != nullptr && *attention_ != 0; }
    Moment before_transaction() override;
    void after_transaction(const Moment& start, const sc_core::sc_time& offset) override;

    iss::CpuTime time_;
    sc_core::sc_simcontext& kernel_;
    TimeScale scale_;
    const std::uint32_t* attention_ = nullptr; ///< The core's slot; null: it has none.
    std::uint64_t committed_ = 0;   ///< Instructions of finished runs.
    bool running_ = false;          ///< The accelerator is on the stack.
    bool waiting_ = false;
    bool reset_requested_ = false;
    struct Start {
        Address entry = 0;
        std::uint64_t argument = 0;
        Picoseconds when = 0;
    };
    bool powered_ = true;
    std::optional<Start> start_;    ///< Asked for, not begun.
    bool yield_ = false;            ///< Synchronise before the next run.
    bool stop_asked_ = false;       ///< Of the current run.
    Picoseconds horizon_ = 0;       ///< Local time at which the current run was planned to end.
    std::map<unsigned, Picoseconds> alarms_;
    sc_core::sc_event wake_;
};

} // namespace medley
