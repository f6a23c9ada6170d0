/// \file
/// Errors in what the user wrote: collected, so that all of them are reported at once.
#pragma once

#include "medley/board/board.h"

#include <string>
#include <vector>

namespace medley::board {

/// Where something was written: a position in a file, or (line 0) an option of the command line.
struct Place {
    std::string file;
    int line = 0;
    int column = 0;
};

/// "file:line:column", or the option.
[[nodiscard]] std::string to_string(const Place& place);
/// "line 12" or the option: for the second place in a message.
[[nodiscard]] std::string short_form(const Place& place);

class Diagnostics {
public:
    /// The same line is kept once (the CPUs of a group are read from one text).
    void error(const Place& place, const std::string& text);
    void error(const std::string& text);

    [[nodiscard]] bool empty() const { return lines_.empty(); }
    [[nodiscard]] const std::vector<std::string>& lines() const { return lines_; }
    /// Throws BoardErrors when there is any.
    void throw_if_any() const;

private:
    std::vector<std::string> lines_;
};

/// "; did you mean 'x'?" for a near miss, else nothing.
[[nodiscard]] std::string near_miss(const std::string& wrong, const std::vector<std::string>& known);
/// The same, else "; known: a, b, c", else nothing when there is nothing.
[[nodiscard]] std::string suggestion(const std::string& wrong, const std::vector<std::string>& known);
/// Sorted, with "irq.1 to irq.96" in the place of consecutive numbers.
[[nodiscard]] std::vector<std::string> in_ranges(const std::vector<std::string>& names);
/// "a, b, c".
[[nodiscard]] std::string join(const std::vector<std::string>& texts);

} // namespace medley::board
