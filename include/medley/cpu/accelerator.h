/// \file
/// The accelerator API: executes the IR of one core. See docs/architecture.md, section "Accelerators".
#pragma once

#include "medley/cpu/core_host.h"
#include "medley/cpu/guest_memory.h"
#include "medley/cpu/target.h"

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace medley {

enum class ExitReason : std::uint8_t {
    Budget,           ///< The budget is spent.
    Attention,        ///< An enabled interrupt is pending, or request_exit() was called.
    WaitForInterrupt, ///< The core waits.
    Yield,            ///< The guest hinted that another CPU should run.
    Breakpoint,       ///< A host breakpoint is at the program counter.
};

struct RunResult {
    std::uint64_t executed = 0;
    ExitReason why = ExitReason::Budget;
};

/// Sees what the core does, for --trace. Order is program order.
class Tracer {
public:
    virtual ~Tracer() = default;
    virtual void instruction(Address address) = 0;
    virtual void access(Access access, Address virtual_address, Address physical, unsigned size, std::uint64_t value) = 0;
};
struct TraceOptions {
    Tracer* tracer = nullptr;
    bool instructions = false;
    bool memory = false;
};

/// Not thread-safe but for request_exit; one thread calls it at a time. Where GuestMemory has a team, run() calls CpuTeam::safepoint. Guest state is exact (all slots, program counter) whenever run() is not on the
/// stack, and, except for slots that the current block has in flight, inside GuestMemory and CoreHost calls.
///
/// Safepoints. run() stops at the first safepoint at which `budget` instructions have been executed, or request_exit()
/// was called, or attention is set. Safepoints are a property of the guest program, the same for every accelerator: they
/// are behind each instruction
///   - whose successor is at a lower or the same address, or in another kPageSize page, or
///   - that computes its successor (GotoIndirect), ends with Stop, or raised a fault.
class Accelerator {
public:
    virtual ~Accelerator() = default;

    /// Runs from the program counter. Exceptions are taken inside; interrupts are the caller's (TargetCore::take_interrupt).
    [[nodiscard]] virtual RunResult run(std::uint64_t budget) = 0;
    /// Executes exactly `count` instructions, less only when the core waits, attention is set at a safepoint, or a
    /// breakpoint is reached. (Where a fault is raised the instruction counts as executed.)
    [[nodiscard]] virtual RunResult step(std::uint64_t count) = 0;
    /// Makes run() return at the next safepoint. Callable from inside run() (slow paths) and from other threads.
    virtual void request_exit() = 0;
    /// Instructions executed since the current run() or step() began; exact inside GuestMemory, CoreHost and helpers.
    [[nodiscard]] virtual std::uint64_t executed_in_run() const = 0;

    virtual void flush_tlb(const TlbFlush& flush) = 0;
    virtual void flush_code() = 0;
    virtual void instruction_barrier() = 0;
    /// Another CPU or bus master has run since: exclusive monitors are void.
    virtual void clear_exclusive() = 0;

    virtual void set_breakpoints(std::vector<Address> addresses) = 0;
    virtual void set_trace(const TraceOptions& options) = 0;
    /// Names and values for --stats, in a stable order.
    [[nodiscard]] virtual std::vector<std::pair<std::string, std::uint64_t>> statistics() const = 0;
};

using AcceleratorOptions = std::map<std::string, std::string>;

/// A way to execute IR, registered under a name. Immutable and shared.
class AcceleratorKind {
public:
    virtual ~AcceleratorKind() = default;
    [[nodiscard]] virtual std::string_view name() const = 0;
    [[nodiscard]] virtual std::string_view description() const = 0;
    [[nodiscard]] virtual std::vector<ParameterInfo> parameters() const = 0;
    /// Throws UserError (without a place) on an unknown or wrong option.
    [[nodiscard]] virtual std::unique_ptr<Accelerator> make(TargetCore& core, GuestMemory& memory,
                                                            const AcceleratorOptions& options) const = 0;
};

} // namespace medley
