#include "accel/common/flat_ranges.h"

#include "medley/base/bits.h"

#include <algorithm>
#include <utility>

namespace medley::accel {
namespace {

/// Smaller ranges are not worth another variant of all code.
constexpr std::uint64_t kLeastBytes = 16 * kPageSize;
/// Code of guests with narrow addresses computes them without carry, so that no range may go on behind these.
constexpr Address kNarrowEnd = Address{1} << 32;
/// What is learnt about more address spaces than this is not kept.
constexpr std::size_t kMostSpaces = 4096;
/// A guest that moves its ranges about more often does without.
constexpr unsigned kMostRestarts = 64;

struct Span {
    Address first = 0;
    Address last = 0;
};

/// The whole pages in [first, last].
std::optional<Span> whole_pages(Span span) {
    if (span.first > kPageMask)
        return std::nullopt;
    span.first = align_up(span.first, kPageSize);
    if ((span.last & ~kPageMask) != ~kPageMask) {
        if (span.last < kPageSize)
            return std::nullopt;
        span.last = (span.last & kPageMask) - 1;
    }
    return span.first <= span.last ? std::optional(span) : std::nullopt;
}

} // namespace

// --- what code is made from

std::optional<FlatRanges::Code> FlatRanges::code(unsigned mem_index) const {
    const auto slot = assigned_[mem_index];
    if (slot == kNone)
        return std::nullopt;
    const auto number = static_cast<std::size_t>(slot);
    return Code{slots_[number].first, &slots_[number].first, pages_of(number), mem_index};
}

bool FlatRanges::settle() {
    changed_ = false;
    if (full_)
        return false;
    variant_ = std::uint64_t{restarts_} << 3 * kMemIndexes;
    for (unsigned i = 0; i < kMemIndexes; ++i) {
        const auto state = row_ == nullptr ? Range::State::Unknown : (*row_)[i].state;
        if (state == Range::State::Flat)
            assigned_[i] = (*row_)[i].slot;
        else if (state == Range::State::NotFlat)
            assigned_[i] = kNone;
        variant_ |= static_cast<std::uint64_t>(assigned_[i] + 1) << 3 * i;
    }
    return true;
}

void FlatRanges::start_over() {
    ++restarts_;
    slots_ = {};
    assigned_ = none_assigned();
    rows_.clear();
    row_ = nullptr;
    full_ = false;
    changed_ = true;
    if (restarts_ == kMostRestarts)
        map_ = nullptr;
}

// --- whether it can be used

FlatRanges::Limits FlatRanges::limits_of(std::uint64_t bytes) {
    Limits limits;
    for (unsigned alignment = 0; alignment < kAlignments; ++alignment) {
        for (unsigned size = 0; size < kSizes; ++size) {
            const auto last = bytes - (std::uint64_t{1} << size);
            limits[alignment][size] = (last >> alignment) + 1;
        }
    }
    return limits;
}

const std::uint64_t* FlatRanges::limit(unsigned mem_index, bool write, unsigned size_log2, unsigned alignment_log2) {
    const auto* source = &limits_[mem_index][write ? 1 : 0][alignment_log2][size_log2];
    const auto known = std::ranges::find(near_sources_, source);
    const auto at = static_cast<std::size_t>(known - near_sources_.begin());
    if (at == near_.size())
        return source;
    if (known == near_sources_.end()) {
        near_sources_.push_back(source);
        near_[at] = *source;
    }
    return &near_[at];
}

void FlatRanges::open(std::uint64_t window, bool direct) {
    for (unsigned i = 0; i < kMemIndexes; ++i) {
        const auto bit = 1U << i;
        const bool opens = direct && addend(i) == window;
        if (!opens && (open_ & bit) == 0)
            continue;
        auto& [read, write] = limits_[i];
        open_ = opens ? open_ | bit : open_ & ~bit;
        if (!opens) {
            ++retreats_;
            read = write = {};
            continue;
        }
        const auto before = std::pair(read[0][0], write[0][0]);
        const auto& known = (*row_)[i];
        const auto limits = limits_of(known.bytes);
        read = known.readable ? limits : Limits{};
        write = known.writable ? limits : Limits{};
        if (read[0][0] < before.first || write[0][0] < before.second)
            ++retreats_;
    }
    for (std::size_t i = 0; i < near_sources_.size(); ++i)
        near_[i] = *near_sources_[i];
}


// --- learning

std::optional<FlatRanges::Slot> FlatRanges::candidate(Address address, const Translation& translation, const DirectRange& range,
                                                      std::uint64_t& bytes) const {
    const auto physical = translation.physical;
    if (!translation.is_flat() || !translation.cacheable || !range.covers(physical, 1) ||
        ((address ^ physical) & ~kPageMask) != 0)
        return std::nullopt;
    const auto below = std::min(physical - range.first, address - translation.flat_first);
    const auto above = std::min(range.last - physical, translation.flat_last - address);
    Span span{address - below, address + above};
    if (span.first < kNarrowEnd && span.last >= kNarrowEnd)
        (address < kNarrowEnd ? span.last : span.first) = address < kNarrowEnd ? kNarrowEnd - 1 : kNarrowEnd;
    const auto pages = whole_pages(span);
    if (!pages || address < pages->first || address > pages->last)
        return std::nullopt;
    bytes = std::min(pages->last - pages->first + 1, kMostPages * kPageSize);
    if (bytes < kLeastBytes || address - pages->first >= bytes)
        return std::nullopt;
    Slot slot;
    slot.live = slot.used = true;
    slot.first = pages->first;
    slot.physical = physical - (address - slot.first);
    slot.bytes = bytes;
    slot.addend = reinterpret_cast<std::uintptr_t>(range.at(slot.physical)) - slot.first;
    slot.watch = range.watch;
    slot.watch_offset = range.watch == nullptr ? slot.physical : range.watch_offset + (slot.physical - range.first);
    if ((slot.watch_offset & ~kPageMask) != 0)
        return std::nullopt;
    return slot;
}

/// The largest range of a memory index is the one that counts, as long as it is there.
bool FlatRanges::is_welcome(unsigned mem_index, Address address, const Slot& found, std::uint64_t bytes) const {
    const auto& known = (*row_)[mem_index];
    if (known.state == Range::State::Flat && bytes < known.bytes)
        return false;
    const auto slot = assigned_[mem_index];
    if (known.state != Range::State::Unknown || slot == kNone)
        return true;
    const auto& before = slots_[static_cast<std::size_t>(slot)];
    const bool elsewhere = address - before.first >= before.bytes;
    return !before.live || !elsewhere || before.first == found.first || bytes > before.bytes;
}

void FlatRanges::map_code(const Slot& slot) {
    const auto number = static_cast<std::size_t>(&slot - slots_.data());
    auto* pages = pages_of(number);
    std::fill_n(pages, std::exchange(marked_end_[number], 0), std::uint8_t{0});
    auto count = slot.bytes / kPageSize;
    if (slot.watch != nullptr) { // Most of a large memory has never had code: neither map is touched there.
        const auto end = slot.watch->watched_end();
        count = std::min(count, end > slot.watch_offset ? (end - slot.watch_offset) / kPageSize : 0);
    }
    for (std::uint64_t page = 0; page < count; ++page)
        if (has_code_(slot.watch, slot.watch_offset + page * kPageSize))
            set_code(number, page, true);
}

/// The slot that holds the memory, as it is now; kNone: all are taken.
std::int8_t FlatRanges::slot_for(const Slot& found) {
    auto slot = std::find_if(slots_.begin(), slots_.end(), [&](const Slot& each) {
        return each.used && each.first == found.first && each.physical == found.physical;
    });
    if (slot == slots_.end())
        slot = std::find_if(slots_.begin(), slots_.end(), [](const Slot& each) { return !each.used; });
    if (slot == slots_.end())
        return kNone;
    const auto number = static_cast<std::size_t>(slot - slots_.begin());
    const bool same = slot->live && slot->addend == found.addend && slot->watch == found.watch &&
                      slot->watch_offset == found.watch_offset && slot->bytes >= found.bytes;
    if (!same) {
        *slot = found;
        map_code(*slot);
    }
    return static_cast<std::int8_t>(number);
}

bool FlatRanges::learn(unsigned mem_index, Address address, const Translation& translation, const DirectRange& range) {
    if (map_ == nullptr || (row_ == nullptr && rows_.size() >= kMostSpaces))
        return false;
    const auto slot = assigned_[mem_index];
    std::uint64_t bytes = 0;
    const auto found = candidate(address, translation, range, bytes);
    if (!found && (slot == kNone || translation.is_flat() || !translation.cacheable))
        return false;
    if (row_ == nullptr)
        row_ = &rows_[space_];
    auto& known = (*row_)[mem_index];
    if (!found) {
        const auto& before = slots_[static_cast<std::size_t>(slot)];
        const bool contradicts = known.state == Range::State::Flat && address - before.first < before.bytes;
        if (known.state != Range::State::Unknown && !contradicts)
            return false;
        known = Range{.state = Range::State::NotFlat};
        return changed_ = true;
    }
    if (!is_welcome(mem_index, address, *found, bytes))
        return false;
    const auto number = slot_for(*found);
    if (number == kNone) {
        full_ = changed_ = true;
        return false;
    }
    known = {Range::State::Flat, translation.readable && range.readable, translation.writable && range.writable, number, bytes};
    changed_ = changed_ || slot != number;
    return true;
}

// --- forgetting

void FlatRanges::set_space(std::uint64_t space) {
    space_ = space;
    const auto found = rows_.find(space);
    row_ = found == rows_.end() ? nullptr : &found->second;
    changed_ = map_ != nullptr;
}

void FlatRanges::forget(std::uint64_t space, Row& row, const Forgotten& forgotten,
                        const std::function<bool(const Slot&)>& concerned) {
    for (unsigned i = 0; i < kMemIndexes; ++i) {
        if (row[i].state != Range::State::Flat || !concerned(slots_[static_cast<std::size_t>(row[i].slot)]))
            continue;
        row[i] = {};
        forgotten(space, i);
    }
}

void FlatRanges::flush(const TlbFlush& what, const Forgotten& forgotten) {
    if (what.everything || !what.by_address) {
        if (what.everything || !what.by_space)
            rows_.clear();
        else
            rows_.erase(what.address_space);
        const auto found = rows_.find(space_);
        row_ = found == rows_.end() ? nullptr : &found->second;
        return;
    }
    for (auto& [space, row] : rows_)
        if (!what.by_space || space == what.address_space)
            forget(space, row, forgotten, [&](const Slot& slot) { return what.address - slot.first < slot.bytes; });
}

void FlatRanges::forget_physical(Address first, Address last, const Forgotten& forgotten) {
    for (auto& slot : slots_)
        if (slot.live && slot.physical <= last && slot.physical + (slot.bytes - 1) >= first)
            slot.live = false;
    for (auto& [space, row] : rows_)
        forget(space, row, forgotten, [](const Slot& slot) { return !slot.live; });
}

// --- pages with code

void FlatRanges::set_code(std::size_t slot, std::uint64_t page, bool has_code) {
    auto* pages = pages_of(slot);
    if (has_code)
        marked_end_[slot] = std::max(marked_end_[slot], page + 1);
    const auto change = [&](std::uint8_t& flags, std::uint8_t flag) {
        flags = static_cast<std::uint8_t>(has_code ? flags | flag : flags & ~flag);
    };
    change(pages[page], kCode);
    if (page != 0)
        change(pages[page - 1], kCodeBehind);
    retreats_ += has_code ? 1 : 0;
}

void FlatRanges::mark(const CodeWatch* watch, std::uint64_t offset, bool has_code) {
    for (std::size_t i = 0; i < kSlots; ++i) {
        const auto& slot = slots_[i];
        if (slot.used && slot.watch == watch && offset >= slot.watch_offset && offset - slot.watch_offset < slot.bytes)
            set_code(i, (offset - slot.watch_offset) / kPageSize, has_code);
    }
}

} // namespace medley::accel
