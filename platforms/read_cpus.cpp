#include "platforms/map_reader.h"
#include "platforms/reader.h"

#include <fmt/format.h>

#include <algorithm>

namespace medley::board {

namespace {

constexpr std::uint64_t kMostCpus = 64;
constexpr std::uint64_t kSlowestClock = 1'000;
constexpr std::uint64_t kFastestClock = 1'000'000'000'000;

Setting setting_of(const NodeEntry& entry) { return {entry.key, entry.value.text, entry.value.place, entry.place}; }

void read_accelerator(MapReader& reader, CpuDescription& cpu, Diagnostics& diagnostics) {
    const auto* node = reader.take("accel");
    cpu.accelerator_place = cpu.place;
    if (node == nullptr)
        return;
    cpu.accelerator_place = node->place;
    if (node->kind == Node::Kind::Scalar) {
        cpu.accelerator = node->text;
        return;
    }
    MapReader accel(*node, reader.what() + ": accel", diagnostics);
    cpu.accelerator = accel.text("kind", cpu.accelerator);
    for (const auto* entry : accel.rest())
        if (expect(entry->value, Node::Kind::Scalar, fmt::format("{}: {}", accel.what(), entry->key), diagnostics))
            cpu.accelerator_options.push_back(setting_of(*entry));
}

void read_speed(MapReader& reader, const Node& node, CpuDescription& cpu, Diagnostics& diagnostics) {
    if (const auto clock = reader.number("clock", ParameterType::Frequency)) {
        cpu.frequency = *clock;
        if (*clock < kSlowestClock || *clock > kFastestClock)
            diagnostics.error(node.find("clock")->place, fmt::format("{}: clock: expected 1kHz to 1000GHz", reader.what()));
    }
    if (const auto* text = reader.take_scalar("cpi")) {
        const auto cpi = parse_real(text->text);
        if (!cpi || *cpi < 1e-3 || *cpi > 1e6)
            diagnostics.error(text->place, fmt::format("{}: cpi: expected a positive number (0.001 to 1000000), found '{}'",
                                                       reader.what(), text->text));
        else
            cpu.cycles_per_instruction = *cpi;
    }
}

/// `start: first` leaves all but the first CPU of the group off.
void read_start(MapReader& reader, CpuDescription& cpu, Diagnostics& diagnostics) {
    const auto* node = reader.take_scalar("start");
    if (node == nullptr)
        return;
    cpu.powered_off = node->text == "first" && cpu.number != 0;
    if (node->text != "first" && node->text != "all")
        diagnostics.error(node->place, fmt::format("{}: start: expected 'first' or 'all', found '{}'", reader.what(), node->text));
}

void read_images(MapReader& reader, const std::string& key, std::vector<Setting>& images) {
    for (const auto* node : reader.scalars(key))
        images.push_back({key, node->text, node->place, node->place});
}

CpuDescription read_cpu(const Node& node, const std::string& what, CpuDescription cpu, Diagnostics& diagnostics) {
    MapReader reader(node, what, diagnostics);
    static_cast<void>(reader.take("count"));
    static_cast<void>(reader.take("first_index"));
    reader.require("target");
    cpu.target = reader.text("target");
    cpu.target_place = node.find("target") != nullptr ? node.find("target")->place : cpu.place;
    cpu.model = reader.text("model");
    cpu.model_place = node.find("model") != nullptr ? node.find("model")->place : cpu.place;
    read_accelerator(reader, cpu, diagnostics);
    read_speed(reader, node, cpu, diagnostics);
    cpu.bus = reader.text("bus");
    cpu.bus_place = node.find("bus") != nullptr ? node.find("bus")->place : cpu.place;
    cpu.reset_address = reader.number("reset", ParameterType::Integer).value_or(0);
    cpu.firmware_address = reader.number("firmware_at", ParameterType::Integer);
    cpu.tree_address = reader.number("tree_at", ParameterType::Integer);
    read_start(reader, cpu, diagnostics);
    cpu.boots = reader.flag("boot", false);
    cpu.rom = reader.text("rom");
    cpu.rom_place = node.find("rom") != nullptr ? node.find("rom")->place : cpu.place;
    read_images(reader, "firmware", cpu.firmware);
    read_images(reader, "program", cpu.program);
    cpu.wires = read_wires(reader, {}, diagnostics);
    // What is left is for the target, which check.h asks.
    for (const auto* entry : reader.rest())
        if (expect(entry->value, Node::Kind::Scalar, fmt::format("{}: {}", what, entry->key), diagnostics))
            cpu.settings.push_back(setting_of(*entry));
    return cpu;
}

/// The group's number of CPUs; nothing where it has no `count`.
std::optional<unsigned> read_count(const Node& group, const std::string& what, Diagnostics& diagnostics) {
    const auto* node = group.find("count");
    if (node == nullptr)
        return std::nullopt;
    const auto count = read_number(*node, ParameterType::Integer, what + ": count", diagnostics);
    if (count && (*count == 0 || *count > kMostCpus)) {
        diagnostics.error(node->place, fmt::format("{}: count: expected 1 to {}, found {}", what, kMostCpus, *count));
        return 1;
    }
    return static_cast<unsigned>(count.value_or(1));
}

void read_group(const NodeEntry& entry, const std::vector<CpuOverride>& overrides, std::vector<CpuDescription>& cpus,
                Diagnostics& diagnostics) {
    const auto what = fmt::format("CPU '{}'", entry.key);
    check_name(entry, "cpus", diagnostics);
    if (!expect(entry.value, Node::Kind::Map, what, diagnostics))
        return;
    const auto count = read_count(entry.value, what, diagnostics);
    const auto* first = entry.value.find("first_index");
    const auto index =
        first == nullptr ? 0 : read_number(*first, ParameterType::Integer, what + ": first_index", diagnostics).value_or(0);
    for (unsigned number = 0; number < count.value_or(1); ++number) {
        Node node = entry.value;
        for (const auto& change : overrides)
            if (change.cpu == cpus.size())
                set_path(node, change.path, change.source, diagnostics);
        substitute_index(node, number);
        CpuDescription cpu;
        cpu.group = entry.key;
        cpu.number = number;
        cpu.counted = count.has_value();
        cpu.index = static_cast<unsigned>(index + number);
        cpu.name = count ? fmt::format("{}.{}", entry.key, number) : entry.key;
        cpu.module = count ? fmt::format("{}{}", entry.key, number) : entry.key;
        cpu.place = entry.place;
        cpus.push_back(read_cpu(node, what, std::move(cpu), diagnostics));
    }
}

} // namespace

std::vector<CpuDescription> read_cpus(const Node& table, const std::vector<CpuOverride>& overrides,
                                      Diagnostics& diagnostics) {
    std::vector<CpuDescription> cpus;
    if (!expect(table, Node::Kind::Map, "cpus", diagnostics))
        return cpus;
    for (const auto& entry : table.entries)
        read_group(entry, overrides, cpus, diagnostics);
    for (const auto& change : overrides)
        if (change.cpu >= cpus.size())
            diagnostics.error(change.source.place(),
                              fmt::format("there is no CPU {}: the board has {}", change.cpu, cpus.size()));
    std::string booting;
    for (const auto& cpu : cpus) {
        if (cpu.boots && !booting.empty() && booting != cpu.group)
            diagnostics.error(cpu.place, fmt::format("CPU '{}': 'boot: true' stands in '{}' already", cpu.group, booting));
        if (cpu.boots && booting.empty())
            booting = cpu.group;
    }
    return cpus;
}

} // namespace medley::board
