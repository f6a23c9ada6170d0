#include "platforms/device_tree.h"

#include "platforms/tree_interrupts.h"
#include "platforms/values.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace medley::board {

namespace {

class TreeBuilder {
public:
    TreeBuilder(const Description& description, const Checked& checked, const Catalogue& catalogue,
                const CpuDescription& head, const TreeBoot& boot)
        : description_(description), checked_(checked), catalogue_(catalogue), head_(head), boot_(boot) {
        collect_cpus();
        collect_devices();
        collect_machine();
    }

    std::vector<std::byte> build() {
        fdt_.cells("#address-cells", {2});
        fdt_.cells("#size-cells", {2});
        fdt_.texts("compatible", description_.tree_compatible.empty() ? std::vector<std::string>{"medley," + description_.name}
                                                                      : description_.tree_compatible);
        fdt_.text("model", description_.tree_model.empty() ? "medley," + description_.name : description_.tree_model);
        if (root_parent_)
            fdt_.cells("interrupt-parent", {*root_parent_});
        write_chosen();
        write_aliases();
        write_memory();
        write_cpus();
        write_machine();
        write_clocks();
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
                if (!node.info.reg_ports.empty())
                    if (const auto* first = place_of(component, node.info.reg_ports.front()))
                        node.mapping = first;
                node.path = fmt::format("{}@{:x}", node.info.node_name, node.mapping->base);
                devices_.push_back(std::move(node));
                break;
            }
        }
    }

    /// Where the head's bus has a port; null where it has not.
    [[nodiscard]] const Mapping* place_of(const Component& component, const std::string& port) const {
        const auto found = std::find_if(component.mappings.begin(), component.mappings.end(),
                                        [&](const Mapping& m) { return m.bus == head_.bus && m.port == port; });
        return found == component.mappings.end() ? nullptr : &*found;
    }

    /// The controller of the first node that has interrupts is everyone's who names none.
    void collect_machine() {
        for (auto& node : catalogue_.cpus.targets.find(head_.target)->machine_tree(core_config(head_))) {
            const auto ends = interrupts_.of_outputs(head_, node.interrupt_outputs);
            if (!root_parent_ && !ends.empty())
                root_parent_ = ends.front().phandle;
            machine_.emplace_back(std::move(node), ends);
        }
    }

    void write_machine() {
        for (const auto& [node, ends] : machine_) {
            fdt_.begin(node.name);
            for (const auto& property : node.properties)
                write_property(property);
            interrupts_.write(fdt_, ends, false, root_parent_);
            fdt_.end();
        }
    }

    [[nodiscard]] static std::string clock_name(std::uint64_t frequency) { return fmt::format("clock-{}", frequency); }

    void write_clocks() {
        std::set<std::uint64_t> frequencies;
        for (const auto& device : devices_)
            for (const auto& clock : device.info.clocks)
                frequencies.insert(clock.frequency);
        for (const auto frequency : frequencies) {
            fdt_.begin(clock_name(frequency));
            fdt_.text("compatible", "fixed-clock");
            fdt_.cells("#clock-cells", {0});
            fdt_.cells("clock-frequency", {static_cast<std::uint32_t>(frequency)});
            fdt_.text("clock-output-names", clock_name(frequency));
            fdt_.cells("phandle", {phandles_[clock_name(frequency)]});
            fdt_.end();
        }
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
        std::size_t address_cells = 1;
        for (const auto& node : cpus_)
            address_cells = std::max(address_cells, reg_of(node).size());
        fdt_.cells("#address-cells", {static_cast<std::uint32_t>(address_cells)});
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
            fdt_.cells("cpu", {phandles_["cpu:" + node.cpu->name]});
            fdt_.end();
        }
        fdt_.end();
    }

    /// The target's number for a core, where it has another one than the board.
    [[nodiscard]] static std::vector<std::uint32_t> reg_of(const CpuNode& node) {
        for (const auto& property : node.tree.properties)
            if (const auto* cells = std::get_if<std::vector<std::uint32_t>>(&property.value); cells != nullptr && property.name == "reg")
                return *cells;
        return {node.cpu->index};
    }

    void write_cpu(const CpuNode& node) {
        fdt_.begin(fmt::format("cpu@{:x}", reg_of(node).back()));
        if (!has(node.tree.properties, "device_type"))
            fdt_.text("device_type", "cpu");
        if (!has(node.tree.properties, "reg"))
            fdt_.cells("reg", {node.cpu->index});
        if (!has(node.tree.properties, "status"))
            fdt_.text("status", "okay");
        fdt_.cells("phandle", {phandles_["cpu:" + node.cpu->name]});
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
            fdt_.cells("phandle", {phandles_["intc:" + node.cpu->name]});
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
                fdt_.cells("regmap", {phandles_[device.component->name]});
                for (const auto& [name, values] : node.cells)
                    fdt_.cells(name, values);
                fdt_.end();
            }
    }

    void write_device(const DeviceNode& device) {
        fdt_.begin(device.path);
        fdt_.texts("compatible", device.info.compatible);
        write_reg(device);
        if (device.info.interrupt_controller) {
            fdt_.flag("interrupt-controller");
            fdt_.cells("#interrupt-cells", {device.info.interrupt_cells});
        }
        if (device.info.interrupt_controller || !device.info.regmap_nodes.empty())
            fdt_.cells("phandle", {phandles_[device.component->name]});
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
        write_device_clocks(device);
        interrupts_.write(fdt_, interrupts_.of_device(device), !device.info.extended_outputs.empty(), std::nullopt);
        for (const auto& child : device.info.children)
            write_child(*device.component, child);
        fdt_.end();
    }

    void write_reg(const DeviceNode& device) {
        std::vector<std::uint64_t> places;
        for (const auto& port : device.info.reg_ports)
            if (const auto* mapping = place_of(*device.component, port))
                places.insert(places.end(), {mapping->base, mapping->size});
        fdt_.wide("reg", places.empty() ? std::vector<std::uint64_t>{device.mapping->base, device.mapping->size} : places);
    }

    void write_device_clocks(const DeviceNode& device) {
        std::vector<std::uint32_t> clocks;
        std::vector<std::string> names;
        for (const auto& clock : device.info.clocks) {
            clocks.push_back(phandles_[clock_name(clock.frequency)]);
            names.push_back(clock.name);
        }
        if (clocks.empty())
            return;
        fdt_.cells("clocks", clocks);
        fdt_.texts("clock-names", names);
    }

    void write_child(const Component& component, const periph::TreeInfo::ChildNode& child) {
        const auto* mapping = place_of(component, child.port);
        if (mapping == nullptr)
            return;
        fdt_.begin(fmt::format("{}@{:x}", child.node_name, mapping->base));
        fdt_.texts("compatible", child.compatible);
        fdt_.wide("reg", {mapping->base, mapping->size});
        for (const auto& [name, values] : child.cells)
            fdt_.cells(name, values);
        for (const auto& name : child.flags)
            fdt_.flag(name);
        fdt_.end();
    }

    const Description& description_;
    const Checked& checked_;
    const Catalogue& catalogue_;
    const CpuDescription& head_;
    const TreeBoot& boot_;
    FdtWriter fdt_;
    std::vector<CpuNode> cpus_;
    std::vector<DeviceNode> devices_;
    Phandles phandles_;
    TreeInterrupts interrupts_{catalogue_, cpus_, devices_, phandles_};
    std::vector<std::pair<TreeNode, std::vector<Specifier>>> machine_;
    std::optional<std::uint32_t> root_parent_;
};

} // namespace

std::vector<std::byte> make_device_tree(const Description& description, const Checked& checked, const Catalogue& catalogue,
                                        const CpuDescription& head, const TreeBoot& boot) {
    return TreeBuilder(description, checked, catalogue, head, boot).build();
}

} // namespace medley::board
