/// \file
/// Addresses of the interrupt controller's system registers on the core's private socket: the encoding
/// (op0 << 14 | op1 << 11 | CRn << 7 | CRm << 3 | op2) times 8, and what the device cannot know otherwise above it.
#pragma once

#include "medley/base/types.h"

namespace medley::iss::aarch64::gic_address {

inline constexpr Address kBytes = 8;
/// An ICC register is accessed by a guest whose interrupts are virtual: ICV.
inline constexpr Address kVirtual = Address{1} << 24;
/// The core is in Secure state; only where it has EL3.
inline constexpr Address kSecure = Address{1} << 25;
/// The core is at EL3.
inline constexpr Address kMonitor = Address{1} << 26;

} // namespace medley::iss::aarch64::gic_address
