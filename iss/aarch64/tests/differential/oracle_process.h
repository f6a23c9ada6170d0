/// \file
/// The oracle: oracle.c under Debian's qemu-aarch64.
#pragma once

#include "iss/aarch64/tests/differential/record.h"

#include <string>
#include <vector>

namespace medley::iss::aarch64::test {

/// What the oracle makes of records, in order; shorter when it died.
[[nodiscard]] std::vector<record> ask_oracle(const std::string& command, const std::vector<record>& records);

} // namespace medley::iss::aarch64::test
