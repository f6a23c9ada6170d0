/// \file
/// From guest code to text, by the assembly templates of the decode tables.
#pragma once

#include "iss/aarch64/decode/tables.h"
#include "medley/base/types.h"

#include <cstddef>
#include <span>
#include <string>

namespace medley::iss::aarch64 {

/// Text of the instruction at \p address with the aliases that the Arm ARM prefers; `.inst` where there is none. \p length
/// receives its bytes (of what there is, if \p code ends too early).
[[nodiscard]] std::string disassemble(const DecodeTables& tables, Address address, std::span<const std::byte> code,
                                      unsigned& length);

/// What `text` lacks to be an assembly template: the first name in brackets that nobody explains; empty when all is well.
[[nodiscard]] std::string unknown_in_template(std::string_view assembly);

} // namespace medley::iss::aarch64
