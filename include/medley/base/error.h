/// \file
/// The error classes that are exceptions or aborts (docs/architecture.md, section "Errors"): what the user did
/// (`UserError`) and what we did (`MEDLEY_ASSERT`). What a guest does is never either of them.
#pragma once

#include <stdexcept>
#include <string>

namespace medley {

/// A mistake in a board, an option or an image. `what()` is one line: place (file:line, where there is one), what
/// is wrong, and the remedy. The command prints it and exits with status 2.
class UserError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Prints the broken invariant with its place and `detail` (the IR block or state that shows it), then aborts.
[[noreturn]] void assertion_failed(const char* expression, const char* file, int line, const std::string& detail);

} // namespace medley

/// An invariant of our own code. Never for anything that a guest, a file, a socket or a user can cause.
#define MEDLEY_ASSERT(expression, detail)                                                                              \
    ((expression) ? static_cast<void>(0) : ::medley::assertion_failed(#expression, __FILE__, __LINE__, (detail)))
