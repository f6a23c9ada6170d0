/// \file
/// The interrupt inputs and the outputs, in the order of Target::interrupt_inputs and Target::outputs.
#pragma once

#include <array>
#include <string_view>

namespace medley::iss::aarch64 {

/// Whether a group 1 interrupt of a controller with two security states is an IRQ or, because it is for the other state or for
/// EL3, an FIQ, is seen here (GIC v3 and v4, IHI 0069H 4.6.2): IrqNs is of Non-secure group 1, IrqS of Secure group 1. The
/// others are levels; Sei, the system error interrupt, is an edge, as nSEI of the models is: it makes one SError pending.
enum class Input : unsigned { Irq, Fiq, Virq, Vfiq, IrqNs, IrqS, Sei };
inline constexpr std::array<std::string_view, 7> kInputNames{"irq", "fiq", "virq", "vfiq", "irq_ns", "irq_s", "sei"};

/// Interrupt requests of the generic timers (physical, virtual, hypervisor, secure physical, hypervisor virtual) and of the
/// performance monitors.
enum class Output : unsigned { Cntp, Cntv, Cnthp, Cntps, Cnthv, Pmu };
inline constexpr std::array<std::string_view, 6> kOutputNames{"cntp", "cntv", "cnthp", "cntps", "cnthv", "pmu"};

} // namespace medley::iss::aarch64
