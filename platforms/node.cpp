#include "platforms/node.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <optional>
#include <sstream>

namespace medley::board {

const Node* Node::find(std::string_view key) const {
    const auto entry = std::find_if(entries.begin(), entries.end(), [&](const NodeEntry& e) { return e.key == key; });
    return entry == entries.end() ? nullptr : &entry->value;
}

Node* Node::find(std::string_view key) { return const_cast<Node*>(std::as_const(*this).find(key)); }

void Node::set(const std::string& key, const Place& place_of_value, const std::string& value) {
    Node* node = find(key);
    if (node == nullptr)
        node = &entries.emplace_back(NodeEntry{key, place_of_value, Node{}}).value;
    *node = Node{};
    node->kind = Kind::Scalar;
    node->place = place_of_value;
    node->text = value;
}

std::string_view kind_name(Node::Kind kind) {
    switch (kind) {
    case Node::Kind::Null: return "nothing";
    case Node::Kind::Scalar: return "a plain value";
    case Node::Kind::Sequence: return "a list";
    case Node::Kind::Map: return "a table of keys";
    }
    return "";
}

namespace {

constexpr std::size_t kLargestFile = 1U << 20;
constexpr unsigned kDeepest = 16;
constexpr unsigned kMostNodes = 50'000; // aliases can make a small file a huge tree

class Converter {
public:
    Converter(std::string file, Diagnostics& diagnostics) : file_(std::move(file)), diagnostics_(diagnostics) {}

    [[nodiscard]] Place place(const YAML::Mark& mark) const { return {file_, mark.line + 1, mark.column + 1}; }

    Node convert(const YAML::Node& yaml, unsigned depth) {
        Node node;
        node.place = place(yaml.Mark());
        if (++count_ > kMostNodes || depth > kDeepest) {
            if (!overflowed_)
                diagnostics_.error(node.place, "the board is larger or nested more deeply than any board can be");
            overflowed_ = true;
            return node;
        }
        if (yaml.IsScalar()) {
            node.kind = Node::Kind::Scalar;
            node.text = yaml.Scalar();
        } else if (yaml.IsSequence()) {
            node.kind = Node::Kind::Sequence;
            for (const auto& item : yaml)
                node.items.push_back(convert(item, depth + 1));
        } else if (yaml.IsMap()) {
            node.kind = Node::Kind::Map;
            for (const auto& pair : yaml)
                add_entry(node, pair.first, pair.second, depth);
        }
        return node;
    }

private:
    void add_entry(Node& map, const YAML::Node& key, const YAML::Node& value, unsigned depth) {
        if (overflowed_)
            return;
        const auto key_place = place(key.Mark());
        if (!key.IsScalar()) {
            diagnostics_.error(key_place, "expected a name as key");
            return;
        }
        const auto earlier = std::find_if(map.entries.begin(), map.entries.end(),
                                          [&](const NodeEntry& e) { return e.key == key.Scalar(); });
        if (earlier != map.entries.end()) {
            diagnostics_.error(key_place, fmt::format("key '{}' is given twice (first on line {})", key.Scalar(),
                                                      earlier->place.line));
            return;
        }
        map.entries.push_back({key.Scalar(), key_place, convert(value, depth + 1)});
    }

    std::string file_;
    Diagnostics& diagnostics_;
    unsigned count_ = 0;
    bool overflowed_ = false;
};

/// Where the last document began.
class DocumentStart final : public YAML::EventHandler {
public:
    using Mark = YAML::Mark;
    using Anchor = YAML::anchor_t;
    using Style = YAML::EmitterStyle::value;

    void OnDocumentStart(const Mark& start) override { mark = start; }
    void OnDocumentEnd() override {}
    void OnNull(const Mark&, Anchor) override {}
    void OnAlias(const Mark&, Anchor) override {}
    void OnScalar(const Mark&, const std::string&, Anchor, const std::string&) override {}
    void OnSequenceStart(const Mark&, const std::string&, Anchor, Style) override {}
    void OnSequenceEnd() override {}
    void OnMapStart(const Mark&, const std::string&, Anchor, Style) override {}
    void OnMapEnd() override {}

    Mark mark;
};

/// Where a second document begins, if there is one. YAML::LoadAll is of no use here: of a text such as "," it reads the same document
/// again and again, until there is no memory left.
std::optional<YAML::Mark> second_document(const std::string& text) {
    std::istringstream stream(text);
    YAML::Parser parser(stream);
    DocumentStart start;
    if (!parser.HandleNextDocument(start) || !parser.HandleNextDocument(start))
        return std::nullopt;
    return start.mark;
}

} // namespace

Node read_yaml(const std::string& text, const std::string& file, Diagnostics& diagnostics) {
    Converter converter(file, diagnostics);
    Node empty;
    empty.place = {file, 1, 1};
    if (text.size() > kLargestFile) {
        diagnostics.error(empty.place, "the file is larger than a board can be (1 MiB)");
        return empty;
    }
    try {
        if (const auto second = second_document(text)) {
            diagnostics.error(converter.place(*second), "a second YAML document begins; a board is one document");
            return empty;
        }
        auto node = converter.convert(YAML::Load(text), 0);
        if (node.kind == Node::Kind::Map)
            return node;
        diagnostics.error(empty.place, "expected a board: a table of keys such as 'name', 'cpus' and 'devices'");
    } catch (const YAML::Exception& error) {
        diagnostics.error(converter.place(error.mark), "not valid YAML: " + error.msg);
    }
    return empty;
}

} // namespace medley::board
