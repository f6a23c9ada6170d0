// Identification registers: what each model is, made from what its configuration has. Arm ARM DDI 0487, ID_AA64*_EL1.
#include "iss/aarch64/sysreg_functions.h"

#include <array>

namespace medley::iss::aarch64 {

std::uint64_t System::midr() const {
    // The revisions of the parts that boards commonly have.
    switch (config_.model) {
    case Model::CortexA53: return 0x410f'd034;
    case Model::CortexA57: return 0x411f'd070;
    case Model::CortexA72: return 0x410f'd083;
    case Model::Max: break;
    }
    return 0x000f'd0e0; // implementer 0: software
}

namespace sysreg {
namespace {

constexpr Value kAbsent = 0xf;

/// A field of four bits.
constexpr Value field(Value value, unsigned at) { return (value & 0xf) << at; }

/// 0, or the value of the best feature of a list that the core has.
struct Level {
    Feature feature;
    Value value;
};
template <std::size_t count>
Value best(const Config& config, const std::array<Level, count>& levels) {
    Value found = 0;
    for (const auto& level : levels)
        if (config.has(level.feature))
            found = level.value;
    return found;
}
Value has(const Config& config, Feature feature, Value value = 1) { return config.has(feature) ? value : 0; }

Value aa64pfr0(const Config& c) {
    const auto float_level = !c.has(Feature::FP) ? kAbsent : has(c, Feature::FP16);
    const auto simd_level = !c.has(Feature::AdvSIMD) ? kAbsent : has(c, Feature::FP16);
    const Value max = c.model == Model::Max ? 1 : 0;
    return field(1, 0) | field(1, 4) | field(c.has_el2 ? 1 : 0, 8) | field(c.has_el3 ? 1 : 0, 12) | field(float_level, 16) |
           field(simd_level, 20) | field(has(c, Feature::GICv3), 24) | field(has(c, Feature::RAS), 28) |
           field(has(c, Feature::DIT), 48) | field(max, 56) | field(max, 60); // CSV2, CSV3: nothing is speculated
}

Value aa64pfr1(const Config& c) { return field(has(c, Feature::SSBS, 2), 4); }

Value aa64dfr0(const Config& c) {
    const auto pmu = best(c, std::array{Level{Feature::PMUv3, 1}, Level{Feature::PMUv3p1, 4}, Level{Feature::PMUv3p4, 5}});
    constexpr Value kContextBreakpoints = 2;
    return field(c.has(Feature::VHE) ? 7 : 6, 0) | field(pmu, 8) | field(kBreakpoints - 1, 12) | field(kWatchpoints - 1, 20) |
           field(kContextBreakpoints - 1, 28);
}

Value aa64isar0(const Config& c) {
    return field(best(c, std::array{Level{Feature::AES, 1}, Level{Feature::PMULL, 2}}), 4) | field(has(c, Feature::SHA1), 8) |
           field(best(c, std::array{Level{Feature::SHA256, 1}, Level{Feature::SHA512, 2}}), 12) |
           field(has(c, Feature::CRC32), 16) | field(has(c, Feature::LSE, 2), 20) | field(has(c, Feature::RDM), 28) |
           field(has(c, Feature::SHA3), 32) | field(has(c, Feature::SM3), 36) | field(has(c, Feature::SM4), 40) |
           field(has(c, Feature::DotProd), 44) | field(has(c, Feature::FHM), 48) |
           field(best(c, std::array{Level{Feature::FlagM, 1}, Level{Feature::FlagM2, 2}}), 52) |
           field(best(c, std::array{Level{Feature::TLBIOS, 1}, Level{Feature::TLBIRANGE, 2}}), 56) |
           field(has(c, Feature::RNG), 60);
}

Value aa64isar1(const Config& c) {
    return field(best(c, std::array{Level{Feature::DPB, 1}, Level{Feature::DPB2, 2}}), 0) | field(has(c, Feature::PAuth), 4) |
           field(has(c, Feature::JSCVT), 12) | field(has(c, Feature::FCMA), 16) |
           field(best(c, std::array{Level{Feature::LRCPC, 1}, Level{Feature::LRCPC2, 2}}), 20) |
           field(has(c, Feature::PAuth), 24) | field(has(c, Feature::FRINTTS), 32) | field(has(c, Feature::SB), 36) |
           field(has(c, Feature::SPECRES), 40) | field(has(c, Feature::BF16), 44) | field(has(c, Feature::I8MM), 52);
}

Value physical_range(unsigned bits_of_address) {
    switch (bits_of_address) {
    case 40: return 2;
    case 44: return 4;
    case 52: return 6;
    default: return 5;
    }
}

Value aa64mmfr0(const Config& c, unsigned physical_bits) {
    constexpr Value kAsid16 = 2;
    return physical_range(physical_bits) | field(kAsid16, 4) | field(1, 8) | field(c.has_el3 ? 1 : 0, 12) |
           field(c.has_16k_granule() ? 1 : 0, 20) | field(has(c, Feature::ECV), 60);
}

Value aa64mmfr1(const Config& c) {
    return field(has(c, Feature::HAFDBS, 2), 0) | field(has(c, Feature::VMID16, 2), 4) |
           field(c.has_el2 ? has(c, Feature::VHE) : 0, 8) | field(has(c, Feature::HPDS), 12) |
           field(best(c, std::array{Level{Feature::PAN, 1}, Level{Feature::PAN2, 2}}), 20) |
           field(c.has_el2 ? has(c, Feature::XNX) : 0, 28);
}

Value aa64mmfr2(const Config& c) {
    return field(has(c, Feature::TTCNP), 0) | field(has(c, Feature::UAO), 4) | field(has(c, Feature::RAS), 12) |
           field(has(c, Feature::LVA), 16) | field(has(c, Feature::TTST), 28) |
           field(has(c, Feature::IDST), 36);
}

/// Sizes of the caches that a model is made with (its technical reference manual): level 1 data, level 1 instruction,
/// level 2.
std::array<Value, 3> cache_sizes(Model model) {
    if (model == Model::CortexA53)
        return {0x700f'e01a, 0x201f'e00a, 0x707f'e07a};
    return {0x701f'e00a, 0x201f'e012, 0x70ff'e07a};
}

} // namespace

Value read_midr(System& system, unsigned) {
    return system.el() == 1 && system.el2_enabled() ? system.regs().vpidr_el2 : system.midr();
}
Value read_mpidr(System& system, unsigned) {
    return system.el() == 1 && system.el2_enabled() ? system.regs().vmpidr_el2 : system.mpidr();
}

/// The registers with CRm 1 to 7; what is not named here reads as 0: AArch32's, and those that are reserved.
Value read_id(System& system, unsigned index) {
    const auto& config = system.config();
    const auto at = [](unsigned crm, unsigned op2) { return (crm - 1) * 8 + op2; };
    if (index == at(4, 0))
        return aa64pfr0(config);
    if (index == at(4, 1))
        return aa64pfr1(config);
    if (index == at(5, 0))
        return aa64dfr0(config);
    if (index == at(6, 0))
        return aa64isar0(config);
    if (index == at(6, 1))
        return aa64isar1(config);
    if (index == at(7, 0))
        return aa64mmfr0(config, system.physical_bits());
    if (index == at(7, 1))
        return aa64mmfr1(config);
    if (index == at(7, 2))
        return aa64mmfr2(config);
    return 0;
}

Value read_ccsidr(System& system, unsigned) {
    const auto sizes = cache_sizes(system.config().model);
    switch (system.regs().csselr_el1) {
    case 0: return sizes[0];
    case 1: return sizes[1];
    case 2: return sizes[2];
    default: return 0;
    }
}
/// Separate caches at level 1, one at level 2; coherent and unified at level 2.
Value read_clidr(System&, unsigned) { return 0x0a20'0023; }
/// Lines of 64 bytes, in both caches; the instruction cache of the larger cores is physically indexed.
Value read_ctr(System& system, unsigned) { return system.config().model == Model::CortexA53 ? 0x8444'8004 : 0x8444'c004; }
/// Blocks of 64 bytes; DZP while DC ZVA would be trapped.
Value read_dczid(System& system, unsigned) { return 4 | (system.el() < 2 && system.zva_may_trap() ? 0x10 : 0); }
Value read_rvbar(System& system, unsigned) { return system.regs().reset_address; }
/// The number of cores in the cluster, less one.
Value read_l2ctlr(System& system, unsigned) { return Value{(system.config().cluster_size - 1) & 3} << 24; }

} // namespace sysreg
} // namespace medley::iss::aarch64
