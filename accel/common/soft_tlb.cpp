#include "accel/common/soft_tlb.h"

namespace medley::accel {

void SoftTlb::load_contexts() {
    contexts_ = no_contexts();
    const auto row = rows_.find(space_);
    if (!force_slow_ && row != rows_.end())
        for (unsigned i = 0; i < kMemIndexes; ++i)
            if (row->second[i] != 0)
                contexts_[i] = std::uint64_t{row->second[i]} << 4;
}

void SoftTlb::forget_context(std::uint64_t space, unsigned mem_index) {
    ++retreats_;
    const auto row = rows_.find(space);
    if (row == rows_.end())
        return;
    row->second[mem_index] = 0;
    load_contexts();
}

void SoftTlb::set_space(std::uint64_t space) {
    if (space == space_)
        return;
    space_ = space;
    load_contexts();
}

std::uint64_t SoftTlb::assign_context(unsigned mem_index) {
    if (const auto row = rows_.find(space_); row != rows_.end() && row->second[mem_index] != 0)
        return std::uint64_t{row->second[mem_index]} << 4;
    if (last_context_ == kLastContext) {
        clear_entries();
        rows_.clear();
        last_context_ = 0;
    }
    rows_[space_][mem_index] = static_cast<std::uint16_t>(++last_context_);
    load_contexts();
    return std::uint64_t{last_context_} << 4;
}

void SoftTlb::force_slow(bool on) {
    ++retreats_;
    force_slow_ = on;
    load_contexts();
}

void SoftTlb::clear_entries() {
    readers_.fill(kNobody);
    writers_.fill(kNobody);
    pages_.fill({});
    written_offsets_.reset();
    written_physical_.reset();
}

/// Contexts are not used again before all entries are cleared, so forgetting them makes their entries unreachable.
void SoftTlb::flush_all() {
    ++retreats_;
    rows_.clear();
    load_contexts();
}

void SoftTlb::flush_address(Address address, const Row* only) {
    for (std::size_t at = index(address); at < kAllEntries; at += kEntries)
        flush_at(at, address, only);
}

void SoftTlb::flush_at(std::size_t at, Address address, const Row* only) {
    auto& known = pages_[at];
    if (known.tag == kNobody || (known.tag & kPageMask) != (address & kPageMask))
        return;
    const auto context = (known.tag & kContextMask) >> 4;
    bool concerned = only == nullptr;
    for (unsigned i = 0; !concerned && i < kMemIndexes; ++i)
        concerned = (*only)[i] == context;
    if (!concerned)
        return;
    known = {};
    clear(at);
}

void SoftTlb::flush(const TlbFlush& what) {
    ++retreats_;
    if (what.everything || (!what.by_address && !what.by_space)) {
        flush_all();
        return;
    }
    const auto row = what.by_space ? rows_.find(what.address_space) : rows_.end();
    if (what.by_space && row == rows_.end())
        return;
    if (what.by_address) {
        flush_address(what.address, what.by_space ? &row->second : nullptr);
        return;
    }
    rows_.erase(row);
    load_contexts();
}

void SoftTlb::allow_writes(Address address, unsigned mem_index) {
    const auto at = place(address, mem_index);
    const auto& known = pages_[at];
    writers_[at] = static_cast<std::uint32_t>(known.tag & kContextMask);
    written_pages_[at] = page_number(known.watch_offset);
    written_offsets_.set(page_hash(known.watch_offset));
    written_physical_.set(page_hash(known.physical));
}

void SoftTlb::forbid_writes(const CodeWatch* watch, std::uint64_t page_offset) {
    ++retreats_;
    if (!written_offsets_.test(page_hash(page_offset)))
        return;
    constexpr std::size_t kAtOnce = 16;
    const auto number = page_number(page_offset);
    for (std::size_t first = 0; first < kAllEntries; first += kAtOnce) {
        unsigned found = 0; // Without a branch for each, the host compares several at once.
        for (std::size_t i = first; i < first + kAtOnce; ++i)
            found |= written_pages_[i] == number ? 1U : 0U;
        for (std::size_t i = first; found != 0 && i < first + kAtOnce; ++i)
            if (pages_[i].watch == watch && pages_[i].watch_offset == page_offset)
                writers_[i] = kNobody;
    }
}

void SoftTlb::forbid_writes(Address physical_page) {
    ++retreats_;
    if (!written_physical_.test(page_hash(physical_page)))
        return;
    for (std::size_t i = 0; i < kAllEntries; ++i)
        if (pages_[i].physical == physical_page)
            writers_[i] = kNobody;
}

void SoftTlb::forget_physical(Address first, Address last) {
    ++retreats_;
    for (std::size_t i = 0; i < kAllEntries; ++i) {
        const auto page = pages_[i].physical;
        if (page > last || page + (kPageSize - 1) < first)
            continue;
        pages_[i] = {};
        clear(i);
    }
}

} // namespace medley::accel
