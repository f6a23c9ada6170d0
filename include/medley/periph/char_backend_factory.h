/// \file
/// Character back ends from the text that a board or the command line names them with:
///
///     null                        output vanishes, no input
///     stdio[,input=off]           the process's standard streams; a terminal in raw mode (Ctrl-A H: help, Ctrl-A X: quit)
///     file:PATH                   output to a file
///     file:[out=PATH][,in=PATH]   output to a file, input from one
///     tcp:[HOST:]PORT[,wait]      a server for one client at a time, on 127.0.0.1 by default; port 0 picks one
///     pty                         a pseudo-terminal, whose name is reported
///     capture                     in memory, for tests
///
/// Each takes `,label=TEXT`: lines of output begin with "[TEXT] ", for consoles side by side.
#pragma once

#include "medley/base/log.h"
#include "medley/periph/char_backend.h"
#include "medley/tlm/simulation_control.h"

#include <memory>
#include <string>

namespace medley::periph {

/// The standard streams, shared by the back ends of a platform.
class Console;

/// What back ends need; outlives them. One object per platform.
struct CharBackendServices {
    Log& log;
    SimulationControl& control;
    /// Made by the first stdio back end; leave it empty.
    std::shared_ptr<Console> console = nullptr;
};

/// Before elaboration ends, for input is handed over by a SystemC module, which gets the unique name \p name. Throws UserError for a spec
/// that is malformed or that the host refuses (a file that cannot be opened, a port that is taken).
[[nodiscard]] std::unique_ptr<CharBackend> make_char_backend(const std::string& spec, const std::string& name, CharBackendServices& services);

/// Throws UserError for a malformed spec, and opens nothing.
void check_char_backend(const std::string& spec);

} // namespace medley::periph
