/// \file
/// Declares the lifter of every row of the decode tables.
#pragma once

#include "iss/riscv/decode/row.h"

namespace medley::iss::riscv {

#define INSN(name, pattern, requirement, lifter, assembly) void lifter(Lifting& l, const Operands& o);
#define SPECIAL(name, pattern, requirement, lifter, assembly) void lifter(Lifting& l, const Operands& o);
#define RESERVED(name, pattern, requirement)
#include "iss/riscv/decode/all.def"

} // namespace medley::iss::riscv
