#include "platforms/tree_interrupts.h"

#include "platforms/values.h"

#include <algorithm>

namespace medley::board {

std::vector<Specifier> TreeInterrupts::of_device(const DeviceNode& device) {
    if (!device.info.extended_outputs.empty())
        return extended_ends(device);
    std::vector<Specifier> ends;
    for (const auto& wire : device.component->wires)
        if (auto end = specifier(wire); end && std::find(ends.begin(), ends.end(), *end) == ends.end())
            ends.push_back(std::move(*end)); // Once: a private interrupt has one specifier for all CPUs.
    return ends;
}

/// For each CPU the outputs with each of the model's prefixes.
std::vector<Specifier> TreeInterrupts::extended_ends(const DeviceNode& device) {
    std::vector<Specifier> ends;
    for (const auto& node : cpus_)
        for (const auto& prefix : device.info.extended_outputs)
            for (const auto& wire : device.component->wires)
                if (wire.to == node.cpu->name && wire.output.starts_with(prefix))
                    if (auto end = specifier(wire))
                        ends.push_back(std::move(*end));
    return ends;
}

std::vector<Specifier> TreeInterrupts::of_outputs(const CpuDescription& cpu, const std::vector<std::string>& outputs) {
    std::vector<Specifier> ends;
    for (const auto& output : outputs) {
        const auto wire = std::find_if(cpu.wires.begin(), cpu.wires.end(), [&](const Wire& w) { return w.output == output; });
        const auto end = wire == cpu.wires.end() ? std::nullopt : specifier(*wire);
        if (!end)
            break;
        ends.push_back(*end);
    }
    return ends;
}

void TreeInterrupts::write(FdtWriter& fdt, const std::vector<Specifier>& ends, bool extended, std::optional<std::uint32_t> inherited) {
    if (ends.empty())
        return;
    const bool one_parent = std::all_of(ends.begin(), ends.end(), [&](const Specifier& s) { return s.phandle == ends[0].phandle; });
    extended = extended || !one_parent;
    std::vector<std::uint32_t> cells;
    for (const auto& end : ends) {
        if (extended)
            cells.push_back(end.phandle);
        cells.insert(cells.end(), end.cells.begin(), end.cells.end());
    }
    if (!extended && inherited != ends[0].phandle)
        fdt.cells("interrupt-parent", {ends[0].phandle});
    fdt.cells(extended ? "interrupts-extended" : "interrupts", cells);
}

std::optional<Specifier> TreeInterrupts::specifier(const Wire& wire) {
    for (const auto& node : cpus_) {
        if (node.cpu->name != wire.to)
            continue;
        const auto inputs = catalogue_.cpus.targets.find(node.cpu->target)->interrupt_inputs();
        const auto found = static_cast<std::size_t>(std::find(inputs.begin(), inputs.end(), wire.input) - inputs.begin());
        if (found >= node.tree.input_specifiers.size() || node.tree.interrupt_controller.empty())
            return std::nullopt;
        return Specifier{phandles_["intc:" + node.cpu->name], {node.tree.input_specifiers[found]}};
    }
    for (const auto& device : devices_)
        if (device.component->name == wire.to && device.info.interrupt_controller)
            return at_controller(device, wire.input);
    return std::nullopt;
}

std::optional<Specifier> TreeInterrupts::at_controller(const DeviceNode& controller, const std::string& input) {
    std::vector<std::uint32_t> cells;
    if (controller.info.specifier)
        cells = controller.info.specifier(input);
    else if (const auto number = parse_number(input, ParameterType::Integer))
        cells = {static_cast<std::uint32_t>(*number)};
    if (cells.empty())
        return std::nullopt;
    return Specifier{phandles_[controller.component->name], std::move(cells)};
}

} // namespace medley::board
