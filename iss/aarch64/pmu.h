/// \file
/// Performance monitors: what there is to count. Arm ARM DDI 0487, D13.
#pragma once

#include <cstdint>

namespace medley::iss::aarch64 {
class System;
}

namespace medley::iss::aarch64::pmu {

/// Numbers of common events (Arm ARM, "PMU events and event numbers").
inline constexpr std::uint64_t kSoftwareIncrement = 0x00;
inline constexpr std::uint64_t kInstructions = 0x08;
inline constexpr std::uint64_t kExceptions = 0x09;       ///< EXC_TAKEN
inline constexpr std::uint64_t kExceptionReturns = 0x0a; ///< EXC_RETURN
inline constexpr std::uint64_t kContextWrites = 0x0b;    ///< CID_WRITE_RETIRED
inline constexpr std::uint64_t kCycles = 0x11;
inline constexpr std::uint64_t kSpeculativeInstructions = 0x1b;
inline constexpr std::uint64_t kChain = 0x1e; ///< Overflows of the even counter below.

/// PMCR_EL0
inline constexpr std::uint64_t kEnable = 1;
inline constexpr std::uint64_t kResetEvents = 2;
inline constexpr std::uint64_t kResetCycles = 4;
inline constexpr std::uint64_t kDisableWhereProhibited = 1U << 5;
inline constexpr std::uint64_t kLongCycles = 1U << 6; ///< LC: 1 where there is no AArch32, and D (bit 3) is 0.

/// PMEVTYPER and PMCCFILTR: which exception levels count.
inline constexpr unsigned kPrivilegedBit = 31;
inline constexpr unsigned kUserBit = 30;
inline constexpr unsigned kSecurePrivilegedBit = 29; ///< NSK
inline constexpr unsigned kSecureUserBit = 28;       ///< NSU
inline constexpr unsigned kHypervisorBit = 27;       ///< NSH
inline constexpr unsigned kMonitorBit = 26;          ///< M
inline constexpr std::uint64_t kFilters = 0xfc00'0000;

/// Whether events of a counter's kind count now; the cycle counter comes behind the event counters.
[[nodiscard]] bool counts(const System& system, unsigned index);

} // namespace medley::iss::aarch64::pmu
