/// \file
/// A core on an accelerator, without a platform, that executes one instruction of a record.
#pragma once

#include "iss/aarch64/core.h"
#include "iss/aarch64/tests/differential/record.h"
#include "medley/cpu/accelerator.h"
#include "medley/cpu/registry.h"

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace medley::iss::aarch64::test {

/// RAM at RECORD_MEMORY: the records' memory, then code.
class SubjectMemory final : public GuestMemory {
public:
    static constexpr Address kBase = RECORD_MEMORY;
    static constexpr Address kCode = kBase + 0x1'0000;
    static constexpr std::uint64_t kSize = 0x40'0000;

    [[nodiscard]] DirectRange direct(Address physical) override;
    [[nodiscard]] MemStatus read(Address physical, std::span<std::byte> data, MemAttributes attributes) override;
    [[nodiscard]] MemStatus write(Address physical, std::span<const std::byte> data, MemAttributes attributes) override;
    [[nodiscard]] std::size_t peek(Address physical, std::span<std::byte> data) override;
    [[nodiscard]] std::size_t poke(Address physical, std::span<const std::byte> data) override;
    void set_listener(MemoryListener* listener) override;
    [[nodiscard]] std::byte* at(Address physical) { return &bytes_[physical - kBase]; }

private:
    [[nodiscard]] static bool inside(Address physical, std::size_t size) {
        return physical >= kBase && physical - kBase <= kSize - size;
    }
    std::vector<std::byte> bytes_ = std::vector<std::byte>(kSize);
    CodeWatch watch_{kSize};
    MemoryListener* listener_ = nullptr;
};

/// Nothing of a platform is needed but the accelerator's ends.
class SubjectHost final : public CoreHost {
public:
    explicit SubjectHost(GuestMemory& memory) : memory_(memory) {}
    [[nodiscard]] GuestMemory& memory() override { return memory_; }
    [[nodiscard]] Log& log() override { return log_; }
    [[nodiscard]] std::uint64_t executed() override { return 0; }
    [[nodiscard]] Picoseconds now() override { return 0; }
    [[nodiscard]] std::uint64_t cycles() override { return 0; }
    [[nodiscard]] std::uint64_t counter() override { return 0; }
    [[nodiscard]] std::uint64_t counter_frequency() override { return 62'500'000; }
    [[nodiscard]] Picoseconds counter_reaches(std::uint64_t) override { return kNever; }
    void set_alarm(unsigned, Picoseconds) override {}
    void set_output(unsigned, bool) override {}
    void flush_tlb(const TlbFlush& flush) override;
    void flush_code() override;
    void instruction_barrier() override {}
    FirmwareResult firmware_call(const FirmwareCall&) override { return FirmwareResult::Done; }
    void trace_event(bool, const std::string&) override {}
    [[nodiscard]] bool tracing_events() const override { return false; }

    Accelerator* accelerator = nullptr;

private:
    GuestMemory& memory_;
    Log log_;
};

class Subject {
public:
    explicit Subject(const std::string& accelerator);
    ~Subject();
    Subject(const Subject&) = delete;
    Subject& operator=(const Subject&) = delete;

    /// What comes of a record.
    [[nodiscard]] record run(const record& before);
    /// For what a record does not say; state_written() behind a change.
    [[nodiscard]] Core& core() { return core_; }

private:
    [[nodiscard]] Address place(std::uint32_t word);

    SubjectMemory memory_;
    SubjectHost host_;
    Core core_;
    CpuRegistry registry_;
    std::unique_ptr<Accelerator> accelerator_;
    std::unordered_map<std::uint32_t, Address> places_;
    Address next_place_ = SubjectMemory::kCode;
};

} // namespace medley::iss::aarch64::test
