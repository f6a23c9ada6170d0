// What SFENCE.VMA and satp ask soft TLBs to forget. RISC-V Privileged 1.13, 10.1.11 and 10.2.1.
#include "iss/riscv/tests/privileged/page_tables.h"

namespace medley::iss::riscv::test {
namespace {

constexpr std::uint64_t kFenceAll = 0x1200'0073;
constexpr std::uint64_t kRs1 = 5 << 15;
constexpr std::uint64_t kRs2 = 6 << 20;

TEST(TlbFlush, AFenceWithoutOperandsMeansEverything) {
    PagedMachine machine(kSchemes[1]);
    machine.run(helper_sfence_vma, kFenceAll, 0x1234, 7);
    ASSERT_EQ(machine.host.flushes.size(), 1U);
    EXPECT_TRUE(machine.host.flushes[0].everything);
}

TEST(TlbFlush, AnAddressMeansItsPage) {
    PagedMachine machine(kSchemes[1]);
    machine.run(helper_sfence_vma, kFenceAll | kRs1, 0x1234, 7);
    const auto& flush = machine.host.flushes.at(0);
    EXPECT_TRUE(!flush.everything && flush.by_address && !flush.by_space);
    EXPECT_EQ(flush.address, 0x1234U);
}

TEST(TlbFlush, AnAsidMeansTheSpaceThatIsActiveUnderIt) {
    PagedMachine machine(kSchemes[1]);
    machine.write("satp", kSchemes[1].satp_mode | std::uint64_t{7} << 44 | PagedMachine::root >> 12);
    machine.host.flushes.clear();
    machine.run(helper_sfence_vma, kFenceAll | kRs2, 0, 7);
    const auto& flush = machine.host.flushes.at(0);
    EXPECT_TRUE(!flush.everything && flush.by_space && !flush.by_address);
    EXPECT_EQ(flush.address_space, machine.core.address_space());
}

TEST(TlbFlush, AnyAddressOfASuperpageMeansAllOfIt) {
    PagedMachine machine(kSchemes[1]);
    machine.map(0x20'0000, kRam, kUsual, 1);
    machine.map(0x60'0000, kRam, kUsual, 0);
    (void)machine.access(0x20'0000, Access::Read);
    (void)machine.access(0x60'0000, Access::Read);
    machine.run(helper_sfence_vma, kFenceAll | kRs1, 0x60'0000);
    EXPECT_FALSE(machine.host.flushes.back().everything);
    machine.run(helper_sfence_vma, kFenceAll | kRs1, 0x3f'f000);
    EXPECT_TRUE(machine.host.flushes.back().everything);
    machine.run(helper_sfence_vma, kFenceAll | kRs1, 0x3f'f000);
    EXPECT_FALSE(machine.host.flushes.back().everything) << "it is forgotten by now";
}

TEST(TlbFlush, ManySuperpagesAreForgottenWithAFlush) {
    PagedMachine machine(kSchemes[1]);
    machine.map(0, 0x8000'0000, kUsual, 2);
    Superpages pages;
    bool forgotten = false;
    for (Address page = 0; page < 5000; ++page) {
        forgotten = !pages.add(page << 21, 21) || forgotten;
        EXPECT_TRUE(pages.contains(page << 21 | 0x1f'ffff));
    }
    EXPECT_TRUE(forgotten);
}

TEST(TlbFlush, ANewRootUnderTheSameAsidDropsTheSpace) {
    PagedMachine machine(kSchemes[1]);
    machine.write("satp", kSchemes[1].satp_mode | 0x1234);
    ASSERT_EQ(machine.host.flushes.size(), 1U);
    EXPECT_TRUE(machine.host.flushes[0].by_space);
    EXPECT_EQ(machine.host.flushes[0].address_space, machine.core.address_space());
    machine.host.flushes.clear();
    machine.write("satp", kSchemes[1].satp_mode | std::uint64_t{9} << 44 | 0x5678);
    EXPECT_TRUE(machine.host.flushes.empty()) << "another ASID is another space";
}

TEST(TlbFlush, AnotherModeDropsEverything) {
    PagedMachine machine(kSchemes[1]);
    machine.write("satp", kSchemes[2].satp_mode | std::uint64_t{9} << 44 | 0x5678);
    ASSERT_EQ(machine.host.flushes.size(), 1U);
    EXPECT_TRUE(machine.host.flushes[0].everything);
}

TEST(TlbFlush, SpacesDifferByModeAndAsid) {
    Machine machine;
    std::set<std::uint64_t> spaces;
    for (const auto mode : {0U, 8U, 9U, 10U})
        for (const auto asid : {0U, 1U, 0xffffU}) {
            machine.write("satp", std::uint64_t{mode} << 60 | std::uint64_t{asid} << 44);
            spaces.insert(machine.core.address_space());
        }
    EXPECT_EQ(spaces.size(), 10U) << "all bare ones are one";
}

TEST(TlbFlush, FencesFollowTvmAndPrivilege) {
    PagedMachine machine(kSchemes[1]);
    EXPECT_TRUE(machine.run(helper_sfence_vma, kFenceAll));
    machine.core.hart().mstatus |= mstatus::kTvm;
    EXPECT_FALSE(machine.run(helper_sfence_vma, kFenceAll));
    EXPECT_TRUE(machine.run(helper_sfence_order, 0x1800'0073));
    machine.core.hart().mstatus = 0;
    machine.set_privilege(Privilege::User);
    EXPECT_FALSE(machine.run(helper_sfence_vma, kFenceAll));
    EXPECT_FALSE(machine.run(helper_sfence_order, 0x1800'0073));
    EXPECT_EQ(machine.fault.code, cause::kIllegalInstruction);
}

} // namespace
} // namespace medley::iss::riscv::test
