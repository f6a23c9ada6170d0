#include "iss/riscv/page_walk.h"

#include "iss/riscv/pmp.h"
#include "medley/base/code_watch.h"

#include <array>
#include <atomic>
#include <bit>
#include <cstring>

namespace medley::iss::riscv {
namespace {

static_assert(std::endian::native == std::endian::little, "entries are read in host order");

std::uint64_t from_bytes(std::span<const std::byte> data) {
    std::uint64_t value = 0;
    std::memcpy(&value, data.data(), data.size());
    return value;
}

template <class Word>
bool exchange_word(std::byte* host, std::uint64_t old, std::uint64_t changed) {
    // Entries are naturally aligned, and direct ranges are aligned to pages.
    std::atomic_ref<Word> word(*reinterpret_cast<Word*>(host));
    auto expected = static_cast<Word>(old);
    return word.compare_exchange_strong(expected, static_cast<Word>(changed));
}

} // namespace

std::optional<std::uint64_t> PageTableMemory::load(Address physical, unsigned bytes) {
    if (!pmp_rights(csrs_, pmp_regions_, physical, bytes, Privilege::Supervisor).read)
        return std::nullopt;
    std::array<std::byte, 8> data{};
    const auto entry = std::span(data).first(bytes);
    const auto range = memory_.direct(physical);
    if (range.covers(physical, bytes) && range.readable)
        std::memcpy(entry.data(), range.at(physical), bytes);
    else if (memory_.read(physical, entry, {}) != MemStatus::Ok)
        return std::nullopt;
    return from_bytes(entry);
}

PageTableMemory::Update PageTableMemory::exchange(Address physical, unsigned bytes, std::uint64_t old,
                                                  std::uint64_t changed) {
    if (!pmp_rights(csrs_, pmp_regions_, physical, bytes, Privilege::Supervisor).write)
        return Update::Refused;
    const auto range = memory_.direct(physical);
    if (range.covers(physical, bytes) && range.readable && range.writable) {
        auto* host = range.at(physical);
        const bool done = bytes == 4 ? exchange_word<std::uint32_t>(host, old, changed)
                                     : exchange_word<std::uint64_t>(host, old, changed);
        const auto offset = range.watch_offset + (physical - range.first);
        if (done && range.watch != nullptr && range.watch->watched(offset))
            alone(memory_.team(), [&] { range.watch->written(offset, bytes); });
        return done ? Update::Done : Update::Changed;
    }
    // Transactions of one CPU are not interrupted by those of another one between a read and a write without wait.
    const auto now = load(physical, bytes);
    if (!now)
        return Update::Refused;
    if (*now != old)
        return Update::Changed;
    std::array<std::byte, 8> data{};
    std::memcpy(data.data(), &changed, data.size());
    return memory_.write(physical, std::span(data).first(bytes), {}) == MemStatus::Ok ? Update::Done : Update::Refused;
}

std::optional<std::uint64_t> PageTableMemory::peek(Address physical, unsigned bytes) {
    std::array<std::byte, 8> data{};
    const auto entry = std::span(data).first(bytes);
    if (memory_.peek(physical, entry) != bytes)
        return std::nullopt;
    return from_bytes(entry);
}

} // namespace medley::iss::riscv
