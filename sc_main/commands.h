/// \file
/// What the command does, verb by verb.
#pragma once

#include "sc_main/arguments.h"

namespace medley::command {

/// The exit status. Throws UserError.
[[nodiscard]] int execute(const Arguments& arguments, const board::Catalogue& catalogue);

} // namespace medley::command
