#include "platforms/check.h"
#include "platforms/trial_host.h"
#include "platforms/values.h"

#include <fmt/format.h>

#include <algorithm>

namespace medley::board {

namespace {

const char* word(ComponentKind kind) {
    static constexpr const char* kWords[] = {"bus", "memory", "device"};
    return kWords[static_cast<int>(kind)];
}

std::string title(const Component& component) { return fmt::format("{} '{}'", word(component.kind), component.name); }

/// The keys of a component that are the board's own, for suggestions.
std::vector<std::string> own_keys(ComponentKind kind) {
    std::vector<std::string> keys{"model"};
    if (kind != ComponentKind::Bus)
        for (const auto* key : {"at", "size", "bus", "map", "master", "irq", "connect", "shared_irq", "tree", "chardev", "private", "when"})
            keys.emplace_back(key);
    if (kind == ComponentKind::Memory)
        keys.emplace_back("main");
    return keys;
}

void set_value(periph::Configuration& configuration, const periph::Parameter& parameter, const std::string& text,
               const Place& place, const std::string& what, Diagnostics& diagnostics) {
    configuration.set(parameter.name, text);
    if (parameter.type == ParameterType::Text || text.empty())
        return;
    if (const auto number = parse_number(text, parameter.type))
        configuration.set(parameter.name, *number);
    else
        diagnostics.error(place, fmt::format("{}: {}: expected {}, found '{}'", what, parameter.name,
                                             expectation(parameter.type), text));
}

void set_default(periph::Configuration& configuration, const periph::Parameter& parameter) {
    configuration.set(parameter.name, parameter.default_value);
    if (parameter.type != ParameterType::Text)
        configuration.set(parameter.name, parse_number(parameter.default_value, parameter.type).value_or(0));
}

/// `size` is the board's own key, and often the model's too.
std::optional<std::uint64_t> span_of(const Component& component) {
    for (const auto& mapping : component.mappings)
        if (mapping.size != 0)
            return mapping.size;
    return std::nullopt;
}

bool has_bad_size(const Component& component) {
    return std::any_of(component.mappings.begin(), component.mappings.end(), [](const Mapping& mapping) { return mapping.has_bad_size; });
}

periph::Configuration configure(const Component& component, const periph::PeripheralKind& kind, Diagnostics& diagnostics) {
    periph::Configuration configuration;
    auto known = own_keys(component.kind);
    for (const auto& parameter : kind.parameters) {
        known.push_back(parameter.name);
        const auto given = std::find_if(component.settings.begin(), component.settings.end(),
                                        [&](const Setting& s) { return s.name == parameter.name; });
        set_default(configuration, parameter);
        if (given != component.settings.end())
            set_value(configuration, parameter, given->text, given->place, title(component), diagnostics);
        else if (const auto span = span_of(component); parameter.name == "size" && span)
            configuration.set(parameter.name, *span);
        else if (parameter.name == "size" && has_bad_size(component))
            continue; // reported when it was read
        else if (parameter.required)
            diagnostics.error(component.place, fmt::format("{}: '{}' is missing ({})", title(component), parameter.name,
                                                           parameter.meaning));
    }
    for (const auto& setting : component.settings)
        if (std::none_of(kind.parameters.begin(), kind.parameters.end(),
                         [&](const periph::Parameter& p) { return p.name == setting.name; }))
            diagnostics.error(setting.key_place, fmt::format("{}: unknown key '{}'{}", title(component), setting.name,
                                                             suggestion(setting.name, known)));
    return configuration;
}

void check_component(Component& component, const Catalogue& catalogue, Checked& checked, Diagnostics& diagnostics) {
    if (component.model.empty())
        return; // reported as missing
    const auto* kind = catalogue.peripherals.find(component.model);
    if (kind == nullptr) {
        std::vector<std::string> names;
        for (const auto& each : catalogue.peripherals.kinds())
            names.push_back(each.name);
        diagnostics.error(component.model_place, fmt::format("{}: unknown model '{}'{}", title(component), component.model,
                                                             suggestion(component.model, names)));
        return;
    }
    checked.kinds[component.name] = kind;
    checked.configurations.emplace(component.name, configure(component, *kind, diagnostics));
    for (auto& mapping : component.mappings)
        mapping.size = mapping.size == 0 ? kind->address_size : mapping.size;
    if (component.chardev && !kind->character_device)
        diagnostics.error(component.chardev->place,
                          fmt::format("{}: 'chardev' is for character devices, and '{}' is none", title(component), kind->name));
}

template <class Thing>
std::vector<std::string> names_of(const medley::Catalogue<Thing>& things) {
    std::vector<std::string> names;
    for (const auto& thing : things)
        names.emplace_back(thing->name());
    return names;
}

void check_parameters(const std::vector<Setting>& settings, const std::vector<ParameterInfo>& known, const std::string& what,
                      std::vector<std::string> own, Diagnostics& diagnostics) {
    for (const auto& parameter : known)
        own.push_back(parameter.name);
    for (const auto& setting : settings)
        if (std::none_of(known.begin(), known.end(), [&](const ParameterInfo& p) { return p.name == setting.name; }))
            diagnostics.error(setting.key_place,
                              fmt::format("{}: unknown key '{}'{}", what, setting.name, suggestion(setting.name, own)));
}

/// The target and the accelerator judge the values of their parameters themselves.
void try_core(const CpuDescription& cpu, const Target& target, const AcceleratorKind* accelerator, Diagnostics& diagnostics) {
    Log quiet([](Severity, std::string_view, std::string_view) {});
    TrialHost host(quiet);
    const auto what = fmt::format("CPU '{}'", cpu.group);
    std::unique_ptr<TargetCore> core;
    try {
        core = target.make_core(core_config(cpu), host);
    } catch (const UserError& error) {
        // The message names the parameter; its place is the best that is known.
        const Place* place = &cpu.target_place;
        for (const auto& setting : cpu.settings)
            if (std::string_view(error.what()).find(setting.text) != std::string_view::npos)
                place = &setting.place;
        diagnostics.error(*place, fmt::format("{}: {}", what, error.what()));
        return;
    }
    if (accelerator == nullptr)
        return;
    AcceleratorOptions options;
    for (const auto& option : cpu.accelerator_options)
        options[option.name] = option.text;
    try {
        static_cast<void>(accelerator->make(*core, host, options));
    } catch (const UserError& error) {
        diagnostics.error(cpu.accelerator_place, fmt::format("{}: accel: {}", what, error.what()));
    }
}

void check_cpu(const CpuDescription& cpu, const Catalogue& catalogue, Diagnostics& diagnostics) {
    const auto what = fmt::format("CPU '{}'", cpu.group);
    const auto before = diagnostics.lines().size();
    const auto* accelerator = catalogue.cpus.accelerator(cpu.accelerator);
    if (accelerator == nullptr)
        diagnostics.error(cpu.accelerator_place,
                          fmt::format("{}: unknown accelerator '{}'{}", what, cpu.accelerator,
                                      suggestion(cpu.accelerator, names_of(catalogue.cpus.accelerators))));
    else
        check_parameters(cpu.accelerator_options, accelerator->parameters(), what + ": accel", {"kind"}, diagnostics);
    if (cpu.target.empty())
        return; // reported as missing
    const auto* target = catalogue.cpus.targets.find(cpu.target);
    if (target == nullptr) {
        const auto known = names_of(catalogue.cpus.targets);
        diagnostics.error(cpu.target_place,
                          fmt::format("{}: unknown target '{}'{}", what, cpu.target,
                                      known.empty() ? "; no target is built in" : suggestion(cpu.target, known)));
        return;
    }
    const auto models = target->models();
    if (!cpu.model.empty() && std::find(models.begin(), models.end(), cpu.model) == models.end())
        diagnostics.error(cpu.model_place, fmt::format("{}: unknown model '{}' of target '{}'{}", what, cpu.model, cpu.target,
                                                       suggestion(cpu.model, models)));
    check_parameters(cpu.settings, target->parameters(), what,
                     {"target", "model", "count", "first_index", "accel", "clock", "cpi", "bus", "reset", "boot", "rom",
                      "firmware", "program", "irq", "connect", "start", "firmware_at", "tree_at"},
                     diagnostics);
    if (diagnostics.lines().size() == before)
        try_core(cpu, *target, accelerator, diagnostics);
}

} // namespace

const periph::PeripheralKind* Checked::kind_of(const Component& component) const {
    const auto found = kinds.find(component.name);
    return found == kinds.end() ? nullptr : found->second;
}

CoreConfig core_config(const CpuDescription& cpu) {
    CoreConfig config;
    config.model = cpu.model;
    config.index = cpu.index;
    for (const auto& setting : cpu.settings)
        config.parameters[setting.name] = setting.text;
    return config;
}

Checked check_models(Description& description, const Catalogue& catalogue, Diagnostics& diagnostics) {
    Checked checked;
    for (auto& component : description.components)
        check_component(component, catalogue, checked, diagnostics);
    for (auto& cpu : description.cpus) {
        if (const auto* target = catalogue.cpus.targets.find(cpu.target); target != nullptr && cpu.model.empty())
            cpu.model = target->models().empty() ? "" : target->models().front();
        check_cpu(cpu, catalogue, diagnostics);
    }
    return checked;
}

} // namespace medley::board
