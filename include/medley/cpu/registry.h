/// \file
/// What is built in. An object that is passed, not a global.
#pragma once

#include "medley/cpu/accelerator.h"
#include "medley/cpu/target.h"

#include <memory>
#include <string_view>
#include <vector>

namespace medley {

/// Named things of one kind, in the order of registration.
template <class Thing>
class Catalogue {
public:
    void add(std::unique_ptr<Thing> thing) { things_.push_back(std::move(thing)); }
    [[nodiscard]] const Thing* find(std::string_view name) const {
        for (const auto& thing : things_)
            if (thing->name() == name)
                return thing.get();
        return nullptr;
    }
    [[nodiscard]] auto begin() const { return things_.begin(); }
    [[nodiscard]] auto end() const { return things_.end(); }
    [[nodiscard]] bool empty() const { return things_.empty(); }
    /// Null when there is none.
    [[nodiscard]] const Thing* last() const { return things_.empty() ? nullptr : things_.back().get(); }

private:
    std::vector<std::unique_ptr<Thing>> things_;
};

struct CpuRegistry {
    Catalogue<Target> targets;
    /// From the plainest to the fastest: the last one is what a CPU gets that names none.
    Catalogue<AcceleratorKind> accelerators;

    /// The accelerator of that name, or the fastest for an empty one; null when there is none.
    [[nodiscard]] const AcceleratorKind* accelerator(std::string_view name) const {
        return name.empty() ? accelerators.last() : accelerators.find(name);
    }
};

} // namespace medley
