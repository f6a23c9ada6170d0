#include "medley/periph/peripheral.h"

#include "medley/base/error.h"

#include <algorithm>

namespace medley::periph {

namespace {

/// The port of that name; for "" the first one when none is called so.
template <class Ports>
auto find_port(const Ports& ports, std::string_view name) -> typename Ports::mapped_type {
    if (const auto found = ports.find(name); found != ports.end())
        return found->second;
    return name.empty() && !ports.empty() ? ports.begin()->second : nullptr;
}

template <class Ports>
void append_names(const Ports& ports, std::vector<std::string>& names) {
    for (const auto& [name, port] : ports)
        names.push_back(name);
}

} // namespace

std::uint64_t Configuration::number(const std::string& name) const {
    const auto found = numbers_.find(name);
    MEDLEY_ASSERT(found != numbers_.end(), "no number was configured for the parameter '" + name + "'");
    return found->second;
}

const std::string& Configuration::text(const std::string& name) const {
    const auto found = texts_.find(name);
    MEDLEY_ASSERT(found != texts_.end(), "no text was configured for the parameter '" + name + "'");
    return found->second;
}

Peripheral::TargetSocket* Peripheral::target_socket(std::string_view name) { return find_port(targets_, name); }

Peripheral::InitiatorSocket* Peripheral::initiator_socket(std::string_view name) {
    return find_port(initiators_, name);
}

IrqOut* Peripheral::irq_output(std::string_view name) { return find_port(outputs_, name); }

IrqIn* Peripheral::irq_input(std::string_view name) { return find_port(inputs_, name); }

std::vector<std::string> Peripheral::port_names() const {
    std::vector<std::string> names;
    append_names(targets_, names);
    append_names(initiators_, names);
    append_names(outputs_, names);
    append_names(inputs_, names);
    return names;
}

const PeripheralKind* PeripheralRegistry::find(std::string_view name) const {
    const auto found = std::ranges::find(kinds_, name, &PeripheralKind::name);
    return found == kinds_.end() ? nullptr : &*found;
}

} // namespace medley::periph
