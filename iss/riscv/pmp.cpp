#include "iss/riscv/pmp.h"

#include "medley/base/bits.h"

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
