#include "platforms/machine.h"

#include "platforms/reports.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace medley::board {

Machine::Machine(const Description& description, const Checked& checked, const Catalogue& catalogue,
                 std::vector<std::unique_ptr<GroupBoot>> boots, bool connect_outside, Diagnostics& diagnostics)
    : counter_(description.counter_frequency), log_(report_sink()), boots_(std::move(boots)) {
    build_components(description, checked, connect_outside, diagnostics);
    build_cpus(description, catalogue, diagnostics);
    if (!diagnostics.empty())
        return;
    for (const auto& built : components_) {
        map_component(built, diagnostics);
        bind_masters(built, diagnostics);
        bind_privates(built, diagnostics);
    }
    for (const auto& built : cpus_) {
        if (auto* target = bus(built.description->bus))
            target->attach(built.cpu->bus());
        else
            diagnostics.error(built.description->bus_place, fmt::format("CPU '{}': '{}' is not a model of a bus",
                                                                        built.description->group, built.description->bus));
    }
    connect_all(diagnostics);
    control_.on_reset([this] { reset(); });
}

Machine::~Machine() = default;

void Machine::build_components(const Description& description, const Checked& checked, bool connect_outside,
                               Diagnostics& diagnostics) {
    for (const auto& each : description.components) {
        const auto* kind = checked.kind_of(each);
        periph::Services services{counter_, control_, log_, nullptr,
                                  [this, &each](const std::string& symbol) { return find_symbol(each, symbol); }};
        try {
            if (kind->character_device)
                services.chardev = make_back_end(each, connect_outside);
        } catch (const UserError& error) {
            diagnostics.error(each.chardev ? each.chardev->place : each.place,
                              fmt::format("'{}': chardev: {}", each.name, error.what()));
            continue;
        }
        try {
            components_.push_back({&each, kind, kind->make(each.name.c_str(), checked.configurations.at(each.name), services)});
        } catch (const UserError& error) {
            diagnostics.error(each.place, fmt::format("'{}': {}", each.name, error.what()));
        }
    }
}

/// In the images of the CPUs that share a bus with the component.
std::vector<Address> Machine::find_symbol(const Component& each, const std::string& symbol) const {
    const auto on_bus = [&](const std::string& bus_name) {
        const auto same = [&](const auto& place) { return place.bus == bus_name; };
        return std::any_of(each.mappings.begin(), each.mappings.end(), same) ||
               std::any_of(each.initiators.begin(), each.initiators.end(), same);
    };
    std::vector<Address> found;
    for (const auto& boot : boots_)
        if (on_bus(boot->bus))
            for (const auto address : boot->symbols.find(symbol))
                found.push_back(address);
    return found;
}

periph::CharBackend* Machine::make_back_end(const Component& each, bool connect_outside) {
    const auto spec = each.chardev && connect_outside ? each.chardev->text : "null";
    back_ends_.push_back(periph::make_char_backend(spec, each.name + "_chardev", char_services_));
    return back_ends_.back().get();
}

void Machine::build_cpus(const Description& description, const Catalogue& catalogue, Diagnostics& diagnostics) {
    std::uint32_t initiator = 0;
    cluster_.parallel = description.parallel;
    for (const auto& each : description.cpus) {
        CpuConfig config;
        config.target = each.target;
        config.core = core_config(each);
        config.accelerator = each.accelerator;
        for (const auto& option : each.accelerator_options)
            config.accelerator_options[option.name] = option.text;
        constexpr double kPicosecondsPerSecond = 1e12;
        config.clock_period = sc_core::sc_time(kPicosecondsPerSecond / static_cast<double>(each.frequency), sc_core::SC_PS);
        config.cycles_per_instruction = each.cycles_per_instruction;
        config.reset_address = each.reset_address;
        config.initiator_id = initiator++;
        config.group = each.group;
        config.powered_off = each.powered_off;
        try {
            cpus_.push_back({&each, std::make_unique<Cpu>(each.module.c_str(), config,
                                                          CpuServices{catalogue.cpus, counter_, control_, log_, cluster_})});
        } catch (const UserError& error) {
            diagnostics.error(each.place, fmt::format("CPU '{}': {}", each.name, error.what()));
        }
    }
}

namespace {

/// Names of the ports for which \p has holds.
template <class Has>
std::vector<std::string> ports(const periph::Peripheral& peripheral, const Has& has) {
    std::vector<std::string> names;
    for (const auto& name : peripheral.port_names())
        if (has(name) && std::find(names.begin(), names.end(), name) == names.end())
            names.push_back(name);
    return names;
}

} // namespace

void Machine::map_component(const BuiltComponent& built, Diagnostics& diagnostics) {
    const auto& description = *built.description;
    auto& peripheral = *built.peripheral;
    if (description.mappings.empty() && built.kind->address_size != 0)
        diagnostics.error(description.place, fmt::format("'{}': 'at' is missing", description.name));
    for (const auto& mapping : description.mappings) {
        auto* socket = peripheral.target_socket(mapping.port);
        auto* target = bus(mapping.bus);
        if (socket == nullptr)
            diagnostics.error(mapping.place,
                              fmt::format("'{}': there is no port '{}' that can be mapped{}", description.name, mapping.port,
                                          suggestion(mapping.port, ports(peripheral, [&](const std::string& name) {
                                                         return peripheral.target_socket(name) != nullptr;
                                                     }))));
        else if (target == nullptr)
            diagnostics.error(mapping.bus_place, fmt::format("'{}': '{}' is not a model of a bus", description.name, mapping.bus));
        else
            target->map(mapping.base, mapping.size, *socket, description.name);
    }
}

void Machine::bind_masters(const BuiltComponent& built, Diagnostics& diagnostics) {
    auto& peripheral = *built.peripheral;
    if (built.description->kind == ComponentKind::Bus)
        return;
    auto unbound = ports(peripheral, [&](const std::string& name) {
        // An empty name would find the first one.
        return !name.empty() && peripheral.initiator_socket(name) != nullptr;
    });
    for (const auto& binding : built.description->initiators) {
        auto* socket = peripheral.initiator_socket(binding.port);
        auto* target = bus(binding.bus);
        const auto name = std::find_if(unbound.begin(), unbound.end(), [&](const std::string& port) {
            return peripheral.initiator_socket(port) == socket;
        });
        if (socket == nullptr || target == nullptr || name == unbound.end()) {
            diagnostics.error(binding.place, fmt::format("'{}': there is no free bus master port '{}'{}", built.description->name,
                                                         binding.port, suggestion(binding.port, unbound)));
            continue;
        }
        target->attach(*socket);
        for (const auto& overlay : peripheral.overlays())
            target->overlay(overlay.base, overlay.size, *overlay.target, built.description->name);
        unbound.erase(name);
    }
    for (const auto& name : unbound)
        diagnostics.error(built.description->place, fmt::format("'{}': its bus master port '{}' is not connected; say 'master: BUS'",
                                                                built.description->name, name));
}

void Machine::bind_privates(const BuiltComponent& built, Diagnostics& diagnostics) {
    auto& peripheral = *built.peripheral;
    for (const auto& binding : built.description->privates) {
        if (auto* socket = peripheral.target_socket(binding.port))
            find_cpu(binding.cpu)->private_bus().bind(*socket);
        else
            diagnostics.error(binding.place, fmt::format("'{}': there is no port '{}' for a private bus{}", built.description->name, binding.port,
                                                         suggestion(binding.port, ports(peripheral, [&](const std::string& name) {
                                                                        return peripheral.target_socket(name) != nullptr;
                                                                    }))));
    }
}

void Machine::connect_all(Diagnostics& diagnostics) {
    for (const auto& built : components_)
        for (const auto& wire : built.description->wires) {
            auto& peripheral = *built.peripheral;
            const auto outputs = ports(peripheral, [&](const std::string& n) { return peripheral.irq_output(n) != nullptr; });
            connect(built.description->name, wire, peripheral.irq_output(wire.output), outputs, diagnostics);
            if (const auto* cpu = find_cpu(wire.to))
                peripheral.wired_to(wire.output, cpu->config().initiator_id);
        }
    for (const auto& built : cpus_)
        for (const auto& wire : built.description->wires)
            connect(built.description->name, wire, &built.cpu->output(wire.output), {}, diagnostics);
}

void Machine::connect(const std::string& owner, const Wire& wire, IrqOut* output, const std::vector<std::string>& outputs,
                      Diagnostics& diagnostics) {
    if (output == nullptr) {
        diagnostics.error(wire.place, fmt::format("'{}': there is no interrupt output '{}'{}", owner, wire.output,
                                                  suggestion(wire.output, outputs)));
        return;
    }
    if (auto* end = find_cpu(wire.to)) {
        output->connect(end->interrupt_input(wire.input));
        return;
    }
    auto& peripheral = *find(wire.to);
    if (auto* input = peripheral.irq_input(wire.input))
        output->connect(*input);
    else
        diagnostics.error(wire.place,
                          fmt::format("'{}': '{}' has no interrupt input '{}'{}", owner, wire.to, wire.input,
                                      suggestion(wire.input, ports(peripheral, [&](const std::string& n) {
                                                     return !n.empty() && peripheral.irq_input(n) != nullptr;
                                                 }))));
}

periph::Bus* Machine::bus(const std::string& name) const { return dynamic_cast<periph::Bus*>(find(name)); }

periph::Peripheral* Machine::find(const std::string& name) const {
    const auto found = std::find_if(components_.begin(), components_.end(),
                                    [&](const BuiltComponent& c) { return c.description->name == name; });
    return found == components_.end() ? nullptr : found->peripheral.get();
}

Cpu* Machine::find_cpu(const std::string& name) const {
    const auto found = std::find_if(cpus_.begin(), cpus_.end(), [&](const BuiltCpu& c) { return c.description->name == name; });
    return found == cpus_.end() ? nullptr : found->cpu.get();
}

const Symbols& Machine::symbols_of(const std::string& group) const {
    const auto found = std::find_if(boots_.begin(), boots_.end(), [&](const auto& boot) { return boot->group == group; });
    MEDLEY_ASSERT(found != boots_.end(), "no CPU group '" + group + "'");
    return (*found)->symbols;
}

void Machine::write(Cpu& through, Address address, std::span<const std::byte> data, const std::string& what) {
    // tlm counts in 32 bits.
    constexpr std::size_t kLargest = 1U << 30;
    while (!data.empty()) {
        const auto part = data.first(std::min(data.size(), kLargest));
        tlm::tlm_generic_payload payload;
        payload.set_command(tlm::TLM_WRITE_COMMAND);
        payload.set_address(address);
        // transport_dbg does not write through the pointer of a write command.
        payload.set_data_ptr(const_cast<unsigned char*>(reinterpret_cast<const unsigned char*>(part.data())));
        payload.set_data_length(static_cast<unsigned>(part.size()));
        payload.set_streaming_width(static_cast<unsigned>(part.size()));
        const auto written = through.bus()->transport_dbg(payload);
        if (written != part.size())
            throw UserError(fmt::format("{}: only 0x{:x} of 0x{:x} bytes at 0x{:x} could be loaded", what, written, part.size(), address));
        data = data.subspan(part.size());
        address += part.size();
    }
}

void Machine::clear(Cpu& through, Address address, std::uint64_t size, const std::string& what) {
    static constexpr std::array<std::byte, 1U << 16> kZeros{};
    while (size != 0) {
        const auto part = std::min<std::uint64_t>(size, kZeros.size());
        write(through, address, std::span(kZeros).first(static_cast<std::size_t>(part)), what);
        address += part;
        size -= part;
    }
}

void Machine::load_images() {
    const bool again = control_.resets() != 0;
    for (const auto& boot : boots_) {
        std::vector<Cpu*> group;
        for (const auto& built : cpus_)
            if (built.description->group == boot->group)
                group.push_back(built.cpu.get());
        for (const auto& chunk : boot->chunks) {
            const auto in_file = std::min<std::uint64_t>(chunk.data.size(), chunk.size);
            write(*group.front(), chunk.address, chunk.data.first(static_cast<std::size_t>(in_file)), chunk.what);
            // Memory is zero at power-on: only a restarted machine has anything to clear.
            if (again)
                clear(*group.front(), chunk.address + in_file, chunk.size - in_file, chunk.what);
        }
        for (std::size_t i = 0; i < group.size() && i < boot->plans.size(); ++i) {
            const auto& plan = boot->plans[i];
            for (const auto& bytes : plan.memory)
                write(*group[i], bytes.address, bytes.data, "boot code");
            group[i]->set_reset_state(plan.entry, plan.registers);
        }
    }
}

void Machine::reset() {
    for (const auto& built : components_)
        built.peripheral->reset();
    load_images();
    for (const auto& built : cpus_)
        built.cpu->reset();
}

} // namespace medley::board
