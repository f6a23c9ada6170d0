/// \file
/// System registers as the lifter sees them.
#pragma once

#include "iss/aarch64/config.h"
#include "iss/aarch64/lift_mode.h"
#include "medley/ir/types.h"

#include <cstdint>

namespace medley::iss::aarch64 {

/// How lifted code gets at a system register.
struct SysregPlan {
    enum class Kind : std::uint8_t {
        Helper, ///< sysreg_read or sysreg_write: it may be trapped, undefined, or do more than keep a value.
        Slot,   ///< A plain slot of type I64, accessible at this exception level without further conditions.
        Zero,   ///< Reads as 0, ignores writes.
    };
    Kind kind = Kind::Helper;
    ir::SlotId slot = 0;
    /// A write need not end the block: neither the translation key nor interrupts nor translations depend on it.
    bool write_goes_on = false;
};

/// \p instruction is the MRS or MSR (register) instruction.
[[nodiscard]] SysregPlan plan_sysreg(const Config& config, const LiftMode& mode, std::uint32_t instruction);

} // namespace medley::iss::aarch64
