/// \file
/// Declares the lifter of every row of the decode tables.
#pragma once

#include "iss/aarch64/decode/row.h"

namespace medley::iss::aarch64 {

#define INSN(name, pattern, requirement, lifter, assembly) void lifter(Lifting& l, const Operands& o);
#define SPECIAL(name, pattern, requirement, lifter, assembly) void lifter(Lifting& l, const Operands& o);
#define RESERVED(name, pattern)
#include "iss/aarch64/decode/all.def"

} // namespace medley::iss::aarch64
