// What the control registers say about translation: Arm ARM DDI 0487, chapter D8, and the registers' pages.
#include "iss/aarch64/sys.h"
#include "iss/aarch64/sys_bits.h"
#include "medley/base/bits.h"

#include <algorithm>

namespace medley::iss::aarch64 {
namespace {

constexpr unsigned kLargestSize = 52;

/// PS, IPS and PARange.
unsigned size_bits(std::uint64_t field) {
    constexpr unsigned kBits[] = {32, 36, 40, 42, 44, 48, 52, 52};
    return kBits[field & 7];
}

/// TG0 and TG1 are encoded differently. What is reserved or not there is taken for one that is (TCR_EL1.TG0): for 4 KiB.
unsigned granule_of(const Config& config, unsigned granule_bits) {
    return granule_bits == 14 && !config.has_16k_granule() ? 12 : granule_bits;
}
unsigned granule_of_tg0(const Config& config, std::uint64_t field) { return granule_of(config, field == 1 ? 16 : field == 2 ? 14 : 12); }
unsigned granule_of_tg1(const Config& config, std::uint64_t field) { return granule_of(config, field == 3 ? 16 : field == 1 ? 14 : 12); }

/// Fields of a TCR for one range.
struct Range {
    unsigned size_field = 0;
    unsigned granule_bits = 12;
    bool closed = false;
    bool flat = false;
};

Range low_range(const Config& config, std::uint64_t tcr, bool two_ranges) {
    return {static_cast<unsigned>(bits(tcr, 0, 6)), granule_of_tg0(config, bits(tcr, 14, 2)), two_ranges && bit(tcr, 7),
            bit(tcr, two_ranges ? 41 : 24)};
}
Range high_range(const Config& config, std::uint64_t tcr) {
    return {static_cast<unsigned>(bits(tcr, 16, 6)), granule_of_tg1(config, bits(tcr, 30, 2)), bit(tcr, 23), bit(tcr, 42)};
}

/// That of the smallest range (AArch64.MaxTxSZ).
unsigned largest_size_field(const Config& config, unsigned granule_bits) {
    return !config.has(Feature::TTST) ? 39 : granule_bits == 16 ? 47 : 48;
}

/// TCR_ELx.TnSZ: the sizes that a model allows.
bool size_allowed(const Config& config, const Range& range) {
    const unsigned least = range.granule_bits == 16 && config.has(Feature::LVA) ? 64 - kLargestSize : 16;
    return range.size_field >= least && range.size_field <= largest_size_field(config, range.granule_bits);
}

/// Tables are aligned to their size, but at least to 16 bytes... the low bits of a TTBR are not a part of the address.
Address table_base(std::uint64_t ttbr, unsigned table_bits, bool large) {
    auto base = ttbr & low_mask(48) & ~low_mask(std::max(table_bits, large ? 6U : 1U));
    if (large)
        base |= bits(ttbr, 2, 4) << 48;
    return base;
}

/// Bytes (as a power of two) of the first table of a walk.
unsigned first_table_bits(const Stage& stage) {
    const auto low = stage.granule_bits + (3 - stage.first_level) * (stage.granule_bits - 3);
    return stage.input_bits - low + 3;
}

} // namespace

unsigned System::physical_bits() const {
    switch (config_.model) {
    case Model::CortexA53: return 40;
    case Model::CortexA57:
    case Model::CortexA72: return 44;
    case Model::Max: break;
    }
    return config_.has(Feature::LPA) ? 52 : 48;
}

bool System::stage1_enabled(Regime of) const {
    switch (of) {
    case Regime::El10: {
        const auto hcr = effective_hcr();
        // HCR_EL2.DC and TGE: DC turns stage 1 off; so does TGE, which leaves EL1&0 to a host without E2H.
        return (regs().sctlr_el1 & sctlr::kM) != 0 && (hcr & (hcr::kDc | hcr::kTge)) == 0;
    }
    case Regime::El2:
    case Regime::El20: return (regs().sctlr_el2 & sctlr::kM) != 0;
    case Regime::El3: break;
    }
    return (regs().sctlr_el3 & sctlr::kM) != 0;
}

bool System::tag_ignored(Regime of, Address address, bool fetch) const {
    std::uint64_t tcr = regs().tcr_el1;
    if (of == Regime::El2 || of == Regime::El20)
        tcr = regs().tcr_el2;
    else if (of == Regime::El3)
        tcr = regs().tcr_el3;
    unsigned ignore = 20;
    unsigned data_only = 29;
    if (has_two_ranges(of)) {
        ignore = bit(address, 55) ? 38 : 37;
        data_only = bit(address, 55) ? 52 : 51;
    }
    return bit(tcr, ignore) && !(fetch && config_.has(Feature::PAuth) && bit(tcr, data_only));
}

Stage System::stage1_of(Regime of, Address& address, bool fetch) const {
    const auto& r = regs();
    const bool two = has_two_ranges(of);
    std::uint64_t tcr = 0;
    std::uint64_t control = 0;
    Stage stage;
    switch (of) {
    case Regime::El10: tcr = r.tcr_el1, control = r.sctlr_el1, stage.memory_attributes = r.mair_el1; break;
    case Regime::El2:
    case Regime::El20: tcr = r.tcr_el2, control = r.sctlr_el2, stage.memory_attributes = r.mair_el2; break;
    case Regime::El3: tcr = r.tcr_el3, control = r.sctlr_el3, stage.memory_attributes = r.mair_el3; break;
    }
    const bool high = two && bit(address, 55);
    const bool tagged = tag_ignored(of, address, fetch);
    stage.enabled = stage1_enabled(of);
    stage.two_privileges = two;
    stage.output_bits = physical_bits();
    stage.secure = of == Regime::El3 || (of == Regime::El10 && secure_below_el3());
    stage.secure_code_only = stage.secure && (r.scr_el3 & scr::kSif) != 0;
    if (!stage.enabled) {
        stage.default_cacheable = of == Regime::El10 && (effective_hcr() & hcr::kDc) != 0;
        if (tagged)
            address = bits(address, 0, 56);
        return stage;
    }
    if (tagged)
        address = two ? sign_extend(address, 56) : bits(address, 0, 56);
    const auto range = high ? high_range(config_, tcr) : low_range(config_, tcr, two);
    stage.input_bits = 64 - range.size_field;
    const bool canonical = stage.input_bits >= 64 || ((high ? ~address : address) >> stage.input_bits) == 0;
    stage.closed = range.closed || !size_allowed(config_, range) || !canonical;
    if (stage.closed)
        return stage;
    stage.granule_bits = range.granule_bits;
    stage.first_level = Stage::stage1_first_level(stage.granule_bits, stage.input_bits);
    const unsigned limit = stage.granule_bits == 16 ? 52 : 48;
    stage.output_bits = std::min({size_bits(bits(tcr, two ? 32 : 16, 3)), physical_bits(), limit});
    stage.large_physical = stage.output_bits == kLargestSize;
    stage.flat_attributes = range.flat && config_.has(Feature::HPDS);
    stage.write_implies_no_execute = (control & sctlr::kWxn) != 0;
    stage.big_endian = (control & sctlr::kEe) != 0;
    if (config_.has(Feature::HAFDBS)) {
        stage.update_access_flag = bit(tcr, two ? 39 : 21);
        stage.update_dirty = stage.update_access_flag && bit(tcr, two ? 40 : 22);
    }
    const auto low_root = of == Regime::El10 ? r.ttbr0_el1 : of == Regime::El3 ? r.ttbr0_el3 : r.ttbr0_el2;
    const auto high_root = of == Regime::El10 ? r.ttbr1_el1 : r.ttbr1_el2;
    stage.root = table_base(high ? high_root : low_root, first_table_bits(stage), stage.large_physical);
    return stage;
}

Stage System::stage2_of(Regime of) const {
    Stage stage;
    const auto hcr = effective_hcr();
    stage.enabled = of == Regime::El10 && (hcr & (hcr::kVm | hcr::kDc)) != 0;
    if (!stage.enabled)
        return stage;
    const auto vtcr = regs().vtcr_el2;
    stage.input_bits = 64 - static_cast<unsigned>(bits(vtcr, 0, 6));
    stage.granule_bits = granule_of_tg0(config_, bits(vtcr, 14, 2));
    const auto start = static_cast<unsigned>(bits(vtcr, 6, 2));
    // Small ranges (FEAT_TTST) start with the last level, which the encoding for 4 KiB had no number for.
    const bool starts_last = start == 3 && stage.granule_bits == 12 && config_.has(Feature::TTST);
    stage.closed = (start == 3 && !starts_last) || bits(vtcr, 0, 6) > largest_size_field(config_, stage.granule_bits);
    stage.first_level = starts_last ? 3 : stage.granule_bits == 12 ? 2 - std::min(start, 2U) : 3 - std::min(start, 3U);
    const unsigned limit = stage.granule_bits == 16 ? 52 : 48;
    stage.output_bits = std::min({size_bits(bits(vtcr, 16, 3)), physical_bits(), limit});
    stage.large_physical = stage.output_bits == kLargestSize;
    stage.big_endian = (regs().sctlr_el2 & sctlr::kEe) != 0;
    stage.protect_walks = (hcr & hcr::kPtw) != 0;
    stage.execute_never_by_level = config_.has(Feature::XNX);
    if (config_.has(Feature::HAFDBS)) {
        stage.update_access_flag = bit(vtcr, 21);
        stage.update_dirty = stage.update_access_flag && bit(vtcr, 22);
    }
    // VTCR_EL2.SL0: the first level must fit the size, with at most 16 tables side by side; and deep walks need a large
    // physical address space.
    const auto stride = stage.granule_bits - 3;
    const auto low = stage.granule_bits + (3 - stage.first_level) * stride;
    const unsigned needed = stage.granule_bits == 12 ? (stage.first_level == 0 ? 43 : 0) : (stage.first_level == 1 ? 41 : 0);
    stage.closed = stage.closed || stage.input_bits > std::max(physical_bits(), 40U) || stage.input_bits <= low ||
                   stage.input_bits > low + stride + 4 || physical_bits() < needed;
    if (!stage.closed)
        stage.root = table_base(regs().vttbr_el2, first_table_bits(stage), stage.large_physical);
    return stage;
}

std::uint64_t System::current_vmid() const {
    if (!el2_enabled())
        return 0;
    const bool wide = config_.has(Feature::VMID16) && bit(regs().vtcr_el2, 19);
    return bits(regs().vttbr_el2, 48, wide ? 16 : 8);
}

std::uint64_t System::current_asid(Regime of) const {
    const auto& r = regs();
    if (!has_two_ranges(of))
        return 0;
    const auto tcr = of == Regime::El10 ? r.tcr_el1 : r.tcr_el2;
    const auto low = of == Regime::El10 ? r.ttbr0_el1 : r.ttbr0_el2;
    const auto high = of == Regime::El10 ? r.ttbr1_el1 : r.ttbr1_el2;
    return bits(bit(tcr, 22) ? high : low, 48, bit(tcr, 36) ? 16 : 8);
}

/// Names an address space for soft TLBs: what TLBI can tell apart, and whether the core is Secure.
std::uint64_t System::space_of(Regime of, std::uint64_t asid, std::uint64_t vmid) const {
    const auto secure = of != Regime::El3 && secure_below_el3() ? 1U : 0U;
    return std::uint64_t{1} << 63 | static_cast<std::uint64_t>(of) << 60 | std::uint64_t{secure} << 59 |
           (of == Regime::El10 ? vmid << 16 : 0) | asid;
}

std::uint64_t System::address_space() const {
    const auto of = regime();
    return space_of(of, current_asid(of), current_vmid());
}

} // namespace medley::iss::aarch64
