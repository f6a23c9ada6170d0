// Successful walks and the accessed and dirty bits, for all schemes. RISC-V Privileged 1.13, 10.3 to 10.6.
#include "iss/riscv/tests/privileged/page_tables.h"

namespace medley::iss::riscv::test {
namespace {

INSTANTIATE_TEST_SUITE_P(, EveryScheme, ::testing::ValuesIn(kSchemes), scheme_name);

constexpr Address kVirtual = 0x40'3000;
constexpr Address kPhysical = kRam + 0x8'0000;

TEST_P(EveryScheme, TranslatesAPage) {
    PagedMachine machine(GetParam());
    machine.map(kVirtual, kPhysical);
    for (const auto what : kAccesses) {
        const auto result = machine.access(kVirtual + 0x123, what);
        ASSERT_TRUE(result.ok);
        EXPECT_EQ(result.physical, kPhysical + 0x123);
        EXPECT_TRUE(result.readable && result.writable && result.executable && result.cacheable);
    }
    EXPECT_EQ(machine.host.ram.transactions, 0U) << "direct access is used";
}

TEST_P(EveryScheme, TranslatesThroughTransactionsWhereThereIsNoDirectAccess) {
    PagedMachine machine(GetParam());
    machine.map(kVirtual, kPhysical, kUsual & ~(pte::kAccessed | pte::kDirty));
    machine.core.csr().menvcfg |= envcfg::kAdue;
    machine.host.ram.offers_direct = false;
    EXPECT_EQ(machine.access(kVirtual, Access::Write).physical, kPhysical);
    EXPECT_EQ(machine.host.ram.transactions, machine.shape.levels + 2U) << "and a read and a write for the update";
}

TEST_P(EveryScheme, TranslatesSuperpagesOfEveryLevel) {
    for (unsigned level = 1; level < GetParam().levels; ++level) {
        PagedMachine machine(GetParam());
        const auto size = std::uint64_t{1} << machine.shift(level);
        machine.core.csr().pmpaddr[0] = low_mask(54);
        machine.map(0, level >= 3 ? 0 : 3 * size, kUsual, level);
        const auto offset = size - 0x1000 + 0x44;
        EXPECT_EQ(machine.access(offset, Access::Read).physical, (level >= 3 ? 0 : 3 * size) + offset) << level;
    }
}

TEST_P(EveryScheme, TheHighHalfIsCanonical) {
    PagedMachine machine(GetParam());
    const auto top = sign_extend(std::uint64_t{1} << (machine.shape.virtual_bits() - 1), machine.shape.virtual_bits());
    const auto address = top & low_mask(machine.core.xlen());
    machine.map(address, kPhysical);
    EXPECT_EQ(machine.access(address, Access::Read).physical, kPhysical);
    if (machine.core.xlen() == 64) {
        EXPECT_EQ(machine.cause_of(address & low_mask(machine.shape.virtual_bits()), Access::Read), cause::kLoadPage);
    }
}

TEST_P(EveryScheme, WithoutHardwareUpdatesClearBitsFault) {
    PagedMachine machine(GetParam());
    const auto place = machine.map(kVirtual, kPhysical, kUsual & ~pte::kAccessed);
    for (const auto what : kAccesses)
        EXPECT_EQ(machine.cause_of(kVirtual, what), page_fault_of(what));
    machine.map(kVirtual, kPhysical, kUsual & ~pte::kDirty);
    EXPECT_FALSE(machine.access(kVirtual, Access::Read).writable) << "a store must come back for the dirty bit";
    EXPECT_EQ(machine.cause_of(kVirtual, Access::Fetch), 0U);
    EXPECT_EQ(machine.cause_of(kVirtual, Access::Write), cause::kStorePage);
    EXPECT_EQ(machine.entry(place) & pte::kDirty, 0U);
}

TEST_P(EveryScheme, HardwareUpdatesSetTheBitsThatTheAccessNeeds) {
    PagedMachine machine(GetParam());
    machine.core.csr().menvcfg |= envcfg::kAdue;
    const auto place = machine.map(kVirtual, kPhysical, kUsual & ~(pte::kAccessed | pte::kDirty));
    machine.host.ram.watch().watch(place - kRam);
    const auto read = machine.access(kVirtual, Access::Read);
    EXPECT_TRUE(read.ok && !read.writable);
    EXPECT_EQ(machine.entry(place) & 0xff, kUsual & ~pte::kDirty);
    EXPECT_FALSE(machine.host.ram.watch().watched(place - kRam)) << "the write is reported";
    EXPECT_TRUE(machine.access(kVirtual, Access::Write).writable);
    EXPECT_EQ(machine.entry(place) & 0xff, kUsual);
}

TEST_P(EveryScheme, ARefusedAccessUpdatesNothing) {
    PagedMachine machine(GetParam());
    machine.core.csr().menvcfg |= envcfg::kAdue;
    const auto place = machine.map(kVirtual, kPhysical, pte::kValid | pte::kRead);
    EXPECT_EQ(machine.cause_of(kVirtual, Access::Write), cause::kStorePage);
    EXPECT_EQ(machine.entry(place) & 0xff, pte::kValid | pte::kRead);
}

TEST_P(EveryScheme, TheDebuggerSeesWithoutRightsOrSideEffects) {
    PagedMachine machine(GetParam());
    const auto place = machine.map(kVirtual, kPhysical, pte::kValid | pte::kExecute);
    machine.host.ram.offers_direct = false;
    EXPECT_EQ(machine.core.translate_debug(kVirtual + 8), kPhysical + 8);
    EXPECT_EQ(machine.core.translate_debug(kVirtual + kPageSize), std::nullopt);
    EXPECT_EQ(machine.entry(place) & 0xff, pte::kValid | pte::kExecute);
    EXPECT_EQ(machine.host.ram.transactions, 0U);
    machine.set_privilege(Privilege::Machine);
    EXPECT_EQ(machine.core.translate_debug(kVirtual), kVirtual);
}

TEST(Svnapot, AContiguousRangeTranslatesAsOnePage) {
    PagedMachine machine(kSchemes[1]);
    const auto base = kPhysical;
    for (unsigned page = 0; page < 16; ++page)
        machine.map(0x50'0000 + page * kPageSize, base | 0x8000, kUsual | pte::kNapot);
    for (unsigned page = 0; page < 16; ++page)
        EXPECT_EQ(machine.access(0x50'0010 + page * kPageSize, Access::Read).physical, base + page * kPageSize + 0x10);
}

TEST(Svpbmt, MemoryTypesAreAcceptedOnceEnabled) {
    PagedMachine machine(kSchemes[1]);
    for (const std::uint64_t type : {1U, 2U}) {
        machine.core.csr().menvcfg = 0;
        machine.map(kVirtual, kPhysical, kUsual | type << pte::kPbmtShift);
        EXPECT_EQ(machine.cause_of(kVirtual, Access::Read), cause::kLoadPage);
        machine.core.csr().menvcfg = envcfg::kPbmte;
        EXPECT_EQ(machine.access(kVirtual, Access::Read).physical, kPhysical);
    }
}

} // namespace
} // namespace medley::iss::riscv::test
