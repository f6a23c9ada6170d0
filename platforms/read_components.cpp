#include "platforms/map_reader.h"
#include "platforms/reader.h"

#include <fmt/format.h>

#include <algorithm>

namespace medley::board {

namespace {

constexpr std::size_t kMostWires = 4096;

/// "plic.10", "hart.0.mtip": where a wire ends.
void read_end(const Node& node, const std::string& text, const std::vector<CpuDescription>& cpus, Wire wire,
              std::vector<Wire>& wires, Diagnostics& diagnostics) {
    auto dot = text.find('.');
    wire.to = text.substr(0, dot);
    wire.place = node.place;
    const auto cpu = std::find_if(cpus.begin(), cpus.end(), [&](const CpuDescription& c) { return c.group == wire.to; });
    if (cpu != cpus.end() && dot != std::string::npos) {
        const auto next = text.find('.', dot + 1);
        const auto number = parse_number(text.substr(dot + 1, next - dot - 1), ParameterType::Integer);
        if (number && next != std::string::npos) {
            wire.to = cpu->counted || *number != 0 ? fmt::format("{}.{}", cpu->group, *number) : cpu->group;
            dot = next;
        } else if (cpu->counted) {
            diagnostics.error(node.place, fmt::format("'{}': expected {}.NUMBER.INPUT, or {}.{{i}}.INPUT for each of them", text,
                                                      cpu->group, cpu->group));
            return;
        }
    }
    if (dot == std::string::npos || dot + 1 == text.size()) {
        diagnostics.error(node.place, fmt::format("'{}': expected NAME.INPUT", text));
        return;
    }
    wire.input = text.substr(dot + 1);
    wires.push_back(std::move(wire));
}

/// A port, and the text that says where it leads.
using Lead = std::pair<std::string, std::string>;

/// The one that a board writes, or one for each CPU of the group that it names where it contains `{i}`.
std::vector<Lead> expand(const Node& node, const std::string& port, const std::vector<CpuDescription>& cpus,
                         Diagnostics& diagnostics) {
    if (replace_index(node.text, 0) == node.text)
        return {{port, node.text}};
    const auto group = node.text.substr(0, node.text.find('.'));
    std::vector<Lead> leads;
    for (const auto& cpu : cpus)
        if (cpu.group == group)
            leads.emplace_back(replace_index(port, cpu.number), replace_index(node.text, cpu.number));
    if (leads.empty())
        diagnostics.error(node.place, fmt::format("'{}': '{{i}}' stands for each CPU of a group, and '{}' is no group of CPUs",
                                                  node.text, group));
    return leads;
}

void read_pattern(const Node& node, const std::string& output, const std::vector<CpuDescription>& cpus,
                  std::vector<Wire>& wires, Diagnostics& diagnostics) {
    if (!expect(node, Node::Kind::Scalar, "wire", diagnostics))
        return;
    if (wires.size() > kMostWires) {
        diagnostics.error(node.place, "more wires than any board can have");
        return;
    }
    for (const auto& [port, text] : expand(node, output, cpus, diagnostics)) {
        Wire wire;
        wire.output = port;
        read_end(node, text, cpus, wire, wires, diagnostics);
    }
}

/// 0 stands for what was not given: to give it is a mistake, and so is what is no size at all.
std::uint64_t read_size(MapReader& reader, const Node& node, Mapping& mapping, Diagnostics& diagnostics) {
    const auto* given = node.find("size");
    const auto size = reader.number("size", ParameterType::Size);
    mapping.has_bad_size = given != nullptr && size.value_or(0) == 0;
    if (size && *size == 0)
        diagnostics.error(given->place, fmt::format("{}: 'size' must not be 0", reader.what()));
    return size.value_or(0);
}

Mapping read_mapping(MapReader& reader, const Node& node, const std::string& only_bus, Diagnostics& diagnostics) {
    Mapping mapping;
    mapping.bus = reader.text("bus", only_bus);
    mapping.bus_place = node.find("bus") != nullptr ? node.find("bus")->place : node.place;
    mapping.place = node.find("at") != nullptr ? node.find("at")->place : node.place;
    mapping.base = reader.number("at", ParameterType::Integer).value_or(0);
    mapping.size = read_size(reader, node, mapping, diagnostics);
    return mapping;
}

void read_mappings(MapReader& reader, const Node& node, const std::string& only_bus, Component& component,
                   Diagnostics& diagnostics) {
    const auto* list = reader.take("map");
    if (node.find("at") != nullptr) {
        component.mappings.push_back(read_mapping(reader, node, only_bus, diagnostics));
        if (list != nullptr)
            diagnostics.error(list->place, fmt::format("{}: either 'at' or 'map', not both", reader.what()));
        return;
    }
    Mapping common;
    common.size = read_size(reader, node, common, diagnostics);
    const auto bus = reader.text("bus", only_bus);
    static_cast<void>(reader.take("at"));
    if (list == nullptr || !expect(*list, Node::Kind::Sequence, reader.what() + ": map", diagnostics))
        return;
    for (const auto& item : list->items) {
        MapReader entry(item, reader.what() + ": map", diagnostics);
        entry.require("at");
        auto mapping = read_mapping(entry, item, bus, diagnostics);
        mapping.port = entry.text("port");
        if (mapping.size == 0 && !mapping.has_bad_size) {
            mapping.size = common.size;
            mapping.has_bad_size = common.has_bad_size;
        }
        entry.finish();
        component.mappings.push_back(std::move(mapping));
    }
}

void read_initiators(MapReader& reader, Component& component, Diagnostics& diagnostics) {
    const auto* node = reader.take("master");
    if (node == nullptr)
        return;
    if (node->kind == Node::Kind::Scalar) {
        component.initiators.push_back({"", node->text, node->place});
        return;
    }
    if (!expect(*node, Node::Kind::Map, reader.what() + ": master", diagnostics))
        return;
    for (const auto& entry : node->entries)
        if (expect(entry.value, Node::Kind::Scalar, reader.what() + ": master", diagnostics))
            component.initiators.push_back({entry.key, entry.value.text, entry.value.place});
}

/// Port: CPU on whose private bus it is.
void read_privates(MapReader& reader, const std::vector<CpuDescription>& cpus, Component& component, Diagnostics& diagnostics) {
    const auto* node = reader.take("private");
    if (node == nullptr || !expect(*node, Node::Kind::Map, reader.what() + ": private", diagnostics))
        return;
    for (const auto& entry : node->entries)
        if (expect(entry.value, Node::Kind::Scalar, reader.what() + ": private", diagnostics))
            for (const auto& [port, cpu] : expand(entry.value, entry.key, cpus, diagnostics))
                component.privates.push_back({port, cpu, entry.value.place});
}

/// Nothing when its `when` says that this board does without it.
std::optional<Component> read_component(const NodeEntry& entry, ComponentKind kind, const std::vector<CpuDescription>& cpus,
                                        const std::string& only_bus, Diagnostics& diagnostics) {
    static constexpr const char* kWords[] = {"bus", "memory", "device"};
    MapReader reader(entry.value, fmt::format("{} '{}'", kWords[static_cast<int>(kind)], entry.key), diagnostics);
    if (!reader.flag("when", true))
        return std::nullopt;
    Component component;
    component.kind = kind;
    component.name = entry.key;
    component.place = entry.place;
    reader.require("model");
    component.model = reader.text("model");
    component.model_place = entry.value.find("model") != nullptr ? entry.value.find("model")->place : entry.place;
    if (kind != ComponentKind::Bus) {
        read_mappings(reader, entry.value, only_bus, component, diagnostics);
        read_initiators(reader, component, diagnostics);
        read_privates(reader, cpus, component, diagnostics);
        component.wires = read_wires(reader, cpus, diagnostics);
        component.shared_irq = reader.flag("shared_irq", false);
        component.in_tree = reader.flag("tree", true);
        if (const auto* chardev = reader.take_scalar("chardev"))
            component.chardev = Setting{"chardev", chardev->text, chardev->place, chardev->place};
    }
    if (kind == ComponentKind::Memory)
        component.main = reader.flag("main", false);
    for (const auto* left : reader.rest()) {
        static_cast<void>(expect(left->value, Node::Kind::Scalar, fmt::format("{}: {}", reader.what(), left->key), diagnostics));
        component.settings.push_back({left->key, left->value.text, left->value.place, left->place});
    }
    return component;
}

} // namespace

std::vector<Wire> read_wires(MapReader& owner, const std::vector<CpuDescription>& cpus, Diagnostics& diagnostics) {
    std::vector<Wire> wires;
    if (const auto* irq = owner.take("irq"))
        read_pattern(*irq, "", cpus, wires, diagnostics);
    const auto* connect = owner.take("connect");
    if (connect == nullptr || !expect(*connect, Node::Kind::Map, owner.what() + ": connect", diagnostics))
        return wires;
    for (const auto& entry : connect->entries) {
        if (entry.value.kind != Node::Kind::Sequence)
            read_pattern(entry.value, entry.key, cpus, wires, diagnostics);
        else
            for (const auto& item : entry.value.items)
                read_pattern(item, entry.key, cpus, wires, diagnostics);
    }
    return wires;
}

std::vector<Component> read_components(const Node& table, ComponentKind kind, const std::vector<CpuDescription>& cpus,
                                       const std::string& only_bus, Diagnostics& diagnostics) {
    static constexpr const char* kSections[] = {"buses", "memories", "devices"};
    const std::string section = kSections[static_cast<int>(kind)];
    std::vector<Component> components;
    if (!expect(table, Node::Kind::Map, section, diagnostics))
        return components;
    for (const auto& entry : table.entries) {
        check_name(entry, section, diagnostics);
        if (expect(entry.value, Node::Kind::Map, fmt::format("{}: {}", section, entry.key), diagnostics))
            if (auto component = read_component(entry, kind, cpus, only_bus, diagnostics))
                components.push_back(std::move(*component));
    }
    return components;
}

} // namespace medley::board
