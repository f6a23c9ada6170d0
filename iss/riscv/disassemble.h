/// \file
/// From guest code to text, by the assembly templates of the decode tables.
#pragma once

#include "iss/riscv/decode/tables.h"
#include "medley/base/types.h"

#include <cstddef>
#include <span>
#include <string>

namespace medley::iss::riscv {

/// How registers are called.
enum class RegisterNames : std::uint8_t { Abi, Numeric };

/// Text of the instruction at \p address without aliases; `.2byte`/`.4byte` where there is none. \p length receives its
/// bytes (of what there is, if \p code ends too early).
[[nodiscard]] std::string disassemble(const DecodeTables& tables, Address address, std::span<const std::byte> code,
                                      unsigned& length, RegisterNames names = RegisterNames::Abi);

} // namespace medley::iss::riscv
