#include "accel/interp/block.h"

#include "accel/interp/handlers.h"

#include "medley/base/error.h"

#include <algorithm>

namespace medley::accel::interp {

const Site& Block::site_of(const Op* op) const {
    const auto index = static_cast<std::size_t>(op - code.get());
    if (site_at_.empty())
        index_sites();
    const auto place = index < site_at_.size() ? site_at_[index] : kNoSite;
    MEDLEY_ASSERT(place != kNoSite, "an operation without a site left its block");
    return sites[place];
}

/// A block that calls out is likely to do so often: each device access wants to know where it is.
void Block::index_sites() const {
    site_at_.assign(sites.empty() ? 0 : sites.back().op + std::size_t{1}, kNoSite);
    for (std::size_t at = 0; at < sites.size(); ++at)
        site_at_[sites[at].op] = static_cast<std::uint16_t>(at);
}

/// The block is never run again, so that what follows the instruction can be replaced. Operations of the instruction that
/// are left are executed; the guest's state is exact at `end` (ir::may_leave_at).
void Machine::leave_behind(const Op* op, Footing before) {
    auto& block = block_of(op);
    const auto& site = block.site_of(op);
    if (site.end == 0)
        return;
    if (!block.dead && before.mode_tag != mode_tag)
        blocks.drop(block);
    if (!block.dead)
        return;
    auto& cut = block.code[site.end];
    cut = Op{};
    const bool near = (site.next & kPageMask) == (site.pc & kPageMask);
    cut.handler = cut_handler(!near || site.next <= site.pc);
    cut.count = site.executed + 1U;
    cut.imm = site.next;
}

void Block::link(Link& link) {
    link.to = this;
    link.exit->next = entry();
    incoming.push_back(&link);
}

void Block::unlink() {
    for (auto* link : incoming) {
        link->exit->next = link->stub;
        link->to = nullptr;
    }
    incoming.clear();
    for (auto& link : links) {
        if (link.to == nullptr)
            continue;
        std::erase(link.to->incoming, &link);
        link.exit->next = link.stub;
        link.to = nullptr;
    }
}

} // namespace medley::accel::interp
