/// \file
/// Random RISC-V programs for lockstep tests: every encoding of the decode tables, with operands that mostly make sense;
/// paging with aliases and remaps, with and without fences; code that changes; traps of every kind.
#pragma once

#include "tests/accel/support/lockstep.h"

namespace medley::iss::riscv::test {

/// The program that a seed stands for.
[[nodiscard]] medley::test::LockstepProgram make_lockstep_program(std::uint64_t seed);

} // namespace medley::iss::riscv::test
