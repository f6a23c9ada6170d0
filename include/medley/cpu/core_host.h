/// \file
/// What a target core may ask of the CPU module that it lives in.
#pragma once

#include "medley/base/log.h"
#include "medley/base/types.h"
#include "medley/cpu/guest_memory.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace medley {

/// Which soft-TLB entries a flush concerns.
struct TlbFlush {
    bool everything = true;
    bool by_address = false;
    bool by_space = false;
    Address address = 0;             ///< Virtual, any byte of the page; with by_address.
    std::uint64_t address_space = 0; ///< As TargetCore::address_space() returned it; with by_space.
};

/// Request of a core to its board, by a call instruction or convention that the target decodes (power control, host calls).
struct FirmwareCall {
    enum class Kind : std::uint8_t {
        PowerOff, ///< Ends the simulation with `status`.
        Reset,    ///< Restarts the machine.
        CpuOn,    ///< Starts core `cpu` at `entry` with `argument` (TargetCore::start).
        CpuOff,   ///< The caller stops until somebody starts it.
        CpuState, ///< Whether core `cpu` runs.
    };
    Kind kind = Kind::PowerOff;
    std::uint64_t status = 0;   ///< Exit status of the process for PowerOff.
    std::uint32_t cpu = 0;      ///< CoreConfig::index of a core of the caller's group.
    Address entry = 0;
    std::uint64_t argument = 0;
};
enum class FirmwareResult : std::uint8_t {
    Done,
    NoSuchCpu,
    AlreadyOn, ///< CpuOn: it runs. CpuState: likewise.
    Pending,   ///< CpuOn, CpuState: somebody has started it, and it has not begun yet.
    Off,       ///< CpuState.
};

/// What one core tells the others at once (maintenance of translations that holds for all of them, say). The words are the
/// target's own.
struct Broadcast {
    std::array<std::uint64_t, 4> words{};
};

class CoreHost {
public:
    virtual ~CoreHost() = default;

    [[nodiscard]] virtual GuestMemory& memory() = 0;
    [[nodiscard]] virtual Log& log() = 0;

    /// Instructions executed since the start of the simulation, exact inside a helper (the current one not counted).
    [[nodiscard]] virtual std::uint64_t executed() = 0;
    /// The CPU's local time, exact inside a helper.
    [[nodiscard]] virtual Picoseconds now() = 0;
    /// Clock cycles since the start, by the board's clock and cycles-per-instruction setting.
    [[nodiscard]] virtual std::uint64_t cycles() = 0;

    /// The platform's system counter (its time base) at the CPU's local time; its frequency; and the earliest simulated
    /// time at which it will have reached \p value (kNever when it does not within range).
    [[nodiscard]] virtual std::uint64_t counter() = 0;
    [[nodiscard]] virtual std::uint64_t counter_frequency() = 0;
    [[nodiscard]] virtual Picoseconds counter_reaches(std::uint64_t value) = 0;

    /// Asks for TargetCore::on_alarm(id) once simulated time has reached \p when; replaces an earlier one with that id.
    /// kNever cancels.
    virtual void set_alarm(unsigned id, Picoseconds when) = 0;
    /// Drives the named output (index into Target's outputs).
    virtual void set_output(unsigned index, bool level) = 0;

    virtual void flush_tlb(const TlbFlush& flush) = 0;
    /// Drops all translations of this CPU (breakpoint sets changed, for instance).
    virtual void flush_code() = 0;
    /// The guest executed its instruction barrier: code in memory without CodeWatch is looked at anew.
    virtual void instruction_barrier() = 0;

    virtual FirmwareResult firmware_call(const FirmwareCall& call) = 0;

    /// TargetCore::hear of all other cores of the caller's group and target.
    virtual void broadcast(const Broadcast& /*message*/) {}

    /// Registers of a device of this core's own (an interrupt controller's CPU interface, say), at addresses that the device
    /// defines: a transaction on the CPU's private socket. Bus where there is no such device or register.
    [[nodiscard]] virtual MemStatus read_private(Address /*address*/, std::span<std::byte> /*data*/) { return MemStatus::Bus; }
    [[nodiscard]] virtual MemStatus write_private(Address /*address*/, std::span<const std::byte> /*data*/) { return MemStatus::Bus; }

    /// An interrupt was taken or an exception raised; for tracing and statistics. \p text comes from the target.
    virtual void trace_event(bool interrupt, const std::string& text) = 0;
    /// Whether trace_event has a reader, so that the text need not be made in vain.
    [[nodiscard]] virtual bool tracing_events() const = 0;
};

} // namespace medley
