// Every way in which a walk can fail. RISC-V Privileged 1.13, 10.3.2.
#include "iss/riscv/tests/privileged/page_tables.h"

namespace medley::iss::riscv::test {
namespace {

class EverySchemeFaults : public EveryScheme {};
INSTANTIATE_TEST_SUITE_P(, EverySchemeFaults, ::testing::ValuesIn(kSchemes), scheme_name);

constexpr Address kVirtual = 0x40'3000;
constexpr Address kPhysical = kRam + 0x8'0000;

void expect_page_faults(PagedMachine& machine, const char* why) {
    for (const auto what : kAccesses)
        EXPECT_EQ(machine.cause_of(kVirtual, what), page_fault_of(what)) << why;
}

TEST_P(EverySchemeFaults, MalformedLeaves) {
    PagedMachine machine(GetParam());
    expect_page_faults(machine, "nothing mapped");
    machine.map(kVirtual, kPhysical, kUsual & ~pte::kValid);
    expect_page_faults(machine, "not valid");
    machine.map(kVirtual, kPhysical, kUsual & ~pte::kRead & ~pte::kExecute);
    expect_page_faults(machine, "W without R");
    machine.map(kVirtual, kPhysical, kUsual & ~pte::kRead);
    expect_page_faults(machine, "W and X without R");
    machine.map(kVirtual, kPhysical, pte::kValid);
    expect_page_faults(machine, "a pointer at the last level");
    if (machine.core.xlen() == 32)
        return;
    for (unsigned reserved = 54; reserved <= 60; ++reserved) {
        machine.map(kVirtual, kPhysical, kUsual | std::uint64_t{1} << reserved);
        expect_page_faults(machine, "reserved bit");
    }
    machine.map(kVirtual, kPhysical, kUsual | pte::kNapot);
    expect_page_faults(machine, "a contiguous size that is not defined");
    machine.core.csr().menvcfg |= envcfg::kPbmte;
    machine.map(kVirtual, kPhysical, kUsual | pte::kPbmt);
    expect_page_faults(machine, "the reserved memory type");
}

TEST_P(EverySchemeFaults, PointersWithBitsOfLeaves) {
    for (const auto flag :
         {pte::kAccessed, pte::kDirty, pte::kUser, pte::kNapot, std::uint64_t{1} << pte::kPbmtShift}) {
        PagedMachine machine(GetParam());
        if (machine.core.xlen() == 32 && flag > 0xff)
            continue;
        machine.core.csr().menvcfg |= envcfg::kPbmte;
        machine.map(kVirtual, kPhysical);
        EXPECT_EQ(machine.cause_of(kVirtual, Access::Read), 0U);
        const auto pointer = machine.entry_place(kVirtual, 1);
        machine.host.ram.put(pointer, machine.entry(pointer) | flag, machine.shape.entry_bytes);
        expect_page_faults(machine, "pointer");
    }
}

TEST_P(EverySchemeFaults, MisalignedSuperpages) {
    for (unsigned level = 1; level < GetParam().levels; ++level) {
        PagedMachine machine(GetParam());
        machine.map(kVirtual, kPhysical, kUsual, level);
        expect_page_faults(machine, "superpage");
    }
}

TEST_P(EverySchemeFaults, RightsOfThePage) {
    for (std::uint64_t rights = 1; rights < 8; ++rights) {
        if ((rights & 3) == 2)
            continue; // W without R is malformed
        PagedMachine machine(GetParam());
        machine.map(kVirtual, kPhysical, (kUsual & ~std::uint64_t{0xe}) | rights << 1);
        EXPECT_EQ(machine.cause_of(kVirtual, Access::Read) == 0, bit(rights, 0));
        EXPECT_EQ(machine.cause_of(kVirtual, Access::Write) == 0, bit(rights, 1));
        EXPECT_EQ(machine.cause_of(kVirtual, Access::Fetch) == 0, bit(rights, 2));
        machine.core.hart().mstatus |= mstatus::kMxr;
        EXPECT_EQ(machine.cause_of(kVirtual, Access::Read) == 0, bit(rights, 0) || bit(rights, 2)) << "MXR";
    }
}

TEST_P(EverySchemeFaults, UserPagesAndSum) {
    PagedMachine machine(GetParam());
    machine.map(kVirtual, kPhysical, kUsual | pte::kUser);
    expect_page_faults(machine, "a user page in supervisor mode");
    machine.core.hart().mstatus |= mstatus::kSum;
    EXPECT_EQ(machine.cause_of(kVirtual, Access::Read), 0U);
    EXPECT_EQ(machine.cause_of(kVirtual, Access::Write), 0U);
    EXPECT_EQ(machine.cause_of(kVirtual, Access::Fetch), cause::kFetchPage) << "SUM never lets the supervisor execute";
    machine.set_privilege(Privilege::User);
    for (const auto what : kAccesses)
        EXPECT_EQ(machine.cause_of(kVirtual, what), 0U);
    machine.map(kVirtual, kPhysical);
    expect_page_faults(machine, "a supervisor page in user mode");
}

TEST_P(EverySchemeFaults, TablesOutsideMemoryAreAccessFaultsOfTheOriginalAccess) {
    for (const bool direct : {true, false}) {
        PagedMachine machine(GetParam());
        machine.host.ram.offers_direct = direct;
        const auto place = machine.entry_place(kVirtual, 1);
        machine.host.ram.put(place, Address{0x4000'0000} >> 12 << pte::kPpnShift | pte::kValid,
                             machine.shape.entry_bytes);
        EXPECT_EQ(machine.cause_of(kVirtual, Access::Read), cause::kLoadAccess);
        EXPECT_EQ(machine.cause_of(kVirtual, Access::Write), cause::kStoreAccess);
        EXPECT_EQ(machine.cause_of(kVirtual, Access::Fetch), cause::kFetchAccess);
    }
}

TEST_P(EverySchemeFaults, TablesThatPmpProtects) {
    PagedMachine machine(GetParam());
    machine.core.csr().menvcfg |= envcfg::kAdue;
    machine.map(kVirtual, kPhysical, kUsual & ~pte::kDirty);
    const auto table = machine.entry_place(kVirtual, 0) & kPageMask;
    auto& csrs = machine.core.csr();
    csrs.pmpaddr[1] = csrs.pmpaddr[0];
    csrs.pmpcfg[1] = csrs.pmpcfg[0];
    csrs.pmpaddr[0] = table >> 2 | 0x1ff;
    csrs.pmpcfg[0] = 0x19; // read-only
    EXPECT_EQ(machine.cause_of(kVirtual, Access::Read), 0U);
    EXPECT_EQ(machine.cause_of(kVirtual, Access::Write), cause::kStoreAccess) << "the dirty bit cannot be written";
    csrs.pmpcfg[0] = 0x18;
    EXPECT_EQ(machine.cause_of(kVirtual, Access::Read), cause::kLoadAccess);
}

TEST(Svnapot, WithoutItTheBitIsReserved) {
    PagedMachine machine(kSchemes[1], {{"isa", "rv64gc"}});
    machine.map(kVirtual, kPhysical | 0x8000, kUsual | pte::kNapot);
    expect_page_faults(machine, "N");
}

TEST(Svnapot, SuperpagesCannotBeContiguous) {
    PagedMachine machine(kSchemes[1]);
    machine.map(kVirtual, 0x8000'0000, kUsual | pte::kNapot, 1);
    expect_page_faults(machine, "N at level 1");
}

} // namespace
} // namespace medley::iss::riscv::test
