// Devicetree bindings arm/cpus.yaml, arm/psci.yaml, timer/arm,arch_timer.yaml, arm/pmu.yaml.
#include "iss/aarch64/tree.h"

#include "iss/aarch64/wires.h"

namespace medley::iss::aarch64 {
namespace {

using Text = std::vector<std::string>;
using Cells = std::vector<std::uint32_t>;

std::string wire(Output output) {
    return std::string(kOutputNames[static_cast<unsigned>(output)]);
}

TreeNode psci_node(const Config& config) {
    return {"psci",
            {{"compatible", Text{"arm,psci-1.0", "arm,psci-0.2"}},
             {"method", Text{config.psci == Conduit::Smc ? "smc" : "hvc"}}},
            {}};
}

/// The binding's order of the interrupts is secure, non-secure, virtual, hypervisor.
TreeNode timer_node(const Config& config) {
    TreeNode node{"timer", {{"compatible", Text{"arm,armv8-timer"}}, {"always-on", std::monostate{}}}, {}};
    node.interrupt_outputs = {wire(Output::Cntps), wire(Output::Cntp), wire(Output::Cntv), wire(Output::Cnthp)};
    if (config.has_el2 && config.has(Feature::VHE))
        node.interrupt_outputs.push_back(wire(Output::Cnthv));
    return node;
}

TreeNode pmu_node(const Config& config) {
    Text compatible{"arm,armv8-pmuv3"};
    if (config.model != Model::Max)
        compatible.insert(compatible.begin(), std::string(config.compatible()) + "-pmu");
    return {"pmu", {{"compatible", compatible}}, {wire(Output::Pmu)}};
}

} // namespace

CoreTree make_tree(const Config& config) {
    CoreTree tree;
    tree.properties = {
        {"device_type", Text{"cpu"}},
        {"reg", Cells{static_cast<std::uint32_t>(config.affinity())}},
        {"compatible", Text{std::string(config.compatible())}},
    };
    if (config.psci != Conduit::None)
        tree.properties.push_back({"enable-method", Text{"psci"}});
    return tree;
}

std::vector<TreeNode> make_machine_tree(const Config& config) {
    std::vector<TreeNode> nodes;
    if (config.psci != Conduit::None)
        nodes.push_back(psci_node(config));
    nodes.push_back(timer_node(config));
    if (config.has(Feature::PMUv3))
        nodes.push_back(pmu_node(config));
    return nodes;
}

} // namespace medley::iss::aarch64
