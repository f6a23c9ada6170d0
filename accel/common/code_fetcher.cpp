#include "accel/common/code_fetcher.h"

#include <algorithm>
#include <cstring>

namespace medley::accel {

const FetchPage* CodeFetcher::page(Address address, unsigned size, std::uint64_t mode_tag) {
    auto& entry = entries_[index(address)];
    if (entry.mode_tag == mode_tag && entry.page == (address & kPageMask))
        return &entry.data;
    const auto translation = core_.translate(address, size, Access::Fetch, core_.fetch_mem_index());
    if (!translation.ok) {
        fault_ = translation.fault;
        return nullptr;
    }
    const auto physical = translation.physical & kPageMask;
    const auto range = memory_.direct(physical);
    const bool whole = range.covers(physical, kPageSize) && range.readable;
    const auto offset = whole ? range.watch_offset + (physical - range.first) : 0;
    FetchPage data{.physical = physical, .host = whole ? range.at(physical) : nullptr, .cacheable = translation.cacheable};
    data.code = whole && range.watch != nullptr ? CodePage{range.watch, offset} : CodePage{nullptr, physical};
    if (!translation.cacheable) {
        uncached_ = data;
        return &uncached_;
    }
    entry = {address & kPageMask, mode_tag, data};
    return &entry.data;
}

void CodeFetcher::forget_page(Address address) {
    auto& entry = entries_[index(address)];
    if (entry.page == (address & kPageMask))
        entry = {};
}

bool CodeFetcher::read(const FetchPage& from, Address address, unsigned size, std::byte* data) {
    const auto offset = address & ~kPageMask;
    if (from.host != nullptr) {
        std::memcpy(data, from.host + offset, size);
        return true;
    }
    if (memory_.peek(from.physical | offset, {data, size}) == size)
        return true;
    fault_ = Fault{.kind = FaultKind::Bus, .access = Access::Fetch, .address = address};
    return false;
}

std::optional<std::uint64_t> CodeFetcher::fetch(Address address, unsigned size) {
    std::uint64_t value = 0;
    auto* data = reinterpret_cast<std::byte*>(&value);
    const auto in_first = std::min<unsigned>(size, static_cast<unsigned>(kPageSize - (address & ~kPageMask)));
    const auto* first = page(address, in_first, mode_tag_);
    if (first == nullptr || !read(*first, address, in_first, data))
        return std::nullopt;
    if (in_first == size)
        return value;
    const auto next = address + in_first;
    const auto* second = page(next, size - in_first, mode_tag_);
    if (second == nullptr || !read(*second, next, size - in_first, data + in_first))
        return std::nullopt;
    return value;
}

} // namespace medley::accel
