// Loads and stores of F and D.

#include "iss/riscv/lift_float.h"

namespace medley::iss::riscv {

// flw rd, imm(rs1)
void lift_flw(Lifting& l, const Operands& o) { FloatLifting(l).load(o, Type::F32); }
void lift_fld(Lifting& l, const Operands& o) { FloatLifting(l).load(o, Type::F64); }
// fsw rs2, imm(rs1)
void lift_fsw(Lifting& l, const Operands& o) { FloatLifting(l).store(o, Type::F32); }
void lift_fsd(Lifting& l, const Operands& o) { FloatLifting(l).store(o, Type::F64); }

} // namespace medley::iss::riscv
