#include "platforms/check.h"
#include "platforms/values.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace medley::board {

namespace {

struct Range {
    const Component* component;
    const Mapping* mapping;

    [[nodiscard]] Address last() const { return mapping->base + (mapping->size - 1); }
    [[nodiscard]] std::string text() const {
        return fmt::format("'{}' (0x{:x} to 0x{:x})", component->name, mapping->base, last());
    }
};

bool is_bus(const Description& description, const std::string& name) {
    const auto* component = description.component(name);
    return component != nullptr && component->kind == ComponentKind::Bus;
}

void check_bus(const Description& description, const std::string& bus, const Place& place, const std::string& what,
               Diagnostics& diagnostics) {
    if (bus.empty())
        diagnostics.error(place, fmt::format("{}: 'bus' is missing{}", what, suggestion("", description.names(ComponentKind::Bus))));
    else if (!is_bus(description, bus))
        diagnostics.error(place, fmt::format("{}: there is no bus '{}'{}", what, bus,
                                             suggestion(bus, description.names(ComponentKind::Bus))));
}

/// Whether the range is one at all.
bool check_range(const Range& range, Diagnostics& diagnostics) {
    const auto& mapping = *range.mapping;
    if (mapping.has_bad_size)
        return false; // reported when it was read
    if (mapping.size == 0) {
        diagnostics.error(mapping.place, fmt::format("'{}': 'size' is missing, and its model has no span of its own",
                                                     range.component->name));
        return false;
    }
    if (mapping.base > ~Address{0} - (mapping.size - 1)) {
        diagnostics.error(mapping.place, fmt::format("'{}': 0x{:x} with {} reaches beyond the end of the address space",
                                                     range.component->name, mapping.base, format_size(mapping.size)));
        return false;
    }
    if (range.component->kind == ComponentKind::Memory && (mapping.base | mapping.size) % kPageSize != 0) {
        diagnostics.error(mapping.place, fmt::format("memory '{}': address and size must be multiples of {}",
                                                     range.component->name, format_size(kPageSize)));
        return false;
    }
    return true;
}

void check_overlaps(std::vector<Range>& ranges, const std::string& bus, Diagnostics& diagnostics) {
    std::sort(ranges.begin(), ranges.end(), [](const Range& a, const Range& b) { return a.mapping->base < b.mapping->base; });
    const Range* widest = nullptr;
    for (const auto& range : ranges) {
        if (widest != nullptr && range.mapping->base <= widest->last())
            diagnostics.error(range.mapping->place, fmt::format("{} overlaps {} of {} on bus '{}'", range.text(), widest->text(),
                                                                short_form(widest->mapping->place), bus));
        if (widest == nullptr || range.last() > widest->last())
            widest = &range;
    }
}

void check_main(const Description& description, Diagnostics& diagnostics) {
    std::map<std::string, const Component*> main_of;
    for (const auto& component : description.components) {
        if (!component.main)
            continue;
        for (const auto& mapping : component.mappings) {
            const auto [earlier, fresh] = main_of.emplace(mapping.bus, &component);
            if (!fresh)
                diagnostics.error(component.place, fmt::format("memory '{}': bus '{}' has a main memory already, '{}' ({})",
                                                               component.name, mapping.bus, earlier->second->name,
                                                               short_form(earlier->second->place)));
        }
    }
}

} // namespace

void check_map(const Description& description, const Checked& checked, Diagnostics& diagnostics) {
    std::map<std::string, std::vector<Range>> by_bus;
    for (const auto& component : description.components) {
        const auto what = fmt::format("'{}'", component.name);
        if (component.kind == ComponentKind::Memory && component.mappings.empty())
            diagnostics.error(component.place, fmt::format("memory '{}': 'at' is missing", component.name));
        for (const auto& mapping : component.mappings) {
            check_bus(description, mapping.bus, mapping.bus_place, what, diagnostics);
            const bool known = checked.kind_of(component) != nullptr;
            if (known && check_range({&component, &mapping}, diagnostics))
                by_bus[mapping.bus].push_back({&component, &mapping});
        }
        for (const auto& binding : component.initiators)
            check_bus(description, binding.bus, binding.place, what, diagnostics);
    }
    for (auto& [bus, ranges] : by_bus)
        check_overlaps(ranges, bus, diagnostics);
    check_main(description, diagnostics);
    for (const auto& cpu : description.cpus) {
        check_bus(description, cpu.bus, cpu.bus_place, fmt::format("CPU '{}'", cpu.group), diagnostics);
        if (!cpu.rom.empty() && description.mapped(cpu.rom, cpu.bus).mapping == nullptr)
            diagnostics.error(cpu.rom_place, fmt::format("CPU '{}': rom: there is no memory '{}' on bus '{}'{}", cpu.group, cpu.rom,
                                                         cpu.bus, suggestion(cpu.rom, description.names(ComponentKind::Memory))));
    }
}

void resize_main_memory(Description& description, const Setting& size, Diagnostics& diagnostics) {
    const auto bytes = parse_number(size.text, ParameterType::Size);
    if (!bytes || *bytes == 0 || *bytes % kPageSize != 0) {
        diagnostics.error(size.place, fmt::format("expected a size that is a multiple of {} (64K, 128M or 1G)", format_size(kPageSize)));
        return;
    }
    const auto* head = description.group_head("");
    const auto memory = head == nullptr ? Description::Memory{} : description.main_memory(head->bus);
    if (memory.component == nullptr) {
        diagnostics.error(size.place, "the board marks no memory as main");
        return;
    }
    for (auto& mapping : description.component(memory.component->name)->mappings)
        mapping.size = *bytes;
}

} // namespace medley::board
