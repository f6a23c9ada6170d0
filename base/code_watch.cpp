#include "medley/base/code_watch.h"

#include "medley/base/bits.h"

#include <algorithm>
#include <new>

namespace medley {

CodeWatch::CodeWatch(std::uint64_t size)
    : pages_((size + kPageSize - 1) / kPageSize), watched_(static_cast<std::uint8_t*>(std::calloc(pages_ + 1, 1))) {
    if (watched_ == nullptr)
        throw std::bad_alloc();
}

void CodeWatch::watch(std::uint64_t offset) {
    auto& flag = watched_[offset / kPageSize];
    if (flag != 0)
        return;
    flag = 1;
    watched_end_ = std::max(watched_end_, align_down(offset, kPageSize) + kPageSize);
    for (auto* listener : listeners_)
        listener->page_watched(*this, align_down(offset, kPageSize));
}

void CodeWatch::written(std::uint64_t offset, std::uint64_t size) {
    if (size == 0)
        return;
    const auto last = offset + size - 1;
    const auto end = std::min({last / kPageSize + 1, pages_, watched_end_ / kPageSize});
    for (auto page = offset / kPageSize; page < end; ++page) {
        if (watched_[page] == 0)
            continue;
        const auto first = std::max(offset, page * kPageSize);
        written_in(page, first, std::min(last, page * kPageSize + (kPageSize - 1)) - first + 1);
    }
}

void CodeWatch::written_in(std::uint64_t page, std::uint64_t offset, std::uint64_t size) {
    bool is_code = false;
    for (auto* listener : listeners_)
        is_code |= listener->code_written(*this, offset, size);
    if (is_code)
        return;
    watched_[page] = 0;
    for (auto* listener : listeners_)
        listener->page_released(*this, page * kPageSize);
}

} // namespace medley
