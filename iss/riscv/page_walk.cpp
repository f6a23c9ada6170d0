#include "iss/riscv/page_walk.h"

#include "iss/riscv/pmp.h"
#include "medley/base/bits.h"

namespace medley::iss::riscv {
namespace {

constexpr unsigned kPageBits = 12;
constexpr unsigned kNapotBits = 4; ///< 64 KiB, the only size that is defined (Svnapot, table 1).

struct Leaf {
    std::uint64_t entry = 0;
    Address entry_address = 0;
    unsigned level = 0;
};

/// Privileged 1.13, 10.4.1: the bits above those that are translated must be copies of the highest one.
bool is_canonical(const Scheme& scheme, Address address) {
    return scheme.entry_bytes == 4 || sign_extend(address, scheme.virtual_bits()) == address;
}

bool has_reserved_bits(const WalkRegime& regime, std::uint64_t entry) {
    if (regime.scheme.entry_bytes == 4)
        return false;
    if ((entry & pte::kReserved) != 0 || (!regime.napot && (entry & pte::kNapot) != 0))
        return true;
    const auto type = bits(entry, pte::kPbmtShift, 2);
    return regime.memory_types ? type == 3 : type != 0;
}

bool is_leaf(std::uint64_t entry) {
    return (entry & (pte::kRead | pte::kExecute)) != 0;
}

/// 10.3.1 and 10.4.1: these bits are reserved where an entry points to the next level.
constexpr std::uint64_t kLeafOnly = pte::kAccessed | pte::kDirty | pte::kUser | pte::kPbmt | pte::kNapot;

std::uint64_t page_number(const Scheme& scheme, std::uint64_t entry) {
    return scheme.entry_bytes == 4 ? bits(entry, pte::kPpnShift, 22) : bits(entry, pte::kPpnShift, 44);
}

/// Size of the page behind a leaf; nothing when it is malformed: a superpage that is not aligned (10.3.2 step 6), or a
/// reserved contiguous encoding (Svnapot).
std::optional<unsigned> leaf_page_bits(const Scheme& scheme, const Leaf& leaf) {
    const auto number = page_number(scheme, leaf.entry);
    const bool napot = scheme.entry_bytes == 8 && (leaf.entry & pte::kNapot) != 0;
    if (napot)
        return leaf.level == 0 && bits(number, 0, kNapotBits) == 8 ? std::optional(kPageBits + kNapotBits)
                                                                   : std::nullopt;
    const auto inside = leaf.level * scheme.index_bits;
    return bits(number, 0, inside) == 0 ? std::optional(kPageBits + inside) : std::nullopt;
}

/// Steps 2 to 5 of 10.3.2, for any way to read an entry.
template <class Load>
WalkStatus find_leaf(const WalkRegime& regime, Address address, Load&& load, Leaf& leaf) {
    const auto& scheme = regime.scheme;
    if (!is_canonical(scheme, address))
        return WalkStatus::PageFault;
    auto table = regime.root;
    for (unsigned level = scheme.levels; level-- > 0;) {
        const auto index = bits(address, kPageBits + level * scheme.index_bits, scheme.index_bits);
        const auto place = table + index * scheme.entry_bytes;
        const auto entry = load(place);
        if (!entry)
            return WalkStatus::AccessFault;
        const bool reserved_rights = (*entry & (pte::kRead | pte::kWrite)) == pte::kWrite;
        if ((*entry & pte::kValid) == 0 || reserved_rights || has_reserved_bits(regime, *entry))
            return WalkStatus::PageFault;
        if (is_leaf(*entry)) {
            leaf = {*entry, place, level};
            return WalkStatus::Ok;
        }
        const auto leaf_only = scheme.entry_bytes == 4 ? kLeafOnly & 0xffff'ffff : kLeafOnly;
        if ((*entry & leaf_only) != 0)
            return WalkStatus::PageFault;
        table = page_number(scheme, *entry) << kPageBits;
    }
    return WalkStatus::PageFault;
}

Address physical_of(const Scheme& scheme, const Leaf& leaf, unsigned page_bits, Address address) {
    const auto inside = low_mask(page_bits);
    return ((page_number(scheme, leaf.entry) << kPageBits) & ~inside) | (address & inside);
}

/// What the rights bits of a leaf allow under the regime (10.3.2 step 7 and 8).
void set_rights(const WalkRegime& regime, std::uint64_t entry, WalkResult& result) {
    const bool user_page = (entry & pte::kUser) != 0;
    const bool user = regime.privilege == Privilege::User;
    const bool data_allowed = user ? user_page : !user_page || regime.supervisor_user;
    const bool executable = (entry & pte::kExecute) != 0;
    const bool readable = (entry & pte::kRead) != 0 || (regime.make_executable_readable && executable);
    result.readable = data_allowed && readable;
    result.writable = data_allowed && (entry & pte::kWrite) != 0;
    result.executable = executable && user == user_page;
}

bool allows(const WalkResult& result, Access access) {
    return access == Access::Read ? result.readable : access == Access::Write ? result.writable : result.executable;
}

} // namespace

WalkResult walk(PageTableMemory& memory, const WalkRegime& regime, Address address, Access access) {
    const auto bytes = regime.scheme.entry_bytes;
    // Each round starts over because another master changed the entry (10.3.2 step 9); a master that never stops must
    // not hang us.
    for (unsigned round = 0; round < 64; ++round) {
        Leaf leaf;
        WalkResult result;
        result.status = find_leaf(
            regime, address, [&](Address place) { return memory.load(place, bytes); }, leaf);
        if (result.status != WalkStatus::Ok)
            return result;
        result.status = WalkStatus::PageFault;
        const auto page_bits = leaf_page_bits(regime.scheme, leaf);
        set_rights(regime, leaf.entry, result);
        if (!page_bits || !allows(result, access))
            return result;
        const auto needed = pte::kAccessed | (access == Access::Write ? pte::kDirty : 0);
        const auto updated = leaf.entry | needed;
        if (updated != leaf.entry) {
            if (!regime.hardware_update)
                return result; // Svade
            const auto outcome = memory.exchange(leaf.entry_address, bytes, leaf.entry, updated);
            if (outcome == PageTableMemory::Update::Changed)
                continue;
            if (outcome == PageTableMemory::Update::Refused) {
                result.status = WalkStatus::AccessFault;
                return result;
            }
        }
        result.writable = result.writable && (updated & pte::kDirty) != 0;
        result.physical = physical_of(regime.scheme, leaf, *page_bits, address);
        result.page_bits = *page_bits;
        result.status = WalkStatus::Ok;
        return result;
    }
    return {};
}

std::optional<Address> walk_debug(PageTableMemory& memory, const WalkRegime& regime, Address address) {
    Leaf leaf;
    const auto bytes = regime.scheme.entry_bytes;
    if (find_leaf(
            regime, address, [&](Address place) { return memory.peek(place, bytes); }, leaf) != WalkStatus::Ok)
        return std::nullopt;
    const auto page_bits = leaf_page_bits(regime.scheme, leaf);
    if (!page_bits)
        return std::nullopt;
    return physical_of(regime.scheme, leaf, *page_bits, address);
}

} // namespace medley::iss::riscv
