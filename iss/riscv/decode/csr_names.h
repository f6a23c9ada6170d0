/// \file
/// Names of control and status registers.
#pragma once

#include <string>

namespace medley::iss::riscv {

/// The name of a CSR, or its number in hexadecimal where it has none.
[[nodiscard]] std::string csr_name(unsigned number);

} // namespace medley::iss::riscv
