/// \file
/// Events among the cores of a board.
#pragma once

#include <cstdint>

namespace medley::iss::aarch64 {

/// First word of a Broadcast that is an event (SEV); the others are invalidations.
inline constexpr std::uint64_t kEventMessage = 4;

} // namespace medley::iss::aarch64
