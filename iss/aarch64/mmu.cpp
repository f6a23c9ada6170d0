// Address translation of one core, and what soft TLBs may keep of it. Arm ARM DDI 0487, D8.
#include "iss/aarch64/event.h"
#include "iss/aarch64/sys.h"
#include "iss/aarch64/fault_bits.h"
#include "iss/aarch64/lift.h"
#include "iss/aarch64/sys_bits.h"
#include "iss/aarch64/syndrome.h"
#include "medley/base/bits.h"

#include <algorithm>
#include <bit>

namespace medley::iss::aarch64 {

namespace {

/// Parts of an access that crosses into another page may have any size.

} // namespace

unsigned System::fetch_mem_index() const { return AccessIndex{el() != 0, false}.encode(); }

Translation System::refused(const WalkFault& fault, Address address, Access access) const {
    Translation result;
    result.fault = {FaultKind::Translation, access, fault_bits::encode(fault), address, fault.intermediate};
    return result;
}

Translation System::translate(Address address, unsigned size, Access access, unsigned mem_index) {
    const auto of = regime();
    const auto index = AccessIndex::decode(mem_index);
    const bool is_data = access != Access::Fetch;
    // A branch leaves the tag behind (AArch64.BranchAddr): what faults, faults at the address without it.
    if (const auto canonical = branch_address(address, el()); access == Access::Fetch && canonical != address) {
        Translation result;
        result.fault = {FaultKind::Instruction, Access::Fetch, kTaggedPc, address, canonical};
        return result;
    }
    auto untagged = address;
    const auto first = stage1_of(of, untagged, !is_data);
    const auto second = stage2_of(of);
    TableMemory tables(host_.memory());
    Walker walker(tables, first, second);
    // Where all is Device memory to stage 1, lifted code checks alignment by itself.
    const bool may_be_normal = first.enabled || first.default_cacheable;
    const bool needs_normal = is_data && (index.zeroes_block || (may_be_normal && !is_aligned(address, size)));
    const auto page = walker.walk({untagged, access, index.privileged, index.never_user_data, false, needs_normal});
    if (page.fault)
        return refused(*page.fault, address, access);
    Translation result;
    result.physical = page.physical;
    result.readable = page.readable;
    result.writable = page.writable;
    result.executable = page.executable;
    result.cacheable = true;
    result.attributes = {page.nonsecure};
    if (is_data) {
        // Nothing of a block is zeroed when any of it is watched.
        const auto from = index.zeroes_block ? untagged & ~Address{kZeroedBytes - 1} : untagged;
        const auto bytes = index.zeroes_block ? kZeroedBytes : size;
        if (const auto hit = watchpoint_hit(from, bytes, access, index.privileged)) {
            result.fault = {FaultKind::Translation, access, fault_bits::kWatchpoint, address + (*hit - untagged), 0};
            return result;
        }
        // Memory of Device type: what is a device to the platform, too, checks alignment by itself, as stage 1 would.
        const auto is_plain_memory = [&] { return host_.memory().direct(page.physical).host != nullptr; };
        result.aligned_only = page.device_by_stage2 || (page.device && first.enabled && is_plain_memory());
        result.cacheable = !result.aligned_only && !page_is_watched(untagged);
    }
    result.ok = true;
    if (!first.enabled && !second.enabled && untagged == address && !any_watchpoint())
        result.flat_first = 0, result.flat_last = low_mask(first.output_bits);
    if (untagged != address)
        tags_seen_ = true;
    if (page.page_bits > 12 && first.enabled && !large_pages_.add(untagged, page.page_bits))
        host_.flush_tlb({});
    return result;
}

std::optional<Address> System::translate_debug(Address address) {
    const auto of = regime();
    const auto first = stage1_of(of, address, false);
    const auto second = stage2_of(of);
    TableMemory tables(host_.memory());
    return Walker(tables, first, second).peek(address);
}

void System::flush_translations() {
    large_pages_.clear();
    tags_seen_ = false;
    host_.flush_tlb({});
}

void System::invalidate(const Invalidation& what) {
    if (!what.by_address) {
        if (!what.by_space)
            return flush_translations();
        host_.flush_tlb({.everything = false, .by_space = true, .address_space = what.space});
        return;
    }
    // Each piece of a page that soft TLBs hold is flushed by itself, under all address spaces: entries may be global.
    constexpr std::uint64_t kMostPieces = 1024;
    auto first = what.first;
    auto last = what.last;
    if (const auto page_bits = large_pages_.find(first); page_bits != 0)
        first &= ~low_mask(page_bits);
    if (const auto page_bits = large_pages_.find(last); page_bits != 0)
        last |= low_mask(page_bits);
    if (tags_seen_ || last < first || (last - first) / kPageSize >= kMostPieces)
        return flush_translations();
    for (auto address = first & kPageMask;; address += kPageSize) {
        host_.flush_tlb({.everything = false, .by_address = true, .address = address});
        if (last - address < kPageSize)
            break;
    }
}

void System::invalidate_everywhere(const Invalidation& what) {
    invalidate(what);
    const std::uint64_t kind = (what.by_address ? 1U : 0U) | (what.by_space ? 2U : 0U);
    host_.broadcast({{kind, what.first, what.last, what.space}});
}

void System::hear(const Broadcast& message) {
    const auto& words = message.words;
    if (words[0] == kEventMessage)
        return set_event();
    invalidate({(words[0] & 1) != 0, (words[0] & 2) != 0, words[1], words[2], words[3]});
}

} // namespace medley::iss::aarch64
