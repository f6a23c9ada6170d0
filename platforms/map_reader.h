/// \file
/// Reads the keys of one table of a board: what is known is taken, and what is left over is an error.
#pragma once

#include "platforms/node.h"
#include "platforms/values.h"

#include <optional>
#include <string>
#include <vector>

namespace medley::board {

class MapReader {
public:
    /// \p what names the table in messages ("device 'uart0'"). A null node is an empty table.
    MapReader(const Node& node, std::string what, Diagnostics& diagnostics);

    /// The value of a key, which thereby counts as known. Null when it is absent.
    [[nodiscard]] const Node* take(const std::string& key);
    /// The scalar at a key; an error when it is of another kind.
    [[nodiscard]] const Node* take_scalar(const std::string& key);
    [[nodiscard]] std::string text(const std::string& key, const std::string& otherwise = "");
    [[nodiscard]] std::optional<std::uint64_t> number(const std::string& key, ParameterType type);
    [[nodiscard]] bool flag(const std::string& key, bool otherwise);
    /// A scalar or a list of scalars.
    [[nodiscard]] std::vector<const Node*> scalars(const std::string& key);
    /// Reports when a key that was taken is absent.
    void require(const std::string& key);

    /// The entries that nobody has taken.
    [[nodiscard]] std::vector<const NodeEntry*> rest() const;
    /// Reports what nobody has taken; \p more are names that are known besides the taken ones.
    void finish(const std::vector<std::string>& more = {});

    [[nodiscard]] const Place& place() const { return node_.place; }
    [[nodiscard]] const std::string& what() const { return what_; }

private:
    const Node& node_;
    std::string what_;
    Diagnostics& diagnostics_;
    std::vector<std::string> known_;
};

/// Reports when \p node is not of \p kind.
[[nodiscard]] bool expect(const Node& node, Node::Kind kind, const std::string& what, Diagnostics& diagnostics);
/// The number in a scalar; an error that quotes the text otherwise.
[[nodiscard]] std::optional<std::uint64_t> read_number(const Node& node, ParameterType type, const std::string& what,
                                                       Diagnostics& diagnostics);

} // namespace medley::board
