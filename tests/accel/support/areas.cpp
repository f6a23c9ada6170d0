#include "tests/accel/support/areas.h"

#include <cstring>
#include <stdexcept>
#include <sys/mman.h>
#include <utility>

namespace medley::test {
namespace {

constexpr std::size_t kGuard = 16 * kPageSize;

} // namespace

// --- host memory

GuardedRam::GuardedRam(std::size_t bytes) : watch(bytes), size_(bytes) { map(); }

GuardedRam::~GuardedRam() {
    unmap();
    for (auto* place : old_)
        ::munmap(place, size_ + 2 * kGuard);
}

void GuardedRam::map() {
    auto* place = ::mmap(nullptr, size_ + 2 * kGuard, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (place == MAP_FAILED)
        throw std::runtime_error("no memory");
    place_ = static_cast<std::byte*>(place);
    bytes_ = place_ + kGuard;
    if (::mprotect(bytes_, size_, PROT_READ | PROT_WRITE) != 0)
        throw std::runtime_error("no memory");
}

void GuardedRam::unmap() { ::munmap(place_, size_ + 2 * kGuard); }

void GuardedRam::move() {
    auto* const from = bytes_;
    old_.push_back(place_);
    map();
    std::memcpy(bytes_, from, size_);
    if (::mprotect(from, size_, PROT_NONE) != 0)
        throw std::runtime_error("no protection");
}

// --- guest memory

const AreaMemory::Area* AreaMemory::find(Address physical, std::size_t size) const {
    for (const auto& area : areas)
        if (area.contains(physical, size, rams[area.ram]->size()))
            return &area;
    return nullptr;
}

DirectRange AreaMemory::direct(Address physical) {
    const auto* area = find(physical, 1);
    if (area == nullptr || !area->direct)
        return {};
    auto& ram = *rams[area->ram];
    return {ram.bytes(), area->first, last(*area), true, area->writable, area->watched ? &ram.watch : nullptr, 0};
}

std::size_t AreaMemory::peek(Address physical, std::span<std::byte> data) {
    const auto* area = find(physical, data.size());
    if (area == nullptr)
        return 0;
    std::memcpy(data.data(), rams[area->ram]->bytes() + (physical - area->first), data.size());
    return data.size();
}

std::size_t AreaMemory::poke(Address physical, std::span<const std::byte> data) {
    const auto* area = find(physical, data.size());
    if (area == nullptr)
        return 0;
    const auto offset = physical - area->first;
    std::memcpy(rams[area->ram]->bytes() + offset, data.data(), data.size());
    rams[area->ram]->watch.written(offset, data.size());
    return data.size();
}

MemStatus AreaMemory::read(Address physical, std::span<std::byte> data, MemAttributes attributes) {
    if (peek(physical, data) == data.size())
        return MemStatus::Ok;
    if (physical - device >= kPageSize)
        return MemStatus::Bus;
    for (std::size_t i = 0; i < data.size(); ++i)
        data[i] = static_cast<std::byte>(0xa0 + i);
    accesses.push_back({false, physical, {}, attributes.nonsecure});
    return MemStatus::Ok;
}

MemStatus AreaMemory::write(Address physical, std::span<const std::byte> data, MemAttributes attributes) {
    const auto* area = find(physical, data.size());
    if (area != nullptr)
        return area->writable && poke(physical, data) == data.size() ? MemStatus::Ok : MemStatus::Bus;
    if (physical - device >= kPageSize)
        return MemStatus::Bus;
    accesses.push_back({true, physical, {data.begin(), data.end()}, attributes.nonsecure});
    return MemStatus::Ok;
}

void AreaMemory::set_listener(MemoryListener* now) {
    auto* const before = std::exchange(listener, now);
    for (auto& ram : rams) {
        if (before != nullptr)
            ram->watch.remove_listener(*before);
        if (now != nullptr)
            ram->watch.add_listener(*now);
    }
}

void AreaMemory::move(std::size_t ram) {
    rams[ram]->move();
    if (listener == nullptr)
        return;
    for (const auto& area : areas)
        if (area.ram == ram)
            listener->direct_invalidated(area.first, last(area));
}

void AreaMemory::set_direct(std::size_t area, bool direct) {
    areas[area].direct = direct;
    if (listener != nullptr)
        listener->direct_invalidated(areas[area].first, last(areas[area]));
}

} // namespace medley::test
