/// \file
/// A core's surroundings for tests of targets: RAM in an array, counters that the test sets, and a record of what the core asked for.
#pragma once

#include "medley/cpu/core_host.h"

#include <cstring>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace medley::iss::test {

class FakeMemory final : public GuestMemory {
public:
    FakeMemory(Address base, std::uint64_t size) : base_(base), bytes_(size), watch_(size) {}

    [[nodiscard]] DirectRange direct(Address physical) override {
        if (!offers_direct || !inside(physical, 1))
            return {};
        return {bytes_.data(), base_, base_ + bytes_.size() - 1, true, true, &watch_, 0};
    }
    [[nodiscard]] MemStatus read(Address physical, std::span<std::byte> data, MemAttributes with) override {
        ++transactions;
        attributes.push_back(with);
        return peek(physical, data) == data.size() ? MemStatus::Ok : MemStatus::Bus;
    }
    [[nodiscard]] MemStatus write(Address physical, std::span<const std::byte> data, MemAttributes with) override {
        ++transactions;
        attributes.push_back(with);
        return poke(physical, data) == data.size() ? MemStatus::Ok : MemStatus::Bus;
    }
    [[nodiscard]] std::size_t peek(Address physical, std::span<std::byte> data) override {
        if (!inside(physical, data.size()))
            return 0;
        std::memcpy(data.data(), &bytes_[physical - base_], data.size());
        return data.size();
    }
    [[nodiscard]] std::size_t poke(Address physical, std::span<const std::byte> data) override {
        if (!inside(physical, data.size()))
            return 0;
        std::memcpy(&bytes_[physical - base_], data.data(), data.size());
        return data.size();
    }
    void set_listener(MemoryListener*) override {}

    [[nodiscard]] std::uint64_t get(Address physical, unsigned size = 8) {
        std::uint64_t value = 0;
        (void)peek(physical, {reinterpret_cast<std::byte*>(&value), size});
        return value;
    }
    void put(Address physical, std::uint64_t value, unsigned size = 8) {
        (void)poke(physical, {reinterpret_cast<const std::byte*>(&value), size});
    }
    [[nodiscard]] CodeWatch& watch() { return watch_; }

    bool offers_direct = true;
    unsigned transactions = 0;
    std::vector<MemAttributes> attributes; ///< Of each transaction.

private:
    [[nodiscard]] bool inside(Address physical, std::size_t size) const {
        return physical >= base_ && physical - base_ <= bytes_.size() - size;
    }
    const Address base_;
    std::vector<std::byte> bytes_;
    CodeWatch watch_;
};

class FakeHost : public CoreHost {
public:
    FakeHost(Address ram_base, std::uint64_t ram_size, std::uint64_t counter_hertz)
        : ram(ram_base, ram_size), frequency_(counter_hertz) {}

    [[nodiscard]] FakeMemory& memory() override { return ram; }
    [[nodiscard]] Log& log() override { return log_; }
    [[nodiscard]] std::uint64_t executed() override { return executed_count; }
    [[nodiscard]] Picoseconds now() override { return cycle_count * 1000; }
    [[nodiscard]] std::uint64_t cycles() override { return cycle_count; }
    [[nodiscard]] std::uint64_t counter() override { return time; }
    [[nodiscard]] std::uint64_t counter_frequency() override { return frequency_; }
    [[nodiscard]] Picoseconds counter_reaches(std::uint64_t value) override { return value * (1'000'000'000'000 / frequency_); }
    void set_alarm(unsigned id, Picoseconds when) override { alarms[id] = when; }
    void set_output(unsigned index, bool level) override { outputs[index] = level; }
    void flush_tlb(const TlbFlush& flush) override { flushes.push_back(flush); }
    void flush_code() override {}
    void instruction_barrier() override { ++barriers; }
    FirmwareResult firmware_call(const FirmwareCall& call) override {
        calls.push_back(call);
        return firmware_result;
    }
    void broadcast(const Broadcast& message) override { broadcasts.push_back(message); }
    [[nodiscard]] MemStatus read_private(Address address, std::span<std::byte> data) override {
        private_reads.push_back(address);
        std::memset(data.data(), 0x5a, data.size());
        return has_private ? MemStatus::Ok : MemStatus::Bus;
    }
    [[nodiscard]] MemStatus write_private(Address address, std::span<const std::byte> data) override {
        std::uint64_t value = 0;
        std::memcpy(&value, data.data(), data.size());
        private_writes.emplace_back(address, value);
        return has_private ? MemStatus::Ok : MemStatus::Bus;
    }
    void trace_event(bool, const std::string& text) override { events.push_back(text); }
    [[nodiscard]] bool tracing_events() const override { return true; }

    FakeMemory ram;
    std::uint64_t executed_count = 0;
    std::uint64_t cycle_count = 0;
    std::uint64_t time = 0;
    std::map<unsigned, Picoseconds> alarms;
    std::map<unsigned, bool> outputs;
    std::vector<TlbFlush> flushes;
    std::vector<Broadcast> broadcasts;
    std::vector<FirmwareCall> calls;
    FirmwareResult firmware_result = FirmwareResult::Done;
    std::vector<Address> private_reads;
    std::vector<std::pair<Address, std::uint64_t>> private_writes;
    bool has_private = true;
    std::vector<std::string> events;
    unsigned barriers = 0;

private:
    const std::uint64_t frequency_;
    Log log_{[](Severity, std::string_view, std::string_view) {}};
};

} // namespace medley::iss::test
