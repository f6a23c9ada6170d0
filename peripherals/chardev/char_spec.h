/// \file
/// The text that names a character back end, taken apart. Grammar: medley/periph/char_backend_factory.h.
#pragma once

#include <cstdint>
#include <string>

namespace medley::periph {

enum class CharKind : std::uint8_t { Null, Stdio, File, Tcp, Pty, Capture };

struct CharSpec {
    CharKind kind = CharKind::Null;
    std::string out;             ///< File: path of the output; empty: none.
    std::string in;              ///< File: path of the input; empty: none.
    std::string host = "127.0.0.1";
    std::string port;
    bool wait = false;           ///< TCP: the simulation starts when a client has connected.
    bool input = true;           ///< Stdio: reads standard input.
    std::string label;
};

/// Throws UserError.
[[nodiscard]] CharSpec parse_char_spec(const std::string& text);

} // namespace medley::periph
