#include "platforms/description.h"

#include <algorithm>

namespace medley::board {

const Component* Description::component(std::string_view wanted) const {
    const auto found =
        std::find_if(components.begin(), components.end(), [&](const Component& c) { return c.name == wanted; });
    return found == components.end() ? nullptr : &*found;
}

Component* Description::component(std::string_view wanted) {
    return const_cast<Component*>(std::as_const(*this).component(wanted));
}

const CpuDescription* Description::cpu(std::string_view wanted) const {
    const auto found = std::find_if(cpus.begin(), cpus.end(), [&](const CpuDescription& c) { return c.name == wanted; });
    return found == cpus.end() ? nullptr : &*found;
}

const CpuDescription* Description::group_head(std::string_view group) const {
    const auto found = std::find_if(cpus.begin(), cpus.end(), [&](const CpuDescription& c) {
        return group.empty() ? c.boots : c.group == group;
    });
    if (found != cpus.end())
        return &*found;
    return group.empty() && group_names().size() == 1 ? &cpus.front() : nullptr;
}

std::vector<std::string> Description::names(ComponentKind kind) const {
    std::vector<std::string> result;
    for (const auto& component : components)
        if (component.kind == kind)
            result.push_back(component.name);
    return result;
}

std::vector<std::string> Description::group_names() const {
    std::vector<std::string> result;
    for (const auto& cpu : cpus)
        if (std::find(result.begin(), result.end(), cpu.group) == result.end())
            result.push_back(cpu.group);
    return result;
}

Description::Memory Description::main_memory(std::string_view bus) const {
    for (const auto& component : components)
        if (component.main)
            if (const auto memory = mapped(component.name, bus); memory.mapping != nullptr)
                return memory;
    return {};
}

Description::Memory Description::mapped(std::string_view wanted, std::string_view bus) const {
    const auto* found = component(wanted);
    if (found == nullptr)
        return {};
    for (const auto& mapping : found->mappings)
        if (mapping.bus == bus)
            return {found, &mapping};
    return {};
}

} // namespace medley::board
