/// \file
/// A hart's surroundings for tests: RAM in an array, counters that the test sets, and a record of what the hart asked
/// for.
#pragma once

#include "medley/cpu/core_host.h"

#include <cstring>
#include <map>
#include <vector>

namespace medley::iss::riscv::test {

inline constexpr Address kRam = 0x8000'0000;
inline constexpr std::uint64_t kRamSize = 0x10'0000;

class FakeMemory final : public GuestMemory {
public:
    FakeMemory() : bytes_(kRamSize), watch_(kRamSize) {}

    [[nodiscard]] DirectRange direct(Address physical) override {
        if (!offers_direct || !inside(physical, 1))
            return {};
        return {bytes_.data(), kRam, kRam + kRamSize - 1, true, true, &watch_, 0};
    }
    [[nodiscard]] MemStatus read(Address physical, std::span<std::byte> data) override {
        ++transactions;
        return peek(physical, data) == data.size() ? MemStatus::Ok : MemStatus::Bus;
    }
    [[nodiscard]] MemStatus write(Address physical, std::span<const std::byte> data) override {
        ++transactions;
        return poke(physical, data) == data.size() ? MemStatus::Ok : MemStatus::Bus;
    }
    [[nodiscard]] std::size_t peek(Address physical, std::span<std::byte> data) override {
        if (!inside(physical, data.size()))
            return 0;
        std::memcpy(data.data(), &bytes_[physical - kRam], data.size());
        return data.size();
    }
    [[nodiscard]] std::size_t poke(Address physical, std::span<const std::byte> data) override {
        if (!inside(physical, data.size()))
            return 0;
        std::memcpy(&bytes_[physical - kRam], data.data(), data.size());
        return data.size();
    }
    void set_listener(MemoryListener*) override {}

    [[nodiscard]] std::uint64_t get(Address physical, unsigned size) {
        std::uint64_t value = 0;
        (void)peek(physical, {reinterpret_cast<std::byte*>(&value), size});
        return value;
    }
    void put(Address physical, std::uint64_t value, unsigned size) {
        (void)poke(physical, {reinterpret_cast<const std::byte*>(&value), size});
    }
    [[nodiscard]] CodeWatch& watch() { return watch_; }

    bool offers_direct = true;
    unsigned transactions = 0;

private:
    static bool inside(Address physical, std::size_t size) {
        return physical >= kRam && physical - kRam <= kRamSize - size;
    }
    std::vector<std::byte> bytes_;
    CodeWatch watch_;
};

class FakeHost final : public CoreHost {
public:
    [[nodiscard]] FakeMemory& memory() override { return ram; }
    [[nodiscard]] Log& log() override { return log_; }
    [[nodiscard]] std::uint64_t executed() override { return executed_count; }
    [[nodiscard]] Picoseconds now() override { return 0; }
    [[nodiscard]] std::uint64_t cycles() override { return cycle_count; }
    [[nodiscard]] std::uint64_t counter() override { return time; }
    [[nodiscard]] std::uint64_t counter_frequency() override { return 10'000'000; }
    [[nodiscard]] Picoseconds counter_reaches(std::uint64_t value) override { return value * 100'000; }
    void set_alarm(unsigned id, Picoseconds when) override { alarms[id] = when; }
    void set_output(unsigned, bool) override {}
    void flush_tlb(const TlbFlush& flush) override { flushes.push_back(flush); }
    void flush_code() override {}
    void instruction_barrier() override { ++barriers; }
    FirmwareResult firmware_call(const FirmwareCall&) override { return FirmwareResult::Done; }
    void trace_event(bool, const std::string& text) override { events.push_back(text); }
    [[nodiscard]] bool tracing_events() const override { return true; }

    FakeMemory ram;
    std::uint64_t executed_count = 0;
    std::uint64_t cycle_count = 0;
    std::uint64_t time = 0;
    std::map<unsigned, Picoseconds> alarms;
    std::vector<TlbFlush> flushes;
    std::vector<std::string> events;
    unsigned barriers = 0;

private:
    Log log_;
};

} // namespace medley::iss::riscv::test
