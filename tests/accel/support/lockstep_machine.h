/// \file
/// The surroundings of one core in lockstep tests: RAM with and without direct access, a device whose accesses change code,
/// translations, interrupts and direct access, and a clock that counts instructions.
#pragma once

#include "medley/cpu/accelerator.h"

#include <cstring>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace medley::test {

/// Where things are, for every program.
namespace lockstep_map {
inline constexpr Address kRam = 0x8000'0000;
inline constexpr std::uint64_t kRamSize = 0x2'0000;
inline constexpr Address kSlow = 0x9000'0000; ///< RAM that is only reached by transactions.
inline constexpr std::uint64_t kSlowSize = 0x2000;
inline constexpr Address kDevice = 0x1000'0000; ///< One page.

// Registers of the device. A read of any of them delivers a number made of the instruction count.
inline constexpr Address kCopy = 0;      ///< Writes: copies kCopyBytes in RAM, from (bits 0 to 31) to (bits 32 to 63), as offsets.
inline constexpr Address kCopyRead = 8;  ///< Reads: does the last copy again.
inline constexpr Address kRevoke = 16;   ///< Writes: withdraws direct access to the RAM page at the offset written.
inline constexpr Address kRaise = 24;    ///< Writes: raises interrupt input (value mod 4).
inline constexpr Address kLower = 32;    ///< Writes: lowers all interrupt inputs.
inline constexpr Address kBarrier = 40;  ///< Writes: flushes translations of the page at the value; 1: all.
inline constexpr std::uint64_t kCopyBytes = 16;
} // namespace lockstep_map

class LockstepMemory final : public GuestMemory {
public:
    [[nodiscard]] DirectRange direct(Address physical) override;
    [[nodiscard]] MemStatus read(Address physical, std::span<std::byte> data, MemAttributes attributes) override;
    [[nodiscard]] MemStatus write(Address physical, std::span<const std::byte> data, MemAttributes attributes) override;
    [[nodiscard]] std::size_t peek(Address physical, std::span<std::byte> data) override;
    [[nodiscard]] std::size_t poke(Address physical, std::span<const std::byte> data) override;
    void set_listener(MemoryListener* listener) override;

    /// As another bus master does.
    void write_from_outside(Address physical, std::uint64_t value);
    void revoke(Address page);

    std::vector<std::byte> ram = std::vector<std::byte>(lockstep_map::kRamSize);
    std::vector<std::byte> slow = std::vector<std::byte>(lockstep_map::kSlowSize);
    std::function<void(bool write, Address offset, std::uint64_t value)> on_device;
    std::function<std::uint64_t()> device_value;

private:
    [[nodiscard]] std::byte* find(Address physical, std::size_t size);

    CodeWatch watch_{lockstep_map::kRamSize};
    std::set<std::uint64_t> revoked_; ///< Offsets of pages that are reached by transactions from now on.
    MemoryListener* listener_ = nullptr;
};

class LockstepMachine final : public CoreHost {
public:
    using MakeCore = std::function<std::unique_ptr<TargetCore>(CoreHost&)>;

    LockstepMachine(const MakeCore& make_core, const AcceleratorKind& kind, const AcceleratorOptions& options);

    // CoreHost
    [[nodiscard]] GuestMemory& memory() override { return memory_; }
    [[nodiscard]] Log& log() override { return log_; }
    [[nodiscard]] std::uint64_t executed() override;
    [[nodiscard]] Picoseconds now() override { return executed() * kPeriod; }
    [[nodiscard]] std::uint64_t cycles() override { return executed(); }
    [[nodiscard]] std::uint64_t counter() override { return executed() / 4; }
    [[nodiscard]] std::uint64_t counter_frequency() override { return 250'000'000; }
    [[nodiscard]] Picoseconds counter_reaches(std::uint64_t value) override { return value < ~std::uint64_t{0} / 8 / kPeriod ? value * 4 * kPeriod : kNever; }
    void set_alarm(unsigned id, Picoseconds when) override;
    void set_output(unsigned index, bool level) override { note(0x100 + index, level ? 1 : 0); }
    void flush_tlb(const TlbFlush& flush) override;
    void flush_code() override;
    void instruction_barrier() override;
    FirmwareResult firmware_call(const FirmwareCall& call) override;
    void trace_event(bool interrupt, const std::string& text) override;
    [[nodiscard]] bool tracing_events() const override { return true; }

    void load(Address address, std::span<const std::byte> bytes) { (void)memory_.poke(address, bytes); }
    void set(const std::string& slot, std::uint64_t value);
    /// Alarms that are due, and an interrupt that is enabled: at common points only.
    void attend();
    void fire_due_alarms();
    [[nodiscard]] bool attention();
    /// A sum of everything that was seen outside of the core, in order.
    [[nodiscard]] std::uint64_t events() const { return events_; }
    [[nodiscard]] const std::vector<std::string>& last_events() const { return last_; }

    static constexpr Picoseconds kPeriod = 1000;

    std::uint64_t total = 0; ///< Instructions of runs that are over.
    bool running = false;

private:
    void note(std::uint64_t what, std::uint64_t value);
    void device_access(bool write, Address offset, std::uint64_t value);
    void copy(std::uint64_t places);

    LockstepMemory memory_;
    Log log_{[](Severity, std::string_view, std::string_view) {}};
    std::map<unsigned, Picoseconds> alarms_;
    std::uint64_t events_ = 0;
    std::uint64_t last_copy_ = 0;
    std::vector<std::string> last_;

public:
    std::unique_ptr<TargetCore> core;
    std::unique_ptr<Accelerator> accelerator;
};

} // namespace medley::test
