#include "peripherals/syscon/syscon.h"

#include "medley/base/error.h"

#include <string>

namespace medley::periph {

namespace {

constexpr std::uint64_t kSpan = 0x1000;

constexpr std::array kTable{
    Reg<Syscon>{0, "WORD", 0, 0xffffffff, nullptr, &Syscon::word_written, "keeps what is written", {.count = kSpan / 4}},
};
static_assert(well_formed(kTable));

std::uint64_t checked_offset(const char* name, const Configuration& configuration, const std::string& parameter) {
    const auto offset = configuration.number(parameter);
    if (offset % 4 != 0 || offset >= kSpan)
        throw UserError("syscon '" + std::string(name) + "': " + parameter + " is " + std::to_string(offset) +
                        ", must be a multiple of 4 below " + std::to_string(kSpan));
    return offset;
}

} // namespace

Syscon::Syscon(const sc_core::sc_module_name& name, const Configuration& configuration, const Services& services)
    : RegisterPeripheral(name, kTable, {.sizes = kWords, .span = kSpan}), control_(services.control),
      poweroff_offset_(checked_offset(name, configuration, "poweroff-offset")), poweroff_value_(configuration.number("poweroff-value")),
      reboot_offset_(checked_offset(name, configuration, "reboot-offset")), reboot_value_(configuration.number("reboot-value")) {}

void Syscon::word_written(unsigned word, std::uint64_t value) {
    const auto offset = std::uint64_t{word} * 4;
    if (offset == poweroff_offset_ && value == poweroff_value_)
        control_.request_exit(0, "system controller: power off");
    else if (offset == reboot_offset_ && value == reboot_value_)
        control_.request_reset("system controller");
}

void register_syscon(PeripheralRegistry& registry) {
    PeripheralKind kind;
    kind.name = "syscon";
    kind.description = "system controller: scratch words, power off and reboot";
    kind.document = "device tree bindings syscon, syscon-poweroff and syscon-reboot";
    kind.parameters = {
        {"poweroff-offset", ParameterType::Integer, "0", "word that ends the machine", false},
        {"poweroff-value", ParameterType::Integer, "0x5555", "what must be written there", false},
        {"reboot-offset", ParameterType::Integer, "0", "word that restarts the machine", false},
        {"reboot-value", ParameterType::Integer, "0x7777", "what must be written there", false},
    };
    kind.registers = describe_registers(kTable);
    kind.address_size = kSpan;
    kind.make = [](const char* name, const Configuration& configuration, const Services& services) {
        return std::make_unique<Syscon>(name, configuration, services);
    };
    kind.tree = [](const Configuration& configuration) {
        const auto cell = [&](const char* parameter) {
            return std::vector{static_cast<std::uint32_t>(configuration.number(parameter))};
        };
        TreeInfo tree;
        tree.node_name = "syscon";
        tree.compatible = {"syscon"};
        tree.regmap_nodes = {
            {"poweroff", {"syscon-poweroff"}, {{"offset", cell("poweroff-offset")}, {"value", cell("poweroff-value")}}},
            {"reboot", {"syscon-reboot"}, {{"offset", cell("reboot-offset")}, {"value", cell("reboot-value")}}},
        };
        return tree;
    };
    registry.add(std::move(kind));
}

} // namespace medley::periph
