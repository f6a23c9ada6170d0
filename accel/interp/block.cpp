#include "accel/interp/block.h"

#include "accel/interp/handlers.h"

#include "medley/base/error.h"

#include <algorithm>

namespace medley::accel::interp {

const Site& Block::site_of(const Op* op) const {
    const auto index = static_cast<std::uint16_t>(op - code.get());
    const auto site = std::lower_bound(sites.begin(), sites.end(), index,
                                       [](const Site& one, std::uint16_t wanted) { return one.op < wanted; });
    MEDLEY_ASSERT(site != sites.end() && site->op == index, "an operation without a site left its block");
    return *site;
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
