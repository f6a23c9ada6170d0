/// \file
/// Guest memory of several RAMs at chosen addresses, some of them at two, with host pages around each that nobody may touch: a host access
/// beyond a RAM ends the test program.
#pragma once

#include "medley/cpu/guest_memory.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace medley::test {

/// Host memory between guards.
class GuardedRam {
public:
    explicit GuardedRam(std::size_t bytes);
    ~GuardedRam();
    GuardedRam(const GuardedRam&) = delete;
    GuardedRam& operator=(const GuardedRam&) = delete;

    [[nodiscard]] std::byte* bytes() const { return bytes_; }
    [[nodiscard]] std::size_t size() const { return size_; }
    /// Moves the contents elsewhere; the old place may not be touched any more.
    void move();

    CodeWatch watch;

private:
    void map();
    void unmap();

    std::size_t size_;
    std::byte* place_ = nullptr;
    std::byte* bytes_ = nullptr;
    std::vector<std::byte*> old_;
};

class AreaMemory final : public GuestMemory {
public:
    struct Area {
        Address first = 0;
        std::size_t ram = 0;      ///< Index into `rams`.
        bool writable = true;
        bool direct = true;       ///< False: by transactions only.
        bool watched = true;      ///< Grants name the watch.
        [[nodiscard]] bool contains(Address address, std::size_t size, std::size_t bytes) const {
            return address - first < bytes && size <= bytes - (address - first);
        }
    };
    struct DeviceAccess {
        bool write = false;
        Address address = 0;
        std::vector<std::byte> data;
        bool nonsecure = false;
        friend bool operator==(const DeviceAccess&, const DeviceAccess&) = default;
    };

    [[nodiscard]] DirectRange direct(Address physical) override;
    [[nodiscard]] MemStatus read(Address physical, std::span<std::byte> data, MemAttributes attributes) override;
    [[nodiscard]] MemStatus write(Address physical, std::span<const std::byte> data, MemAttributes attributes) override;
    [[nodiscard]] std::size_t peek(Address physical, std::span<std::byte> data) override;
    [[nodiscard]] std::size_t poke(Address physical, std::span<const std::byte> data) override;
    void set_listener(MemoryListener* now) override;

    [[nodiscard]] const Area* find(Address physical, std::size_t size) const;
    [[nodiscard]] Address last(const Area& area) const { return area.first + (rams[area.ram]->size() - 1); }
    /// Takes back what was granted for a RAM, and moves it on the host.
    void move(std::size_t ram);
    void set_direct(std::size_t area, bool direct);

    std::vector<std::unique_ptr<GuardedRam>> rams;
    std::vector<Area> areas;
    Address device = 0;   ///< A page of it.
    std::vector<DeviceAccess> accesses;
    MemoryListener* listener = nullptr;
};

} // namespace medley::test
