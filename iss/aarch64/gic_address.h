/// \file
/// Addresses of the interrupt controller's system registers on the core's private socket: the encoding
/// (op0 << 14 | op1 << 11 | CRn << 7 | CRm << 3 | op2) times 8, and what the device cannot know otherwise above it.
#pragma once

#include "medley/base/types.h"

namespace medley::iss::aarch64::gic_address {

inline constexpr Address kBytes = 8;
/// An ICC register is accessed by a guest whose interrupts are virtual: ICV.
inline constexpr Address kVirtual = Address{1} << 24;
/// Banked registers are those of Secure state (SCR_EL3.NS is 0); only where the core has EL3, as what follows.
inline constexpr Address kSecure = Address{1} << 25;
/// The core is at EL3.
inline constexpr Address kMonitor = Address{1} << 26;
/// EL3 takes the FIQs (SCR_EL3.FIQ), so that group 0 is not for Non-secure software.
inline constexpr Address kFiqToMonitor = Address{1} << 27;

} // namespace medley::iss::aarch64::gic_address
