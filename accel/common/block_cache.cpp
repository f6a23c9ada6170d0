#include "accel/common/block_cache.h"

#include "medley/base/bits.h"

#include <algorithm>
#include <utility>

namespace medley::accel {

BlockCache::~BlockCache() {
    for (const auto& place : places_)
        delete place.block;
}

// --- by key

CodeBlock* BlockCache::find(const BlockKey& key) const {
    const auto hash = hash_of(key);
    const auto mask = places_.size() - 1;
    for (auto at = hash & mask; places_[at].block != nullptr; at = (at + 1) & mask)
        if (places_[at].hash == hash && places_[at].block->key == key)
            return places_[at].block;
    return nullptr;
}

void BlockCache::put(const Place& place) {
    const auto mask = places_.size() - 1;
    auto at = place.hash & mask;
    while (places_[at].block != nullptr)
        at = (at + 1) & mask;
    places_[at] = place;
}

void BlockCache::grow() {
    const auto old = std::exchange(places_, std::vector<Place>(2 * places_.size()));
    for (const auto& place : old)
        if (place.block != nullptr)
            put(place);
}

/// What follows the freed place moves up, unless that puts it in front of where its search begins.
void BlockCache::remove(const CodeBlock& block) {
    const auto mask = places_.size() - 1;
    auto hole = block.hash_ & mask;
    while (places_[hole].block != &block)
        hole = (hole + 1) & mask;
    for (auto at = (hole + 1) & mask; places_[at].block != nullptr; at = (at + 1) & mask) {
        const auto from_begin = (at - places_[at].hash) & mask;
        const auto from_hole = (at - hole) & mask;
        if (from_begin < from_hole)
            continue;
        places_[hole] = places_[at];
        hole = at;
    }
    places_[hole] = {};
    --count_;
}

// --- by page

std::uint64_t BlockCache::Extent::lines() const {
    const auto from = first / kLineBytes;
    return low_mask(static_cast<unsigned>(last / kLineBytes - from + 1)) << from;
}

BlockCache::Extent BlockCache::extent_in(const CodeBlock& block, unsigned index) {
    const auto offset = block.key.physical & ~kPageMask;
    const auto in_first = std::min<std::uint64_t>(block.byte_length, kPageSize - offset);
    return index == 0 ? Extent{offset, offset + in_first - 1} : Extent{0, block.byte_length - in_first - 1};
}

std::uint64_t BlockCache::lines_in(const CodeBlock& block, const CodePage& page) {
    std::uint64_t lines = 0;
    for (unsigned i = 0; i < block.page_count; ++i)
        if (block.pages[i] == page)
            lines |= extent_in(block, i).lines();
    return lines;
}

bool BlockCache::is_made_from(const CodeBlock& block, const CodePage& page, const Extent& bytes) {
    for (unsigned i = 0; i < block.page_count; ++i)
        if (block.pages[i] == page && extent_in(block, i).overlaps(bytes))
            return true;
    return false;
}

template <class Visit>
void BlockCache::each_page(const CodeBlock& block, Visit visit) {
    for (unsigned i = 0; i < block.page_count; ++i)
        if (i == 0 || !(block.pages[1] == block.pages[0])) // Two virtual pages may be one.
            visit(block.pages[i]);
}

void BlockCache::enter_page(CodeBlock& block, const CodePage& page) {
    auto& known = by_page_[page];
    auto& first = known.first;
    if (first == nullptr && page.watch == nullptr)
        ++unwatched_pages_;
    known.lines |= lines_in(block, page);
    block.in(page) = {nullptr, first};
    if (first != nullptr)
        first->in(page).before = &block;
    first = &block;
}

void BlockCache::leave_page(CodeBlock& block, const CodePage& page) {
    const auto [before, behind] = block.in(page);
    if (behind != nullptr)
        behind->in(page).before = before;
    if (before != nullptr) {
        before->in(page).behind = behind;
    } else if (behind != nullptr) {
        by_page_[page].first = behind;
    } else {
        by_page_.erase(page);
        if (page.watch == nullptr)
            --unwatched_pages_;
    }
}

// --- life

CodeBlock& BlockCache::insert(std::unique_ptr<CodeBlock> block, std::size_t bytes) {
    auto& added = *block;
    if (auto* old = find(added.key))
        drop(*old);
    each_page(added, [&](const CodePage& page) { enter_page(added, page); });
    if (2 * ++count_ > places_.size())
        grow();
    added.hash_ = hash_of(added.key);
    put({added.hash_, block.release()});
    bytes_ += bytes;
    return added;
}

/// Takes the block out of the table by key; the lists of its pages are the caller's.
void BlockCache::retire(CodeBlock& block) {
    block.dead = true;
    ++drops_;
    on_drop_(block);
    remove(block);
    dropped_.emplace_back(&block);
}

void BlockCache::drop(CodeBlock& block) {
    each_page(block, [&](const CodePage& page) { leave_page(block, page); });
    retire(block);
}

void BlockCache::drop_page(const CodePage& page) {
    for (auto found = by_page_.find(page); found != by_page_.end(); found = by_page_.find(page))
        drop(*found->second.first);
}

bool BlockCache::drop_written(const CodePage& page, std::uint64_t offset, std::uint64_t size) {
    auto found = by_page_.find(page);
    if (found == by_page_.end())
        return false;
    auto& known = found->second;
    const Extent bytes{offset, offset + (size - 1)};
    known.in_a_row = offset == known.next ? known.in_a_row + 1 : 0;
    known.next = bytes.last + 1;
    if (known.in_a_row >= kMostInARow || ++known.writes >= kMostWrites) {
        drop_page(page);
        return false;
    }
    if ((known.lines & bytes.lines()) == 0)
        return true;
    std::uint64_t lines = 0;
    for (auto* block = known.first; block != nullptr;) {
        auto* const behind = block->in(page).behind;
        if (is_made_from(*block, page, bytes))
            drop(*block);
        else
            lines |= lines_in(*block, page);
        block = behind;
    }
    if (lines == 0) // The page went with its last block.
        return false;
    known.lines = lines;
    return true;
}

void BlockCache::drop_physical(Address first, Address last) {
    std::vector<CodePage> pages;
    for (const auto& entry : by_page_) {
        const auto& page = entry.first;
        for (auto* block = entry.second.first; block != nullptr; block = block->in(page).behind) {
            const auto physical = block->physical_pages[block->pages[0] == page ? 0 : 1];
            if (physical > last || physical + (kPageSize - 1) < first)
                continue;
            pages.push_back(page);
            break;
        }
    }
    for (const auto& page : pages)
        drop_page(page);
}

void BlockCache::drop_unwatched() {
    if (unwatched_pages_ == 0)
        return;
    std::vector<CodePage> pages;
    for (const auto& entry : by_page_)
        if (entry.first.watch == nullptr)
            pages.push_back(entry.first);
    for (const auto& page : pages)
        drop_page(page);
}

void BlockCache::drop_all() {
    by_page_.clear();
    unwatched_pages_ = 0;
    for (auto& place : places_) {
        if (auto* block = std::exchange(place.block, nullptr)) {
            block->dead = true;
            ++drops_;
            on_drop_(*block);
            dropped_.emplace_back(block);
        }
    }
    count_ = 0;
    bytes_ = 0;
}

} // namespace medley::accel
