#include "iss/aarch64/table_memory.h"

#include "medley/base/code_watch.h"

#include <array>
#include <atomic>
#include <bit>
#include <cstring>

namespace medley::iss::aarch64 {
namespace {

static_assert(std::endian::native == std::endian::little, "descriptors are read in host order");

constexpr unsigned kBytes = 8;

std::uint64_t ordered(std::uint64_t value, bool big_endian) {
    return big_endian ? __builtin_bswap64(value) : value;
}

} // namespace

std::optional<std::uint64_t> TableMemory::load(Address physical, bool big_endian, MemAttributes attributes) {
    std::uint64_t value = 0;
    const auto range = memory_.direct(physical);
    if (range.covers(physical, kBytes) && range.readable)
        std::memcpy(&value, range.at(physical), kBytes);
    else if (memory_.read(physical, std::as_writable_bytes(std::span(&value, 1)), attributes) != MemStatus::Ok)
        return std::nullopt;
    return ordered(value, big_endian);
}

TableMemory::Update TableMemory::exchange(Address physical, std::uint64_t old, std::uint64_t changed, bool big_endian, MemAttributes attributes) {
    const auto range = memory_.direct(physical);
    auto new_value = ordered(changed, big_endian);
    if (range.covers(physical, kBytes) && range.readable && range.writable) {
        // Descriptors are naturally aligned, and direct ranges are aligned to pages.
        std::atomic_ref<std::uint64_t> word(*reinterpret_cast<std::uint64_t*>(range.at(physical)));
        auto expected = ordered(old, big_endian);
        const bool done = word.compare_exchange_strong(expected, new_value);
        const auto offset = range.watch_offset + (physical - range.first);
        if (done && range.watch != nullptr && range.watch->watched(offset))
            alone(memory_.team(), [&] { range.watch->written(offset, kBytes); });
        return done ? Update::Done : Update::Changed;
    }
    // Transactions of one CPU are not interrupted by those of another one between a read and a write without wait.
    const auto now = load(physical, big_endian, attributes);
    if (!now)
        return Update::Refused;
    if (*now != old)
        return Update::Changed;
    return memory_.write(physical, std::as_bytes(std::span(&new_value, 1)), attributes) == MemStatus::Ok ? Update::Done : Update::Refused;
}

std::optional<std::uint64_t> TableMemory::peek(Address physical, bool big_endian) {
    std::uint64_t value = 0;
    if (memory_.peek(physical, std::as_writable_bytes(std::span(&value, 1))) != kBytes)
        return std::nullopt;
    return ordered(value, big_endian);
}

} // namespace medley::iss::aarch64
