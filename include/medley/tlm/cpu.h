/// \file
/// A CPU as a SystemC module: one target core with one accelerator of its own, as a TLM-2.0 loosely-timed initiator with
/// temporal decoupling, DMI and interrupt inputs. Usable beside any other TLM model, with or without boards.
#pragma once

#include "medley/cpu/registry.h"
#include "medley/tlm/irq_line.h"
#include "medley/tlm/simulation_control.h"
#include "medley/tlm/system_counter.h"

#include <systemc>
#include <tlm>
#include <tlm_utils/simple_initiator_socket.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace medley {

class Cpu;
namespace iss {
class ParallelCpus;
}

/// Shared by the CPUs of one platform; see Cpu.
struct CpuCluster {
    CpuCluster();
    ~CpuCluster();
    CpuCluster(const CpuCluster&) = delete;
    CpuCluster& operator=(const CpuCluster&) = delete;

    /// Before the first CPU is made: CPUs execute at the same time, each on a host thread of its own, instead of in turn. That is faster where
    /// several are busy; but what happens first, and so counts and output, may differ from run to run.
    bool parallel = false;
    /// All CPUs, for those that start each other.
    std::vector<Cpu*> members;
    /// Who ran last: exclusive monitors are cleared when another CPU has run in between.
    const void* last_runner = nullptr;
    /// Made by the first CPU of a parallel cluster.
    std::unique_ptr<iss::ParallelCpus> together;
};

struct CpuConfig {
    std::string target;
    CoreConfig core;
    /// Empty: the fastest that is built in.
    std::string accelerator;
    AcceleratorOptions accelerator_options;
    sc_core::sc_time clock_period{1, sc_core::SC_NS};
    /// Clock cycles per instruction, a positive real number.
    double cycles_per_instruction = 1.0;
    Address reset_address = 0;
    /// For InitiatorId.
    std::uint32_t initiator_id = 0;
    /// CPUs of one group and target may start each other (FirmwareCall::Kind::CpuOn) by CoreConfig::index.
    std::string group;
    /// Does not run after reset until another CPU starts it.
    bool powered_off = false;
};

/// What the CPU shares with its platform; everything must outlive it.
struct CpuServices {
    const CpuRegistry& registry;
    SystemCounter& counter;
    SimulationControl& control;
    Log& log;
    CpuCluster& cluster;
};

class Cpu : public sc_core::sc_module {
public:
    /// Throws UserError for an unknown target, model, accelerator or parameter.
    Cpu(const sc_core::sc_module_name& name, const CpuConfig& config, const CpuServices& services);
    ~Cpu() override;

    /// Code, data and debug accesses.
    tlm_utils::simple_initiator_socket<Cpu>& bus();
    /// Registers of the core's own devices (CoreHost::read_private); may stay unbound.
    tlm_utils::simple_initiator_socket_optional<Cpu>& private_bus();
    /// Input or output by the target's name for it; throws UserError for an unknown one, with the names there are.
    [[nodiscard]] IrqIn& interrupt_input(const std::string& name);
    [[nodiscard]] IrqOut& output(const std::string& name);

    /// Register by slot name, between runs. Throws UserError for an unknown slot. V128 slots: the low half.
    [[nodiscard]] std::uint64_t read_register(const std::string& name) const;
    void write_register(const std::string& name, std::uint64_t value);

    /// Values that reset gives to registers after the core's own reset.
    void set_reset_state(Address entry, std::vector<std::pair<std::string, std::uint64_t>> registers);
    void reset();

    void set_trace(const TraceOptions& options, std::function<void(bool interrupt, const std::string& text)> events);

    [[nodiscard]] std::uint64_t instructions() const;
    /// The CPU's own time; SystemC's lags behind it by up to a quantum.
    [[nodiscard]] Picoseconds local_time() const;
    [[nodiscard]] TargetCore& core();
    [[nodiscard]] Accelerator& accelerator();
    [[nodiscard]] const Target& target() const;
    [[nodiscard]] const CpuConfig& config() const;
    /// Instructions, waits, synchronisations, transactions, and the accelerator's own, for --stats.
    [[nodiscard]] std::vector<std::pair<std::string, std::uint64_t>> statistics() const;

    /// Debug access to virtual memory through the core's MMU; the number of bytes transferred.
    std::size_t peek_virtual(Address address, std::span<std::byte> data);

private:
    void run();
    void invalidate_direct_mem_ptr(sc_dt::uint64 first, sc_dt::uint64 last);

    class Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace medley
