#include "peripherals/irq/gic/tree.h"

#include "medley/base/error.h"

#include <fmt/format.h>

#include <charconv>
#include <string_view>

namespace medley::periph::gic {

namespace {

constexpr std::uint32_t kShared = 0, kPrivate = 1;   // The first cell.
constexpr std::uint32_t kLevelHigh = 4;

std::vector<std::uint32_t> specifier(std::string_view input, std::uint32_t private_flags) {
    const bool is_shared = input.starts_with("spi.");
    if (!is_shared && !input.starts_with("ppi."))
        return {};
    const auto digits = input.substr(input.rfind('.') + 1);
    std::uint32_t number = 0;
    if (std::from_chars(digits.data(), digits.data() + digits.size(), number).ptr != digits.data() + digits.size())
        return {};
    return is_shared ? std::vector<std::uint32_t>{kShared, number, kLevelHigh}
                     : std::vector<std::uint32_t>{kPrivate, number, kLevelHigh | private_flags};
}

} // namespace

TreeInfo tree_info(std::uint64_t private_flags, const Configuration& configuration) {
    TreeInfo tree;
    tree.node_name = "interrupt-controller";
    tree.interrupt_controller = true;
    tree.interrupt_cells = 3;
    tree.cells = {{"#address-cells", {2}}, {"#size-cells", {2}}};
    tree.flags = {"ranges"};
    tree.specifier = [flags = static_cast<std::uint32_t>(private_flags)](const std::string& input) { return specifier(input, flags); };
    if (configuration.flag("virtualization"))
        tree.cells.push_back({"interrupts",
                              {kPrivate, static_cast<std::uint32_t>(configuration.number("maintenance")),
                               kLevelHigh | static_cast<std::uint32_t>(private_flags)}});
    return tree;
}

std::vector<Parameter> common_parameters() {
    return {
        {"virtualization", ParameterType::Boolean, "false", "whether the device tree shows the virtual CPU interfaces to hypervisors", false},
        {"maintenance", ParameterType::Integer, "9", "private input that maintenance interrupts of virtual ones drive: ppi.CPU.N", false},
        {"secure", ParameterType::Boolean, "false", "whether there are two security states", false},
    };
}

unsigned maintenance_input(const std::string& name, const Configuration& configuration) {
    constexpr unsigned kInputs = 16;
    const auto input = configuration.number("maintenance");
    if (input >= kInputs)
        throw UserError(fmt::format("'{}': maintenance is {}, must be 0 to {}", name, input, kInputs - 1));
    return static_cast<unsigned>(input);
}

} // namespace medley::periph::gic
