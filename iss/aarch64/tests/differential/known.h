/// \file
/// Where QEMU 7.2 does not do what the Arm ARM says.
#pragma once

#include "iss/aarch64/decode/row.h"
#include "iss/aarch64/tests/differential/record.h"

namespace medley::iss::aarch64::test {

/// Whether a difference is one of QEMU's.
[[nodiscard]] bool is_known(const Row& row, const record& before, const record& ours, const record& theirs);

} // namespace medley::iss::aarch64::test
