/// \file
/// Listings of host code.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace medley::accel::jit::x64 {

/// One line an instruction: address, bytes are left out, text.
[[nodiscard]] std::string disassemble(std::span<const std::byte> code);

} // namespace medley::accel::jit::x64
