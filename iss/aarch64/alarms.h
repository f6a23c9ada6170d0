/// \file
/// Numbers of the alarms that a core sets (CoreHost::set_alarm).
#pragma once

#include "iss/aarch64/timer.h"

namespace medley::iss::aarch64::alarm {

constexpr unsigned of(Timer timer) { return static_cast<unsigned>(timer); }
inline constexpr unsigned kPmu = kTimers;
inline constexpr unsigned kEventStream = kTimers + 1;

} // namespace medley::iss::aarch64::alarm
