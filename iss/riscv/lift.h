/// \file
/// From guest code to IR.
#pragma once

#include "iss/riscv/decode/tables.h"
#include "iss/riscv/isa.h"
#include "iss/riscv/lift_context.h"
#include "medley/cpu/target.h"

namespace medley::iss::riscv {

/// As TargetCore::lift. \p tables are those of \p isa; a core makes them once.
[[nodiscard]] LiftResult lift(const Isa& isa, const DecodeTables& tables, const LiftMode& mode, Address start,
                              const LiftLimits& limits, CodeReader& code, ir::Builder& builder);

} // namespace medley::iss::riscv
