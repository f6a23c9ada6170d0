#include "accel/common/block_cache.h"

#include <algorithm>
#include <utility>

namespace medley::accel {

CodeBlock* BlockCache::find(const BlockKey& key) const {
    const auto found = blocks_.find(key);
    return found == blocks_.end() ? nullptr : found->second.get();
}

CodeBlock& BlockCache::insert(std::unique_ptr<CodeBlock> block, std::size_t bytes) {
    auto& added = *block;
    if (auto* old = find(added.key))
        drop(*old);
    for (unsigned i = 0; i < added.page_count; ++i)
        by_page_[added.pages[i]].push_back(&added);
    blocks_.emplace(added.key, std::move(block));
    bytes_ += bytes;
    return added;
}

/// Takes the block out of the table by key; the lists of its pages are the caller's.
void BlockCache::retire(CodeBlock& block) {
    block.dead = true;
    ++drops_;
    on_drop_(block);
    auto node = blocks_.extract(block.key);
    dropped_.push_back(std::move(node.mapped()));
}

void BlockCache::drop(CodeBlock& block) {
    for (unsigned i = 0; i < block.page_count; ++i) {
        const auto list = by_page_.find(block.pages[i]);
        if (list == by_page_.end())
            continue;
        std::erase(list->second, &block);
        if (list->second.empty())
            by_page_.erase(list);
    }
    retire(block);
}

void BlockCache::drop_page(const CodePage& page) {
    const auto list = by_page_.find(page);
    if (list == by_page_.end())
        return;
    const auto blocks = std::exchange(list->second, {});
    by_page_.erase(list);
    for (auto* block : blocks)
        drop(*block);
}

void BlockCache::drop_physical(Address first, Address last) {
    std::vector<CodePage> pages;
    for (const auto& entry : by_page_) {
        const auto& page = entry.first;
        const auto& blocks = entry.second;
        const bool touched = std::any_of(blocks.begin(), blocks.end(), [&](const CodeBlock* block) {
            const auto physical = block->physical_pages[block->pages[0] == page ? 0 : 1];
            return physical <= last && physical + (kPageSize - 1) >= first;
        });
        if (touched)
            pages.push_back(page);
    }
    for (const auto& page : pages)
        drop_page(page);
}

void BlockCache::drop_unwatched() {
    std::vector<CodePage> pages;
    for (const auto& [page, blocks] : by_page_)
        if (page.watch == nullptr)
            pages.push_back(page);
    for (const auto& page : pages)
        drop_page(page);
}

void BlockCache::drop_all() {
    by_page_.clear();
    while (!blocks_.empty())
        retire(*blocks_.begin()->second);
    bytes_ = 0;
}

} // namespace medley::accel
