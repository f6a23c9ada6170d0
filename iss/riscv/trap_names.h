/// \file
/// Causes as text, for traces.
#pragma once

#include <cstdint>
#include <string_view>

namespace medley::iss::riscv {

[[nodiscard]] std::string_view trap_name(std::uint64_t code, bool is_interrupt);

} // namespace medley::iss::riscv
