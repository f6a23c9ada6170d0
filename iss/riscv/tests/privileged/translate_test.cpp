// Translation and protection together: regimes, MPRV, PMP behind the walk.
#include "iss/riscv/tests/privileged/page_tables.h"

namespace medley::iss::riscv::test {
namespace {

constexpr Address kVirtual = 0x40'3000;
constexpr Address kPhysical = kRam + 0x8'0000;

TEST(Translate, MachineModeIsNotTranslated) {
    PagedMachine machine(kSchemes[1]);
    machine.map(kVirtual, kPhysical);
    machine.set_privilege(Privilege::Machine);
    EXPECT_EQ(machine.access(kVirtual, Access::Read).physical, kVirtual);
}

TEST(Translate, MprvLendsDataAccessesThePreviousPrivilege) {
    PagedMachine machine(kSchemes[1]);
    machine.map(kVirtual, kPhysical);
    machine.set_privilege(Privilege::Machine);
    machine.write("mstatus", mstatus::kMprv | std::uint64_t{1} << mstatus::kMppShift);
    EXPECT_EQ(machine.access(kVirtual, Access::Read).physical, kPhysical);
    EXPECT_EQ(machine.access(kVirtual, Access::Fetch).physical, kVirtual) << "fetches stay";
    machine.write("mstatus", mstatus::kMprv);
    EXPECT_EQ(machine.cause_of(kVirtual, Access::Read), cause::kLoadPage) << "user mode may not";
}

TEST(Translate, TheKeyTellsRegimesApart) {
    Machine machine;
    machine.set_privilege(Privilege::Supervisor);
    std::set<std::uint64_t> keys;
    for (const auto status : {std::uint64_t{0}, mstatus::kSum, mstatus::kMxr, mstatus::kSum | mstatus::kMxr}) {
        machine.core.hart().mstatus = status;
        keys.insert(machine.core.translation_key());
        EXPECT_EQ(LiftMode::decode(machine.core.translation_key()).data_index, machine.core.data_regime().encode());
    }
    EXPECT_EQ(keys.size(), 4U);
}

TEST(Translate, TheKeyIgnoresWhatChangesNothing) {
    Machine machine;
    const auto key = machine.core.translation_key();
    machine.core.hart().frm = 3;
    EXPECT_EQ(machine.core.translation_key(), key) << "no floating point while FS is off";
    machine.core.hart().mstatus |= mstatus::kSum | mstatus::kMie | mstatus::kTvm;
    EXPECT_EQ(machine.core.translation_key(), key) << "SUM means nothing in machine mode";
}

TEST(Translate, PmpRefusalsAreAccessFaults) {
    Machine machine;
    for (const auto privilege : {Privilege::User, Privilege::Supervisor}) {
        machine.set_privilege(privilege);
        const auto index = machine.core.fetch_mem_index();
        EXPECT_EQ(machine.core.translate(kRam, 4, Access::Read, index).fault.code, cause::kLoadAccess);
        EXPECT_EQ(machine.core.translate(kRam, 4, Access::Write, index).fault.code, cause::kStoreAccess);
        EXPECT_EQ(machine.core.translate(kRam, 4, Access::Fetch, index).fault.code, cause::kFetchAccess);
    }
}

TEST(Translate, RightsAreThoseOfPageAndProtection) {
    PagedMachine machine(kSchemes[1]);
    machine.map(kVirtual, kPhysical);
    auto& csrs = machine.core.csr();
    csrs.pmpaddr[1] = csrs.pmpaddr[0];
    csrs.pmpcfg[1] = csrs.pmpcfg[0];
    csrs.pmpaddr[0] = kPhysical >> 2 | 0x1ff;
    csrs.pmpcfg[0] = 0x19;
    const auto result = machine.access(kVirtual, Access::Read);
    EXPECT_TRUE(result.readable && !result.writable && !result.executable && result.cacheable);
    csrs.pmpaddr[0] = kPhysical >> 2 | 0xff; // half of the page
    EXPECT_FALSE(machine.access(kVirtual, Access::Read).cacheable);
    EXPECT_EQ(machine.cause_of(kVirtual, Access::Write), cause::kStoreAccess);
    EXPECT_EQ(machine.cause_of(kVirtual + 0x800, Access::Write), 0U);
}

TEST(Translate, Sv32ReachesPhysicalAddressesOf34Bits) {
    PagedMachine machine(kSchemes[0]);
    machine.map(kVirtual, std::uint64_t{0x3'4567'8000});
    EXPECT_EQ(machine.access(kVirtual + 4, Access::Read).physical, 0x3'4567'8004U);
}

} // namespace
} // namespace medley::iss::riscv::test
