// TLB and cache maintenance. Arm ARM DDI 0487, C5.3 and C5.5.
#include "iss/aarch64/fault_bits.h"
#include "iss/aarch64/tests/system/tables.h"

namespace medley::iss::aarch64::test {
namespace {

struct Op {
    unsigned op1, crm, op2;
    bool broadcast;
    unsigned level;
    bool newer = false; ///< Armv8.4
};

constexpr Op kTlbi[] = {
    {0, 3, 0, true, 1},  {0, 3, 1, true, 1},  {0, 3, 2, true, 1},  {0, 3, 3, true, 1},  {0, 3, 5, true, 1},  {0, 3, 7, true, 1},
    {0, 7, 0, false, 1}, {0, 7, 1, false, 1}, {0, 7, 2, false, 1}, {0, 7, 3, false, 1}, {0, 7, 5, false, 1}, {0, 7, 7, false, 1},
    {4, 3, 0, true, 2},  {4, 3, 1, true, 2},  {4, 3, 4, true, 2},  {4, 3, 5, true, 2},  {4, 3, 6, true, 2},  {4, 7, 0, false, 2},
    {4, 7, 1, false, 2}, {4, 7, 4, false, 2}, {4, 7, 5, false, 2}, {4, 7, 6, false, 2}, {4, 0, 1, true, 2},  {4, 0, 5, true, 2},
    {4, 4, 1, false, 2}, {4, 4, 5, false, 2}, {6, 3, 0, true, 3},  {6, 3, 1, true, 3},  {6, 3, 5, true, 3},  {6, 7, 0, false, 3},
    {6, 7, 1, false, 3}, {6, 7, 5, false, 3},
    {0, 1, 0, true, 1, true}, {0, 1, 1, true, 1, true}, {0, 2, 1, true, 1, true}, {0, 5, 3, true, 1, true}, {0, 6, 7, false, 1, true},
    {4, 1, 4, true, 2, true}, {4, 2, 1, true, 2, true}, {4, 6, 5, false, 2, true}, {4, 0, 2, true, 2, true}, {4, 4, 6, false, 2, true},
    {6, 1, 0, true, 3, true}, {6, 5, 1, true, 3, true},
};

TEST(TlbMaintenance, ExistsFromItsLevelUpAndReachesWhomItSays) {
    for (const auto& op : kTlbi)
        for (unsigned level = 0; level <= 3; ++level) {
            Machine m("max", kAllLevels);
            m.go_to(level);
            m.host.flushes.clear();
            const bool done = m.sys(op.op1, 8, op.crm, op.op2);
            EXPECT_EQ(done, level >= op.level) << op.op1 << " " << op.crm << " " << op.op2 << " EL" << level;
            EXPECT_EQ(m.host.flushes.empty(), !done);
            EXPECT_EQ(m.host.broadcasts.size(), done && op.broadcast ? 1U : 0U);
        }
}

TEST(TlbMaintenance, NewInstructionsAreUndefinedOnOldModels) {
    for (const auto& op : kTlbi) {
        Machine m("cortex-a72", kAllLevels);
        m.go_to(3);
        EXPECT_EQ(m.sys(op.op1, 8, op.crm, op.op2), !op.newer) << op.op1 << " " << op.crm << " " << op.op2;
    }
}

TEST(TlbMaintenance, ByAddressFlushesThePageInAllSpaces) {
    Machine m;
    m.go_to(1);
    m.host.flushes.clear();
    EXPECT_TRUE(m.sys(0, 8, 7, 1, std::uint64_t{5} << 48 | 0xfff'8000'1234));
    ASSERT_EQ(m.host.flushes.size(), 1U);
    EXPECT_TRUE(m.host.flushes[0].by_address);
    EXPECT_FALSE(m.host.flushes[0].by_space) << "global entries are meant, too";
    EXPECT_EQ(m.host.flushes[0].address, 0xffff'f800'0123'4000U);
}

TEST(TlbMaintenance, ByAsidNamesItsSpace) {
    Machine m;
    m.go_to(1);
    m.regs().tcr_el1 = one_bit(36);
    m.regs().ttbr0_el1 = std::uint64_t{0x1234} << 48;
    const auto space = m.core.address_space();
    m.host.flushes.clear();
    EXPECT_TRUE(m.sys(0, 8, 7, 2, std::uint64_t{0x1234} << 48));
    ASSERT_EQ(m.host.flushes.size(), 1U);
    EXPECT_TRUE(m.host.flushes[0].by_space);
    EXPECT_EQ(m.host.flushes[0].address_space, space);
    m.regs().tcr_el1 = 0; // eight bits
    EXPECT_NE(m.core.address_space(), space);
    EXPECT_TRUE(m.sys(0, 8, 7, 2, std::uint64_t{0x1234} << 48));
    EXPECT_EQ(m.host.flushes.back().address_space, m.core.address_space());
}

/// TLBI ASIDE1 at EL3 meant EL1&0 there.
TEST(TlbMaintenance, ForEl1IsAboutEl2And0WhereAHostHasEl0) {
    Machine m("max", kAllLevels);
    m.regs().hcr_el2 |= hcr::kE2h | hcr::kTge;
    m.regs().ttbr0_el2 = std::uint64_t{0x12} << 48;
    m.go_to(2);
    const auto space = m.core.address_space();
    for (const unsigned level : {2U, 3U}) {
        m.go_to(level);
        m.host.flushes.clear();
        EXPECT_TRUE(m.sys(0, 8, 7, 2, std::uint64_t{0x12} << 48));
        ASSERT_EQ(m.host.flushes.size(), 1U);
        EXPECT_EQ(m.host.flushes[0].address_space, space) << level;
    }
}

TEST(TlbMaintenance, OfEl2IsUndefinedWhileTheMonitorIsInTheSecureState) {
    Machine m("max", kAllLevels);
    m.go_to(3);
    for (const bool secure : {false, true}) {
        m.regs().scr_el3 = secure ? 0 : scr::kNs;
        EXPECT_NE(m.sys(4, 8, 7, 0), secure) << "tlbi alle2";
        EXPECT_NE(m.sys(4, 8, 3, 1), secure) << "tlbi vae2is";
        EXPECT_NE(m.sys(4, 7, 8, 0), secure) << "at s1e2r";
        EXPECT_TRUE(m.sys(4, 8, 7, 4)) << "tlbi alle1";
        EXPECT_TRUE(m.sys(4, 8, 7, 6)) << "tlbi vmalls12e1";
        EXPECT_TRUE(m.sys(4, 7, 8, 4)) << "at s12e1r";
    }
}

TEST(TlbMaintenance, LargePagesGoAsAWhole) {
    Machine m;
    m.go_to(1);
    Tables tables(m.host.ram, 12, kRam + 0x10'0000);
    tables.map(0x4020'0000, 1, 2, kRam | pte::kBlock | pte::kAccess);
    enable_stage1(m, tables, 12, 39);
    EXPECT_TRUE(m.core.translate(0x4020'5000, 4, Access::Read, kKernelIndex).ok);
    m.host.flushes.clear();
    EXPECT_TRUE(m.sys(0, 8, 7, 3, 0x4021'0000 >> 12));
    EXPECT_EQ(m.host.flushes.size(), 512U);
    EXPECT_EQ(m.host.flushes.front().address, 0x4020'0000U);
    EXPECT_EQ(m.host.flushes.back().address, 0x403f'f000U);
}

TEST(TlbMaintenance, OthersHearAndFlush) {
    Machine m;
    m.go_to(1);
    EXPECT_TRUE(m.sys(0, 8, 3, 3, 0x1234));
    ASSERT_EQ(m.host.broadcasts.size(), 1U);
    Machine other;
    other.host.flushes.clear();
    other.core.hear(m.host.broadcasts[0]);
    ASSERT_EQ(other.host.flushes.size(), 1U);
    EXPECT_EQ(other.host.flushes[0].address, 0x123'4000U);
    EXPECT_TRUE(other.host.broadcasts.empty());
}

TEST(TlbMaintenance, Ranges) {
    Machine m("max");
    m.go_to(1);
    m.host.flushes.clear();
    // Base page 0x100, granule 4 KiB, NUM 1, SCALE 0: four pages.
    EXPECT_TRUE(m.sys(0, 8, 6, 1, std::uint64_t{1} << 46 | std::uint64_t{1} << 39 | 0x100));
    EXPECT_EQ(m.host.flushes.size(), 4U);
    EXPECT_EQ(m.host.flushes.front().address, 0x10'0000U);
    EXPECT_EQ(m.host.flushes.back().address, 0x10'3000U);
    m.host.flushes.clear();
    EXPECT_TRUE(m.sys(0, 8, 6, 1, std::uint64_t{1} << 46 | std::uint64_t{31} << 39 | std::uint64_t{3} << 44));
    ASSERT_EQ(m.host.flushes.size(), 1U);
    EXPECT_TRUE(m.host.flushes[0].everything) << "too many pages to name";
}

TEST(TlbMaintenance, GuestsMayBeTrappedOrMadeToBroadcast) {
    Machine m("max", kWithEl2);
    m.go_to(1);
    m.regs().hcr_el2 |= hcr::kFb;
    EXPECT_TRUE(m.sys(0, 8, 7, 0));
    EXPECT_EQ(m.host.broadcasts.size(), 1U);
    m.regs().hcr_el2 |= hcr::kTtlb;
    EXPECT_FALSE(m.sys(0, 8, 7, 0));
    EXPECT_EQ(m.target_of_fault(), 2U);
}

TEST(TlbMaintenance, TaggedTranslationsAreFoundToo) {
    Machine m;
    m.go_to(1);
    Tables tables(m.host.ram, 12, kRam + 0x10'0000);
    tables.map(0x1000, 1, 3, kRam | pte::kPage | pte::kAccess);
    enable_stage1(m, tables, 12, 39);
    m.regs().tcr_el1 |= one_bit(37);
    EXPECT_TRUE(m.core.translate(0xaa00'0000'0000'1000, 4, Access::Read, kKernelIndex).ok);
    m.host.flushes.clear();
    EXPECT_TRUE(m.sys(0, 8, 7, 3, 1));
    ASSERT_EQ(m.host.flushes.size(), 1U);
    EXPECT_TRUE(m.host.flushes[0].everything);
}

// --- control registers

TEST(Controls, ChangesOfTranslationFlush) {
    const auto flushes = [](auto change) {
        Machine m("max", kWithEl2);
        m.go_to(2);
        m.host.flushes.clear();
        change(m);
        return m.host.flushes.size();
    };
    EXPECT_EQ(flushes([](Machine& m) { m.write("SCTLR_EL1", m.regs().sctlr_el1 ^ sctlr::kM); }), 1U);
    EXPECT_EQ(flushes([](Machine& m) { m.write("SCTLR_EL1", m.regs().sctlr_el1 ^ sctlr::kA); }), 0U);
    EXPECT_EQ(flushes([](Machine& m) { m.write("TCR_EL1", 0x19); }), 1U);
    EXPECT_EQ(flushes([](Machine& m) { m.write("HCR_EL2", hcr::kVm); }), 1U);
    EXPECT_EQ(flushes([](Machine& m) { m.write("HCR_EL2", hcr::kTwi); }), 0U);
    EXPECT_EQ(flushes([](Machine& m) { m.write("TTBR0_EL1", 0x1000); }), 0U) << "software invalidates (D8.13)";
}

TEST(Controls, AddressSpacesTellRegimesGuestsAndProcessesApart) {
    Machine m("max", kAllLevels);
    std::set<std::uint64_t> spaces;
    m.go_to(1);
    m.regs().tcr_el1 = one_bit(36);
    spaces.insert(m.core.address_space());
    m.regs().ttbr0_el1 = std::uint64_t{7} << 48;
    spaces.insert(m.core.address_space());
    m.regs().vttbr_el2 = std::uint64_t{3} << 48;
    spaces.insert(m.core.address_space());
    m.regs().scr_el3 &= ~scr::kNs;
    spaces.insert(m.core.address_space());
    m.go_to(2);
    spaces.insert(m.core.address_space());
    m.regs().hcr_el2 |= hcr::kE2h;
    spaces.insert(m.core.address_space());
    m.go_to(3);
    spaces.insert(m.core.address_space());
    EXPECT_EQ(spaces.size(), 7U);
}

// --- caches

struct CacheOp {
    unsigned op1, crm, op2;
    bool for_users;
    std::uint64_t trap;
};
constexpr CacheOp kCache[] = {
    {0, 1, 0, false, hcr::kTpu},  {0, 5, 0, false, hcr::kTpu},  {3, 5, 1, true, hcr::kTpu},   {0, 6, 1, false, hcr::kTpcp},
    {0, 6, 2, false, hcr::kTsw},  {0, 10, 2, false, hcr::kTsw}, {0, 14, 2, false, hcr::kTsw}, {3, 10, 1, true, hcr::kTpcp},
    {3, 11, 1, true, hcr::kTpu},  {3, 14, 1, true, hcr::kTpcp}, {3, 12, 1, true, hcr::kTpcp},
};

TEST(CacheMaintenance, RightsAndTraps) {
    for (const auto& op : kCache) {
        Machine m("max", kWithEl2);
        m.go_to(1);
        EXPECT_TRUE(m.sys(op.op1, 7, op.crm, op.op2, kRam)) << op.crm << op.op2;
        m.go_to(0);
        EXPECT_FALSE(m.sys(op.op1, 7, op.crm, op.op2, kRam));
        EXPECT_EQ(syndrome::class_of(m.fault.code), op.for_users ? ec::kSystem : ec::kUnknown);
        m.regs().sctlr_el1 |= sctlr::kUci;
        EXPECT_EQ(m.sys(op.op1, 7, op.crm, op.op2, kRam), op.for_users);
        m.go_to(1);
        m.regs().hcr_el2 |= op.trap;
        EXPECT_FALSE(m.sys(op.op1, 7, op.crm, op.op2, kRam));
        EXPECT_EQ(m.target_of_fault(), 2U);
    }
}

TEST(CacheMaintenance, FaultsAreReportedAsItsOwn) {
    Machine m;
    m.go_to(0);
    m.regs().sctlr_el1 |= sctlr::kUci;
    Tables tables(m.host.ram, 12, kRam + 0x10'0000);
    enable_stage1(m, tables, 12, 39);
    EXPECT_FALSE(m.sys(3, 7, 14, 1, 0x1234)); // DC CIVAC
    m.take();
    EXPECT_EQ(m.regs().esr_el1, syndrome::make(ec::kDataLower, 1U << 8 | 1U << 6 | 0x5)) << "CM and WnR";
    EXPECT_EQ(m.regs().far_el1, 0x1234U);
}

TEST(CacheMaintenance, InstructionCachesAreLookedAtAnew) {
    Machine m;
    m.go_to(1);
    EXPECT_TRUE(m.sys(0, 7, 5, 0));
    EXPECT_TRUE(m.sys(3, 7, 5, 1, kRam));
    EXPECT_EQ(m.host.barriers, 2U);
}

TEST(CacheMaintenance, ZeroingIsTrappedAndDczidSaysSo) {
    Machine m("max", kWithEl2);
    m.go_to(0);
    EXPECT_EQ(m.read("DCZID_EL0"), 0x14U);
    EXPECT_TRUE(m.system.lift_mode().zva_checked);
    EXPECT_FALSE(m.run(helper_zva_check, 0xd50b'7420));
    EXPECT_EQ(m.target_of_fault(), 1U);
    m.regs().sctlr_el1 |= sctlr::kDze;
    EXPECT_EQ(m.read("DCZID_EL0"), 4U);
    EXPECT_FALSE(m.system.lift_mode().zva_checked);
    m.regs().hcr_el2 |= hcr::kTdz;
    EXPECT_FALSE(m.run(helper_zva_check, 0xd50b'7420));
    EXPECT_EQ(m.target_of_fault(), 2U);
}

TEST(SystemInstructions, UnknownOnesAreUndefined) {
    Machine m("max", kAllLevels);
    m.go_to(3);
    EXPECT_FALSE(m.sys(2, 7, 0, 0));
    EXPECT_EQ(m.fault.code, syndrome::kUndefined);
    EXPECT_FALSE(m.sys(0, 8, 7, 4));
    EXPECT_FALSE(m.sys(0, 9, 0, 0));
    EXPECT_TRUE(m.sys(1, 15, 0, 0)) << "implementation defined: nothing happens";
}

} // namespace
} // namespace medley::iss::aarch64::test
