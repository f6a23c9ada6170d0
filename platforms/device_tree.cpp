#include "platforms/device_tree.h"

#include "platforms/fdt_writer.h"
#include "platforms/values.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace medley::board {

namespace {

/// Where an interrupt ends, as the tree says it.
struct Specifier {
    std::uint32_t phandle = 0;
    std::vector<std::uint32_t> cells;
};

struct DeviceNode {
    const Component* component = nullptr;
    const Mapping* mapping = nullptr;
    const periph::PeripheralKind* kind = nullptr;
    periph::TreeInfo info;
    std::string path;
};

struct CpuNode {
    const CpuDescription* cpu = nullptr;
    CoreTree tree;
};

bool starts_with(const std::string& text, const std::string& prefix) { return text.compare(0, prefix.size(), prefix) == 0; }

class TreeBuilder {
public:
    TreeBuilder(const Description& description, const Checked& checked, const Catalogue& catalogue,
                const CpuDescription& head, const TreeBoot& boot)
        : description_(description), checked_(checked), catalogue_(catalogue), head_(head), boot_(boot) {
        collect_cpus();
        collect_devices();
    }

    std::vector<std::byte> build() {
        fdt_.cells("#address-cells", {2});
        fdt_.cells("#size-cells", {2});
        fdt_.texts("compatible", description_.tree_compatible.empty() ? std::vector<std::string>{"medley," + description_.name}
                                                                      : description_.tree_compatible);
        fdt_.text("model", description_.tree_model.empty() ? "medley," + description_.name : description_.tree_model);
        write_chosen();
        write_aliases();
        write_memory();
        write_cpus();
        write_regmaps();
        fdt_.begin("soc");
        fdt_.cells("#address-cells", {2});
        fdt_.cells("#size-cells", {2});
        fdt_.text("compatible", "simple-bus");
        fdt_.flag("ranges");
        for (const auto& device : devices_)
            write_device(device);
        fdt_.end();
        return fdt_.finish();
    }

private:
    void collect_cpus() {
        const auto& target = *catalogue_.cpus.targets.find(head_.target);
        for (const auto& cpu : description_.cpus)
            if (cpu.target == head_.target && cpu.bus == head_.bus)
                cpus_.push_back({&cpu, target.device_tree(core_config(cpu))});
    }

    void collect_devices() {
        for (const auto& component : description_.components) {
            const auto* kind = checked_.kind_of(component);
            if (kind == nullptr || !kind->tree || !component.in_tree || component.kind == ComponentKind::Bus)
                continue;
            for (const auto& mapping : component.mappings) {
                if (mapping.bus != head_.bus)
                    continue;
                DeviceNode node{&component, &mapping, kind, kind->tree(checked_.configurations.at(component.name)), ""};
                if (node.info.node_name.empty())
                    continue;
                node.path = fmt::format("{}@{:x}", node.info.node_name, mapping.base);
                devices_.push_back(std::move(node));
                break;
            }
        }
    }

    /// Numbers are given on first use; a node that has one writes it.
    std::uint32_t phandle(const std::string& of) {
        return phandles_.emplace(of, static_cast<std::uint32_t>(phandles_.size() + 1)).first->second;
    }

    void write_chosen() {
        fdt_.begin("chosen");
        if (!boot_.arguments.empty())
            fdt_.text("bootargs", boot_.arguments);
        if (const auto consoles = character_devices(); !consoles.empty())
            fdt_.text("stdout-path", "/soc/" + consoles.front());
        if (boot_.initrd) {
            fdt_.wide("linux,initrd-start", {boot_.initrd->address});
            fdt_.wide("linux,initrd-end", {boot_.initrd->address + boot_.initrd->size});
        }
        fdt_.end();
    }

    void write_aliases() {
        const auto consoles = character_devices();
        if (consoles.empty())
            return;
        fdt_.begin("aliases");
        for (std::size_t i = 0; i < consoles.size(); ++i)
            fdt_.text(fmt::format("serial{}", i), "/soc/" + consoles[i]);
        fdt_.end();
    }

    [[nodiscard]] std::vector<std::string> character_devices() const {
        std::vector<std::string> paths;
        for (const auto& device : devices_)
            if (device.kind->character_device)
                paths.push_back(device.path);
        return paths;
    }

    void write_memory() {
        const auto ram = description_.main_memory(head_.bus);
        if (ram.mapping == nullptr)
            return;
        fdt_.begin(fmt::format("memory@{:x}", ram.mapping->base));
        fdt_.text("device_type", "memory");
        fdt_.wide("reg", {ram.mapping->base, ram.mapping->size});
        fdt_.end();
    }

    void write_property(const TreeProperty& property) {
        if (const auto* texts = std::get_if<std::vector<std::string>>(&property.value))
            fdt_.texts(property.name, *texts);
        else if (const auto* cells = std::get_if<std::vector<std::uint32_t>>(&property.value))
            fdt_.cells(property.name, *cells);
        else
            fdt_.flag(property.name);
    }

    void write_cpus() {
        fdt_.begin("cpus");
        fdt_.cells("#address-cells", {1});
        fdt_.cells("#size-cells", {0});
        fdt_.cells("timebase-frequency", {static_cast<std::uint32_t>(description_.counter_frequency)});
        for (const auto& node : cpus_)
            write_cpu(node);
        fdt_.begin("cpu-map");
        std::map<std::string, unsigned> clusters;
        for (const auto& node : cpus_)
            clusters.emplace(node.cpu->group, static_cast<unsigned>(clusters.size()));
        for (const auto& [group, number] : clusters)
            write_cluster(group, number);
        fdt_.end();
        fdt_.end();
    }

    void write_cluster(const std::string& group, unsigned number) {
        fdt_.begin(fmt::format("cluster{}", number));
        unsigned core = 0;
        for (const auto& node : cpus_) {
            if (node.cpu->group != group)
                continue;
            fdt_.begin(fmt::format("core{}", core++));
            fdt_.cells("cpu", {phandle("cpu:" + node.cpu->name)});
            fdt_.end();
        }
        fdt_.end();
    }

    void write_cpu(const CpuNode& node) {
        fdt_.begin(fmt::format("cpu@{:x}", node.cpu->index));
        if (!has(node.tree.properties, "device_type"))
            fdt_.text("device_type", "cpu");
        if (!has(node.tree.properties, "reg"))
            fdt_.cells("reg", {node.cpu->index});
        if (!has(node.tree.properties, "status"))
            fdt_.text("status", "okay");
        fdt_.cells("phandle", {phandle("cpu:" + node.cpu->name)});
        for (const auto& property : node.tree.properties)
            write_property(property);
        if (!node.tree.interrupt_controller.empty()) {
            fdt_.begin("interrupt-controller");
            for (const auto& property : node.tree.interrupt_controller)
                write_property(property);
            if (!has(node.tree.interrupt_controller, "interrupt-controller"))
                fdt_.flag("interrupt-controller");
            if (!has(node.tree.interrupt_controller, "#interrupt-cells"))
                fdt_.cells("#interrupt-cells", {node.tree.interrupt_cells});
            if (!has(node.tree.interrupt_controller, "#address-cells"))
                fdt_.cells("#address-cells", {0}); // which whoever maps interrupts to it must know
            fdt_.cells("phandle", {phandle("intc:" + node.cpu->name)});
            fdt_.end();
        }
        fdt_.end();
    }

    [[nodiscard]] static bool has(const std::vector<TreeProperty>& properties, const std::string& name) {
        return std::any_of(properties.begin(), properties.end(), [&](const TreeProperty& p) { return p.name == name; });
    }

    void write_regmaps() {
        for (const auto& device : devices_)
            for (const auto& node : device.info.regmap_nodes) {
                fdt_.begin(node.node_name);
                fdt_.texts("compatible", node.compatible);
                fdt_.cells("regmap", {phandle(device.component->name)});
                for (const auto& [name, values] : node.cells)
                    fdt_.cells(name, values);
                fdt_.end();
            }
    }

    void write_device(const DeviceNode& device) {
        fdt_.begin(device.path);
        fdt_.texts("compatible", device.info.compatible);
        fdt_.wide("reg", {device.mapping->base, device.mapping->size});
        if (device.info.interrupt_controller) {
            fdt_.flag("interrupt-controller");
            fdt_.cells("#interrupt-cells", {device.info.interrupt_cells});
        }
        if (device.info.interrupt_controller || !device.info.regmap_nodes.empty())
            fdt_.cells("phandle", {phandle(device.component->name)});
        for (const auto& [name, values] : device.info.cells)
            fdt_.cells(name, values);
        for (const auto& [name, value] : device.info.texts)
            fdt_.text(name, value);
        for (const auto& name : device.info.flags)
            fdt_.flag(name);
        if (!device.info.clock_parameter.empty()) {
            const auto& configuration = checked_.configurations.at(device.component->name);
            fdt_.cells("clock-frequency", {static_cast<std::uint32_t>(configuration.number(device.info.clock_parameter))});
        }
        write_interrupts(device);
        fdt_.end();
    }

    void write_interrupts(const DeviceNode& device) {
        const auto ends = device.info.extended_outputs.empty() ? plain_ends(*device.component) : extended_ends(device);
        if (ends.empty())
            return;
        const bool one_parent = std::all_of(ends.begin(), ends.end(), [&](const Specifier& s) { return s.phandle == ends[0].phandle; });
        const bool extended = !one_parent || !device.info.extended_outputs.empty();
        std::vector<std::uint32_t> cells;
        for (const auto& end : ends) {
            if (extended)
                cells.push_back(end.phandle);
            cells.insert(cells.end(), end.cells.begin(), end.cells.end());
        }
        if (!extended)
            fdt_.cells("interrupt-parent", {ends[0].phandle});
        fdt_.cells(extended ? "interrupts-extended" : "interrupts", cells);
    }

    std::vector<Specifier> plain_ends(const Component& component) {
        std::vector<Specifier> ends;
        for (const auto& wire : component.wires)
            if (auto end = specifier(wire))
                ends.push_back(std::move(*end));
        return ends;
    }

    /// For each CPU the outputs with each of the model's prefixes.
    std::vector<Specifier> extended_ends(const DeviceNode& device) {
        std::vector<Specifier> ends;
        for (const auto& node : cpus_)
            for (const auto& prefix : device.info.extended_outputs)
                for (const auto& wire : device.component->wires)
                    if (wire.to == node.cpu->name && starts_with(wire.output, prefix))
                        if (auto end = specifier(wire))
                            ends.push_back(std::move(*end));
        return ends;
    }

    /// Nothing when the wire ends outside what this tree describes.
    std::optional<Specifier> specifier(const Wire& wire) {
        for (const auto& node : cpus_) {
            if (node.cpu->name != wire.to)
                continue;
            const auto inputs = catalogue_.cpus.targets.find(node.cpu->target)->interrupt_inputs();
            const auto found = static_cast<std::size_t>(std::find(inputs.begin(), inputs.end(), wire.input) - inputs.begin());
            if (found >= node.tree.input_specifiers.size() || node.tree.interrupt_controller.empty())
                return std::nullopt;
            return Specifier{phandle("intc:" + node.cpu->name), {node.tree.input_specifiers[found]}};
        }
        for (const auto& device : devices_)
            if (device.component->name == wire.to && device.info.interrupt_controller)
                if (const auto number = parse_number(wire.input, ParameterType::Integer))
                    return Specifier{phandle(wire.to), {static_cast<std::uint32_t>(*number)}};
        return std::nullopt;
    }

    const Description& description_;
    const Checked& checked_;
    const Catalogue& catalogue_;
    const CpuDescription& head_;
    const TreeBoot& boot_;
    FdtWriter fdt_;
    std::vector<CpuNode> cpus_;
    std::vector<DeviceNode> devices_;
    std::map<std::string, std::uint32_t> phandles_;
};

} // namespace

std::vector<std::byte> make_device_tree(const Description& description, const Checked& checked, const Catalogue& catalogue,
                                        const CpuDescription& head, const TreeBoot& boot) {
    return TreeBuilder(description, checked, catalogue, head, boot).build();
}

} // namespace medley::board
