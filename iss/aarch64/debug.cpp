// Self-hosted debug: breakpoints, watchpoints, software step. Arm ARM DDI 0487, D2.
#include "iss/aarch64/sys.h"
#include "iss/aarch64/sys_bits.h"
#include "iss/aarch64/syndrome.h"
#include "medley/base/bits.h"

#include <algorithm>
#include <bit>

namespace medley::iss::aarch64 {
namespace {

/// Fields that DBGBCR and DBGWCR have in common.
constexpr std::uint64_t kEnable = 1;
unsigned privileges(std::uint64_t control) { return static_cast<unsigned>(bits(control, 1, 2)); } // PMC, PAC
unsigned byte_select(std::uint64_t control, bool watchpoint) {
    return static_cast<unsigned>(bits(control, 5, watchpoint ? 8 : 4));
}

/// Types of breakpoints (DBGBCR.BT).
enum BreakpointType : unsigned {
    AddressMatch = 0,
    LinkedAddressMatch = 1,
    ContextMatch = 2,
    LinkedContextMatch = 3,
    AddressMismatch = 4,
    LinkedAddressMismatch = 5,
    VmidMatch = 8,
    LinkedVmidMatch = 9,
    VmidContextMatch = 10,
    LinkedVmidContextMatch = 11,
};

/// The last two breakpoints compare contexts (ID_AA64DFR0_EL1.CTX_CMPs).
constexpr unsigned kFirstContextBreakpoint = kBreakpoints - 2;

constexpr std::uint64_t kStepStarted = one_bit(63);
constexpr std::uint64_t kStepExclusive = 1U << 6;
constexpr std::uint64_t kStepValid = 1U << 24;

/// LDXR, LDAXR, LDXP, LDAXP.
bool is_load_exclusive(std::uint32_t word) { return (word & 0x3fc0'0000) == 0x0840'0000; }

/// DBGBCR<n>_EL1 and DBGWCR<n>_EL1, SSC, HMC and PMC or PAC: which levels SSC, HMC and PMC or PAC together choose.
bool level_matches(std::uint64_t control, unsigned level, bool secure) {
    const auto state = bits(control, 14, 2); // SSC
    const bool higher = bit(control, 13);    // HMC
    if (level < 3 && ((state == 1 && secure) || (state == 2 && !secure)))
        return false;
    switch (level) {
    case 0: return (privileges(control) & 2) != 0;
    case 1: return (privileges(control) & 1) != 0;
    case 2: return higher || (state == 3 && privileges(control) == 0);
    default: return higher && state != 1 && state != 3;
    }
}

} // namespace

unsigned System::debug_exception_target() const {
    if (el() >= 2)
        return el();
    const bool to_el2 = (effective_hcr() & hcr::kTge) != 0 || (el2_enabled() && (regs().mdcr_el2 & mdcr::kTde) != 0);
    return to_el2 ? 2 : 1;
}

bool System::debug_enabled_from(unsigned level, bool secure, bool masked) const {
    const auto& r = regs();
    if (r.oslock != 0 || level == 3)
        return false;
    const bool with_el2 = config_.has_el2 && !secure;
    const bool to_el2 = with_el2 && ((r.hcr_el2 & hcr::kTge) != 0 || (r.mdcr_el2 & mdcr::kTde) != 0);
    const unsigned target = to_el2 ? 2 : 1;
    if (config_.has_el3 && secure && (r.mdcr_el3 & mdcr::kSdd) != 0)
        return false;
    return level == target ? (r.mdscr_el1 & mdscr::kKde) != 0 && !masked : target > level;
}

// --- software step

bool System::stepping() const { return (regs().mdscr_el1 & mdscr::kSs) != 0 && debug_enabled(); }

bool System::step_running() const { return (regs().step_syndrome & kStepStarted) != 0; }

void System::begin_step() {
    const auto word = instruction_at(state_.pc);
    regs().pstate.ss = 0;
    regs().step_syndrome = kStepStarted | kStepValid | (is_load_exclusive(word) ? kStepExclusive : 0);
}

/// An instruction that masks debug exceptions ends its step unseen: nothing of it is left when they are unmasked again.
void System::set_masks(std::uint32_t daif) {
    regs().pstate.daif = daif;
    if (!stepping())
        regs().step_syndrome = 0;
}

std::uint32_t System::step_iss(std::uint64_t step_syndrome) {
    return static_cast<std::uint32_t>(step_syndrome & (kStepValid | kStepExclusive));
}

// --- breakpoints

bool System::breakpoints_armed() const {
    if ((regs().mdscr_el1 & mdscr::kMde) == 0 || !debug_enabled())
        return false;
    return std::any_of(regs().dbgbcr.begin(), regs().dbgbcr.end(), [](std::uint64_t control) { return (control & kEnable) != 0; });
}

bool System::context_matches(unsigned index) const {
    const auto& r = regs();
    const auto type = static_cast<unsigned>(bits(r.dbgbcr[index], 20, 4)) & ~1U;
    const auto value = r.dbgbvr[index];
    const bool of_host = el() == 2 || host_user();
    const auto context = of_host && e2h() ? r.contextidr_el2 : r.contextidr_el1;
    const bool context_same = el() != 3 && (el() != 2 || e2h()) && (value & low_mask(32)) == (context & low_mask(32));
    const bool vmid_same = el() < 2 && el2_enabled() && !host_user() && bits(value, 32, 16) == current_vmid();
    switch (type) {
    case ContextMatch: return context_same;
    case VmidMatch: return vmid_same;
    case VmidContextMatch: return context_same && vmid_same;
    default: return false;
    }
}

/// Whether the breakpoint that another one is linked to is a context breakpoint that matches.
bool System::link_matches(std::uint64_t control) const {
    const auto index = static_cast<unsigned>(bits(control, 16, 4));
    if (index < kFirstContextBreakpoint || index >= kBreakpoints)
        return false;
    const auto linked = regs().dbgbcr[index];
    const auto type = bits(linked, 20, 4);
    return (linked & kEnable) != 0 && (type & 1) != 0 && type != LinkedAddressMatch && context_matches(index);
}

std::optional<Fault> System::breakpoint_at(Address address) const {
    const auto& r = regs();
    if (!breakpoints_armed())
        return std::nullopt;
    for (unsigned i = 0; i < kBreakpoints; ++i) {
        const auto control = r.dbgbcr[i];
        if ((control & kEnable) == 0 || !level_matches(control, el(), secure_now()))
            continue;
        const auto type = static_cast<unsigned>(bits(control, 20, 4));
        bool hit = false;
        if (type == AddressMatch || type == LinkedAddressMatch) {
            const bool same = (sign_extend(r.dbgbvr[i], 53) & ~Address{3}) == (sign_extend(address, 53) & ~Address{3});
            hit = same && byte_select(control, false) == 0xf && (type == AddressMatch || link_matches(control));
        } else if (i >= kFirstContextBreakpoint && (type & 1) == 0) {
            hit = context_matches(i);
        }
        if (hit)
            return Fault{FaultKind::Instruction, Access::Fetch, syndrome::make(ec::kBreakpointLower), 0, 0};
    }
    return std::nullopt;
}

// --- watchpoints

namespace {

struct Span {
    Address first = 1;
    Address last = 0;
    [[nodiscard]] bool meets(Address from, Address to) const { return first <= last && first <= to && from <= last; }
};

/// DBGWCR<n>_EL1: the bytes that a watchpoint watches; MASK, or a run of bytes in BAS.
Span watched_span(std::uint64_t value, std::uint64_t control) {
    const auto mask_bits = static_cast<unsigned>(bits(control, 24, 5));
    const auto base = sign_extend(value, 53) & ~Address{3};
    if (mask_bits >= 3)
        return {base & ~low_mask(mask_bits), base | low_mask(mask_bits)};
    const auto select = byte_select(control, true);
    if (select == 0)
        return {};
    const auto low = static_cast<unsigned>(std::countr_zero(select));
    const auto high = static_cast<unsigned>(std::bit_width(select)) - 1;
    // With bit 2 of the address set, only bytes 3 to 0 are selected, of that word.
    return bit(value, 2) && low > 3 ? Span{} : Span{base + low, base + (bit(value, 2) ? std::min(high, 3U) : high)};
}

} // namespace

/// The first byte of the access that is watched. FAR may be any address in the block of DC ZVA's size that such a byte is in
/// (FAR_EL1), which the first byte of the access need not be.
std::optional<Address> System::watchpoint_hit(Address address, unsigned size, Access access, bool privileged) const {
    const auto& r = regs();
    if ((r.mdscr_el1 & mdscr::kMde) == 0 || !debug_enabled())
        return std::nullopt;
    const auto first = sign_extend(address, 53);
    std::optional<Address> hit;
    for (unsigned i = 0; i < kWatchpoints; ++i) {
        const auto control = r.dbgwcr[i];
        const auto kind = bits(control, 3, 2); // LSC: 1 loads, 2 stores
        if ((control & kEnable) == 0 || (kind & (access == Access::Write ? 2 : 1)) == 0)
            continue;
        // Unprivileged accesses count as those of EL0 ("Watchpoint exceptions").
        const auto level = privileged ? el() : 0;
        if (!level_matches(control, level, secure_now()))
            continue;
        if (bit(control, 20) && !link_matches(control))
            continue;
        const auto span = watched_span(r.dbgwvr[i], control);
        if (span.meets(first, first + size - 1)) {
            const auto offset = span.first > first ? span.first - first : 0;
            hit = std::min(hit.value_or(address + offset), address + offset);
        }
    }
    return hit;
}

bool System::any_watchpoint() const {
    return std::any_of(regs().dbgwcr.begin(), regs().dbgwcr.end(), [](std::uint64_t control) { return (control & kEnable) != 0; });
}

bool System::page_is_watched(Address address) const {
    const auto page = sign_extend(address, 53) & kPageMask;
    for (unsigned i = 0; i < kWatchpoints; ++i)
        if ((regs().dbgwcr[i] & kEnable) != 0 &&
            watched_span(regs().dbgwvr[i], regs().dbgwcr[i]).meets(page, page + kPageSize - 1))
            return true;
    return false;
}

} // namespace medley::iss::aarch64
