/// \file
/// The table of system registers and accesses by instructions.
#pragma once

#include "iss/aarch64/config.h"
#include "medley/cpu/fault.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace medley::iss::aarch64 {

class System;

/// op0, op1, CRn, CRm and op2 in 16 bits.
constexpr std::uint16_t sysreg_key(unsigned op0, unsigned op1, unsigned crn, unsigned crm, unsigned op2) {
    return static_cast<std::uint16_t>(op0 << 14 | op1 << 11 | crn << 7 | crm << 3 | op2);
}
/// Of an MRS, MSR (register), SYS or SYSL instruction.
constexpr std::uint16_t sysreg_key(std::uint32_t instruction) {
    return sysreg_key(instruction >> 19 & 3, instruction >> 16 & 7, instruction >> 12 & 15, instruction >> 8 & 15, instruction >> 5 & 7);
}

/// What becomes of an access.
enum class Verdict : std::uint8_t { Allowed, TrapEl1, TrapEl2, TrapEl3, Undefined };

struct SysregAccess {
    std::uint16_t key = 0;
    bool write = false;
};

/// The lowest exception levels that may read and write; 4: none.
struct Rights {
    std::uint8_t read = 4;
    std::uint8_t write = 4;
};

/// The row of sysreg.def.
struct SysregRow {
    std::string_view name;
    std::uint16_t key;
    std::uint16_t count;
    std::uint16_t stride;
    bool (*exists)(const Config&);
    Rights rights;
    Verdict (*trap)(const System&, const SysregAccess&);
    std::uint64_t (*read)(System&, unsigned index);
    void (*write)(System&, unsigned index, std::uint64_t value);
};

/// All rows, for tests and documentation.
[[nodiscard]] std::span<const SysregRow> sysreg_rows();
/// The row that an encoding belongs to, and the number in it; whether or not the core has it.
struct SysregPlace {
    const SysregRow* row = nullptr;
    unsigned index = 0;
};
[[nodiscard]] SysregPlace find_sysreg(std::uint16_t key);

/// The register that an access by an instruction means, with the redirections of VHE, or the fault that it is.
struct SysregDecision {
    SysregPlace place;
    std::optional<Fault> fault;
};
[[nodiscard]] SysregDecision decide_sysreg(const System& system, std::uint32_t instruction, bool write);

/// The fault that a verdict on an instruction is.
[[nodiscard]] std::optional<Fault> fault_of(const System& system, Verdict verdict, std::uint32_t instruction);

} // namespace medley::iss::aarch64
