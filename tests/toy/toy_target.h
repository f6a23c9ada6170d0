/// \file
/// A made-up instruction set: the proof that the target API is complete, and a model of how to write a target. Big-endian, unlike
/// anything else here, so that nothing can depend on the host's byte order by accident.
///
/// Eight 32-bit registers; 32-bit instructions `oodaiiii` (one hexadecimal digit a letter; i is a signed 16-bit immediate):
///
///     00 li d, i        01 add d, a, r[i]   02 addi d, a, i   03 sub d, a, r[i]   04 mul d, a, r[i]
///     10 ldw d, i(a)    11 stw d, i(a)      12 ldb d, i(a)    13 stb d, i(a)      05 lui d, i
///     20 beq d, a, i    21 bne d, a, i      22 jmp a          23 call d, i        (i in instructions)
///     30 wait           31 ie i             32 rti            33 setvec a         34 getcause d
///
/// An exception or interrupt saves pc in `epc` and its number in `cause`, clears `ie`, and goes to `vec`.
#pragma once

#include "medley/cpu/registry.h"

namespace medley::toy {

void register_toy(CpuRegistry& registry);

} // namespace medley::toy
