// Address translation of one hart: regime, page walk, protection, and what may be cached.
#include "iss/riscv/core.h"

#include "iss/riscv/pmp.h"
#include "medley/base/bits.h"

#include <algorithm>

namespace medley::iss::riscv {
namespace {

constexpr unsigned kAsidShift64 = 44;
constexpr unsigned kAsidShift32 = 22;

std::uint32_t page_fault(Access access) {
    return access == Access::Read ? cause::kLoadPage : access == Access::Write ? cause::kStorePage : cause::kFetchPage;
}
std::uint32_t access_fault(Access access) {
    return access == Access::Read    ? cause::kLoadAccess
           : access == Access::Write ? cause::kStoreAccess
                                     : cause::kFetchAccess;
}

Translation refused(Address address, Access access, std::uint32_t code) {
    Translation result;
    result.fault = {FaultKind::Translation, access, code, address, 0};
    return result;
}

/// The part of satp that names an address space for soft TLBs: mode and ASID. The root is left out, because SFENCE.VMA
/// names ASIDs; write_satp flushes where the root of a live ASID changes.
std::uint64_t space_of(std::uint64_t satp, unsigned xlen) {
    if (Scheme::of(satp, xlen).levels == 0)
        return 0;
    return xlen == 64 ? satp >> kAsidShift64 : satp >> kAsidShift32;
}

/// The mode in a name of an address space; RV32 has one mode besides bare.
std::uint64_t mode_of(std::uint64_t space) {
    return space >> 16;
}

bool mode_is_supported(const Config& config, std::uint64_t satp) {
    if (config.xlen() == 32)
        return !bit(satp, 31) || config.mmu == MmuMode::Sv32;
    switch (bits(satp, 60, 4)) {
    case 0: return true;
    case 8: return config.mmu >= MmuMode::Sv39;
    case 9: return config.mmu >= MmuMode::Sv48;
    case 10: return config.mmu >= MmuMode::Sv57;
    default: return false;
    }
}

} // namespace

DataRegime Core::data_regime() const {
    DataRegime regime;
    regime.privilege = state_.privilege;
    if ((state_.mstatus & mstatus::kMprv) != 0)
        regime.privilege = static_cast<Privilege>(bits(state_.mstatus, mstatus::kMppShift, 2));
    if (regime.privilege == Privilege::Machine)
        return regime;
    regime.supervisor_user = regime.privilege == Privilege::Supervisor && (state_.mstatus & mstatus::kSum) != 0;
    regime.make_executable_readable = (state_.mstatus & mstatus::kMxr) != 0;
    return regime;
}

std::uint64_t Core::address_space() const {
    return space_of(csr().satp, xlen());
}

bool Core::is_translated(Privilege privilege) const {
    return privilege != Privilege::Machine && Scheme::of(csr().satp, xlen()).levels != 0;
}

WalkRegime Core::walk_regime(const DataRegime& regime) const {
    WalkRegime walk;
    walk.scheme = Scheme::of(csr().satp, xlen());
    walk.root = bits(csr().satp, 0, xlen() == 64 ? 44 : 22) << 12;
    walk.privilege = regime.privilege;
    walk.supervisor_user = regime.supervisor_user;
    walk.make_executable_readable = regime.make_executable_readable;
    walk.hardware_update = (csr().menvcfg & envcfg::kAdue) != 0;
    walk.memory_types = (csr().menvcfg & envcfg::kPbmte) != 0;
    walk.napot = has(Extension::Svnapot);
    return walk;
}

Translation Core::translate(Address address, unsigned size, Access access, unsigned mem_index) {
    // Address triggers fire before anything else that the access may meet (Debug 1.0, table 5.2).
    if (access != Access::Fetch)
        if (const auto fault = trigger_on(address, size, access)) {
            Translation result;
            result.fault = *fault;
            return result;
        }
    const auto regime = DataRegime::decode(mem_index);
    auto result = translate_virtual(address, size, access, regime);
    if (!result.ok || access == Access::Fetch || !has_data_triggers())
        return result;
    if (page_has_data_trigger(address))
        result.cacheable = false;
    // Nothing is said about where other triggers lie.
    result.flat_first = 1;
    result.flat_last = 0;
    return result;
}

Translation Core::translate_virtual(Address address, unsigned size, Access access, const DataRegime& regime) {
    WalkResult page{WalkStatus::Ok, address, 12, true, true, true};
    if (is_translated(regime.privilege)) {
        PageTableMemory tables(host_.memory(), csr(), config_.pmp_regions);
        page = walk(tables, walk_regime(regime), address, access);
        if (page.status != WalkStatus::Ok)
            return refused(address, access,
                           page.status == WalkStatus::PageFault ? page_fault(access) : access_fault(access));
        if (page.page_bits > 12 && !superpages_.add(address, page.page_bits))
            host_.flush_tlb({});
    }
    const auto rights = pmp_rights(csr(), config_.pmp_regions, page.physical, size, regime.privilege);
    if (!rights.allows(access))
        return refused(address, access, access_fault(access));
    Translation result;
    result.ok = true;
    result.physical = page.physical;
    result.readable = page.readable && rights.read;
    result.writable = page.writable && rights.write;
    result.executable = page.executable && rights.execute;
    result.cacheable = rights.whole_page;
    if (result.cacheable && access != Access::Fetch && !is_translated(regime.privilege)) {
        const auto range = pmp_uniform_range(csr(), config_.pmp_regions, page.physical, regime.privilege);
        result.flat_first = range.first;
        result.flat_last = std::min(range.last, low_mask(xlen()));
    }
    return result;
}

std::optional<Address> Core::translate_debug(Address address) {
    if (!is_translated(state_.privilege))
        return address;
    PageTableMemory tables(host_.memory(), csr(), config_.pmp_regions);
    return walk_debug(tables, walk_regime({state_.privilege, false, false}), address);
}

void Core::write_satp(std::uint64_t value) {
    // Privileged 1.13, 10.1.11: a write of an unsupported mode has no effect at all.
    if (config_.mmu == MmuMode::Bare || !mode_is_supported(config_, value))
        return;
    const auto old = csr().satp;
    csr().satp = value;
    const auto old_space = space_of(old, xlen());
    const auto space = space_of(value, xlen());
    if (space == 0 || old_space == 0 || value == old)
        return;
    if (mode_of(space) !=
        mode_of(old_space)) // fences under the new mode would not find what was made under the old one
        flush_all_translations();
    else if (space == old_space)
        host_.flush_tlb({.everything = false, .by_space = true, .address_space = space});
}

void Core::flush_all_translations() {
    superpages_.clear();
    host_.flush_tlb({});
}

void Core::fence_translations(std::optional<Address> address, std::optional<std::uint64_t> asid) {
    if (!address && !asid) {
        flush_all_translations();
        return;
    }
    TlbFlush flush;
    flush.everything = false;
    if (asid) {
        // The space has the mode of satp: entries of another mode cannot be live under this one.
        const auto mask = low_mask(xlen() == 64 ? 16 : 9);
        const auto mode = address_space() & ~mask;
        if (mode == 0) { // bare now: the mode that the entries were made under is not known
            flush_all_translations();
            return;
        }
        flush.by_space = true;
        flush.address_space = mode | (*asid & mask);
    }
    if (address && !superpages_.contains(*address)) {
        flush.by_address = true;
        flush.address = *address;
    }
    if (!flush.by_address && !flush.by_space)
        flush_all_translations();
    else
        host_.flush_tlb(flush);
}

} // namespace medley::iss::riscv
