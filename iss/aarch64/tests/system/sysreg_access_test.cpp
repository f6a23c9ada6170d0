// Who may access which register, and what a refused access becomes. Arm ARM DDI 0487, D19.
#include "iss/aarch64/gic_address.h"
#include "iss/aarch64/tests/system/machine.h"

namespace medley::iss::aarch64::test {
namespace {

const Parameters kMost{{"el2", "on"}, {"el3", "on"}, {"psci", "none"}, {"gicv3", "on"}};

/// Opens what could trap an access.
void open_everything(Machine& m) {
    auto& r = m.regs();
    r.cpacr_el1 = 3U << 20;
    r.cntkctl_el1 = 0x3ff;
    r.cnthctl_el2 = 3;
    r.pmuserenr_el0 = 0xf;
    r.sctlr_el1 |= sctlr::kUct | sctlr::kUma | sctlr::kUci | sctlr::kDze;
    r.scr_el3 |= scr::kApk | scr::kApi | scr::kSt;
    r.hcr_el2 |= hcr::kApk | hcr::kApi;
}

/// With FEAT_IDST all refused reads of this space say what they were, at any level (ID_AA64MMFR2_EL1.IDS); only those of op1 0 at EL0
/// did (differential tests with QEMU).
bool is_identification(unsigned key) {
    const auto op1 = key >> 11 & 7;
    return key >> 14 == 3 && (op1 == 0 || op1 == 1 || op1 == 3) && (key >> 7 & 15) == 0 && (key >> 3 & 15) < 8;
}

TEST(SysregTable, EveryRowIsAccessibleFromItsLevelsUpAndUndefinedBelow) {
    for (const auto& row : sysreg_rows())
        for (unsigned level = 0; level <= 3; ++level)
            for (const bool write : {false, true}) {
                Machine m("max", kMost);
                m.go_to(level);
                open_everything(m);
                const auto least = write ? row.rights.write : row.rights.read;
                const auto name = std::string(row.name);
                if (!row.exists(m.core.config()) || name.starts_with("CNTPS") || name == "CNTFRQ_EL0")
                    continue;
                const bool done = write ? m.write(row.key, 0) : m.read(row.key).has_value();
                EXPECT_EQ(done, level >= least) << name << " EL" << level << (write ? " write" : " read");
                const bool idst = !write && is_identification(row.key);
                if (!done) {
                    EXPECT_EQ(m.fault.code, idst ? syndrome::system(Machine::mrs(row.key)) : syndrome::kUndefined) << name;
                }
            }
}

TEST(SysregTable, RegistersOfWhatACoreLacksAreUndefined) {
    for (const auto& row : sysreg_rows()) {
        Machine m; // no EL2, no EL3, Armv8.0
        m.go_to(1);
        open_everything(m);
        if (row.exists(m.core.config()))
            continue;
        EXPECT_FALSE(m.read(row.key)) << row.name;
        EXPECT_EQ(m.fault.code, syndrome::kUndefined);
    }
}

TEST(SysregTable, UnallocatedEncodingsAreUndefined) {
    Machine m("max", kMost);
    m.go_to(3);
    unsigned tried = 0;
    for (unsigned key = sysreg_key(2, 0, 0, 0, 0); key < 0x1'0000; ++key) {
        const auto crn = key >> 7 & 15;
        if (find_sysreg(static_cast<std::uint16_t>(key)).row != nullptr || (key >> 14 == 3 && (crn == 11 || crn == 15)))
            continue;
        ++tried;
        EXPECT_FALSE(m.read(static_cast<std::uint16_t>(key))) << std::hex << key;
        const auto read = Machine::mrs(static_cast<std::uint16_t>(key));
        EXPECT_EQ(m.fault.code, is_identification(key) ? syndrome::system(read) : syndrome::kUndefined) << std::hex << key;
        EXPECT_FALSE(m.write(static_cast<std::uint16_t>(key), 0)) << std::hex << key;
        EXPECT_EQ(m.fault.code, syndrome::kUndefined) << std::hex << key;
    }
    EXPECT_GT(tried, 20'000U);
}

TEST(SysregTable, RandomValuesNeverBreakAnything) {
    std::mt19937_64 random(random_seed());
    Machine m("max", kMost);
    for (unsigned round = 0; round < 20'000; ++round) {
        const auto rows = sysreg_rows();
        const auto& row = rows[random() % rows.size()];
        const auto key = static_cast<std::uint16_t>(row.key + random() % row.count * row.stride);
        m.go_to(static_cast<unsigned>(random() % 4));
        if (random() % 2 == 0)
            (void)m.write(key, random() & random());
        else
            (void)m.read(key);
        (void)m.core.translation_key();
        (void)m.core.translate(random() % 2 == 0 ? kRam + random() % kRamSize : random(), 1, Access::Read, random() & 3);
        (void)m.core.address_space();
        if (random() % 16 == 0)
            m.core.take_interrupt();
    }
}

TEST(Sysreg, TrapSyndromesHoldTheInstruction) {
    const auto instruction = Machine::msr(sysreg_key(3, 5, 9, 14, 6), 17);
    EXPECT_EQ(syndrome::system(instruction), syndrome::make(ec::kSystem, 3U << 20 | 6U << 17 | 5U << 14 | 9U << 10 | 17U << 5 | 14U << 1));
    EXPECT_EQ(syndrome::system(Machine::mrs(0)) & 1, 1U) << "a read";
}

struct TrapCase {
    const char* name;
    unsigned level;
    std::uint64_t hcr;
    bool write;
    bool trapped;
};

TEST(Sysreg, HypervisorTraps) {
    const TrapCase kCases[] = {
        {"SCTLR_EL1", 1, hcr::kTvm, true, true},     {"SCTLR_EL1", 1, hcr::kTvm, false, false},
        {"TTBR0_EL1", 1, hcr::kTrvm, false, true},   {"TTBR0_EL1", 1, hcr::kTrvm, true, false},
        {"ACTLR_EL1", 1, hcr::kTacr, false, true},   {"REVIDR_EL1", 1, hcr::kTid1, false, true},
        {"CLIDR_EL1", 1, hcr::kTid2, false, true},   {"CTR_EL0", 0, hcr::kTid2, false, true},
        {"ID", 1, hcr::kTid3, false, true},          {"ID", 2, hcr::kTid3, false, false},
        {"TPIDR_EL1", 1, ~hcr::kE2h & ~hcr::kTge & 0xffff'ffff, true, false},
    };
    for (const auto& c : kCases) {
        Machine m("max", kMost);
        m.go_to(c.level);
        open_everything(m);
        m.regs().hcr_el2 |= c.hcr;
        const bool done = c.write ? m.write(c.name, 0) : m.read(c.name).has_value();
        EXPECT_EQ(done, !c.trapped) << c.name;
        if (c.trapped) {
            EXPECT_EQ(m.target_of_fault(), 2U);
            EXPECT_EQ(syndrome::class_of(m.fault.code), ec::kSystem);
        }
        // In Secure state there is no EL2 to trap to.
        m.regs().scr_el3 &= ~scr::kNs;
        if (c.level < 2) {
            EXPECT_TRUE(c.write ? m.write(c.name, 0) : m.read(c.name).has_value()) << c.name;
        }
    }
}

TEST(Sysreg, ControlsOfCpacrAndCptr) {
    Machine m("max", kMost);
    m.go_to(1);
    m.regs().cptr_el2 |= one_bit(31);
    EXPECT_FALSE(m.read("CPACR_EL1"));
    EXPECT_EQ(m.target_of_fault(), 2U);
    m.regs().cptr_el2 = 0;
    m.regs().cptr_el3 |= one_bit(31);
    EXPECT_FALSE(m.read("CPACR_EL1"));
    EXPECT_EQ(m.target_of_fault(), 3U);
    m.go_to(2);
    EXPECT_FALSE(m.read("CPTR_EL2"));
    EXPECT_EQ(m.target_of_fault(), 3U);
}

TEST(Sysreg, PointerAuthenticationKeys) {
    Machine m("max", kMost);
    m.go_to(1);
    EXPECT_FALSE(m.read("APIAKeyLo_EL1"));
    EXPECT_EQ(m.target_of_fault(), 2U);
    m.regs().hcr_el2 |= hcr::kApk;
    EXPECT_FALSE(m.read("APIAKeyLo_EL1"));
    EXPECT_EQ(m.target_of_fault(), 3U);
    m.regs().scr_el3 |= scr::kApk;
    EXPECT_TRUE(m.write("APIAKeyLo_EL1", 0x1234));
    EXPECT_EQ(m.system.pac_regime(PacKey::InstructionA).key_low, 0x1234U);
}

TEST(Sysreg, UsersMaskInterruptsWithUmaAlone) {
    Machine m;
    m.go_to(0);
    EXPECT_FALSE(m.read("DAIF"));
    EXPECT_EQ(syndrome::class_of(m.fault.code), ec::kSystem);
    EXPECT_FALSE(m.msr_imm(3, 6, 2));
    m.regs().sctlr_el1 |= sctlr::kUma;
    EXPECT_TRUE(m.read("DAIF"));
    EXPECT_TRUE(m.msr_imm(3, 6, 2));
}

TEST(Sysreg, StackPointers) {
    Machine m("max", kMost);
    m.go_to(1);
    EXPECT_TRUE(m.write("SP_EL0", 0x1000));
    EXPECT_EQ(m.core_state().sp[0], 0x1000U);
    m.regs().pstate.sp_sel = 0;
    EXPECT_FALSE(m.read("SP_EL0")) << "it is SP itself";
    m.go_to(2);
    EXPECT_TRUE(m.write("SP_EL1", 0x2000));
    EXPECT_FALSE(m.read("SP_EL2"));
}

// --- virtualization host extensions

TEST(Vhe, El1sNamesReachEl2sRegistersAtEl2) {
    constexpr std::pair<const char*, const char*> kPairs[] = {
        {"SCTLR_EL1", "SCTLR_EL2"}, {"TTBR0_EL1", "TTBR0_EL2"}, {"TTBR1_EL1", "TTBR1_EL2"}, {"TCR_EL1", "TCR_EL2"},
        {"ELR_EL1", "ELR_EL2"},     {"SPSR_EL1", "SPSR_EL2"},   {"ESR_EL1", "ESR_EL2"},     {"FAR_EL1", "FAR_EL2"},
        {"MAIR_EL1", "MAIR_EL2"},   {"VBAR_EL1", "VBAR_EL2"},   {"CONTEXTIDR_EL1", "CONTEXTIDR_EL2"},
        {"CPACR_EL1", "CPTR_EL2"},  {"CNTKCTL_EL1", "CNTHCTL_EL2"}, {"CNTP_CVAL_EL0", "CNTHP_CVAL_EL2"},
        {"CNTV_CVAL_EL0", "CNTHV_CVAL_EL2"},
    };
    for (const auto& [first, second] : kPairs) {
        Machine m("max", kMost);
        m.go_to(2);
        m.regs().hcr_el2 |= hcr::kE2h;
        const auto old = m.read(second);
        EXPECT_TRUE(m.write(first, 0x0010'0801));
        EXPECT_EQ(m.read(first), m.read(second)) << first;
        EXPECT_NE(m.read(second), old) << first;
        // The aliases with op1 5 reach EL1's own.
        const auto key = key_of(first);
        const auto alias = static_cast<std::uint16_t>((key & ~(7U << 11)) | 5U << 11);
        EXPECT_TRUE(m.write(alias, 0)) << first;
        EXPECT_NE(m.read(alias), m.read(second)) << first;
        m.regs().hcr_el2 &= ~hcr::kE2h;
        EXPECT_FALSE(m.read(alias)) << "without E2H there is no alias";
        EXPECT_EQ(m.fault.code, syndrome::kUndefined);
        m.go_to(1);
        EXPECT_FALSE(m.read(alias));
    }
}

TEST(Vhe, OnlyAliasedRegistersHaveAnAlias) {
    Machine m("max", kMost);
    m.go_to(2);
    m.regs().hcr_el2 |= hcr::kE2h;
    EXPECT_FALSE(m.read(sysreg_key(3, 5, 13, 0, 4))); // TPIDR_EL12
    EXPECT_EQ(m.fault.code, syndrome::kUndefined);
}

// --- identification

std::uint64_t id(Machine& m, unsigned crm, unsigned op2) { return m.read(sysreg_key(3, 0, 0, crm, op2)).value_or(~0ULL); }

TEST(Identification, SaysWhatThereIs) {
    Machine small;
    small.go_to(1);
    EXPECT_EQ(small.read("MIDR_EL1"), 0x410f'd034U);
    EXPECT_EQ(id(small, 4, 0), 0x11U) << "EL0 and EL1 in AArch64, FP and SIMD";
    EXPECT_EQ(id(small, 6, 0), 0x0001'1120U) << "AES, PMULL, SHA1, SHA256, CRC32";
    EXPECT_EQ(id(small, 7, 0), 0x122U) << "40 bits, ASIDs of 16 bits, both byte orders";
    EXPECT_EQ(id(small, 5, 0) & 0xfff, 0x106U);
    for (unsigned op2 = 0; op2 < 8; ++op2)
        EXPECT_EQ(id(small, 1, op2), 0U) << "no AArch32";
    Machine large("max", kMost);
    large.go_to(1);
    EXPECT_EQ(bits(id(large, 4, 0), 24, 4), 1U) << "GICv3";
    EXPECT_EQ(bits(id(large, 4, 0), 8, 8), 0x11U) << "EL2 and EL3";
    EXPECT_EQ(bits(id(large, 7, 1), 8, 4), 1U) << "VHE";
    Machine without("max");
    without.go_to(1);
    EXPECT_EQ(bits(id(without, 4, 0), 24, 4), 0U);
}

TEST(Identification, AffinityAndWhatAHypervisorShows) {
    Machine m("max", kMost);
    m.go_to(1);
    m.regs().vpidr_el2 = 0x1234;
    m.regs().vmpidr_el2 = 0x8000'0005;
    EXPECT_EQ(m.read("MIDR_EL1"), 0x1234U);
    EXPECT_EQ(m.read("MPIDR_EL1"), 0x8000'0005U);
    m.go_to(2);
    EXPECT_EQ(m.read("MPIDR_EL1"), 0x8000'0000U);
}

// --- the interrupt controller's registers

TEST(GicRegisters, AreForwardedByTheirEncoding) {
    Machine m("max", {{"gicv3", "on"}});
    m.go_to(1);
    EXPECT_TRUE(m.write(sysreg_key(3, 0, 4, 6, 0), 0xf0)); // ICC_PMR_EL1
    ASSERT_EQ(m.host.private_writes.size(), 1U);
    EXPECT_EQ(m.host.private_writes[0].first, Address{sysreg_key(3, 0, 4, 6, 0)} * 8);
    EXPECT_EQ(m.host.private_writes[0].second, 0xf0U);
    EXPECT_EQ(m.read(sysreg_key(3, 0, 12, 12, 0)), 0x5a5a'5a5a'5a5a'5a5aU); // ICC_IAR1_EL1
    EXPECT_EQ(m.host.private_reads.back(), Address{sysreg_key(3, 0, 12, 12, 0)} * 8);
    m.host.has_private = false;
    EXPECT_EQ(m.read(sysreg_key(3, 0, 12, 12, 0)), 0U);
}

TEST(GicRegisters, OfGuestsAreVirtual) {
    Machine m("max", kMost);
    m.go_to(1);
    m.regs().hcr_el2 |= hcr::kImo;
    (void)m.read(sysreg_key(3, 0, 12, 12, 0));
    EXPECT_EQ(m.host.private_reads.back(), Address{sysreg_key(3, 0, 12, 12, 0)} * 8 | gic_address::kVirtual);
    (void)m.read(sysreg_key(3, 0, 12, 12, 5)); // ICC_SRE_EL1
    EXPECT_EQ(m.host.private_reads.back() & gic_address::kVirtual, 0U);
    EXPECT_FALSE(m.write(sysreg_key(3, 0, 12, 11, 5), 0)); // ICC_SGI1R_EL1
    EXPECT_EQ(m.target_of_fault(), 2U);
}

/// ICC_PMR, ICC_IAR0, ICC_IAR1, ICC_DIR and ICC_SGI1R, of the groups that traps are about.
constexpr auto kPmr = sysreg_key(3, 0, 4, 6, 0), kIar0 = sysreg_key(3, 0, 12, 8, 0), kIar1 = sysreg_key(3, 0, 12, 12, 0);
constexpr auto kDir = sysreg_key(3, 0, 12, 11, 1), kSgi1r = sysreg_key(3, 0, 12, 11, 5), kHcr = sysreg_key(3, 4, 12, 11, 0);

/// The levels that take accesses to these registers, 1 where nobody does.
std::array<unsigned, 5> takers(Machine& m) {
    const auto taker = [&](bool done) { return done ? 1U : m.target_of_fault(); };
    return {taker(m.read(kPmr).has_value()), taker(m.read(kIar0).has_value()), taker(m.read(kIar1).has_value()), taker(m.write(kDir, 0)),
            taker(m.write(kSgi1r, 0))};
}

TEST(GicRegisters, HypervisorTrapsThemByIchHcr) {
    using Takers = std::array<unsigned, 5>;
    const std::array<std::pair<std::uint64_t, Takers>, 5> cases{{{0, {1, 1, 1, 1, 1}},
                                                                 {ich::kTc, {2, 1, 1, 2, 2}},
                                                                 {ich::kTall0, {1, 2, 1, 1, 1}},
                                                                 {ich::kTall1, {1, 1, 2, 1, 1}},
                                                                 {ich::kTdir, {1, 1, 1, 2, 1}}}};
    for (const auto& [traps, expected] : cases) {
        Machine m("max", kMost);
        m.regs().scr_el3 |= scr::kNs;
        m.go_to(2);
        EXPECT_TRUE(m.write(kHcr, traps | 1));
        EXPECT_EQ(m.host.private_writes.back().second, traps | 1) << "the device has the register";
        m.go_to(1);
        EXPECT_EQ(takers(m), expected) << std::hex << traps;
    }
}

TEST(GicRegisters, MonitorTakesThoseOfInterruptsThatItTakes) {
    using Takers = std::array<unsigned, 5>;
    const std::array<std::pair<std::uint64_t, Takers>, 3> cases{
        {{scr::kFiq, {1, 3, 1, 1, 1}}, {scr::kIrq, {1, 1, 3, 1, 1}}, {scr::kFiq | scr::kIrq, {3, 3, 3, 3, 3}}}};
    for (const auto& [routing, expected] : cases) {
        Machine m("max", kMost);
        m.regs().scr_el3 |= scr::kNs | routing;
        m.go_to(1);
        EXPECT_EQ(takers(m), expected) << std::hex << routing;
        m.regs().hcr_el2 |= hcr::kImo | hcr::kFmo;
        EXPECT_EQ(takers(m), (Takers{1, 1, 1, 1, 2})) << "a guest's are virtual";
    }
}

TEST(GicRegisters, AccessesTellInWhatStateTheCoreIs) {
    Machine m("max", kMost);
    const auto address = [&] {
        (void)m.read(kPmr);
        return m.host.private_reads.back() - Address{kPmr} * 8;
    };
    m.go_to(3);
    m.regs().scr_el3 = scr::kRw;
    EXPECT_EQ(address(), gic_address::kSecure | gic_address::kMonitor);
    m.regs().scr_el3 |= scr::kNs | scr::kFiq;
    EXPECT_EQ(address(), gic_address::kMonitor | gic_address::kFiqToMonitor);
    m.go_to(1);
    m.regs().scr_el3 = scr::kRw | scr::kNs | scr::kFiq;
    EXPECT_EQ(address(), gic_address::kFiqToMonitor);
    m.regs().scr_el3 = scr::kRw;
    EXPECT_EQ(address(), gic_address::kSecure);
}

TEST(GicRegisters, ThoseThatAreReadOnlyWriteOnlyOrNotThereAreUndefined) {
    Machine m("max", kMost);
    m.regs().scr_el3 |= scr::kNs;
    m.go_to(2);
    EXPECT_FALSE(m.write(kIar1, 0));
    EXPECT_FALSE(m.read(kDir).has_value());
    EXPECT_FALSE(m.write(sysreg_key(3, 4, 12, 11, 1), 0)) << "ICH_VTR_EL2";
    EXPECT_TRUE(m.read(sysreg_key(3, 4, 12, 12, 3)).has_value()) << "ICH_LR3_EL2";
    EXPECT_FALSE(m.read(sysreg_key(3, 4, 12, 12, 4)).has_value()) << "there are four list registers";
    EXPECT_FALSE(m.read(sysreg_key(3, 0, 12, 8, 5)).has_value()) << "ICC_AP0R1_EL1: five bits of priority need one register";
}

} // namespace
} // namespace medley::iss::aarch64::test
