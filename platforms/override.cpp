#include "platforms/override.h"

#include "platforms/map_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>

namespace medley::board {

namespace {

std::vector<std::string> split(const std::string& key) {
    std::vector<std::string> parts;
    std::size_t start = 0;
    for (auto dot = key.find('.'); dot != std::string::npos; dot = key.find('.', start)) {
        parts.push_back(key.substr(start, dot - start));
        start = dot + 1;
    }
    parts.push_back(key.substr(start));
    return parts;
}

std::vector<std::string> keys_of(const Node& map) {
    std::vector<std::string> keys;
    for (const auto& entry : map.entries)
        keys.push_back(entry.key);
    return keys;
}

BoardParameter read_parameter(const NodeEntry& entry, const std::vector<Override>& overrides, Diagnostics& diagnostics) {
    MapReader reader(entry.value, fmt::format("parameter '{}'", entry.key), diagnostics);
    BoardParameter parameter;
    parameter.name = entry.key;
    parameter.meaning = reader.text("meaning");
    parameter.type = reader.text("type", "integer");
    const auto type = type_by_name(parameter.type);
    if (!type)
        diagnostics.error(entry.value.place,
                          fmt::format("parameter '{}': unknown type '{}'{}", entry.key, parameter.type,
                                      suggestion(parameter.type, {"integer", "boolean", "text", "size", "frequency", "time"})));
    reader.require("default");
    Node value;
    if (const auto* given = reader.take_scalar("default"))
        value = *given;
    parameter.default_value = value.text;
    for (const auto& change : overrides)
        if (change.key == entry.key) {
            value.kind = Node::Kind::Scalar;
            value.text = change.value;
            value.place = change.place();
        }
    parameter.value = value.text;
    if (!type || *type == ParameterType::Text) {
        reader.finish();
        return parameter;
    }
    const auto minimum = reader.number("min", *type);
    const auto maximum = reader.number("max", *type);
    reader.finish();
    if (minimum && maximum)
        parameter.range = fmt::format("{} to {}", reader.text("min"), reader.text("max"));
    if (value.kind != Node::Kind::Scalar)
        return parameter;
    const auto number = read_number(value, *type, fmt::format("parameter '{}'", entry.key), diagnostics);
    const bool in_range = number && (!minimum || *number >= *minimum) && (!maximum || *number <= *maximum);
    if (!in_range)
        parameter.value = parameter.default_value; // one error is enough
    if (number && !in_range)
        diagnostics.error(value.place, fmt::format("parameter '{}': {} is out of range, expected {}{}{}", entry.key, value.text,
                                                   minimum ? reader.text("min") : "anything", " to ",
                                                   maximum ? reader.text("max") : "anything"));
    return parameter;
}

/// The tables that an override of a named thing concerns: one, or all for "*".
std::vector<Node*> select(Node& section, const std::string& section_name, const Override& source, const std::string& name,
                          Diagnostics& diagnostics) {
    std::vector<Node*> selected;
    if (name == "*") {
        for (auto& entry : section.entries)
            selected.push_back(&entry.value);
    } else if (auto* node = section.find(name)) {
        selected.push_back(node);
    } else {
        diagnostics.error(source.place(),
                          fmt::format("there is no '{}' in {}{}", name, section_name, suggestion(name, keys_of(section))));
    }
    return selected;
}

void apply(Node& board, const Override& source, std::vector<CpuOverride>& for_cpus, Diagnostics& diagnostics,
           const std::vector<std::string>& roots) {
    auto path = split(source.key);
    const auto is_section = path[0] == "cpus" || path[0] == "devices" || path[0] == "memories" || path[0] == "buses";
    if (!is_section) {
        if (std::find(roots.begin(), roots.end(), path[0]) == roots.end())
            diagnostics.error(source.place(), fmt::format("unknown key '{}'{}", path[0], suggestion(path[0], roots)));
        else
            set_path(board, path, source, diagnostics);
        return;
    }
    if (path.size() < 3) {
        diagnostics.error(source.place(), fmt::format("expected {}.NAME.KEY=VALUE", path[0]));
        return;
    }
    auto* section = board.find(path[0]);
    if (section == nullptr || section->kind != Node::Kind::Map) {
        diagnostics.error(source.place(), fmt::format("the board has no {}", path[0]));
        return;
    }
    const std::vector<std::string> rest(path.begin() + 2, path.end());
    if (path[0] == "cpus")
        if (const auto number = parse_number(path[1], ParameterType::Integer)) {
            for_cpus.push_back({static_cast<unsigned>(std::min<std::uint64_t>(*number, ~0U)), rest, source});
            return;
        }
    for (auto* node : select(*section, path[0], source, path[1], diagnostics))
        set_path(*node, rest, source, diagnostics);
}

} // namespace

std::vector<BoardParameter> read_parameters(const Node& board, const std::vector<Override>& overrides,
                                            Diagnostics& diagnostics) {
    std::vector<BoardParameter> parameters;
    const auto* table = board.find("parameters");
    if (table == nullptr || !expect(*table, Node::Kind::Map, "parameters", diagnostics))
        return parameters;
    for (const auto& entry : table->entries)
        if (expect(entry.value, Node::Kind::Map, fmt::format("parameter '{}'", entry.key), diagnostics))
            parameters.push_back(read_parameter(entry, overrides, diagnostics));
    return parameters;
}

std::vector<CpuOverride> apply_overrides(Node& board, const std::vector<Override>& overrides,
                                         const std::vector<BoardParameter>& parameters, Diagnostics& diagnostics) {
    std::vector<std::string> roots{"quantum", "parallel", "counter", "arguments", "tree", "cpus", "devices", "memories", "buses"};
    for (const auto& parameter : parameters)
        roots.push_back(parameter.name);
    std::vector<CpuOverride> for_cpus;
    for (const auto& source : overrides) {
        const bool is_parameter = std::any_of(parameters.begin(), parameters.end(),
                                              [&](const BoardParameter& p) { return p.name == source.key; });
        if (!is_parameter)
            apply(board, source, for_cpus, diagnostics, roots);
    }
    return for_cpus;
}

void set_path(Node& node, const std::vector<std::string>& path, const Override& source, Diagnostics& diagnostics) {
    auto* current = &node;
    for (std::size_t i = 0; i + 1 < path.size(); ++i) {
        if (current->kind != Node::Kind::Map)
            break;
        auto* next = current->find(path[i]);
        if (next == nullptr)
            next = &current->entries.emplace_back(NodeEntry{path[i], source.place(), Node{}}).value;
        if (next->kind == Node::Kind::Null) {
            next->kind = Node::Kind::Map;
            next->place = source.place();
        }
        if (next->kind == Node::Kind::Scalar && path[i] == "accel") {
            // The short form names the accelerator alone.
            Node long_form;
            long_form.kind = Node::Kind::Map;
            long_form.place = next->place;
            long_form.set("kind", next->place, next->text);
            *next = std::move(long_form);
        }
        current = next;
    }
    if (current->kind != Node::Kind::Map)
        diagnostics.error(source.place(), fmt::format("'{}' is {} on the board ({}), not a table of keys", source.key,
                                                      kind_name(current->kind), short_form(current->place)));
    else
        current->set(path.back(), source.place(), source.value);
}

namespace {

/// "name", "name*NUMBER" or "name=VALUE": its value, or nothing (reported).
std::optional<std::string> evaluate(const std::string& expression, const Place& place,
                                    const std::vector<BoardParameter>& parameters, Diagnostics& diagnostics) {
    const auto star = expression.find_first_of("*=");
    const auto name = expression.substr(0, star);
    const auto found = std::find_if(parameters.begin(), parameters.end(), [&](const BoardParameter& p) { return p.name == name; });
    if (found == parameters.end()) {
        std::vector<std::string> names;
        for (const auto& parameter : parameters)
            names.push_back(parameter.name);
        diagnostics.error(place, fmt::format("'${{{}}}': '{}' is not a parameter of the board{}", expression, name,
                                             suggestion(name, names)));
        return std::nullopt;
    }
    if (star == std::string::npos)
        return found->value;
    if (expression[star] == '=')
        return expression.substr(star + 1) == found->value ? "true" : "false";
    const auto value = parse_number(found->value, ParameterType::Integer);
    const auto factor = parse_number(expression.substr(star + 1), ParameterType::Integer);
    std::uint64_t product = 0;
    if (value && factor && !__builtin_mul_overflow(*value, *factor, &product))
        return std::to_string(product);
    diagnostics.error(place, fmt::format("'${{{}}}': expected the name of an integer parameter, '*' and an integer", expression));
    return std::nullopt;
}

} // namespace

void substitute(Node& node, const std::vector<BoardParameter>& parameters, Diagnostics& diagnostics) {
    for (auto& item : node.items)
        substitute(item, parameters, diagnostics);
    for (auto& entry : node.entries)
        substitute(entry.value, parameters, diagnostics);
    std::string result;
    std::size_t done = 0;
    for (auto start = node.text.find("${"); start != std::string::npos; start = node.text.find("${", done)) {
        const auto end = node.text.find('}', start);
        if (end == std::string::npos)
            break;
        result += node.text.substr(done, start - done);
        result += evaluate(node.text.substr(start + 2, end - start - 2), node.place, parameters, diagnostics).value_or("");
        done = end + 1;
    }
    node.text = result + node.text.substr(done);
}

namespace {

/// The value of "i", "2i" or "2i+1", as it stands between braces; nothing when it is not of that form.
std::optional<unsigned> index_value(std::string_view text, unsigned index) {
    constexpr std::size_t kMostDigits = 4;
    const auto number = [](std::string_view digits) -> std::optional<unsigned> {
        if (digits.size() > kMostDigits || digits.find_first_not_of("0123456789") != std::string_view::npos)
            return std::nullopt;
        return static_cast<unsigned>(*parse_number(digits, ParameterType::Integer));
    };
    const auto i = text.find('i');
    if (i == std::string_view::npos)
        return std::nullopt;
    const auto rest = text.substr(i + 1);
    const auto factor = i == 0 ? std::optional(1U) : number(text.substr(0, i));
    const auto offset = rest.empty()                            ? std::optional(0U)
                        : rest.size() > 1 && rest[0] == '+' ? number(rest.substr(1))
                                                                : std::nullopt;
    if (!factor || !offset)
        return std::nullopt;
    return *factor * index + *offset;
}

} // namespace

std::string replace_index(const std::string& text, unsigned index) {
    std::string result;
    std::size_t done = 0;
    for (auto open = text.find('{'); open != std::string::npos; open = text.find('{', open + 1)) {
        const auto close = text.find('}', open);
        if (close == std::string::npos)
            break;
        if (const auto value = index_value(std::string_view(text).substr(open + 1, close - open - 1), index)) {
            result += text.substr(done, open - done) + std::to_string(*value);
            done = close + 1;
        }
    }
    return result + text.substr(done);
}

void substitute_index(Node& node, unsigned index) {
    node.text = replace_index(node.text, index);
    for (auto& item : node.items)
        substitute_index(item, index);
    for (auto& entry : node.entries) {
        entry.key = replace_index(entry.key, index);
        substitute_index(entry.value, index);
    }
}

} // namespace medley::board
