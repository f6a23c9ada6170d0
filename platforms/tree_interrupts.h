/// \file
/// Interrupts in the device tree: from a board's wires to the specifiers that stand for their ends.
#pragma once

#include "platforms/check.h"
#include "platforms/fdt_writer.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace medley::board {

/// A device of the tree.
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

/// Numbers are given on first use; a node that has one writes it.
class Phandles {
public:
    std::uint32_t operator[](const std::string& of) {
        return numbers_.emplace(of, static_cast<std::uint32_t>(numbers_.size() + 1)).first->second;
    }

private:
    std::map<std::string, std::uint32_t> numbers_;
};

/// Where an interrupt ends, as the tree says it.
struct Specifier {
    std::uint32_t phandle = 0;
    std::vector<std::uint32_t> cells;

    friend bool operator==(const Specifier&, const Specifier&) = default;
};

class TreeInterrupts {
public:
    /// Everything must outlive it; the nodes may still be filled.
    TreeInterrupts(const Catalogue& catalogue, const std::vector<CpuNode>& cpus, const std::vector<DeviceNode>& devices, Phandles& phandles)
        : catalogue_(catalogue), cpus_(cpus), devices_(devices), phandles_(phandles) {}

    /// Of a device's wires; of its `extended_outputs` where it has some.
    [[nodiscard]] std::vector<Specifier> of_device(const DeviceNode& device);
    /// Of a CPU's outputs, in the order of the names, up to the first that leads nowhere in this tree.
    [[nodiscard]] std::vector<Specifier> of_outputs(const CpuDescription& cpu, const std::vector<std::string>& outputs);
    /// `interrupts` and, unless the node inherits it, its parent; or `interrupts-extended`.
    void write(FdtWriter& fdt, const std::vector<Specifier>& ends, bool extended, std::optional<std::uint32_t> inherited);

private:
    [[nodiscard]] std::vector<Specifier> extended_ends(const DeviceNode& device);
    /// Nothing when the wire ends outside what this tree describes.
    [[nodiscard]] std::optional<Specifier> specifier(const Wire& wire);
    [[nodiscard]] std::optional<Specifier> at_controller(const DeviceNode& controller, const std::string& input);

    const Catalogue& catalogue_;
    const std::vector<CpuNode>& cpus_;
    const std::vector<DeviceNode>& devices_;
    Phandles& phandles_;
};

} // namespace medley::board
