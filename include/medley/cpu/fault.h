/// \file
/// How an instruction can fail, in terms that no target owns.
#pragma once

#include "medley/base/types.h"

#include <cstdint>

namespace medley {

enum class FaultKind : std::uint8_t {
    /// Nothing answered at the physical address, or what answered refused.
    Bus,
    /// The core's own translation or protection refused; `code` says which way.
    Translation,
    /// A misaligned address where alignment is required, or a misaligned access that crosses into a device.
    Alignment,
    /// The instruction itself (Raise in the IR, or a helper): `code` and `value` are the target's own.
    Instruction,
};

struct Fault {
    FaultKind kind = FaultKind::Instruction;
    Access access = Access::Fetch;
    std::uint32_t code = 0;    ///< Opaque to everything but the target.
    Address address = 0;       ///< The virtual address of the access that failed (its first failing byte).
    std::uint64_t value = 0;   ///< Opaque to everything but the target.
};

} // namespace medley
