/// \file
/// Debug triggers on addresses: types 2 (mcontrol) and 6 (mcontrol6), action 0. RISC-V Debug 1.0, chapter 5 (Sdtrig).
/// Not modelled: data-value matches, chains, sizes other than any, masked and negated matches, and load triggers on the
/// load half of atomic memory operations (store triggers see those).
#pragma once

#include <cstdint>

namespace medley::iss::riscv {

/// tcontrol keeps triggers of machine mode from firing inside its own trap handler (5.7.11).
namespace tcontrol {
inline constexpr std::uint64_t kMte = 1U << 3;
inline constexpr std::uint64_t kMpte = 1U << 7;

/// After a trap into machine mode.
[[nodiscard]] constexpr std::uint64_t entered(std::uint64_t value) {
    return (value & kMte) != 0 ? kMpte : 0;
}
/// After MRET.
[[nodiscard]] constexpr std::uint64_t left(std::uint64_t value) {
    return (value & kMpte) != 0 ? value | kMte : value & ~kMte;
}
} // namespace tcontrol

/// A trigger as it is stored: type in bits 63:60 on every core, mcontrol's common fields below.
namespace tdata1 {
inline constexpr unsigned kTypeShift = 60;
inline constexpr std::uint64_t kMcontrol = 2;
inline constexpr std::uint64_t kMcontrol6 = 6;
inline constexpr std::uint64_t kDisabled = 15;
inline constexpr std::uint64_t kLoad = 1;
inline constexpr std::uint64_t kStore = 2;
inline constexpr std::uint64_t kExecute = 4;
inline constexpr std::uint64_t kUser = 8;
inline constexpr std::uint64_t kSupervisor = 16;
inline constexpr std::uint64_t kMachine = 64;
inline constexpr unsigned kMatchShift = 7;
inline constexpr std::uint64_t kReset = kDisabled << kTypeShift;
} // namespace tdata1

} // namespace medley::iss::riscv
