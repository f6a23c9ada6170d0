/// \file
/// The text of a board as a tree in which every part knows where it was written. Overrides and substitution change the tree;
/// all checks then see one thing.
#pragma once

#include "platforms/diagnostics.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace medley::board {

struct NodeEntry;

struct Node {
    enum class Kind : std::uint8_t { Null, Scalar, Sequence, Map };

    Kind kind = Kind::Null;
    Place place;
    std::string text;                ///< Scalar.
    std::vector<Node> items;         ///< Sequence.
    std::vector<NodeEntry> entries;  ///< Map, in the order of the file; keys are unique.

    [[nodiscard]] const Node* find(std::string_view key) const;
    [[nodiscard]] Node* find(std::string_view key);
    /// Sets or appends an entry of a map.
    void set(const std::string& key, const Place& place_of_value, const std::string& value);
};

struct NodeEntry {
    std::string key;
    Place place; ///< Of the key.
    Node value;
};

/// "a text", "a list", "a table", "nothing": what a node is, for messages.
[[nodiscard]] std::string_view kind_name(Node::Kind kind);

/// Reads YAML. Errors (syntax, keys that are not text or occur twice, a size or depth that no board needs) go to
/// \p diagnostics; the result is then what could be read.
[[nodiscard]] Node read_yaml(const std::string& text, const std::string& file, Diagnostics& diagnostics);

} // namespace medley::board
