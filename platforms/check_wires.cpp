#include "platforms/check.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace medley::board {

namespace {

struct Driver {
    std::string name;
    Place place;
    bool shared;
};

class WireChecker {
public:
    WireChecker(const Description& description, const Catalogue& catalogue, Diagnostics& diagnostics)
        : description_(description), catalogue_(catalogue), diagnostics_(diagnostics) {}

    void check(const std::string& owner, const Wire& wire, bool shared) {
        const auto end = wire.to + "." + wire.input;
        if (!check_end(owner, wire))
            return;
        const auto [earlier, fresh] = drivers_.emplace(end, Driver{owner, wire.place, shared});
        if (!fresh && !(shared && earlier->second.shared))
            diagnostics_.error(wire.place,
                               fmt::format("'{}': {} is driven by '{}' already ({}); 'shared_irq: true' on both allows it", owner,
                                           end, earlier->second.name, short_form(earlier->second.place)));
    }

    void check_output(const CpuDescription& cpu, const Wire& wire) {
        const auto* target = catalogue_.cpus.targets.find(cpu.target);
        if (target != nullptr)
            check_name(wire.output, target->outputs(), fmt::format("CPU '{}': there is no output", cpu.group), wire.place);
    }

    void check_private(const std::string& owner, const PrivateBinding& binding) {
        const auto* cpu = description_.cpu(binding.cpu);
        if (cpu == nullptr) {
            std::vector<std::string> known;
            for (const auto& each : description_.cpus)
                known.push_back(each.name);
            diagnostics_.error(binding.place, fmt::format("'{}': private: there is no CPU '{}'{}", owner, binding.cpu,
                                                          suggestion(binding.cpu, known)));
            return;
        }
        const auto [earlier, fresh] = privates_.emplace(binding.cpu, Driver{owner, binding.place, false});
        if (!fresh)
            diagnostics_.error(binding.place, fmt::format("'{}': private: the private bus of CPU '{}' leads to '{}' already ({})", owner,
                                                          binding.cpu, earlier->second.name, short_form(earlier->second.place)));
    }

private:
    bool check_end(const std::string& owner, const Wire& wire) {
        if (const auto* cpu = description_.cpu(wire.to)) {
            const auto* target = catalogue_.cpus.targets.find(cpu->target);
            return target == nullptr || check_name(wire.input, target->interrupt_inputs(),
                                                   fmt::format("'{}': CPU '{}' has no interrupt input", owner, cpu->name), wire.place);
        }
        if (description_.component(wire.to) != nullptr)
            return true;
        auto known = description_.names(ComponentKind::Device);
        for (const auto& cpu : description_.cpus)
            known.push_back(cpu.name);
        diagnostics_.error(wire.place, fmt::format("'{}': there is no '{}' to wire to{}", owner, wire.to,
                                                   suggestion(wire.to, known)));
        return false;
    }

    bool check_name(const std::string& name, std::span<const std::string_view> names, const std::string& what,
                    const Place& place) {
        if (std::find(names.begin(), names.end(), name) != names.end())
            return true;
        diagnostics_.error(place, fmt::format("{} '{}'{}", what, name,
                                              suggestion(name, std::vector<std::string>(names.begin(), names.end()))));
        return false;
    }

    const Description& description_;
    const Catalogue& catalogue_;
    Diagnostics& diagnostics_;
    std::map<std::string, Driver> drivers_;
    std::map<std::string, Driver> privates_;   ///< By CPU.
};

} // namespace

void check_wires(const Description& description, const Catalogue& catalogue, Diagnostics& diagnostics) {
    WireChecker checker(description, catalogue, diagnostics);
    for (const auto& component : description.components)
        for (const auto& wire : component.wires)
            checker.check(component.name, wire, component.shared_irq);
    for (const auto& component : description.components)
        for (const auto& binding : component.privates)
            checker.check_private(component.name, binding);
    for (const auto& cpu : description.cpus)
        for (const auto& wire : cpu.wires) {
            checker.check_output(cpu, wire);
            checker.check(cpu.name, wire, false);
        }
}

} // namespace medley::board
