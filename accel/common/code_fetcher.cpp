#include "accel/common/code_fetcher.h"

#include "accel/ir/passes/simplifier.h"
#include "medley/ir/builder.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace medley::accel {

namespace {

/// The smallest part that an instruction of any target has, in bytes.
constexpr std::uint64_t kParcel = 2;

} // namespace

// --- translations

void CodeFetcher::set_mode(std::uint64_t key, std::uint64_t space) {
    key_ = key;
    space_ = space;
    known_.set_regime(space, key);
}

void CodeFetcher::flush(const TlbFlush& flush) {
    ++flushes_;
    known_.flush(flush);
    known_.set_regime(space_, key_);
}

/// Direct pointers are asked for each time: they may have been withdrawn.
const FetchPage* CodeFetcher::found(Address physical, bool cacheable) {
    const auto range = memory_.direct(physical);
    const bool whole = range.covers(physical, kPageSize) && range.readable;
    const auto offset = whole ? range.watch_offset + (physical - range.first) : 0;
    current_ = {.physical = physical, .host = whole ? range.at(physical) : nullptr, .cacheable = cacheable};
    current_.code = whole && range.watch != nullptr ? CodePage{range.watch, offset} : CodePage{nullptr, physical};
    return &current_;
}

/// A walk may wait for other CPUs, or for the platform: what it found is void when something was flushed meanwhile.
const FetchPage* CodeFetcher::page(Address address, unsigned size) {
    for (unsigned round = 0;; ++round) {
        const auto before = flushes_;
        const auto* found = page_now(address, size);
        if (flushes_ == before || round == kMostWalks)
            return found;
    }
}

const FetchPage* CodeFetcher::page_now(Address address, unsigned size) {
    if (const auto* known = known_.find(address))
        return found(known->physical, true);
    const auto before = flushes_;
    const auto translation = core_.translate(address, size, Access::Fetch, core_.fetch_mem_index());
    if (!translation.ok) {
        fault_ = translation.fault;
        return nullptr;
    }
    const auto physical = translation.physical & kPageMask;
    if (translation.cacheable && flushes_ == before)
        known_.add(address, {.physical = physical});
    return found(physical, translation.cacheable && flushes_ == before);
}

// --- reading

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
    if (((address ^ lifted_page_) & kPageMask) != 0 || (address & ~kPageMask) > kPageSize - size) {
        straddled_ = true;
        if (!may_straddle_)
            return std::nullopt;
    }
    std::uint64_t value = 0;
    auto* data = reinterpret_cast<std::byte*>(&value);
    const auto in_first = std::min<unsigned>(size, static_cast<unsigned>(kPageSize - (address & ~kPageMask)));
    const auto* first = page(address, in_first);
    if (first == nullptr || !read(*first, address, in_first, data))
        return std::nullopt;
    if (in_first == size)
        return value;
    const auto next = address + in_first;
    const auto* second = page(next, size - in_first);
    if (second == nullptr || !read(*second, next, size - in_first, data + in_first))
        return std::nullopt;
    return value;
}

bool CodeFetcher::lift(Address pc, LiftLimits limits, ir::Block& into) {
    lifted_page_ = pc & kPageMask;
    limits.end = lifted_page_ + kPageSize;
    lifted_ = {};
    at_hand_ = {};
    if (const auto* page = this->page(pc, 1); page != nullptr && page->steady()) {
        lifted_ = *page;
        at_hand_from_ = lifted_page_;
        at_hand_ = {lifted_.host, kPageSize};
    } else {
        limits.max_instructions = 1;
    }
    for (const bool straddles : {false, true}) {
        if (straddles)
            limits.max_instructions = 1;
        into.clear();
        const auto result = lift_some(pc, limits, straddles, into);
        if (!result.fault)
            return true;
        fault_ = *result.fault;
        if (!straddled_)
            return false;
    }
    return false;
}

LiftResult CodeFetcher::lift_some(Address pc, const LiftLimits& limits, bool may_straddle, ir::Block& into) {
    may_straddle_ = may_straddle;
    straddled_ = false;
    auto* const simplifier = simplifier_of(into);
    if (simplifier != nullptr && into.operations.empty())
        simplifier->forget();
    ir::Builder builder(into, simplifier);
    return core_.lift(pc, limits, *this, builder);
}

ir::Simplifier* CodeFetcher::simplifier_of(const ir::Block& block) const {
    return simplifier_ != nullptr && simplifier_->is_for(block) ? simplifier_ : nullptr;
}

bool CodeFetcher::lift_more(Address pc, LiftLimits limits, ir::Block& into) {
    const auto operations = into.operations.size();
    const auto [byte_length, instruction_count] = std::pair{into.byte_length, into.instruction_count};
    limits.end = lifted_page_ + kPageSize;
    if (!lift_some(pc, limits, false, into).fault)
        return true;
    into.operations.resize(operations);
    into.byte_length = byte_length;
    into.instruction_count = instruction_count;
    if (auto* const simplifier = simplifier_of(into))
        simplifier->forget();
    return false;
}

// --- blocks

bool CodeFetcher::describe(CodeBlock& block) {
    const auto first = block.key.pc;
    if (lifted_.steady() && (first & kPageMask) == lifted_page_ && block.byte_length <= kPageSize - (first & ~kPageMask)) {
        block.page_count = 1;
        block.checked = false;
        block.pages[0] = lifted_.code;
        block.physical_pages[0] = lifted_.physical;
        return true;
    }
    const auto in_first = std::min<std::uint64_t>(block.byte_length, kPageSize - (first & ~kPageMask));
    block.page_count = 0;
    block.checked = false;
    const std::array<std::pair<Address, std::uint64_t>, 2> pieces = {
        {{first, in_first}, {first + in_first, block.byte_length - in_first}}};
    for (const auto& [address, size] : pieces) {
        if (size == 0)
            continue;
        const auto* from = this->page(address, 1);
        if (from == nullptr)
            return false;
        block.checked = block.checked || !from->steady();
        block.pages[block.page_count] = from->code;
        block.physical_pages[block.page_count++] = from->physical;
    }
    block.checked = block.checked || block.page_count > 1;
    return !block.checked || read_block(block, block.bytes);
}

/// Reads the code of a block as it is now; false when it cannot be fetched, or is elsewhere. Where rights are finer than
/// a page, each instruction may be allowed by another rule: they are asked for in the smallest parts that code has.
bool CodeFetcher::read_block(const CodeBlock& block, std::vector<std::byte>& bytes) {
    bytes.resize(block.byte_length);
    for (std::size_t done = 0; done < block.byte_length;) {
        const auto address = block.key.pc + done;
        const auto left = std::min<std::uint64_t>(block.byte_length - done, kPageSize - (address & ~kPageMask));
        const auto parcel = std::min<std::uint64_t>(left, kParcel);
        const auto* from = this->page(address, static_cast<unsigned>(parcel));
        const auto index = (address & kPageMask) == (block.key.pc & kPageMask) ? 0 : 1;
        if (from == nullptr || from->physical != block.physical_pages[index])
            return false;
        const auto size = static_cast<unsigned>(from->cacheable ? left : parcel);
        if (!read(*from, address, size, bytes.data() + done))
            return false;
        done += size;
    }
    return true;
}

bool CodeFetcher::is_current(const CodeBlock& block) {
    std::vector<std::byte> now;
    return read_block(block, now) && now == block.bytes;
}

} // namespace medley::accel
