// Stage 2 of EL1&0. Arm ARM DDI 0487, D8.2.8, D8.4.2 and D8.5.5.
#include "iss/aarch64/fault_bits.h"
#include "iss/aarch64/tests/system/tables.h"

#include <algorithm>

namespace medley::iss::aarch64::test {
namespace {

namespace status = syndrome::status;
constexpr Address kPool = kRam + 0x10'0000;
constexpr Address kPool2 = kRam + 0x20'0000;
constexpr Address kTarget = kRam + 0x3'0000;
constexpr std::uint64_t kAll = pte::kAccess | pte::kStage2Read | pte::kStage2Write | pte::kStage2Normal;

/// A guest with stage 1 off; what it calls physical is stage 2's input.
struct Guest {
    explicit Guest(unsigned granule = 12, unsigned input_bits = 39, std::string model = "max")
        : machine(std::move(model), kWithEl2), tables(machine.host.ram, granule, kPool), first(first_level(granule, input_bits)) {
        machine.go_to(1);
        auto& r = machine.regs();
        r.hcr_el2 |= hcr::kVm;
        r.vttbr_el2 = tables.root;
        const std::uint64_t start = granule == 12 ? 2 - first : 3 - first;
        r.vtcr_el2 = (64 - input_bits) | start << 6 | tg0(granule) << 14 | std::uint64_t{5} << 16;
    }
    Address map(Address address, unsigned level, std::uint64_t entry) { return tables.map(address, first, level, entry); }
    Translation translate(Address address, Access access = Access::Read, unsigned index = kKernelIndex) {
        return machine.core.translate(address, 4, access, index);
    }
    std::uint32_t fault(Address address, Access access = Access::Read) {
        const auto result = translate(address, access);
        EXPECT_FALSE(result.ok);
        return result.fault.code;
    }
    Machine machine;
    Tables tables;
    unsigned first;
};

TEST(Stage2, PagesOfEveryGranule) {
    for (const auto& [granule, input] : {std::pair{12U, 48U}, {12U, 40U}, {12U, 39U}, {12U, 31U}, {14U, 40U}, {14U, 36U}, {16U, 42U}, {16U, 40U}}) {
        Guest m(granule, input);
        if (granule == 12 && input == 40) { // two tables side by side at level 1
            m.machine.regs().vtcr_el2 = (m.machine.regs().vtcr_el2 & ~std::uint64_t{0xc0}) | 1U << 6;
            m.first = 1;
        }
        m.map(0x7'0000, 3, kTarget | pte::kPage | kAll);
        const auto result = m.translate(0x7'0010);
        EXPECT_TRUE(result.ok) << granule << " " << input;
        EXPECT_EQ(result.physical, kTarget + 0x10);
        EXPECT_FALSE(result.is_flat());
    }
}

TEST(Stage2, FaultsHaveLevelAndIntermediateAddress) {
    Guest m;
    for (unsigned level = 1; level <= 3; ++level) {
        Guest g;
        g.map(0x8'0000, level, 0);
        const auto result = g.translate(0x8'0123);
        EXPECT_EQ(result.fault.code, fault_bits::kStage2 | (status::kTranslation + level));
        EXPECT_EQ(result.fault.value, 0x8'0123U);
        g.map(0x8'0000, level, (level == 3 ? pte::kPage : pte::kBlock) | (kAll & ~pte::kAccess));
        EXPECT_EQ(g.fault(0x8'0123), fault_bits::kStage2 | (status::kAccessFlag + level));
    }
    EXPECT_EQ(m.fault(Address{1} << 39), fault_bits::kStage2 | status::kTranslation) << "beyond the input size";
}

TEST(Stage2, AGranuleThatIsNotThereIsTakenForTheSmallest) {
    for (const char* model : {"cortex-a72", "max"}) {
        Guest m(12, 39, model);
        m.map(0x8000, 3, kTarget | kAll | pte::kPage);
        m.machine.regs().vtcr_el2 |= tg0(14) << 14;
        EXPECT_EQ(m.translate(0x8008).ok, std::string_view(model) != "max") << model;
    }
}

TEST(Stage2, RightsOfEveryCombination) {
    Guest m;
    for (unsigned rights = 0; rights < 16; ++rights) {
        const bool read = (rights & 1) != 0;
        const bool write = (rights & 2) != 0;
        const auto never = rights >> 2; // XN, as XNX has it
        m.map(0, 3, kTarget | pte::kPage | pte::kAccess | pte::kStage2Normal | (read ? pte::kStage2Read : 0) |
                        (write ? pte::kStage2Write : 0) | std::uint64_t{never & 1} << 53 | std::uint64_t{never >> 1} << 54);
        EXPECT_EQ(m.translate(0, Access::Read).ok, read);
        EXPECT_EQ(m.translate(0, Access::Write).ok, write);
        EXPECT_EQ(m.translate(0, Access::Fetch, kKernelIndex).ok, never == 0 || never == 3) << never;
        EXPECT_EQ(m.translate(0, Access::Fetch, kUserIndex).ok, never == 0 || never == 1) << never;
        if (!write) {
            EXPECT_EQ(m.fault(0, Access::Write), fault_bits::kStage2 | (status::kPermission + 3));
        }
    }
}

TEST(Stage2, RightsAreThoseOfBothStages) {
    Guest m;
    Tables guest_tables(m.machine.host.ram, 12, kPool2);
    m.map(kRam, 1, kRam | pte::kBlock | kAll);
    m.map(0x5000, 3, kTarget | pte::kPage | (kAll & ~pte::kStage2Write));
    guest_tables.map(0x1000, 1, 3, 0x5000 | pte::kPage | pte::kAccess);
    enable_stage1(m.machine, guest_tables, 12, 39);
    const auto result = m.translate(0x1008);
    EXPECT_EQ(result.physical, kTarget + 8);
    EXPECT_TRUE(result.readable);
    EXPECT_FALSE(result.writable);
    EXPECT_EQ(m.fault(0x1008, Access::Write), fault_bits::kStage2 | (status::kPermission + 3));
}

TEST(Stage2, RefusesTheWalkOfStage1) {
    Guest m;
    Tables guest_tables(m.machine.host.ram, 12, kPool2);
    guest_tables.map(0x1000, 1, 3, 0x5000 | pte::kPage | pte::kAccess);
    enable_stage1(m.machine, guest_tables, 12, 39);
    const auto result = m.translate(0x1008);
    EXPECT_EQ(result.fault.code, fault_bits::kStage2 | fault_bits::kStage1Walk | (status::kTranslation + 1));
    EXPECT_EQ(result.fault.value & ~Address{0xfff}, guest_tables.root);
    EXPECT_EQ(result.fault.address, 0x1008U);
}

TEST(Stage2, ProtectedWalksDoNotTouchDevices) {
    Guest m;
    Tables guest_tables(m.machine.host.ram, 12, kPool2);
    m.map(kRam, 1, kRam | pte::kBlock | (kAll & ~pte::kStage2Normal)); // Device memory
    guest_tables.map(0x1000, 1, 3, kTarget | pte::kPage | pte::kAccess);
    enable_stage1(m.machine, guest_tables, 12, 39);
    EXPECT_TRUE(m.translate(0x1000).ok);
    m.machine.regs().hcr_el2 |= hcr::kPtw;
    EXPECT_EQ(m.fault(0x1000), fault_bits::kStage2 | fault_bits::kStage1Walk | (status::kPermission + 1));
}

TEST(Stage2, DeviceMemoryByItsWordAloneIsAnAlignmentFaultOfItsOwn) {
    Guest m;
    m.machine.regs().hcr_el2 |= hcr::kDc; // Normal to stage 1
    m.map(0x5000, 3, kTarget | pte::kPage | (kAll & ~pte::kStage2Normal));
    m.map(0x6000, 3, (kTarget + 0x1000) | pte::kPage | kAll);
    for (const auto index : {kKernelIndex, kKernelZeroIndex}) {
        const auto result = m.machine.core.translate(0x5002, 4, Access::Write, index);
        EXPECT_EQ(result.fault.code, fault_bits::kStage2 | status::kAlignment);
        EXPECT_TRUE(m.machine.core.translate(0x6002, 4, Access::Write, index).ok);
    }
    EXPECT_FALSE(m.translate(0x5004).cacheable) << "or the accelerator would report misaligned accesses as those of stage 1";
    m.machine.core.raise(m.machine.core.translate(0x5002, 4, Access::Write, kKernelIndex).fault);
    EXPECT_EQ(m.machine.system.el(), 2U);
    EXPECT_EQ(m.machine.regs().esr_el2 & 0xfc00'007f, std::uint64_t{ec::kDataLower} << 26 | 0x40 | status::kAlignment);
}

TEST(Stage2, ZeroingWhileStage1IsOffIsAFaultOfStage1) {
    Guest m;
    m.map(0x6000, 3, kTarget | pte::kPage | kAll);
    EXPECT_EQ(m.machine.core.translate(0x6000, 16, Access::Write, kKernelZeroIndex).fault.code, status::kAlignment);
}

TEST(Stage2, DirtyStateAndAccessFlag) {
    Guest m;
    m.machine.regs().vtcr_el2 |= one_bit(21) | one_bit(22);
    const auto place = m.map(0, 3, kTarget | pte::kPage | pte::kStage2Read | pte::kStage2Normal | pte::kDirtyModifier);
    const auto read = m.translate(0);
    EXPECT_TRUE(read.ok);
    EXPECT_FALSE(read.writable);
    EXPECT_NE(m.machine.host.ram.get(place) & pte::kAccess, 0U);
    EXPECT_TRUE(m.translate(0, Access::Write).writable);
    EXPECT_NE(m.machine.host.ram.get(place) & pte::kStage2Write, 0U);
}

TEST(Stage2, HardwareUpdatesOfStage1NeedItsRightToWrite) {
    Guest m;
    Tables guest_tables(m.machine.host.ram, 12, kPool2);
    m.map(kRam, 1, kRam | pte::kBlock | (kAll & ~pte::kStage2Write));
    guest_tables.map(0x1000, 1, 3, kTarget | pte::kPage);
    enable_stage1(m.machine, guest_tables, 12, 39);
    m.machine.regs().tcr_el1 |= one_bit(39);
    EXPECT_EQ(m.fault(0x1000), fault_bits::kStage2 | fault_bits::kStage1Walk | (status::kPermission + 1));
}

TEST(Stage2, IsNotThereForOthers) {
    Guest m;
    m.machine.go_to(2);
    EXPECT_TRUE(m.translate(kTarget).ok);
    m.machine.go_to(1);
    EXPECT_FALSE(m.translate(kTarget).ok);
    m.machine.regs().hcr_el2 &= ~hcr::kVm;
    EXPECT_TRUE(m.translate(kTarget).ok);
}

TEST(Stage2, DefaultCacheableTurnsStage1OffAndStage2On) {
    Guest m;
    m.machine.regs().hcr_el2 = hcr::kDc;
    m.machine.regs().sctlr_el1 |= sctlr::kM;
    m.map(0x5000, 3, kTarget | pte::kPage | kAll);
    EXPECT_EQ(m.translate(0x5000).physical, kTarget);
    EXPECT_FALSE(m.machine.system.lift_mode().check_alignment) << "memory is Normal";
}

TEST(Stage2, ImpossibleStartsFaultAtLevel0) {
    Guest level(12, 39);
    level.machine.regs().vtcr_el2 |= 3U << 6;
    EXPECT_EQ(level.fault(0), fault_bits::kStage2 | status::kTranslation);
    Guest size(12, 39);
    size.machine.regs().vtcr_el2 = (size.machine.regs().vtcr_el2 & ~std::uint64_t{0xff}) | (64 - 44) | 1U << 6; // 32 tables
    EXPECT_EQ(size.fault(0), fault_bits::kStage2 | status::kTranslation);
    // A range of 64 bits, which debuggers ask about, too.
    Guest whole(12, 39);
    whole.machine.regs().vtcr_el2 &= ~std::uint64_t{0x3f};
    EXPECT_EQ(whole.fault(0), fault_bits::kStage2 | status::kTranslation);
    EXPECT_FALSE(whole.machine.core.translate_debug(0));
    Guest small(12, 39, "cortex-a53"); // level 0 needs more than 42 physical bits
    small.machine.regs().vtcr_el2 = 24 | 2U << 6 | 2U << 16;
    EXPECT_EQ(small.fault(0), fault_bits::kStage2 | status::kTranslation);
}

/// What TLBI by address concerns is an entry of stage 1, in however many pieces stage 2 maps it. Pieces behind the first stayed.
TEST(Stage2, TlbiByAddressConcernsAllOfAStage1Block) {
    constexpr Address kBlock = 0x4000'0000;
    constexpr Address kIntermediate = 0x20'0000;
    Guest m;
    m.map(kRam, 1, kRam | pte::kBlock | kAll);
    for (Address page = 0; page < 4; ++page)
        m.map(kIntermediate + page * kPageSize, 3, (kTarget + page * kPageSize) | pte::kPage | kAll);
    Tables stage1(m.machine.host.ram, 12, kPool2);
    stage1.map(kBlock, 1, 2, kIntermediate | pte::kBlock | pte::kAccess);
    enable_stage1(m.machine, stage1, 12, 39);
    for (const Address address : {kBlock, kBlock + 3 * kPageSize})
        EXPECT_TRUE(m.translate(address).ok);
    m.machine.host.flushes.clear();
    EXPECT_TRUE(m.machine.sys(0, 8, 7, 1, kBlock >> 12)) << "tlbi vae1";
    const auto& flushes = m.machine.host.flushes;
    EXPECT_TRUE(std::any_of(flushes.begin(), flushes.end(), [](const TlbFlush& flush) {
        return flush.everything || (flush.by_address && flush.address == kBlock + 3 * kPageSize);
    }));
}

// --- address translation instructions

struct Translator : Guest {
    Translator() {
        map(kRam, 1, kRam | pte::kBlock | kAll);
        map(0x5000, 3, kTarget | pte::kPage | kAll);
        stage1.map(0x1000, 1, 3, 0x5000 | pte::kPage | pte::kAccess | pte::kUser | pte::kReadOnly);
        stage1.map(0x2000, 1, 3, 0x6000 | pte::kPage | pte::kAccess);
        enable_stage1(machine, stage1, 12, 39);
    }
    std::uint64_t at(unsigned op1, unsigned crm, unsigned op2, Address address) {
        EXPECT_TRUE(machine.sys(op1, 7, crm, op2, address));
        return machine.regs().par_el1;
    }
    Tables stage1{machine.host.ram, 12, kPool2};
};

TEST(AddressTranslation, StageOneGivesTheIntermediateAddress) {
    Translator m;
    EXPECT_EQ(m.at(0, 8, 0, 0x1234), one_bit(11) | 0xffULL << 56 | 0x5000U); // S1E1R
    EXPECT_EQ(m.at(0, 8, 1, 0x1234), one_bit(11) | 1 | (status::kPermission + 3) << 1); // S1E1W
    EXPECT_EQ(m.at(0, 8, 2, 0x1234), one_bit(11) | 0xffULL << 56 | 0x5000U); // S1E0R
    EXPECT_EQ(m.at(0, 8, 2, 0x2000), one_bit(11) | 1 | (status::kPermission + 3) << 1);
    EXPECT_EQ(m.at(0, 8, 0, 0x9000), one_bit(11) | 1 | (status::kTranslation + 3) << 1);
    m.machine.regs().pstate.pan = 1;
    EXPECT_EQ(m.at(0, 8, 0, 0x1234) & 1, 0U);
    EXPECT_EQ(m.at(0, 9, 0, 0x1234), one_bit(11) | 1 | (status::kPermission + 3) << 1); // S1E1RP
}

TEST(AddressTranslation, BothStagesFromEl2) {
    Translator m;
    m.machine.go_to(2);
    EXPECT_EQ(m.at(4, 8, 4, 0x1234), one_bit(11) | 0xffULL << 56 | kTarget); // S12E1R
    EXPECT_EQ(m.at(4, 8, 4, 0x2000), one_bit(11) | one_bit(9) | 1 | (status::kTranslation + 3) << 1);
    EXPECT_EQ(m.at(4, 8, 0, kTarget) & 1, 0U); // S1E2R
}

/// Those for EL1 meant EL1&0 at EL3, and those for both stages everywhere.
TEST(AddressTranslation, ForEl1IsAboutEl2And0WhereAHostHasEl0) {
    Machine m("max", kAllLevels);
    Tables tables(m.host.ram, 12, kPool);
    tables.map(0x1000, 1, 3, kTarget | pte::kPage | pte::kAccess | pte::kUser | pte::kReadOnly);
    enable_stage1(m, tables, 12, 39);
    auto& r = m.regs();
    r.ttbr0_el2 = r.ttbr0_el1, r.tcr_el2 = r.tcr_el1, r.mair_el2 = r.mair_el1, r.sctlr_el2 |= sctlr::kM;
    r.ttbr0_el1 = 0, r.sctlr_el1 &= ~std::uint64_t{sctlr::kM};
    r.hcr_el2 |= hcr::kE2h | hcr::kTge | hcr::kVm;
    constexpr auto kFound = one_bit(11) | 0xffULL << 56 | kTarget;
    constexpr auto kRefused = one_bit(11) | 1 | (status::kPermission + 3) << 1;
    for (const unsigned level : {2U, 3U}) {
        m.go_to(level);
        for (const unsigned operation : {0U, 2U}) { // S1E1R, S1E0R; with the next one S1E1W, S1E0W
            EXPECT_TRUE(m.sys(0, 7, 8, operation, 0x1234));
            EXPECT_EQ(r.par_el1, kFound) << level;
            EXPECT_TRUE(m.sys(0, 7, 8, operation + 1, 0x1234));
            EXPECT_EQ(r.par_el1, kRefused);
            EXPECT_TRUE(m.sys(4, 7, 8, operation + 4, 0x1234)); // S12E1R, S12E0R
            EXPECT_EQ(r.par_el1, kFound) << "without a second stage";
        }
    }
    r.hcr_el2 &= ~hcr::kTge;
    EXPECT_TRUE(m.sys(0, 7, 8, 0, 0x1234));
    EXPECT_EQ(r.par_el1 & low_mask(48) & ~low_mask(12), 0x1000U) << "EL1&0, whose MMU is off";
}

TEST(AddressTranslation, BelongsToItsLevels) {
    Translator m;
    EXPECT_FALSE(m.machine.sys(4, 7, 8, 4)); // S12E1R at EL1
    EXPECT_EQ(m.machine.fault.code, syndrome::kUndefined);
    m.machine.go_to(0);
    EXPECT_FALSE(m.machine.sys(0, 7, 8, 0));
    m.machine.go_to(2);
    EXPECT_FALSE(m.machine.sys(6, 7, 8, 0)); // S1E3R
}

} // namespace
} // namespace medley::iss::aarch64::test
