/// \file
/// From guest code to IR.
#pragma once

#include "iss/aarch64/config.h"
#include "iss/aarch64/decode/tables.h"
#include "iss/aarch64/lift_mode.h"
#include "medley/cpu/target.h"

namespace medley::iss::aarch64 {

/// Code of the fault that lift gives at an address whose top byte does not count (LiftMode::tbi_branch_low): nothing but
/// Core::raise sees it, which goes on at the canonical address. So branches need not look at the top byte of their targets.
inline constexpr std::uint32_t kTaggedPc = 0xffff'fff0;
/// Code of the "fault" of a write of RMR_ELx.RR, by which it leaves the block: Core::raise resets the core.
inline constexpr std::uint32_t kWarmReset = 0xffff'ffe0;

/// The address that a branch to \p target goes to (Arm ARM, "AArch64.BranchAddr").
[[nodiscard]] Address canonical_pc(const LiftMode& mode, Address target);

/// As TargetCore::lift. \p tables are those of the configuration's features; a core makes them once.
[[nodiscard]] LiftResult lift(const Config& config, const DecodeTables& tables, const LiftMode& mode, Address start,
                              const LiftLimits& limits, CodeReader& code, ir::Builder& builder);

} // namespace medley::iss::aarch64
