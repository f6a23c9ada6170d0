/// \file
/// The physical address space as one CPU sees it. The Cpu module implements it over TLM; tests implement it over an array.
#pragma once

#include "medley/base/code_watch.h"
#include "medley/base/types.h"
#include "medley/cpu/team.h"

#include <cstddef>
#include <cstdint>
#include <span>

namespace medley {

/// Outcome of a transaction.
enum class MemStatus : std::uint8_t {
    Ok,
    /// No target at the address, or an error response.
    Bus,
};

/// What the translation of its address says about a transaction.
struct MemAttributes {
    /// It may not reach what is reserved for secure software, whatever its core may (TargetCore::secure).
    bool nonsecure = false;
};

/// Host memory behind a range of physical addresses.
struct DirectRange {
    std::byte* host = nullptr;   ///< Of `first`; null when there is no direct access.
    Address first = 0;
    Address last = 0;            ///< Inclusive.
    bool readable = false;
    bool writable = false;
    /// Tells writers of code pages apart (see CodeWatch); null for memory that does not offer it.
    CodeWatch* watch = nullptr;
    /// Offset of `first` in what `watch` covers.
    std::uint64_t watch_offset = 0;

    [[nodiscard]] bool covers(Address address, std::uint64_t size) const {
        return host != nullptr && address >= first && address <= last && size - 1 <= last - address;
    }
    [[nodiscard]] std::byte* at(Address address) const { return host + (address - first); }
};

/// Who wants to hear that translated code or direct pointers are void.
class MemoryListener : public CodeListener {
public:
    /// Direct ranges that overlap [first, last] are void.
    virtual void direct_invalidated(Address first, Address last) = 0;
};

class GuestMemory {
public:
    virtual ~GuestMemory() = default;

    /// Direct access at a physical address, asking the platform at the first time. The range stays valid until
    /// MemoryListener::direct_invalidated. A range without `host` covers addresses known to have none.
    [[nodiscard]] virtual DirectRange direct(Address physical) = 0;

    /// One transaction with side effects, at the CPU's current local time; it may take simulated time. The
    /// accelerator's count must be exact when this is called. \p data is in guest memory order, 1 to 64 bytes.
    [[nodiscard]] virtual MemStatus read(Address physical, std::span<std::byte> data, MemAttributes attributes) = 0;
    [[nodiscard]] virtual MemStatus write(Address physical, std::span<const std::byte> data, MemAttributes attributes) = 0;

    /// Debug access: no side effects, no time. Returns the number of bytes that were transferred.
    [[nodiscard]] virtual std::size_t peek(Address physical, std::span<std::byte> data) = 0;
    [[nodiscard]] virtual std::size_t poke(Address physical, std::span<const std::byte> data) = 0;

    /// The accelerator registers itself once, before the first access; null when it goes. The memory adds it to every
    /// CodeWatch that it hands out.
    virtual void set_listener(MemoryListener* listener) = 0;

    /// CPUs that execute at the same time as this one; null where CPUs take turns. Settled before the accelerator is made.
    [[nodiscard]] virtual CpuTeam* team() { return nullptr; }
};

} // namespace medley
