#include "medley/base/code_watch.h"

#include "medley/base/bits.h"

#include <algorithm>

namespace medley {

void CodeWatch::watch(std::uint64_t offset) {
    auto& flag = watched_[offset / kPageSize];
    if (flag != 0)
        return;
    flag = 1;
    for (auto* listener : listeners_)
        listener->page_watched(*this, align_down(offset, kPageSize));
}

void CodeWatch::written(std::uint64_t offset, std::uint64_t size) {
    if (size == 0)
        return;
    const auto last = std::min<std::uint64_t>((offset + size - 1) / kPageSize, watched_.size() - 1);
    bool touched = false;
    for (auto page = offset / kPageSize; page <= last; ++page) {
        touched = touched || watched_[page] != 0;
        watched_[page] = 0;
    }
    if (!touched)
        return;
    for (auto* listener : listeners_)
        listener->code_written(*this, offset, size);
}

} // namespace medley
