/// \file
/// The notation of numbers in boards and on the command line.
#pragma once

#include "medley/periph/peripheral.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace medley::board {

using periph::ParameterType;

/// Integer: 12, 0x1f, 0x8000_0000. Size: 64K, 128M, 1GiB. Frequency: 10MHz, 3.6864MHz, 32768 (Hz).
/// Time: 1ms, 2.5us, 10ps, in picoseconds. Boolean: true, false, yes, no, on, off. Nothing when the text is not of that form or the
/// value does not fit 64 bits. Text is not a number: nothing.
[[nodiscard]] std::optional<std::uint64_t> parse_number(std::string_view text, ParameterType type);
[[nodiscard]] std::optional<double> parse_real(std::string_view text);

/// "an integer (12, 0x1f)" and so on, for "expected ...".
[[nodiscard]] std::string_view expectation(ParameterType type);
[[nodiscard]] std::string_view name_of(ParameterType type);
[[nodiscard]] std::optional<ParameterType> type_by_name(std::string_view name);

/// 128 MiB, 64 KiB, 12 bytes.
[[nodiscard]] std::string format_size(std::uint64_t bytes);

} // namespace medley::board
