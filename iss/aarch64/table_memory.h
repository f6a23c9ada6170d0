/// \file
/// Accesses of translation-table walks to physical memory.
#pragma once

#include "medley/base/types.h"
#include "medley/cpu/guest_memory.h"

#include <cstdint>
#include <optional>

namespace medley::iss::aarch64 {

class TableMemory {
public:
    explicit TableMemory(GuestMemory& memory) : memory_(memory) {}

    enum class Update : std::uint8_t { Done, Changed, Refused };

    /// The descriptor at an aligned address; nothing when the memory refuses.
    [[nodiscard]] std::optional<std::uint64_t> load(Address physical, bool big_endian, MemAttributes attributes);
    /// Atomically replaces \p old, if it is still there.
    [[nodiscard]] Update exchange(Address physical, std::uint64_t old, std::uint64_t changed, bool big_endian, MemAttributes attributes);
    /// As load, without side effects.
    [[nodiscard]] std::optional<std::uint64_t> peek(Address physical, bool big_endian);

private:
    GuestMemory& memory_;
};

} // namespace medley::iss::aarch64
