/// \file
/// The stored control and status registers. They are part of the state block, so that a debugger and a snapshot see
/// them; nothing that is derived from them is kept elsewhere.
#pragma once

#include <array>
#include <cstdint>

namespace medley::iss::riscv {

inline constexpr unsigned kPmpRegions = 64;
inline constexpr unsigned kTriggers = 4;
inline constexpr unsigned kCounters = 32;

struct Csrs {
#define CSR_SLOT(name, role) std::uint64_t name = 0;
#include "iss/riscv/csr_slots.def"

    /// Index 0 mcycle, 2 minstret, 3 to 31 mhpmcounter. The value itself while the counter stands still; while it
    /// counts, what is to be added to its source (counters.cpp).
    std::array<std::uint64_t, kCounters> counter{};
    std::array<std::uint64_t, kCounters> event{};    ///< mhpmevent3 to 31.
    std::array<std::uint64_t, kPmpRegions> pmpcfg{}; ///< One byte each: pmp0cfg, pmp1cfg, ...
    std::array<std::uint64_t, kPmpRegions> pmpaddr{};
    std::array<std::uint64_t, kTriggers> tdata1{};
    std::array<std::uint64_t, kTriggers> tdata2{};
};

} // namespace medley::iss::riscv
