/// \file
/// SYS instructions: cache and TLB maintenance, address translation. Arm ARM DDI 0487, C5.3 to C5.6.
#pragma once

#include "medley/cpu/fault.h"

#include <cstdint>
#include <optional>

namespace medley::iss::aarch64 {

class System;

/// Executes it, or says how it fails.
[[nodiscard]] std::optional<Fault> execute_sys(System& system, std::uint32_t instruction, std::uint64_t value);

// By topic; false: no such instruction.
struct SysOutcome {
    bool known = false;
    std::optional<Fault> fault;
};
[[nodiscard]] SysOutcome execute_tlbi(System& system, std::uint32_t instruction, std::uint64_t value);
[[nodiscard]] SysOutcome execute_cache(System& system, std::uint32_t instruction, std::uint64_t value);
[[nodiscard]] SysOutcome execute_at(System& system, std::uint32_t instruction, std::uint64_t value);

} // namespace medley::iss::aarch64
