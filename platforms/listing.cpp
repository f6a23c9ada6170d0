#include "platforms/listing.h"

#include "platforms/values.h"

#include "medley/periph/char_backend_factory.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

namespace medley::board {

namespace {

std::string interrupts_of(const Component& component, const std::string& separator) {
    std::vector<std::string> ends;
    for (const auto& wire : component.wires)
        ends.push_back(fmt::format("{}.{}", wire.to, wire.input));
    constexpr std::size_t kMost = 8;
    if (ends.size() > kMost) {
        ends.resize(kMost);
        ends.emplace_back("...");
    }
    return fmt::format("{}", fmt::join(ends, separator));
}

std::string map_of_bus(const Description& description, const std::string& bus) {
    struct Row {
        const Component* component;
        const Mapping* mapping;
    };
    std::vector<Row> rows;
    for (const auto& component : description.components)
        for (const auto& mapping : component.mappings)
            if (mapping.bus == bus)
                rows.push_back({&component, &mapping});
    std::sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) { return a.mapping->base < b.mapping->base; });
    std::string text = fmt::format("bus {}\n", bus);
    for (const auto& [component, mapping] : rows)
        text += fmt::format("  {:#012x} - {:#012x}  {:>10}  {:<12} {:<12} {}\n", mapping->base, mapping->base + (mapping->size - 1),
                            format_size(mapping->size), component->name, component->model, interrupts_of(*component, " "));
    return text;
}

std::string parameter_line(const std::string& name, const std::string& type, const std::string& value, bool required,
                           const std::string& meaning) {
    return fmt::format("  {:<18} {:<10} {:<14} {}\n", name, type, required ? "(required)" : value, meaning);
}

std::string describe_peripheral(const periph::PeripheralKind& kind) {
    auto text = fmt::format("peripheral {}: {}\n", kind.name, kind.description);
    if (!kind.document.empty())
        text += fmt::format("models: {}\n", kind.document);
    if (kind.address_size != 0)
        text += fmt::format("span: {}\n", format_size(kind.address_size));
    if (kind.character_device)
        text += "character device: takes 'chardev'\n";
    if (!kind.parameters.empty())
        text += "\nparameters\n";
    for (const auto& parameter : kind.parameters)
        text += parameter_line(parameter.name, std::string(name_of(parameter.type)), parameter.default_value, parameter.required,
                               parameter.meaning);
    if (!kind.registers.empty())
        text += "\nregisters\n";
    for (const auto& reg : kind.registers)
        text += fmt::format("  {:#07x} {} {:<18} {:<6} reset {:#x}{}  {}\n", reg.offset, reg.size, reg.name, reg.access, reg.reset,
                            reg.count > 1 ? fmt::format(", {} at intervals of {:#x}", reg.count, reg.stride) : "", reg.meaning);
    return text;
}

std::string describe_target(const Target& target) {
    auto text = fmt::format("target {}: {}\n\nmodels\n", target.name(), target.description());
    for (const auto& model : target.models())
        text += fmt::format("  {}\n", model);
    text += "\nparameters\n";
    for (const auto& parameter : target.parameters())
        text += parameter_line(parameter.name, "", parameter.default_value, false, parameter.meaning);
    text += "\ninterrupt inputs\n ";
    for (const auto input : target.interrupt_inputs())
        text += fmt::format(" {}", input);
    if (!target.outputs().empty())
        text += "\n\noutputs\n ";
    for (const auto output : target.outputs())
        text += fmt::format(" {}", output);
    return text + "\n";
}

std::string describe_accelerator(const AcceleratorKind& kind) {
    auto text = fmt::format("accelerator {}: {}\n", kind.name(), kind.description());
    if (!kind.parameters().empty())
        text += "\noptions\n";
    for (const auto& parameter : kind.parameters())
        text += parameter_line(parameter.name, "", parameter.default_value, false, parameter.meaning);
    return text;
}

std::string describe_ports(const periph::PeripheralKind& kind) {
    periph::Configuration configuration;
    for (const auto& parameter : kind.parameters) {
        configuration.set(parameter.name, parameter.default_value);
        if (const auto number = parse_number(parameter.default_value, parameter.type))
            configuration.set(parameter.name, *number);
        else if (parameter.type != ParameterType::Text)
            configuration.set(parameter.name, kPageSize);
    }
    SystemCounter counter(1'000'000);
    SimulationControl control;
    Log quiet([](Severity, std::string_view, std::string_view) {});
    periph::CharBackendServices char_services{quiet, control};
    const auto back_end = periph::make_char_backend("null", "ports_chardev", char_services);
    const periph::Services services{counter, control, quiet, back_end.get(), [](const std::string&) { return std::vector<Address>{}; }};
    try {
        const auto model = kind.make("ports", configuration, services);
        std::map<std::string, std::vector<std::string>> names_by_uses;
        for (const auto& name : model->port_names()) {
            std::string uses;
            const auto add = [&](bool has, const char* use) { uses += has ? (uses.empty() ? "" : ", ") + std::string(use) : ""; };
            const bool named = !name.empty();
            add(model->target_socket(name) != nullptr, "target socket");
            add(named && model->initiator_socket(name) != nullptr, "bus master");
            add(named && model->irq_output(name) != nullptr, "interrupt output");
            add(named && model->irq_input(name) != nullptr, "interrupt input");
            auto& names = names_by_uses[uses];
            if (std::find(names.begin(), names.end(), name) == names.end())
                names.push_back(name);
        }
        std::string text = "\nports\n";
        for (const auto& [uses, names] : names_by_uses)
            for (const auto& name : in_ranges(names))
                text += fmt::format("  {:<22} {}\n", name.empty() ? "(unnamed)" : name, uses);
        return text;
    } catch (const UserError& error) {
        return fmt::format("\nports: depend on the parameters ({})\n", error.what());
    }
}

} // namespace

std::string list_map(const Description& description) {
    std::string text;
    for (const auto& bus : description.names(ComponentKind::Bus))
        text += (text.empty() ? "" : "\n") + map_of_bus(description, bus);
    return text;
}

std::string describe_board(const Description& description) {
    auto text = fmt::format("board {}: {}\nfile: {}\n", description.name, description.description, description.file);
    text += fmt::format("time base: {} MHz, quantum: {} us\n", static_cast<double>(description.counter_frequency) / 1e6,
                        static_cast<double>(description.quantum) / 1e6);
    if (description.parallel)
        text += "CPUs execute at the same time (parallel)\n";
    if (!description.parameters.empty())
        text += "\nparameters (-s NAME=VALUE)\n";
    for (const auto& parameter : description.parameters)
        text += parameter_line(parameter.name, parameter.type, parameter.value, false,
                               parameter.meaning + (parameter.range.empty() ? "" : " (" + parameter.range + ")"));
    if (!description.cpus.empty())
        text += "\nCPUs\n";
    unsigned number = 0;
    for (const auto& cpu : description.cpus)
        text += fmt::format("  {:<3} {:<10} {} {} on {}, {} MHz, bus {}{}{}\n", number++, cpu.name, cpu.target, cpu.model, cpu.accelerator,
                            static_cast<double>(cpu.frequency) / 1e6, cpu.bus, cpu.boots ? ", boots" : "",
                            cpu.powered_off ? ", off until it is started" : "");
    return text + "\n" + list_map(description);
}

std::string describe(const Catalogue& catalogue, const std::string& name) {
    if (const auto* kind = catalogue.peripherals.find(name)) {
        auto text = describe_peripheral(*kind);
        return text + describe_ports(*kind);
    }
    if (const auto* target = catalogue.cpus.targets.find(name))
        return describe_target(*target);
    if (const auto* accelerator = catalogue.cpus.accelerators.find(name))
        return describe_accelerator(*accelerator);
    return "";
}

} // namespace medley::board
