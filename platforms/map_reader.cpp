#include "platforms/map_reader.h"

#include <fmt/format.h>

#include <algorithm>

namespace medley::board {

bool expect(const Node& node, Node::Kind kind, const std::string& what, Diagnostics& diagnostics) {
    if (node.kind == kind)
        return true;
    diagnostics.error(node.place, fmt::format("{}: expected {}, found {}", what, kind_name(kind), kind_name(node.kind)));
    return false;
}

std::optional<std::uint64_t> read_number(const Node& node, ParameterType type, const std::string& what,
                                         Diagnostics& diagnostics) {
    if (node.kind == Node::Kind::Scalar)
        if (const auto value = parse_number(node.text, type))
            return value;
    const auto found = node.kind == Node::Kind::Scalar ? fmt::format("'{}'", node.text) : std::string(kind_name(node.kind));
    diagnostics.error(node.place, fmt::format("{}: expected {}, found {}", what, expectation(type), found));
    return std::nullopt;
}

MapReader::MapReader(const Node& node, std::string what, Diagnostics& diagnostics)
    : node_(node), what_(std::move(what)), diagnostics_(diagnostics) {
    if (node.kind != Node::Kind::Map && node.kind != Node::Kind::Null)
        static_cast<void>(expect(node, Node::Kind::Map, what_, diagnostics));
}

const Node* MapReader::take(const std::string& key) {
    if (std::find(known_.begin(), known_.end(), key) == known_.end())
        known_.push_back(key);
    return node_.find(key);
}

const Node* MapReader::take_scalar(const std::string& key) {
    const auto* node = take(key);
    if (node == nullptr || !expect(*node, Node::Kind::Scalar, what_ + ": " + key, diagnostics_))
        return nullptr;
    return node;
}

std::string MapReader::text(const std::string& key, const std::string& otherwise) {
    const auto* node = take_scalar(key);
    return node == nullptr ? otherwise : node->text;
}

std::optional<std::uint64_t> MapReader::number(const std::string& key, ParameterType type) {
    const auto* node = take(key);
    return node == nullptr ? std::nullopt : read_number(*node, type, what_ + ": " + key, diagnostics_);
}

bool MapReader::flag(const std::string& key, bool otherwise) {
    return number(key, ParameterType::Boolean).value_or(otherwise ? 1 : 0) != 0;
}

std::vector<const Node*> MapReader::scalars(const std::string& key) {
    const auto* node = take(key);
    std::vector<const Node*> result;
    if (node == nullptr)
        return result;
    if (node->kind != Node::Kind::Sequence) {
        if (expect(*node, Node::Kind::Scalar, what_ + ": " + key, diagnostics_))
            result.push_back(node);
        return result;
    }
    for (const auto& item : node->items)
        if (expect(item, Node::Kind::Scalar, what_ + ": " + key, diagnostics_))
            result.push_back(&item);
    return result;
}

void MapReader::require(const std::string& key) {
    if (node_.kind == Node::Kind::Map && node_.find(key) == nullptr)
        diagnostics_.error(node_.place, fmt::format("{}: '{}' is missing", what_, key));
}

std::vector<const NodeEntry*> MapReader::rest() const {
    std::vector<const NodeEntry*> result;
    for (const auto& entry : node_.entries)
        if (std::find(known_.begin(), known_.end(), entry.key) == known_.end())
            result.push_back(&entry);
    return result;
}

void MapReader::finish(const std::vector<std::string>& more) {
    auto known = known_;
    known.insert(known.end(), more.begin(), more.end());
    for (const auto* entry : rest())
        diagnostics_.error(entry->place, fmt::format("{}: unknown key '{}'{}", what_, entry->key, suggestion(entry->key, known)));
}

} // namespace medley::board
