/// \file
/// Guest instructions of random IR, which is a function of a seed and the address.
#pragma once

#include "tests/accel/support/toy.h"

#include <cstdint>

namespace medley::test {

struct RandomIr {
    std::uint64_t seed = 0;
    bool overlap = false;        ///< Use ToyCore::kLowR0.
    Address code_first = 0x1000; ///< Jumps stay between these.
    Address code_last = 0x2ffc;
    Address data = 0x8000;       ///< Where most accesses go, within 4 KiB and a little behind.

    /// Emits the operations of the instruction at \p pc; true when it ended the block.
    bool emit(ir::Builder& builder, Address pc) const;
};

} // namespace medley::test
