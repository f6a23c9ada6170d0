#include "accel/interp/block.h"

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
