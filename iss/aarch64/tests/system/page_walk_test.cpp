// Stage 1 of VMSAv8-64: granules, levels, rights, hardware updates and every kind of fault. Arm ARM DDI 0487, D8.
#include "iss/aarch64/fault_bits.h"
#include "iss/aarch64/tests/system/tables.h"

namespace medley::iss::aarch64::test {
namespace {

namespace status = syndrome::status;

constexpr Address kPool = kRam + 0x10'0000;
constexpr Address kTarget = kRam + 0x3'0000; ///< Aligned to every granule.

struct Shape {
    unsigned granule;
    unsigned input_bits;
};
constexpr Shape kShapes[] = {{12, 48}, {12, 42}, {12, 39}, {12, 36}, {12, 30}, {12, 25}, {14, 48}, {14, 47}, {14, 36}, {14, 25},
                             {16, 48}, {16, 42}, {16, 36}, {16, 29}};

std::uint32_t status_of(const Translation& result) { return result.fault.code & 0x3f; }

/// A machine at EL1 with tables of a shape.
struct Mapped {
    explicit Mapped(Shape shape, std::string model = "max", Parameters parameters = {})
        : machine(std::move(model), std::move(parameters)), tables(machine.host.ram, shape.granule, kPool),
          first(first_level(shape.granule, shape.input_bits)), shape_(shape) {
        machine.go_to(1);
        enable_stage1(machine, tables, shape.granule, shape.input_bits);
    }
    Address map(Address address, unsigned level, std::uint64_t entry) { return tables.map(address, first, level, entry); }
    Translation translate(Address address, Access access = Access::Read, unsigned index = kKernelIndex) {
        return machine.core.translate(address, 4, access, index);
    }
    std::uint32_t fault(Address address, Access access = Access::Read, unsigned index = kKernelIndex) {
        const auto result = translate(address, access, index);
        EXPECT_FALSE(result.ok);
        EXPECT_EQ(result.fault.kind, FaultKind::Translation);
        EXPECT_EQ(result.fault.address, address);
        return status_of(result);
    }

    Machine machine;
    Tables tables;
    unsigned first;
    Shape shape_;
};

TEST(Walk, PagesOfEveryShapeInBothRanges) {
    for (const auto shape : kShapes) {
        Mapped m(shape);
        const Address low = 0x12'3000 & ~((1U << shape.granule) - 1);
        const Address high = low | ~((Address{1} << shape.input_bits) - 1);
        m.map(low, 3, kTarget | pte::kPage | pte::kAccess);
        for (const auto address : {low, high}) {
            const auto result = m.translate(address + 0x8);
            EXPECT_TRUE(result.ok) << shape.granule << " " << shape.input_bits;
            EXPECT_EQ(result.physical, kTarget + 0x8);
            EXPECT_TRUE(result.cacheable);
        }
    }
}

TEST(Walk, BlocksCoverWhatTheirLevelSays) {
    for (const auto shape : kShapes)
        for (unsigned level = 1; level <= 2; ++level) {
            Mapped m(shape);
            if (level < m.first || (level == 1 && shape.granule != 12))
                continue;
            const auto size = Address{1} << m.tables.level_bits(level);
            const Address output = size; // any aligned address
            m.map(0, level, output | pte::kBlock | pte::kAccess);
            const auto result = m.translate(size - 0x20);
            EXPECT_TRUE(result.ok) << shape.granule << " " << shape.input_bits << " " << level;
            EXPECT_EQ(result.physical, output + size - 0x20);
        }
}

TEST(Walk, BlocksWhereThereAreNoneAreTranslationFaults) {
    Mapped four({12, 48});
    four.map(0, 0, pte::kBlock | pte::kAccess);
    EXPECT_EQ(four.fault(0x1000), status::kTranslation + 0);
    Mapped sixteen({14, 48});
    sixteen.map(0, 1, pte::kBlock | pte::kAccess);
    EXPECT_EQ(sixteen.fault(0x4000), status::kTranslation + 1);
    Mapped page({12, 39});
    page.map(0, 3, kTarget | pte::kBlock | pte::kAccess); // at level 3 only pages
    EXPECT_EQ(page.fault(0), status::kTranslation + 3);
}

TEST(Walk, InvalidDescriptorsFaultAtTheirLevel) {
    for (const auto shape : kShapes)
        for (unsigned level = 0; level <= 3; ++level) {
            Mapped m(shape);
            if (level < m.first)
                continue;
            m.map(0, level, 0x4000'0000 & ~Address{1});
            EXPECT_EQ(m.fault(0x10), status::kTranslation + level) << shape.granule << " " << shape.input_bits;
        }
}

/// Found with ID_AA64MMFR0_EL1: the models without the 16 KiB granule walked its tables all the same.
TEST(Walk, AGranuleThatIsNotThereOrReservedIsTakenForTheSmallest) {
    for (const char* model : {"cortex-a53", "cortex-a57", "cortex-a72", "max"}) {
        const bool has_16k = std::string_view(model) == "max";
        Mapped m({12, 39}, model);
        EXPECT_EQ(bits(m.machine.read(sysreg_key(3, 0, 0, 7, 0)).value_or(0), 20, 4), has_16k ? 1U : 0U);
        constexpr Address kLow = 0x12'3000;
        constexpr Address kHigh = kLow | ~((Address{1} << 39) - 1);
        m.map(kLow, 3, kTarget | pte::kPage | pte::kAccess);
        auto& tcr = m.machine.regs().tcr_el1;
        const auto plain = tcr & ~(std::uint64_t{3} << 14 | std::uint64_t{3} << 30);
        tcr = plain | std::uint64_t{3} << 14; // both reserved
        for (const auto address : {kLow, kHigh})
            EXPECT_EQ(m.translate(address + 8).physical, kTarget + 8) << model;
        tcr = plain | tg0(14) << 14 | tg1(14) << 30;
        for (const auto address : {kLow, kHigh})
            EXPECT_EQ(m.translate(address + 8).ok, !has_16k) << model << ": of 16 KiB";
        tcr = plain | tg0(16) << 14 | tg1(16) << 30;
        for (const auto address : {kLow, kHigh})
            EXPECT_FALSE(m.translate(address + 8).ok) << model << ": of 64 KiB";
    }
}

TEST(Walk, AccessFlagFaultsAtItsLevelUnlessHardwareSetsIt) {
    for (unsigned level = 1; level <= 3; ++level) {
        Mapped m({12, 48});
        const auto place = m.map(0, level, level == 3 ? kTarget | pte::kPage : pte::kBlock);
        EXPECT_EQ(m.fault(0), status::kAccessFlag + level);
        m.machine.regs().tcr_el1 |= one_bit(39); // HA
        EXPECT_TRUE(m.translate(0).ok);
        EXPECT_NE(m.machine.host.ram.get(place) & pte::kAccess, 0U);
    }
}

TEST(Walk, OutputsBeyondTheSizeAreAddressSizeFaults) {
    for (unsigned level = 1; level <= 3; ++level) {
        Mapped m({12, 48});
        m.machine.regs().tcr_el1 &= ~(std::uint64_t{7} << 32); // 32 bits
        const Address far = Address{1} << 40;
        m.map(0, level, far | pte::kAccess | (level == 3 ? pte::kPage : pte::kBlock));
        EXPECT_EQ(m.fault(0), status::kAddressSize + level);
    }
    Mapped root({12, 48});
    root.machine.regs().tcr_el1 &= ~(std::uint64_t{7} << 32);
    root.machine.regs().ttbr0_el1 = Address{1} << 40;
    EXPECT_EQ(root.fault(0), status::kAddressSize + 0);
}

TEST(Walk, TheModelsPhysicalSizeIsALimit) {
    Mapped m({12, 39}, "cortex-a53"); // 40 bits, whatever IPS says
    m.map(0, 3, Address{1} << 40 | pte::kPage | pte::kAccess);
    EXPECT_EQ(m.fault(0), status::kAddressSize + 3);
}

TEST(Walk, TablesOutsideMemoryAreExternalAbortsOnTheWalk) {
    for (unsigned level = 1; level <= 3; ++level) {
        Mapped m({12, 48});
        m.map(0, level - 1, Address{0x1000} | pte::kTable); // nothing answers there
        EXPECT_EQ(m.fault(0), status::kExternalOnWalk + level);
    }
}

TEST(Walk, AddressesBetweenTheRangesFaultAtLevel0) {
    Mapped m({12, 39});
    EXPECT_EQ(m.fault(Address{1} << 39), status::kTranslation);
    EXPECT_EQ(m.fault(~Address{0} << 40), status::kTranslation);
    EXPECT_EQ(m.fault(Address{1} << 56 | Address{1} << 55), status::kTranslation);
}

TEST(Walk, ClosedRangesAndBadSizesFaultAtLevel0) {
    Mapped m({12, 39});
    m.map(0, 3, kTarget | pte::kPage | pte::kAccess);
    m.machine.regs().tcr_el1 |= one_bit(7); // EPD0
    EXPECT_EQ(m.fault(0), status::kTranslation);
    EXPECT_TRUE(m.translate(~Address{0} << 39).ok);
    m.machine.regs().tcr_el1 |= one_bit(23); // EPD1
    EXPECT_EQ(m.fault(~Address{0} << 39), status::kTranslation);
    Mapped large({12, 39}, "cortex-a53");
    large.machine.regs().tcr_el1 = (large.machine.regs().tcr_el1 & ~std::uint64_t{0x3f}) | 8; // 56 bits
    EXPECT_EQ(large.fault(0), status::kTranslation);
}

TEST(Walk, TagsAreIgnoredWhereTheRangeSaysSo) {
    Mapped m({12, 39});
    m.map(0x1000, 3, kTarget | pte::kPage | pte::kAccess);
    const Address low = 0xab00'0000'0000'1000;
    const Address high = 0xab80'0000'0000'1000 | (low_mask(55) & ~low_mask(39));
    EXPECT_EQ(m.fault(low), status::kTranslation);
    m.machine.regs().tcr_el1 |= one_bit(37);
    EXPECT_EQ(m.translate(low).physical, kTarget);
    EXPECT_EQ(m.fault(high), status::kTranslation);
    m.machine.regs().tcr_el1 |= one_bit(38);
    EXPECT_EQ(m.translate(high).physical, kTarget);
    m.machine.regs().tcr_el1 |= one_bit(51); // TBID0: not of instructions
    EXPECT_TRUE(m.translate(low).ok);
    EXPECT_FALSE(m.translate(low, Access::Fetch).ok);
}

/// What AP, UXN and PXN allow, spelled out (D8.4.1).
bool allowed(std::uint64_t entry, Access access, bool privileged, bool pan, bool wxn) {
    const bool user = (entry & pte::kUser) != 0;
    const bool writable = (entry & pte::kReadOnly) == 0;
    if (access == Access::Fetch) {
        if (privileged)
            return (entry & pte::kPxn) == 0 && !(user && writable) && !(wxn && writable);
        return (entry & pte::kUxn) == 0 && !(wxn && writable && user);
    }
    if (privileged ? pan && user : !user)
        return false;
    return access == Access::Read || writable;
}

TEST(Walk, RightsOfEveryCombination) {
    Mapped m({12, 39});
    for (unsigned mode = 0; mode < 16; ++mode)
        for (const bool wxn : {false, true}) {
            const auto entry = kTarget | pte::kPage | pte::kAccess | ((mode & 1) != 0 ? pte::kUser : 0) |
                               ((mode & 2) != 0 ? pte::kReadOnly : 0) | ((mode & 4) != 0 ? pte::kPxn : 0) |
                               ((mode & 8) != 0 ? pte::kUxn : 0);
            m.map(0, 3, entry);
            auto& control = m.machine.regs().sctlr_el1;
            control = wxn ? control | sctlr::kWxn : control & ~sctlr::kWxn;
            for (const auto access : {Access::Read, Access::Write, Access::Fetch})
                for (const auto index : {kUserIndex, kKernelIndex, kKernelPanIndex}) {
                    const bool pan = index == kKernelPanIndex;
                    const bool privileged = index != kUserIndex;
                    const bool expected = allowed(entry, access, privileged, pan && access != Access::Fetch, wxn);
                    const auto result = m.translate(0, access, index);
                    EXPECT_EQ(result.ok, expected) << std::hex << entry << " " << static_cast<int>(access) << " " << index;
                    if (!result.ok) {
                        EXPECT_EQ(status_of(result), status::kPermission + 3);
                        continue;
                    }
                    EXPECT_EQ(result.readable, allowed(entry, Access::Read, privileged, pan, wxn));
                    EXPECT_EQ(result.writable, allowed(entry, Access::Write, privileged, pan, wxn));
                    EXPECT_EQ(result.executable, allowed(entry, Access::Fetch, privileged, pan, wxn));
                }
        }
}

TEST(Walk, TablesTakeRightsAwayUnlessTheyAreDisabled) {
    Mapped m({12, 39});
    m.map(0, 3, kTarget | pte::kPage | pte::kAccess | pte::kUser);
    const auto table = m.tables.place(0, m.first, 2);
    const auto plain = m.machine.host.ram.get(table);
    const auto with = [&](unsigned at) { m.machine.host.ram.put(table, plain | one_bit(at)); };
    EXPECT_TRUE(m.translate(0, Access::Write, kUserIndex).ok);
    with(61); // APTable[0]: no access for EL0
    EXPECT_FALSE(m.translate(0, Access::Read, kUserIndex).ok);
    EXPECT_TRUE(m.translate(0, Access::Write).ok);
    with(62); // APTable[1]: read-only
    EXPECT_FALSE(m.translate(0, Access::Write).ok);
    EXPECT_TRUE(m.translate(0, Access::Read, kUserIndex).ok);
    with(60); // UXNTable
    EXPECT_FALSE(m.translate(0, Access::Fetch, kUserIndex).ok);
    with(59); // PXNTable
    m.machine.host.ram.put(m.tables.place(0, m.first, 3), kTarget | pte::kPage | pte::kAccess | pte::kUser | pte::kReadOnly);
    EXPECT_FALSE(m.translate(0, Access::Fetch).ok);
    m.machine.regs().tcr_el1 |= one_bit(41); // HPD0
    EXPECT_TRUE(m.translate(0, Access::Fetch).ok);
}

TEST(Walk, DirtyStateIsSetByTheFirstWrite) {
    Mapped m({12, 39});
    const auto place = m.map(0, 3, kTarget | pte::kPage | pte::kAccess | pte::kReadOnly | pte::kDirtyModifier);
    EXPECT_EQ(m.fault(0, Access::Write), status::kPermission + 3); // HA and HD are off
    m.machine.regs().tcr_el1 |= one_bit(39) | one_bit(40);
    const auto read = m.translate(0, Access::Read);
    EXPECT_TRUE(read.ok);
    EXPECT_FALSE(read.writable) << "a write must come back";
    EXPECT_NE(m.machine.host.ram.get(place) & pte::kReadOnly, 0U);
    const auto written = m.translate(0, Access::Write);
    EXPECT_TRUE(written.writable);
    EXPECT_EQ(m.machine.host.ram.get(place) & pte::kReadOnly, 0U);
}

TEST(Walk, ModelsWithoutHardwareUpdatesIgnoreTheirControls) {
    Mapped m({12, 39}, "cortex-a72");
    m.machine.write("TCR_EL1", m.machine.regs().tcr_el1 | one_bit(39) | one_bit(40));
    m.map(0, 3, kTarget | pte::kPage);
    EXPECT_EQ(m.fault(0), status::kAccessFlag + 3);
}

TEST(Walk, DescriptorsMayBeBigEndian) {
    Mapped m({12, 39});
    auto& ram = m.machine.host.ram;
    m.map(0, 3, kTarget | pte::kPage | pte::kAccess);
    for (const unsigned level : {1U, 2U, 3U}) {
        Address place = m.tables.root;
        for (unsigned at = 1; at < level; ++at)
            place = __builtin_bswap64(ram.get(place)) & 0xffff'ffff'f000;
        ram.put(place, __builtin_bswap64(ram.get(place)));
    }
    m.machine.regs().sctlr_el1 |= sctlr::kEe;
    EXPECT_EQ(m.translate(0).physical, kTarget);
}

TEST(Walk, LargePhysicalAddressesOf64KiBGranules) {
    Mapped m({16, 48});
    m.machine.regs().tcr_el1 |= std::uint64_t{6} << 32; // 52 bits
    m.map(0, 3, 0x1234'0000 | std::uint64_t{0x9} << 12 | pte::kPage | pte::kAccess);
    EXPECT_EQ(m.translate(0x40).physical, 0x9'0000'1234'0040U);
}

TEST(Walk, TheContiguousHintChangesNothing) {
    Mapped m({12, 39});
    m.map(0x5000, 3, kTarget | pte::kPage | pte::kAccess | std::uint64_t{1} << 52);
    EXPECT_EQ(m.translate(0x5008).physical, kTarget + 8);
}

TEST(Walk, PlainMemoryOfDeviceTypeComesBackForEachAccessAndFaultsWhenMisaligned) {
    Mapped m({12, 39});
    m.machine.regs().mair_el1 = kMairNormal | std::uint64_t{0x04} << 8;
    m.map(0, 3, kTarget | pte::kPage | pte::kAccess | 1U << 2);
    const auto aligned = m.translate(4);
    EXPECT_TRUE(aligned.ok);
    EXPECT_FALSE(aligned.cacheable);
    EXPECT_TRUE(aligned.aligned_only) << "for what goes on in the next page";
    EXPECT_EQ(m.fault(2), status::kAlignment);
    EXPECT_FALSE(m.machine.core.translate(0xffd, 3, Access::Read, kKernelIndex).ok) << "what crosses into the next page";
}

TEST(Walk, ZeroingABlockOfDeviceMemoryIsAnAlignmentFault) {
    Mapped m({12, 39});
    m.machine.regs().mair_el1 = kMairNormal | std::uint64_t{0x04} << 8 | std::uint64_t{0x44} << 16;
    m.map(0x1000, 3, kTarget | pte::kPage | pte::kAccess | 1U << 2);
    m.map(0x2000, 3, kTarget | pte::kPage | pte::kAccess | 1U << 2 | pte::kReadOnly);
    m.map(0x3000, 3, kTarget | pte::kPage | 1U << 2);
    m.map(0x4000, 3, kTarget | pte::kPage | pte::kAccess | 2U << 2);
    EXPECT_EQ(m.fault(0x1040, Access::Write, kKernelZeroIndex), status::kAlignment);
    EXPECT_EQ(m.fault(0x2040, Access::Write, kKernelZeroIndex), status::kAlignment) << "the type is looked at ahead of the rights";
    EXPECT_EQ(m.fault(0x3040, Access::Write, kKernelZeroIndex), status::kAccessFlag + 3U) << "and behind the access flag";
    const auto uncached = m.translate(0x4040, Access::Write, kKernelZeroIndex);
    EXPECT_TRUE(uncached.ok && uncached.cacheable) << "Normal memory, though not cacheable";
    m.machine.regs().sctlr_el1 &= ~sctlr::kM;
    EXPECT_EQ(m.fault(kTarget, Access::Write, kKernelZeroIndex), status::kAlignment) << "all is Device memory while the MMU is off";
}

TEST(Walk, WithoutTranslationAddressesPassAndTheRangeIsFlat) {
    Machine machine;
    machine.go_to(1);
    const auto result = machine.core.translate(kTarget, 4, Access::Write, kKernelIndex);
    EXPECT_TRUE(result.ok && result.readable && result.writable && result.executable);
    EXPECT_EQ(result.physical, kTarget);
    EXPECT_TRUE(result.is_flat());
    EXPECT_EQ(result.flat_last, low_mask(40));
    const auto beyond = machine.core.translate(Address{1} << 40, 4, Access::Read, kKernelIndex);
    EXPECT_EQ(status_of(beyond), status::kAddressSize);
}

TEST(Walk, ADebuggerSeesPagesWithoutRightsAndChangesNothing) {
    Mapped m({12, 39});
    const auto place = m.map(0x2000, 3, kTarget | pte::kPage | pte::kReadOnly);
    m.machine.regs().tcr_el1 |= one_bit(39);
    EXPECT_EQ(m.machine.core.translate_debug(0x2010), kTarget + 0x10);
    EXPECT_EQ(m.machine.host.ram.get(place) & pte::kAccess, 0U);
    EXPECT_EQ(m.machine.core.translate_debug(0x9000), std::nullopt);
}

TEST(Walk, El2AndEl3HaveOneRangeAndNoUsers) {
    for (const unsigned level : {2U, 3U}) {
        Machine machine("max", kAllLevels);
        machine.go_to(level);
        Tables tables(machine.host.ram, 12, kPool);
        tables.map(0x1000, 1, 3, kTarget | pte::kPage | pte::kAccess | pte::kUxn);
        auto& r = machine.regs();
        (level == 2 ? r.tcr_el2 : r.tcr_el3) = 25 | 5U << 16;
        (level == 2 ? r.ttbr0_el2 : r.ttbr0_el3) = tables.root;
        (level == 2 ? r.mair_el2 : r.mair_el3) = kMairNormal;
        (level == 2 ? r.sctlr_el2 : r.sctlr_el3) |= sctlr::kM;
        EXPECT_EQ(machine.core.translate(0x1000, 4, Access::Write, kKernelIndex).physical, kTarget);
        EXPECT_FALSE(machine.core.translate(0x1000, 4, Access::Fetch, kKernelIndex).ok);
        EXPECT_FALSE(machine.core.translate(~Address{0} << 39, 4, Access::Read, kKernelIndex).ok);
    }
}

// --- the two physical address spaces

/// A machine in Secure state, with tables for EL1 or, without the upper range, for EL3.
struct Secure : Mapped {
    explicit Secure(unsigned level) : Mapped({12, 39}, "max", kAllLevels) {
        auto& r = machine.regs();
        r.scr_el3 &= ~scr::kNs;
        r.pstate.el = level;
        if (level != 3)
            return;
        r.tcr_el3 = 25 | std::uint64_t{5} << 16;
        r.ttbr0_el3 = tables.root;
        r.mair_el3 = kMairNormal;
        r.sctlr_el3 |= sctlr::kM;
    }
};

constexpr std::uint64_t kNs = 1U << 5;
constexpr std::uint64_t kNsTable = std::uint64_t{1} << 63;
constexpr Address kPage = 0x12'3000;

TEST(PhysicalSpaces, DescriptorsOfSecureRegimesChoose) {
    for (const unsigned level : {1U, 3U}) {
        Secure m(level);
        m.map(kPage, 3, kTarget | pte::kPage | pte::kAccess);
        EXPECT_FALSE(m.translate(kPage).attributes.nonsecure) << level;
        m.map(kPage, 3, kTarget | pte::kPage | pte::kAccess | kNs);
        EXPECT_TRUE(m.translate(kPage).attributes.nonsecure) << level;
    }
}

TEST(PhysicalSpaces, BelowANonSecureTableAllIsNonSecure) {
    for (const unsigned above : {1U, 2U}) {
        Secure m(1);
        m.map(kPage, 3, kTarget | pte::kPage | pte::kAccess);
        const auto place = m.tables.place(kPage, m.first, above);
        m.machine.host.ram.put(place, m.machine.host.ram.get(place) | kNsTable);
        EXPECT_TRUE(m.translate(kPage).attributes.nonsecure) << above;
    }
}

/// Transactions of the walk itself: from the table behind the one that says so.
TEST(PhysicalSpaces, NonSecureTablesAreReadAsSuch) {
    Secure m(1);
    m.map(kPage, 3, kTarget | pte::kPage | pte::kAccess);
    const auto place = m.tables.place(kPage, m.first, 1);
    auto& ram = m.machine.host.ram;
    ram.put(place, ram.get(place) | kNsTable);
    ram.offers_direct = false;
    ram.attributes.clear();
    EXPECT_TRUE(m.translate(kPage).ok);
    ASSERT_EQ(ram.attributes.size(), 3U);
    EXPECT_FALSE(ram.attributes[0].nonsecure);
    EXPECT_TRUE(ram.attributes[1].nonsecure);
    EXPECT_TRUE(ram.attributes[2].nonsecure);
}

TEST(PhysicalSpaces, NonSecureRegimesHaveNoChoice) {
    Mapped m({12, 39}, "max", kAllLevels);
    m.map(kPage, 3, kTarget | pte::kPage | pte::kAccess);
    EXPECT_TRUE(m.translate(kPage).attributes.nonsecure);
}

TEST(PhysicalSpaces, WithoutTranslationTheStateDecides) {
    Secure m(1);
    m.machine.regs().sctlr_el1 &= ~sctlr::kM;
    EXPECT_FALSE(m.translate(kTarget).attributes.nonsecure);
    m.machine.regs().scr_el3 |= scr::kNs;
    EXPECT_TRUE(m.translate(kTarget).attributes.nonsecure);
}

/// SCR_EL3.SIF.
TEST(PhysicalSpaces, SecureCodeMayHaveToBeSecure) {
    for (const unsigned level : {1U, 3U}) {
        Secure m(level);
        m.map(kPage, 3, kTarget | pte::kPage | pte::kAccess | pte::kReadOnly | kNs);
        EXPECT_TRUE(m.translate(kPage, Access::Fetch).ok) << level;
        m.machine.regs().scr_el3 |= scr::kSif;
        EXPECT_EQ(m.fault(kPage, Access::Fetch), status::kPermission + 3) << level;
        EXPECT_TRUE(m.translate(kPage).ok);
        m.map(kPage, 3, kTarget | pte::kPage | pte::kAccess | pte::kReadOnly);
        EXPECT_TRUE(m.translate(kPage, Access::Fetch).ok) << level;
    }
}

} // namespace
} // namespace medley::iss::aarch64::test
