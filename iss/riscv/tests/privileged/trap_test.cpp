// Trap entry, delegation and return. RISC-V Privileged 1.13, 3.1.6.1 and 3.3.2.
#include "iss/riscv/tests/privileged/machine.h"

namespace medley::iss::riscv::test {
namespace {

Fault instruction_fault(std::uint32_t code, std::uint64_t value = 0) {
    return {FaultKind::Instruction, Access::Fetch, code, 0, value};
}

TEST(Traps, EntryIntoMachineModeStacksPrivilegeAndEnable) {
    Machine machine;
    machine.write("mtvec", 0x8000'2000);
    machine.set(0x300, mstatus::kMie);
    machine.set_privilege(Privilege::Supervisor);
    machine.core.hart().pc = 0x1234;
    machine.core.raise(instruction_fault(cause::kIllegalInstruction, 0xabcd));
    const auto& hart = machine.core.hart();
    EXPECT_EQ(hart.pc, 0x8000'2000U);
    EXPECT_EQ(hart.privilege, Privilege::Machine);
    EXPECT_EQ(hart.csr.mepc, 0x1234U);
    EXPECT_EQ(hart.csr.mcause, cause::kIllegalInstruction);
    EXPECT_EQ(hart.csr.mtval, 0xabcdU);
    EXPECT_EQ(bits(hart.mstatus, mstatus::kMppShift, 2), 1U);
    EXPECT_EQ(hart.mstatus & (mstatus::kMie | mstatus::kMpie), mstatus::kMpie);
}

TEST(Traps, DelegatedExceptionsEnterSupervisorModeFromBelowMachineModeOnly) {
    Machine machine;
    machine.write("medeleg", 1U << cause::kEcallFromUser | 1U << cause::kIllegalInstruction);
    machine.write("stvec", 0x8000'3000);
    machine.set(0x100, mstatus::kSie);
    machine.set_privilege(Privilege::User);
    machine.core.hart().pc = 0x400;
    machine.core.raise(instruction_fault(cause::kEcallFromUser));
    const auto& hart = machine.core.hart();
    EXPECT_EQ(hart.privilege, Privilege::Supervisor);
    EXPECT_EQ(hart.pc, 0x8000'3000U);
    EXPECT_EQ(hart.csr.sepc, 0x400U);
    EXPECT_EQ(hart.csr.scause, cause::kEcallFromUser);
    EXPECT_EQ(hart.mstatus & (mstatus::kSpp | mstatus::kSie | mstatus::kSpie), mstatus::kSpie);
    machine.core.raise(instruction_fault(cause::kIllegalInstruction));
    EXPECT_EQ(hart.privilege, Privilege::Supervisor);
    EXPECT_NE(hart.mstatus & mstatus::kSpp, 0U);
    machine.set_privilege(Privilege::Machine);
    machine.core.raise(instruction_fault(cause::kIllegalInstruction));
    EXPECT_EQ(hart.privilege, Privilege::Machine);
    EXPECT_EQ(hart.csr.mcause, cause::kIllegalInstruction);
}

TEST(Traps, FaultsOfThePlatformBecomeTheCausesOfTheirAccess) {
    struct {
        FaultKind kind;
        Access access;
        std::uint32_t expected;
    } const cases[] = {
        {FaultKind::Bus, Access::Read, cause::kLoadAccess},
        {FaultKind::Bus, Access::Write, cause::kStoreAccess},
        {FaultKind::Bus, Access::Fetch, cause::kFetchAccess},
        {FaultKind::Alignment, Access::Read, cause::kLoadMisaligned},
        {FaultKind::Alignment, Access::Write, cause::kStoreMisaligned},
        {FaultKind::Alignment, Access::Fetch, cause::kFetchMisaligned},
    };
    for (const auto& each : cases) {
        Machine machine("rv32");
        machine.core.raise({each.kind, each.access, 99, 0xffff'fff0, 1});
        EXPECT_EQ(machine.read("mcause"), each.expected);
        EXPECT_EQ(machine.read("mtval"), 0xffff'fff0U);
    }
}

TEST(Traps, MretRestoresWhatEntryStacked) {
    Machine machine;
    machine.write("mepc", 0x8000'0100);
    machine.write("mstatus", mstatus::kMpie | mstatus::kMprv | std::uint64_t{1} << mstatus::kMppShift);
    EXPECT_EQ(machine.run(helper_mret, 0x3020'0073), 0x8000'0100U);
    const auto& hart = machine.core.hart();
    EXPECT_EQ(hart.privilege, Privilege::Supervisor);
    EXPECT_EQ(hart.mstatus & (mstatus::kMie | mstatus::kMpie | mstatus::kMpp | mstatus::kMprv),
              mstatus::kMie | mstatus::kMpie);
    EXPECT_FALSE(machine.run(helper_mret, 0x3020'0073));
}

TEST(Traps, MretToMachineModeKeepsMprv) {
    Machine machine;
    machine.write("mstatus", mstatus::kMprv | mstatus::kMpp);
    machine.run(helper_mret, 0x3020'0073);
    EXPECT_EQ(machine.core.hart().privilege, Privilege::Machine);
    EXPECT_NE(machine.core.hart().mstatus & mstatus::kMprv, 0U);
}

TEST(Traps, SretRestoresWhatEntryStacked) {
    Machine machine;
    machine.write("sepc", 0x100);
    machine.write("mstatus", mstatus::kSpie | mstatus::kSpp | mstatus::kMprv);
    EXPECT_EQ(machine.run(helper_sret, 0x1020'0073), 0x100U);
    const auto& hart = machine.core.hart();
    EXPECT_EQ(hart.privilege, Privilege::Supervisor);
    EXPECT_EQ(hart.mstatus & (mstatus::kSie | mstatus::kSpie | mstatus::kSpp | mstatus::kMprv),
              mstatus::kSie | mstatus::kSpie);
    machine.run(helper_sret, 0x1020'0073);
    EXPECT_EQ(hart.privilege, Privilege::User);
    EXPECT_FALSE(machine.run(helper_sret, 0x1020'0073));
    machine.set_privilege(Privilege::Supervisor);
    machine.core.hart().mstatus |= mstatus::kTsr;
    EXPECT_FALSE(machine.run(helper_sret, 0x1020'0073));
    EXPECT_EQ(machine.fault.value, 0x1020'0073U);
}

TEST(Traps, TheTraceNamesTheCause) {
    Machine machine;
    machine.core.hart().pc = 0x80;
    machine.core.raise({FaultKind::Bus, Access::Read, 0, 0x1000, 0});
    ASSERT_EQ(machine.host.events.size(), 1U);
    EXPECT_EQ(machine.host.events[0], "load access fault pc=0x80 tval=0x1000");
}

TEST(Traps, ResetKeepsTheLevelOfWires) {
    Machine machine;
    machine.core.set_interrupt(0, true);
    machine.write("mtvec", 0x100);
    machine.core.reset(0x1000);
    EXPECT_EQ(machine.read("mip"), interrupt::kMsip);
    EXPECT_EQ(machine.read("mtvec"), 0U);
    EXPECT_EQ(machine.core.hart().pc, 0x1000U);
    Machine elsewhere("rv64", {{"reset-vector", "0x20000"}});
    EXPECT_EQ(elsewhere.core.hart().pc, 0x2'0000U);
}

} // namespace
} // namespace medley::iss::riscv::test
