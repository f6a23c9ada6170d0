#include "iss/riscv/pmp.h"

#include "medley/base/bits.h"

#include <algorithm>
#include <array>
#include <bit>

namespace medley::iss::riscv {
namespace {

unsigned mode_of(std::uint64_t cfg) {
    return static_cast<unsigned>(bits(cfg, pmpcfg::kModeShift, 2));
}

PmpRights all_rights() {
    return {true, true, true, false};
}

PmpRights plain_rights(std::uint64_t cfg) {
    return {(cfg & pmpcfg::kRead) != 0, (cfg & pmpcfg::kWrite) != 0, (cfg & pmpcfg::kExecute) != 0, false};
}

/// Smepmp 1.0, table 1: the truth table with mseccfg.MML set.
PmpRights machine_lockdown_rights(std::uint64_t cfg, bool machine) {
    const bool locked = (cfg & pmpcfg::kLock) != 0;
    const bool execute = (cfg & pmpcfg::kExecute) != 0;
    const bool shared = (cfg & pmpcfg::kRead) == 0 && (cfg & pmpcfg::kWrite) != 0;
    if (shared && locked) // shared code
        return {execute && machine, false, true, false};
    if (shared) // shared data
        return {true, machine || execute, false, false};
    if (locked && (cfg & 7) == 7) // shared read-only data
        return {true, false, false, false};
    return locked == machine ? plain_rights(cfg) : PmpRights{};
}

PmpRights matching_rights(const Csrs& csrs, std::uint64_t cfg, bool machine) {
    if ((csrs.mseccfg & mseccfg::kMml) != 0)
        return machine_lockdown_rights(cfg, machine);
    return machine && (cfg & pmpcfg::kLock) == 0 ? all_rights() : plain_rights(cfg);
}

/// No region matches (3.7.1, and Smepmp for MMWP and MML).
PmpRights default_rights(const Csrs& csrs, unsigned regions, bool machine) {
    if (!machine)
        return regions == 0 ? all_rights() : PmpRights{};
    if ((csrs.mseccfg & mseccfg::kMmwp) != 0)
        return {};
    auto rights = all_rights();
    rights.execute = (csrs.mseccfg & mseccfg::kMml) == 0;
    return rights;
}

/// The regions that are on, most important first.
class ActiveRegions {
public:
    ActiveRegions(const Csrs& csrs, unsigned regions, bool machine) : other_(default_rights(csrs, regions, machine)) {
        for (unsigned region = 0; region < regions; ++region)
            if (const auto range = pmp_range(csrs, region))
                active_[count_++] = {*range, matching_rights(csrs, csrs.pmpcfg[region], machine)};
    }

    [[nodiscard]] PmpRights at(Address address) const {
        for (unsigned i = 0; i < count_; ++i)
            if (active_[i].range.first <= address && address <= active_[i].range.last)
                return active_[i].rights;
        return other_;
    }
    /// The last address before the next place behind `address` at which any region begins or ends.
    [[nodiscard]] Address end(Address address) const {
        auto last = ~Address{0};
        for (unsigned i = 0; i < count_; ++i) {
            const auto& range = active_[i].range;
            if (range.first > address)
                last = std::min(last, range.first - 1);
            else if (range.last >= address)
                last = std::min(last, range.last);
        }
        return last;
    }
    /// The same in the other direction.
    [[nodiscard]] Address begin(Address address) const {
        Address first = 0;
        for (unsigned i = 0; i < count_; ++i) {
            const auto& range = active_[i].range;
            if (range.last < address)
                first = std::max(first, range.last + 1);
            else if (range.first <= address)
                first = std::max(first, range.first);
        }
        return first;
    }

private:
    struct Region {
        PmpRange range;
        PmpRights rights;
    };
    std::array<Region, kPmpRegions> active_{};
    unsigned count_ = 0;
    PmpRights other_;
};

bool are_equal(const PmpRights& a, const PmpRights& b) {
    return a.read == b.read && a.write == b.write && a.execute == b.execute;
}

bool locked(const Csrs& csrs, unsigned region) {
    return (csrs.pmpcfg[region] & pmpcfg::kLock) != 0 && (csrs.mseccfg & mseccfg::kRlb) == 0;
}

/// Smepmp 1.0, 2.1 (4b): under MML no rule that lets machine mode execute may be added.
bool adds_machine_code(std::uint64_t cfg) {
    return (cfg & pmpcfg::kLock) != 0 && machine_lockdown_rights(cfg, true).execute;
}

} // namespace

std::optional<PmpRange> pmp_range(const Csrs& csrs, unsigned region) {
    const auto address = csrs.pmpaddr[region];
    switch (mode_of(csrs.pmpcfg[region])) {
    case pmpcfg::Tor: {
        const auto first = region == 0 ? 0 : csrs.pmpaddr[region - 1];
        if (first >= address)
            return std::nullopt;
        return PmpRange{first << 2, (address << 2) - 1};
    }
    case pmpcfg::Na4: return PmpRange{address << 2, (address << 2) + 3};
    case pmpcfg::Napot: {
        const auto ones = static_cast<unsigned>(std::countr_one(address));
        const auto inside = low_mask(ones + 3);
        return PmpRange{(address << 2) & ~inside, (address << 2) | inside};
    }
    default: return std::nullopt;
    }
}

PmpRights pmp_rights(const Csrs& csrs, unsigned regions, Address physical, unsigned size, Privilege privilege) {
    const bool machine = privilege == Privilege::Machine;
    const auto page_first = physical & kPageMask;
    const auto page_last = page_first + kPageSize - 1;
    const auto last = physical + size - 1;
    bool whole_page = true;
    for (unsigned region = 0; region < regions; ++region) {
        const auto range = pmp_range(csrs, region);
        if (!range || range->first > page_last || range->last < page_first)
            continue;
        whole_page = whole_page && range->first <= page_first && range->last >= page_last;
        if (range->first > last || range->last < physical)
            continue;
        // 3.7.1.3: the region must match all bytes of the access, else it fails whatever the rights say.
        if (range->first > physical || range->last < last)
            return {};
        auto rights = matching_rights(csrs, csrs.pmpcfg[region], machine);
        rights.whole_page = whole_page;
        return rights;
    }
    auto rights = default_rights(csrs, regions, machine);
    rights.whole_page = whole_page;
    return rights;
}

/// A region's edge within a page ends the range in front of that page: an access across it fails whatever the rights are
/// (3.7.1.3). Across an edge between pages there are two accesses.
PmpRange pmp_uniform_range(const Csrs& csrs, unsigned regions, Address physical, Privilege privilege) {
    const ActiveRegions active(csrs, regions, privilege == Privilege::Machine);
    constexpr auto kTop = ~Address{0};
    const auto rights = active.at(physical);
    PmpRange range{physical & kPageMask, physical | ~kPageMask};
    for (auto next = range.last; next != kTop && are_equal(active.at(next + 1), rights);) {
        next = active.end(next + 1);
        const bool whole = (next & ~kPageMask) == ~kPageMask;
        if (whole || (next & kPageMask) > range.last)
            range.last = whole ? next : (next & kPageMask) - 1;
        if (!whole)
            break;
    }
    for (auto next = range.first; next != 0 && are_equal(active.at(next - 1), rights);) {
        next = active.begin(next - 1);
        const bool whole = (next & ~kPageMask) == 0;
        if (whole || (next | ~kPageMask) < range.first)
            range.first = whole ? next : (next | ~kPageMask) + 1;
        if (!whole)
            break;
    }
    return range;
}

void pmp_write_cfg(Csrs& csrs, unsigned region, std::uint64_t value) {
    if (locked(csrs, region))
        return;
    value &= pmpcfg::kImplemented;
    if ((csrs.mseccfg & mseccfg::kMml) != 0) {
        if ((csrs.mseccfg & mseccfg::kRlb) == 0 && adds_machine_code(value))
            return;
    } else if ((value & pmpcfg::kRead) == 0) {
        value &= ~pmpcfg::kWrite; // 3.7.1.1: R=0 with W=1 is reserved
    }
    csrs.pmpcfg[region] = value;
}

void pmp_write_addr(Csrs& csrs, unsigned region, std::uint64_t value) {
    // 3.7.1.2: a locked top-of-range region locks the address register below it as well.
    const auto next = region + 1;
    const bool below_locked_tor = next < kPmpRegions && locked(csrs, next) && mode_of(csrs.pmpcfg[next]) == pmpcfg::Tor;
    if (!locked(csrs, region) && !below_locked_tor)
        csrs.pmpaddr[region] = value;
}

void pmp_write_mseccfg(Csrs& csrs, unsigned regions, std::uint64_t value) {
    bool any_locked = false;
    for (unsigned region = 0; region < regions; ++region)
        any_locked = any_locked || (csrs.pmpcfg[region] & pmpcfg::kLock) != 0;
    const auto old = csrs.mseccfg;
    const auto sticky = old & (mseccfg::kMml | mseccfg::kMmwp);
    auto rlb = value & mseccfg::kRlb;
    if ((old & mseccfg::kRlb) == 0 && any_locked)
        rlb = 0;
    csrs.mseccfg = sticky | (value & (mseccfg::kMml | mseccfg::kMmwp)) | rlb;
}

} // namespace medley::iss::riscv
