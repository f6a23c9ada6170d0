/// \file
/// Fault::code of faults that System::translate reports (FaultKind::Translation); Fault::value is the intermediate physical
/// address.
#pragma once

#include "iss/aarch64/page_walk.h"

#include <cstdint>

namespace medley::iss::aarch64::fault_bits {

inline constexpr std::uint32_t kStage2 = 1U << 8;
inline constexpr std::uint32_t kStage1Walk = 1U << 9;
inline constexpr std::uint32_t kWatchpoint = 1U << 10;
/// A cache maintenance or address-translation instruction asked.
inline constexpr std::uint32_t kMaintenance = 1U << 11;

constexpr std::uint32_t encode(const WalkFault& fault) {
    return fault.status | (fault.stage2 ? kStage2 : 0U) | (fault.on_stage1_walk ? kStage1Walk : 0U);
}

} // namespace medley::iss::aarch64::fault_bits
