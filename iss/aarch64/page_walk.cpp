#include "iss/aarch64/page_walk.h"

#include "iss/aarch64/syndrome.h"
#include "medley/base/bits.h"

#include <algorithm>

namespace medley::iss::aarch64 {
namespace {

namespace status = syndrome::status;

/// Fields of descriptors ("VMSAv8-64 descriptor formats").
namespace descriptor {
constexpr unsigned kValidBit = 0;
constexpr unsigned kTableBit = 1; ///< At level 3: page.
constexpr unsigned kAttributeIndexShift = 2;
constexpr unsigned kNonSecureBit = 5;
constexpr unsigned kUserBit = 6;     ///< AP[1]; stage 2: S2AP[0], readable.
constexpr unsigned kReadOnlyBit = 7; ///< AP[2]; stage 2: S2AP[1], writable.
constexpr unsigned kShareabilityShift = 8;
constexpr std::uint64_t kAccessFlag = 1U << 10;
constexpr unsigned kDirtyModifierBit = 51;
constexpr unsigned kPrivilegedNoExecuteBit = 53;
constexpr unsigned kNoExecuteBit = 54;
// Table descriptors.
constexpr unsigned kTablePrivilegedNoExecuteBit = 59;
constexpr unsigned kTableNoExecuteBit = 60;
constexpr unsigned kTableNoUserBit = 61;
constexpr unsigned kTableReadOnlyBit = 62;
constexpr unsigned kTableNonSecureBit = 63;
} // namespace descriptor

constexpr unsigned kAddressBits = 48; ///< Of addresses in descriptors, but for large ones.
/// A master that never stops changing a descriptor must not hang us.
constexpr unsigned kMostRounds = 64;
constexpr std::uint8_t kNormalWriteBack = 0xff;
constexpr std::uint8_t kDeviceStrong = 0x00;
constexpr std::uint8_t kNormalUncached = 0x44;

std::uint8_t at_level(std::uint32_t what, unsigned level) {
    return static_cast<std::uint8_t>(what + level);
}

/// "Block descriptor and Page descriptor formats": the levels at which a block can be.
bool block_allowed(const Stage& stage, unsigned level) {
    return level == 2 || (level == 1 && (stage.granule_bits == 12 || (stage.granule_bits == 16 && stage.large_physical)));
}

/// The address in a descriptor. Granules of 64 KiB leave bits free, which hold the upper part of large addresses.
Address address_in(const Stage& stage, std::uint64_t entry) {
    const auto address = entry & low_mask(kAddressBits);
    return stage.large_physical ? (address & ~low_mask(16)) | bits(entry, 12, 4) << kAddressBits : address & ~low_mask(12);
}

/// Stage 2 memory attributes (MemAttr[3:0]) as a MAIR byte.
std::uint8_t stage2_attributes(std::uint64_t entry) {
    const auto field = bits(entry, descriptor::kAttributeIndexShift, 4);
    if (field < 4)
        return static_cast<std::uint8_t>(field << 2);
    constexpr std::uint8_t kCacheability[] = {0x4, 0x4, 0xb, 0xf}; // reserved, uncached, write-through, write-back
    return static_cast<std::uint8_t>(kCacheability[field >> 2] << 4 | kCacheability[field & 3]);
}

/// XN of stage 2 (FEAT_XNX): one bit, or two that tell EL0 and EL1 apart.
bool stage2_executable(const Stage& stage, std::uint64_t entry, bool privileged) {
    const bool never = bit(entry, descriptor::kNoExecuteBit);
    if (!stage.execute_never_by_level || !bit(entry, descriptor::kPrivilegedNoExecuteBit))
        return !never;
    return never == privileged; // 0b01: EL0 alone executes, 0b11: EL1 alone
}

/// The weaker of both stages (S2CombineS1MemAttrs): any Device wins, then any uncached.
std::uint8_t combined(std::uint8_t first, std::uint8_t second) {
    if (is_device(first) && is_device(second))
        return std::min(first, second);
    if (is_device(first))
        return first;
    if (is_device(second))
        return second;
    const auto inner = (first & 0xf) == 4 || (second & 0xf) == 4 ? 4 : std::min(first & 0xf, second & 0xf);
    const auto outer = (first >> 4) == 4 || (second >> 4) == 4 ? 4 : std::min(first >> 4, second >> 4);
    return static_cast<std::uint8_t>(outer << 4 | inner);
}

/// Outer Shareable (2) wins over Inner Shareable (3), which wins over none (S2CombineS1MemAttrs).
std::uint8_t combined_shareability(std::uint8_t first, std::uint8_t second) {
    constexpr std::uint8_t kOuter = 2;
    return first == kOuter || second == kOuter ? kOuter : std::max(first, second);
}

bool allows(const WalkResult& result, Access access) {
    return access == Access::Read ? result.readable : access == Access::Write ? result.writable : result.executable;
}

WalkFault refused(std::uint8_t what) {
    return {what, false, false, 0};
}

/// The alignment fault that the memory type causes.
bool is_refused_by_type(const WalkRequest& request, WalkResult& result) {
    if (!request.needs_normal || !is_device(result.attributes))
        return false;
    result.fault = refused(status::kAlignment);
    return true;
}

} // namespace

struct Walker::Leaf {
    std::uint64_t entry = 0;
    Address entry_address = 0; ///< Physical.
    Address entry_intermediate = 0;
    unsigned level = 0;
    unsigned page_bits = 0;
    Address output = 0;
    // What table descriptors on the way have taken away.
    bool no_user = false;
    bool read_only = false;
    bool no_execute = false;
    bool privileged_no_execute = false;
    bool nonsecure_tables = false; ///< Those from here on, and what they lead to.
    bool nonsecure_entry = false;  ///< The table of the entry.
};

/// Where a leaf of stage 1 leads.
bool Walker::is_nonsecure(const Leaf& leaf) { return leaf.nonsecure_tables || bit(leaf.entry, descriptor::kNonSecureBit); }

std::optional<WalkFault> Walker::locate_descriptor(Address intermediate, bool writes, Address& physical) {
    physical = intermediate;
    if (!stage2_.enabled)
        return std::nullopt;
    const auto result = walk_stage2(intermediate, {intermediate, writes ? Access::Write : Access::Read, true, false, false}, true);
    if (result.fault)
        return result.fault;
    physical = result.physical;
    return std::nullopt;
}

std::optional<WalkFault> Walker::find_leaf(const Stage& stage, bool second, Address input, Leaf& leaf) {
    const auto stride = stage.granule_bits - 3;
    auto table = stage.root;
    leaf.nonsecure_tables = !stage.secure;
    if ((table >> stage.output_bits) != 0)
        return refused(at_level(status::kAddressSize, 0));
    for (unsigned level = stage.first_level;; ++level) {
        const auto low = stage.granule_bits + (3 - level) * stride;
        // The first table may be smaller than a granule, or several concatenated ones (stage 2).
        const auto index_bits = level == stage.first_level ? stage.input_bits - low : stride;
        leaf.level = level;
        leaf.nonsecure_entry = leaf.nonsecure_tables;
        leaf.entry_intermediate = table + bits(input, low, index_bits) * 8;
        leaf.entry_address = leaf.entry_intermediate;
        if (!second)
            if (const auto fault = locate_descriptor(leaf.entry_intermediate, false, leaf.entry_address))
                return fault;
        const auto entry = peeking_ ? memory_.peek(leaf.entry_address, stage.big_endian)
                                    : memory_.load(leaf.entry_address, stage.big_endian, {leaf.nonsecure_entry});
        if (!entry)
            return refused(at_level(status::kExternalOnWalk, level));
        leaf.entry = *entry;
        const bool points = bit(*entry, descriptor::kTableBit);
        if (!bit(*entry, descriptor::kValidBit) || (!points && !block_allowed(stage, level)))
            return refused(at_level(status::kTranslation, level));
        const auto found = address_in(stage, *entry);
        if ((found >> stage.output_bits) != 0)
            return refused(at_level(status::kAddressSize, level));
        const bool is_leaf = level == 3 || !points;
        const auto address_low = is_leaf ? low : stage.granule_bits;
        const auto address = found & ~low_mask(address_low);
        if (is_leaf) {
            leaf.page_bits = low;
            leaf.output = address | (input & low_mask(low));
            return std::nullopt;
        }
        table = address;
        leaf.nonsecure_tables = leaf.nonsecure_tables || bit(*entry, descriptor::kTableNonSecureBit);
        if (second || stage.flat_attributes)
            continue;
        leaf.no_user = leaf.no_user || bit(*entry, descriptor::kTableNoUserBit);
        leaf.read_only = leaf.read_only || bit(*entry, descriptor::kTableReadOnlyBit);
        leaf.no_execute = leaf.no_execute || bit(*entry, descriptor::kTableNoExecuteBit);
        leaf.privileged_no_execute = leaf.privileged_no_execute || bit(*entry, descriptor::kTablePrivilegedNoExecuteBit);
    }
}

bool Walker::update_descriptor(const Stage& stage, bool second, const Leaf& leaf, std::uint64_t wanted, WalkResult& result) {
    if (wanted == leaf.entry || peeking_)
        return false;
    auto place = leaf.entry_address;
    if (!second)
        if (const auto fault = locate_descriptor(leaf.entry_intermediate, true, place)) {
            result.fault = fault;
            return false;
        }
    switch (memory_.exchange(place, leaf.entry, wanted, stage.big_endian, {leaf.nonsecure_entry})) {
    case TableMemory::Update::Done: return false;
    case TableMemory::Update::Changed: return true;
    case TableMemory::Update::Refused: result.fault = refused(at_level(status::kExternalOnWalk, leaf.level)); break;
    }
    return false;
}

bool Walker::finish_stage1(const WalkRequest& request, const Leaf& leaf, WalkResult& result) {
    const auto entry = leaf.entry;
    auto wanted = entry;
    if ((entry & descriptor::kAccessFlag) == 0) {
        if (!stage1_.update_access_flag) {
            result.fault = refused(at_level(status::kAccessFlag, leaf.level));
            return false;
        }
        wanted |= descriptor::kAccessFlag;
    }
    const auto index = bits(entry, descriptor::kAttributeIndexShift, 3);
    result.attributes = static_cast<std::uint8_t>(bits(stage1_.memory_attributes, static_cast<unsigned>(index) * 8, 8));
    if (is_refused_by_type(request, result)) // Ahead of permissions (AArch64.S1Translate).
        return false;
    // AArch64.S1ApplyTablePerms: direct permissions, with what the tables above have taken away.
    const bool dirty_managed = stage1_.update_dirty && bit(entry, descriptor::kDirtyModifierBit);
    const bool clean = bit(entry, descriptor::kReadOnlyBit);
    const bool may_write = !leaf.read_only && (!clean || dirty_managed);
    const bool no_execute = bit(entry, descriptor::kNoExecuteBit) || leaf.no_execute;
    bool user_page = true;
    if (stage1_.two_privileges) {
        user_page = bit(entry, descriptor::kUserBit) && !leaf.no_user;
        const bool privileged_no_execute = bit(entry, descriptor::kPrivilegedNoExecuteBit) || leaf.privileged_no_execute;
        const bool data = request.privileged ? !(request.never_user_data && user_page) : user_page;
        result.readable = data;
        result.writable = data && may_write;
        // AArch64.S1ApplyOutputPerms: what EL0 may write, EL1 does not execute.
        result.executable = request.privileged ? !privileged_no_execute && !(user_page && may_write) : !no_execute;
        const bool seen_writable = request.privileged ? may_write : may_write && user_page;
        if (stage1_.write_implies_no_execute && seen_writable)
            result.executable = false;
    } else {
        result.readable = true;
        result.writable = may_write;
        result.executable = !no_execute && !(stage1_.write_implies_no_execute && may_write);
    }
    if (stage1_.secure_code_only && is_nonsecure(leaf))
        result.executable = false;
    if (!allows(result, request.access)) {
        result.fault = refused(at_level(status::kPermission, leaf.level));
        return false;
    }
    if (request.access == Access::Write && clean && !request.maintenance)
        wanted &= ~(std::uint64_t{1} << descriptor::kReadOnlyBit);
    if (update_descriptor(stage1_, false, leaf, wanted, result))
        return true;
    if (bit(wanted, descriptor::kReadOnlyBit))
        result.writable = false; // a write must come back to set the dirty state
    result.shareability = static_cast<std::uint8_t>(bits(entry, descriptor::kShareabilityShift, 2));
    return false;
}

bool Walker::finish_stage2(const WalkRequest& request, const Leaf& leaf, WalkResult& result) {
    const auto entry = leaf.entry;
    auto wanted = entry;
    if ((entry & descriptor::kAccessFlag) == 0) {
        if (!stage2_.update_access_flag) {
            result.fault = refused(at_level(status::kAccessFlag, leaf.level));
            return false;
        }
        wanted |= descriptor::kAccessFlag;
    }
    result.attributes = stage2_attributes(entry);
    if (is_refused_by_type(request, result))
        return false;
    const bool dirty_managed = stage2_.update_dirty && bit(entry, descriptor::kDirtyModifierBit);
    result.readable = bit(entry, descriptor::kUserBit);
    result.writable = bit(entry, descriptor::kReadOnlyBit) || dirty_managed;
    result.executable = stage2_executable(stage2_, entry, request.privileged);
    if (!allows(result, request.access)) {
        result.fault = refused(at_level(status::kPermission, leaf.level));
        return false;
    }
    if (request.access == Access::Write && !request.maintenance)
        wanted |= std::uint64_t{1} << descriptor::kReadOnlyBit;
    if (update_descriptor(stage2_, true, leaf, wanted, result))
        return true;
    result.writable = result.writable && bit(wanted, descriptor::kReadOnlyBit);
    result.shareability = static_cast<std::uint8_t>(bits(entry, descriptor::kShareabilityShift, 2));
    return false;
}

WalkResult Walker::walk_stage1(const WalkRequest& request) {
    WalkResult result;
    result.physical = request.address;
    if (!stage1_.enabled) {
        // AArch64.S1DisabledOutput: the address passes unchanged; data is Device memory, code is Normal.
        result.page_bits = 63;
        if ((request.address >> stage1_.output_bits) != 0)
            result.fault = refused(at_level(status::kAddressSize, 0));
        result.readable = result.writable = result.executable = true;
        result.attributes = stage1_.default_cacheable         ? kNormalWriteBack
                            : request.access == Access::Fetch ? kNormalUncached
                                                              : kDeviceStrong;
        result.shareability = stage1_.default_cacheable ? 0 : 2;
        result.nonsecure = !stage1_.secure;
        result.device = is_device(result.attributes);
        if (!result.fault)
            is_refused_by_type(request, result);
        return result;
    }
    if (stage1_.closed) {
        result.fault = refused(at_level(status::kTranslation, 0));
        return result;
    }
    for (unsigned round = 0; round < kMostRounds; ++round) {
        Leaf leaf;
        result = {};
        result.fault = find_leaf(stage1_, false, request.address, leaf);
        if (result.fault)
            return result;
        const bool again = finish_stage1(request, leaf, result);
        if (again)
            continue;
        result.physical = leaf.output;
        result.page_bits = leaf.page_bits;
        result.device = is_device(result.attributes);
        result.nonsecure = is_nonsecure(leaf);
        return result;
    }
    result.fault = refused(at_level(status::kExternalOnWalk, 3));
    return result;
}

WalkResult Walker::walk_stage2(Address intermediate, const WalkRequest& request, bool for_stage1_walk) {
    WalkResult result;
    const auto mark = [&] {
        if (result.fault) {
            result.fault->stage2 = true;
            result.fault->on_stage1_walk = for_stage1_walk;
            result.fault->intermediate = intermediate;
        }
        return result;
    };
    if (stage2_.closed || (intermediate >> stage2_.input_bits) != 0) {
        result.fault = refused(at_level(status::kTranslation, 0));
        return mark();
    }
    for (unsigned round = 0; round < kMostRounds; ++round) {
        Leaf leaf;
        result = {};
        result.fault = find_leaf(stage2_, true, intermediate, leaf);
        if (result.fault)
            return mark();
        const bool again = finish_stage2(request, leaf, result);
        if (again)
            continue;
        result.physical = leaf.output;
        result.page_bits = leaf.page_bits;
        result.device = is_device(result.attributes);
        if (!result.fault && for_stage1_walk && stage2_.protect_walks && result.device)
            result.fault = refused(at_level(status::kPermission, leaf.level));
        return mark();
    }
    result.fault = refused(at_level(status::kExternalOnWalk, 3));
    return mark();
}

WalkResult Walker::through_stage2(const WalkResult& first, const WalkRequest& request) {
    auto second = walk_stage2(first.physical, request, false);
    if (second.fault)
        return second;
    second.page_bits = first.page_bits;
    second.readable = second.readable && first.readable;
    second.writable = second.writable && first.writable;
    second.executable = second.executable && first.executable;
    second.attributes = combined(first.attributes, second.attributes);
    second.shareability = combined_shareability(first.shareability, second.shareability);
    second.device = is_device(second.attributes);
    second.nonsecure = first.nonsecure; // Stage 2 is for Non-secure software.
    second.device_by_stage2 = second.device && !first.device;
    return second;
}

WalkResult Walker::walk(const WalkRequest& request) {
    const auto first = walk_stage1(request);
    return first.fault || !stage2_.enabled ? first : through_stage2(first, request);
}

std::optional<Address> Walker::peek(Address address) {
    peeking_ = true;
    Leaf leaf;
    auto intermediate = address;
    bool found = true;
    if (stage1_.enabled) {
        found = !stage1_.closed && !find_leaf(stage1_, false, address, leaf);
        intermediate = leaf.output;
    }
    if (found && stage2_.enabled) {
        leaf = {};
        const bool inside = !stage2_.closed && (intermediate >> stage2_.input_bits) == 0;
        found = inside && !find_leaf(stage2_, true, intermediate, leaf);
        intermediate = leaf.output;
    }
    peeking_ = false;
    return found ? std::optional(intermediate) : std::nullopt;
}

} // namespace medley::iss::aarch64
