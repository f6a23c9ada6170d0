#include "platforms/map_reader.h"
#include "platforms/reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace medley::board {

namespace {

constexpr std::uint64_t kFastestCounter = 1'000'000'000'000;
constexpr Picoseconds kLongestQuantum = 1'000'000'000'000;

void read_counter(MapReader& board, Description& description, Diagnostics& diagnostics) {
    const auto* node = board.take("counter");
    if (node == nullptr)
        return;
    MapReader counter(*node, "counter", diagnostics);
    counter.require("frequency");
    if (const auto frequency = counter.number("frequency", ParameterType::Frequency)) {
        description.counter_frequency = *frequency;
        if (*frequency == 0 || *frequency > kFastestCounter)
            diagnostics.error(node->find("frequency")->place, "counter: frequency: expected 1Hz to 1000GHz");
    }
    counter.finish();
}

void read_quantum(MapReader& board, const Node& tree, Description& description, Diagnostics& diagnostics) {
    if (const auto quantum = board.number("quantum", ParameterType::Time)) {
        description.quantum = *quantum;
        if (*quantum == 0 || *quantum > kLongestQuantum)
            diagnostics.error(tree.find("quantum")->place, "quantum: expected 1ps to 1s");
    }
}

void read_tree(MapReader& board, Description& description, Diagnostics& diagnostics) {
    const auto* node = board.take("tree");
    if (node == nullptr)
        return;
    MapReader tree(*node, "tree", diagnostics);
    description.tree_model = tree.text("model");
    for (const auto* compatible : tree.scalars("compatible"))
        description.tree_compatible.push_back(compatible->text);
    tree.finish();
}

/// CPU groups, buses, memories and devices share one set of names.
void check_unique(const Node& tree, Diagnostics& diagnostics) {
    std::map<std::string, Place> seen;
    for (const auto* section : {"cpus", "buses", "memories", "devices"}) {
        const auto* table = tree.find(section);
        if (table == nullptr)
            continue;
        for (const auto& entry : table->entries) {
            const auto [earlier, fresh] = seen.emplace(entry.key, entry.place);
            if (!fresh)
                diagnostics.error(entry.place, fmt::format("the name '{}' is taken ({})", entry.key,
                                                           short_form(earlier->second)));
        }
    }
}

std::string only_bus(const Node& tree) {
    const auto* buses = tree.find("buses");
    return buses != nullptr && buses->entries.size() == 1 ? buses->entries.front().key : "";
}

} // namespace

void check_name(const NodeEntry& entry, const std::string& what, Diagnostics& diagnostics) {
    const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
    const auto digit = [](char c) { return c >= '0' && c <= '9'; };
    constexpr std::size_t kLongest = 64;
    const auto& name = entry.key;
    if (name.empty() || name.size() > kLongest || !letter(name[0]) ||
        !std::all_of(name.begin(), name.end(), [&](char c) { return letter(c) || digit(c); }))
        diagnostics.error(entry.place, fmt::format("{}: '{}' is not a name: expected letters, digits and '_', "
                                                   "a letter first, at most {} characters", what, name, kLongest));
}

Description read_board(const std::string& text, const std::string& file, const std::vector<Override>& overrides,
                       Diagnostics& diagnostics) {
    auto tree = read_yaml(text, file, diagnostics);
    Description description;
    description.file = file;
    if (tree.kind != Node::Kind::Map)
        return description;
    description.parameters = read_parameters(tree, overrides, diagnostics);
    const auto for_cpus = apply_overrides(tree, overrides, description.parameters, diagnostics);
    substitute(tree, description.parameters, diagnostics);

    MapReader board(tree, "board", diagnostics);
    board.require("name");
    description.name = board.text("name");
    description.description = board.text("description");
    description.arguments = board.text("arguments");
    static_cast<void>(board.take("parameters"));
    read_counter(board, description, diagnostics);
    read_quantum(board, tree, description, diagnostics);
    description.parallel = board.flag("parallel", false);
    read_tree(board, description, diagnostics);
    if (const auto* cpus = board.take("cpus"))
        description.cpus = read_cpus(*cpus, for_cpus, diagnostics);
    else
        for (const auto& change : for_cpus)
            diagnostics.error(change.source.place(), "the board has no CPUs");
    const auto bus = only_bus(tree);
    for (auto& cpu : description.cpus)
        cpu.bus = cpu.bus.empty() ? bus : cpu.bus;
    for (const auto& [section, kind] : {std::pair{"buses", ComponentKind::Bus}, std::pair{"memories", ComponentKind::Memory},
                                        std::pair{"devices", ComponentKind::Device}})
        if (const auto* table = board.take(section)) {
            auto components = read_components(*table, kind, description.cpus, bus, diagnostics);
            std::move(components.begin(), components.end(), std::back_inserter(description.components));
        }
    board.finish();
    check_unique(tree, diagnostics);
    return description;
}

} // namespace medley::board
