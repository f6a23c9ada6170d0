/// \file
/// The interrupt inputs and the outputs, in the order of Target::interrupt_inputs and Target::outputs.
#pragma once

#include <array>
#include <string_view>

namespace medley::iss::aarch64 {

enum class Input : unsigned { Irq, Fiq, Virq, Vfiq };
inline constexpr std::array<std::string_view, 4> kInputNames{"irq", "fiq", "virq", "vfiq"};

/// Interrupt requests of the generic timers (physical, virtual, hypervisor, secure physical, hypervisor virtual) and of the
/// performance monitors.
enum class Output : unsigned { Cntp, Cntv, Cnthp, Cntps, Cnthv, Pmu };
inline constexpr std::array<std::string_view, 6> kOutputNames{"cntp", "cntv", "cnthp", "cntps", "cnthv", "pmu"};

} // namespace medley::iss::aarch64
