/// \file
/// A host without a platform, to try whether a target accepts a core's configuration.
#pragma once

#include "medley/cpu/core_host.h"

namespace medley::board {

/// No memory, no time.
class TrialHost final : public CoreHost, public GuestMemory {
public:
    explicit TrialHost(Log& log) : log_(log) {}

    GuestMemory& memory() override { return *this; }
    Log& log() override { return log_; }
    std::uint64_t executed() override { return 0; }
    Picoseconds now() override { return 0; }
    std::uint64_t cycles() override { return 0; }
    std::uint64_t counter() override { return 0; }
    std::uint64_t counter_frequency() override { return 1; }
    Picoseconds counter_reaches(std::uint64_t /*value*/) override { return kNever; }
    void set_alarm(unsigned /*id*/, Picoseconds /*when*/) override {}
    void set_output(unsigned /*index*/, bool /*level*/) override {}
    void flush_tlb(const TlbFlush& /*flush*/) override {}
    void flush_code() override {}
    void instruction_barrier() override {}
    FirmwareResult firmware_call(const FirmwareCall& /*call*/) override { return FirmwareResult::Done; }
    void trace_event(bool /*interrupt*/, const std::string& /*text*/) override {}
    bool tracing_events() const override { return false; }

    DirectRange direct(Address /*physical*/) override { return {}; }
    MemStatus read(Address /*physical*/, std::span<std::byte> /*data*/, MemAttributes /*attributes*/) override { return MemStatus::Bus; }
    MemStatus write(Address /*physical*/, std::span<const std::byte> /*data*/, MemAttributes /*attributes*/) override { return MemStatus::Bus; }
    std::size_t peek(Address /*physical*/, std::span<std::byte> /*data*/) override { return 0; }
    std::size_t poke(Address /*physical*/, std::span<const std::byte> /*data*/) override { return 0; }
    void set_listener(MemoryListener* /*listener*/) override {}

private:
    Log& log_;
};

} // namespace medley::board
