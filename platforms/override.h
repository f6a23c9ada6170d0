/// \file
/// Board parameters, their substitution, and the values that the command line puts in place of the board's.
#pragma once

#include "platforms/description.h"
#include "platforms/node.h"

#include <string>
#include <vector>

namespace medley::board {

/// `-s key=value`.
struct Override {
    std::string key;
    std::string value;

    [[nodiscard]] Place place() const { return {"-s " + key + "=" + value, 0, 0}; }
};

/// For one CPU, counted over all groups in the board's order.
struct CpuOverride {
    unsigned cpu = 0;
    std::vector<std::string> path;
    Override source;
};

/// Takes the table `parameters` with the overrides of its values, checked against type and range.
[[nodiscard]] std::vector<BoardParameter> read_parameters(const Node& board, const std::vector<Override>& overrides,
                                                          Diagnostics& diagnostics);
/// Puts all other overrides into the tree, but those for single CPUs, which are returned.
[[nodiscard]] std::vector<CpuOverride> apply_overrides(Node& board, const std::vector<Override>& overrides,
                                                       const std::vector<BoardParameter>& parameters,
                                                       Diagnostics& diagnostics);
/// Sets the scalar at \p path below \p node, an existing table.
void set_path(Node& node, const std::vector<std::string>& path, const Override& source, Diagnostics& diagnostics);

/// Replaces every `${name}` and `${name*NUMBER}` in every scalar.
void substitute(Node& node, const std::vector<BoardParameter>& parameters, Diagnostics& diagnostics);
/// Replaces every `{i}`, `{2i}`, `{2i+1}` in every scalar and key.
void substitute_index(Node& node, unsigned index);
[[nodiscard]] std::string replace_index(const std::string& text, unsigned index);

} // namespace medley::board
