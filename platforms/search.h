/// \file
/// Finds board files.
#pragma once

#include "medley/board/board.h"

namespace medley::board {

/// \p board is a path when it contains a '/' or ends in ".yaml"; else a name on the search path. Throws UserError.
[[nodiscard]] std::filesystem::path find_board(const std::string& board, const SearchPath& search);
/// Throws UserError.
[[nodiscard]] std::string read_text_file(const std::filesystem::path& path);

} // namespace medley::board
