/// \file
/// Plain vocabulary that every layer shares.
#pragma once

#include <cstdint>

namespace medley {

/// A guest address, virtual or physical as the context says. Narrower guests use zero-extended values.
using Address = std::uint64_t;

/// Simulated time in picoseconds since the start of the simulation (2^64 ps are 213 days).
using Picoseconds = std::uint64_t;

inline constexpr Picoseconds kNever = ~Picoseconds{0};

/// The unit in which guest memory is mapped, protected and watched inside Medley, in bytes. A target whose own
/// pages are larger or smaller still sees its own sizes.
inline constexpr std::uint64_t kPageSize = 4096;
inline constexpr std::uint64_t kPageMask = ~(kPageSize - 1);

/// What an access to guest memory is for.
enum class Access : std::uint8_t { Read, Write, Fetch };

} // namespace medley
