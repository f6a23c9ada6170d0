// Who may access which CSR, and what the six CSR instructions do. RISC-V Privileged 1.13, chapter 2.
#include "iss/riscv/tests/privileged/machine.h"

namespace medley::iss::riscv::test {
namespace {

bool exists(Machine& machine, const CsrRow& row) {
    return machine.core.csr_table().find(row.number) == &row;
}

TEST(CsrAccess, LowerPrivilegesAreRefused) {
    Machine machine;
    machine.write("mcounteren", 0xffff'ffff);
    machine.write("scounteren", 0xffff'ffff);
    machine.write("menvcfg", ~std::uint64_t{0});
    machine.core.hart().mstatus |= mstatus::kFs;
    for (const auto privilege : {Privilege::User, Privilege::Supervisor, Privilege::Machine}) {
        for (const auto& row : csr_rows()) {
            if (!exists(machine, row))
                continue;
            machine.set_privilege(privilege);
            const bool allowed = bits(row.number, 8, 2) <= static_cast<unsigned>(privilege);
            EXPECT_EQ(machine.read(row.number).has_value(), allowed) << row.name;
        }
    }
}

TEST(CsrAccess, WritesToReadOnlyRegistersAreIllegalWithTheEncodingAsTrapValue) {
    Machine machine;
    for (const auto& row : csr_rows()) {
        if (!exists(machine, row) || bits(row.number, 10, 2) != 3)
            continue;
        EXPECT_TRUE(machine.read(row.number)) << row.name;
        EXPECT_FALSE(machine.write(row.number, 0)) << row.name;
        EXPECT_FALSE(machine.set(row.number, 1)) << row.name;
        EXPECT_EQ(machine.fault.code, cause::kIllegalInstruction);
        EXPECT_EQ(machine.fault.value, Machine::encoding(row.number));
    }
}

TEST(CsrAccess, AbsentRegistersAreIllegal) {
    Machine machine;
    // mtinst, mtval2, hstatus, vsstatus, mstateen0, sstateen0, mseccfg, siselect, vstart, seed, dcsr, mnscratch
    for (const unsigned number :
         {0x34aU, 0x34bU, 0x600U, 0x200U, 0x30cU, 0x10cU, 0x747U, 0x150U, 0x008U, 0x015U, 0x7b0U, 0x740U}) {
        EXPECT_FALSE(machine.read(number)) << std::hex << number;
        EXPECT_FALSE(machine.write(number, 0)) << std::hex << number;
    }
}

TEST(CsrAccess, HalvesExistOnRv32Alone) {
    Machine rv64("rv64");
    Machine rv32("rv32");
    for (const auto& row : csr_rows())
        if (row.part == CsrPart::High) {
            EXPECT_FALSE(exists(rv64, row)) << row.name;
            EXPECT_EQ(exists(rv32, row), row.name != "mseccfgh") << row.name;
        }
    EXPECT_FALSE(rv64.read(0x3a1)) << "pmpcfg1";
    EXPECT_TRUE(rv32.read(0x3a1)) << "pmpcfg1";
}

TEST(CsrAccess, EveryRegisterSurvivesAnyValueOnEveryModel) {
    std::mt19937_64 random(random_seed());
    for (const char* model : {"rv32", "rv64"}) {
        for (const char* modes : {"m", "mu", "msu"}) {
            Machine machine(model, {{"modes", modes}});
            const auto mask = low_mask(machine.core.xlen());
            for (unsigned round = 0; round < 4000; ++round) {
                machine.write(static_cast<unsigned>(random() % 4096), random() & mask);
                const auto value = machine.read(static_cast<unsigned>(random() % 4096));
                EXPECT_EQ(value.value_or(0) & ~mask, 0U);
            }
        }
    }
}

TEST(CsrAccess, SetAndClearReturnTheOldValueAndChangeTheMaskOnly) {
    Machine machine;
    machine.write("mscratch", 0xf0f0);
    EXPECT_EQ(machine.set(0x340, 0x0ff0), 0xf0f0U);
    EXPECT_EQ(machine.clear(0x340, 0xf000), 0xfff0U);
    EXPECT_EQ(machine.swap(0x340, 7), 0x0ff0U);
    EXPECT_EQ(machine.read("mscratch"), 7U);
}

TEST(CsrAccess, SettingMipBitsDoesNotLatchTheExternalLine) {
    Machine machine;
    machine.core.set_interrupt(3, true); // seip
    EXPECT_EQ(machine.set(0x344, interrupt::kSsip).value(), interrupt::kSeip);
    EXPECT_EQ(machine.read("mip"), interrupt::kSeip | interrupt::kSsip);
    machine.core.set_interrupt(3, false);
    EXPECT_EQ(machine.read("mip"), interrupt::kSsip);
    machine.set(0x344, interrupt::kSeip);
    EXPECT_EQ(machine.read("mip"), interrupt::kSsip | interrupt::kSeip);
}

TEST(CsrAccess, CountersAreGatedByBothEnableRegisters) {
    Machine machine;
    for (const unsigned number : {0xc00U, 0xc01U, 0xc02U, 0xc03U, 0xc1fU}) {
        const auto bit_of = std::uint64_t{1} << (number - 0xc00);
        for (unsigned combination = 0; combination < 4; ++combination) {
            machine.set_privilege(Privilege::Machine);
            machine.write("mcounteren", (combination & 1) != 0 ? bit_of : ~bit_of);
            machine.write("scounteren", (combination & 2) != 0 ? bit_of : ~bit_of);
            EXPECT_TRUE(machine.read(number));
            machine.set_privilege(Privilege::Supervisor);
            EXPECT_EQ(machine.read(number).has_value(), (combination & 1) != 0);
            machine.set_privilege(Privilege::User);
            EXPECT_EQ(machine.read(number).has_value(), combination == 3);
        }
    }
}

TEST(CsrAccess, TvmTrapsSatpInSupervisorModeOnly) {
    Machine machine;
    machine.write("mstatus", mstatus::kTvm);
    EXPECT_TRUE(machine.read("satp"));
    machine.set_privilege(Privilege::Supervisor);
    EXPECT_FALSE(machine.read("satp"));
    EXPECT_FALSE(machine.write("satp", 0));
    machine.core.hart().mstatus &= ~mstatus::kTvm;
    EXPECT_TRUE(machine.read("satp"));
}

TEST(CsrAccess, StimecmpNeedsBothGatesBelowMachineMode) {
    Machine machine;
    for (unsigned combination = 0; combination < 4; ++combination) {
        machine.set_privilege(Privilege::Machine);
        machine.write("mcounteren", (combination & 1) != 0 ? 2 : 0);
        machine.write("menvcfg", (combination & 2) != 0 ? envcfg::kStce : 0);
        EXPECT_TRUE(machine.read("stimecmp"));
        machine.set_privilege(Privilege::Supervisor);
        EXPECT_EQ(machine.read("stimecmp").has_value(), combination == 3);
    }
}

TEST(CsrAccess, FloatRegistersNeedFsAndDirtyIt) {
    Machine machine;
    EXPECT_FALSE(machine.read("fcsr"));
    machine.core.hart().mstatus |= std::uint64_t{1} << mstatus::kFsShift;
    EXPECT_EQ(machine.read("fcsr"), 0U);
    EXPECT_EQ(bits(machine.core.hart().mstatus, mstatus::kFsShift, 2), 1U);
    machine.write("fcsr", 0xfff);
    EXPECT_EQ(machine.read("fcsr"), 0xffU);
    EXPECT_EQ(machine.read("frm"), 7U);
    EXPECT_EQ(machine.read("fflags"), 0x1fU);
    EXPECT_EQ(bits(machine.core.hart().mstatus, mstatus::kFsShift, 2), 3U);
}

} // namespace
} // namespace medley::iss::riscv::test
