/// \file
/// Boards and catalogue entries as text for people.
#pragma once

#include "platforms/check.h"

#include "medley/board/board.h"

#include <string>

namespace medley::board {

[[nodiscard]] std::string list_map(const Description& description);
[[nodiscard]] std::string describe_board(const Description& description);

} // namespace medley::board
