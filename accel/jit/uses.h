/// \file
/// Where the values of a region are used.
#pragma once

#include "medley/ir/block.h"

#include <cstdint>
#include <vector>

namespace medley::accel::jit {

/// A *view* is a value that is the low part of another one as it stands: its uses are the other one's, its *root*'s.
class Uses {
public:
    void find(const ir::Block& block);

    [[nodiscard]] ir::Value root(ir::Value value) const { return values_[value].root; }
    /// The last operation that reads a root.
    [[nodiscard]] std::uint32_t last(ir::Value root) const { return values_[root].last; }
    [[nodiscard]] std::uint32_t count(ir::Value root) const { return values_[root].count; }
    /// Emits nothing: a view, or a value without a use.
    [[nodiscard]] bool skipped(ir::Value value) const { return values_[value].skipped; }

private:
    struct Entry {
        ir::Value root = 0;
        std::uint32_t last = 0;
        std::uint32_t count = 0;
        bool skipped = false;
    };
    std::vector<Entry> values_;
};

} // namespace medley::accel::jit
