/// \file
/// Regions: several blocks of one page laid out in the order in which they are most likely executed.
#pragma once

#include "accel/ir/passes/simplifier.h"
#include "medley/cpu/state_layout.h"
#include "medley/ir/block.h"

#include <cstdint>
#include <functional>

namespace medley::accel::jit {

/// Lifts at most so many instructions from an address of the region's page, behind what the block has already; false, with the
/// block as it was, when that is not possible.
using LiftMore = std::function<bool(Address, std::uint32_t, ir::Block&)>;

class RegionMaker {
public:
    /// \p simplifier is that of the regions.
    RegionMaker(const StateLayout& layout, ir::Simplifier& simplifier, LiftMore lift)
        : layout_(layout), simplifier_(simplifier), lift_(std::move(lift)) {}

    /// Follows the ways forward that leave `region` within its page, up to `max_instructions`. A conditional branch stays in
    /// the middle, as the way out when it is taken; one that only skips a few register operations goes: they are computed
    /// anyway and selected, and their markers carry the condition.
    void extend(ir::Block& region, std::uint32_t max_instructions);
    /// Branches whose condition turned out to be constant: behind one that is always taken nothing is reached.
    static void trim(ir::Block& region);

private:
    [[nodiscard]] bool follow(ir::Block& region, std::uint32_t max_instructions);
    [[nodiscard]] bool follow_short(ir::Block& region, const ir::Operation& branch, std::uint32_t max_instructions);
    [[nodiscard]] bool convert(ir::Block& region, Address target, ir::Value condition);
    [[nodiscard]] std::size_t skipped_body(Address target) const;
    void append(ir::Block& region, std::size_t first, std::size_t last, ir::Value condition);

    const StateLayout& layout_;
    ir::Simplifier& simplifier_;
    LiftMore lift_;
    ir::Block next_;
    std::vector<ir::Value> renumbered_; ///< From values of `next_` to values of the region.
};

} // namespace medley::accel::jit
