// Legal values of CSR fields. RISC-V Privileged 1.13, 3.1 and 10.1.
#include "iss/riscv/tests/privileged/machine.h"

namespace medley::iss::riscv::test {
namespace {

constexpr std::uint64_t kAll = ~std::uint64_t{0};

TEST(CsrWarl, MstatusOfRv64) {
    Machine machine;
    EXPECT_EQ(machine.read("mstatus"), 0xa'0000'0000U) << "UXL and SXL are 64";
    EXPECT_EQ(machine.write_then_read("mstatus", kAll), 0x8000'000a'007e'79aaU);
    EXPECT_EQ(machine.write_then_read("mstatus", 0), 0xa'0000'0000U);
}

TEST(CsrWarl, MstatusOfRv32) {
    Machine machine("rv32");
    EXPECT_EQ(machine.write_then_read("mstatus", 0xffff'ffff), 0x807e'79aaU);
    EXPECT_EQ(machine.write_then_read("mstatush", 0xffff'ffff), 0U);
    EXPECT_EQ(machine.read("mstatus"), 0x807e'79aaU);
}

TEST(CsrWarl, MppHoldsSupportedPrivilegesOnly) {
    Machine machine;
    EXPECT_EQ(bits(machine.write_then_read("mstatus", std::uint64_t{1} << 11), 11, 2), 1U);
    EXPECT_EQ(bits(machine.write_then_read("mstatus", std::uint64_t{2} << 11), 11, 2), 1U) << "2 is reserved";
    Machine without_supervisor("rv32", {{"modes", "mu"}});
    without_supervisor.write("mstatus", 0);
    EXPECT_EQ(bits(without_supervisor.write_then_read("mstatus", 1U << 11), 11, 2), 0U);
    Machine machine_only("rv32", {{"modes", "m"}});
    EXPECT_EQ(bits(machine_only.write_then_read("mstatus", 0), 11, 2), 3U);
}

TEST(CsrWarl, FsIsZeroWithoutFloatingPoint) {
    Machine machine("rv32", {{"isa", "rv32imac"}});
    EXPECT_EQ(machine.write_then_read("mstatus", mstatus::kFs), 0U);
}

TEST(CsrWarl, MisaFollowsTheIsaStringAndIsReadOnly) {
    EXPECT_EQ(Machine("rv64").read("misa"), 0x8000'0000'0014'112fU);
    Machine machine("rv32", {{"isa", "rv32imac"}, {"modes", "mu"}});
    EXPECT_EQ(machine.read("misa"), 0x4010'1105U);
    EXPECT_EQ(machine.write_then_read("misa", 0), 0x4010'1105U);
}

TEST(CsrWarl, DelegationAndInterruptEnables) {
    Machine machine;
    EXPECT_EQ(machine.write_then_read("medeleg", kAll), 0xb3ffU);
    EXPECT_EQ(machine.write_then_read("mideleg", kAll), 0x222U);
    EXPECT_EQ(machine.write_then_read("mie", kAll), 0xaaaU);
    EXPECT_EQ(machine.write_then_read("mip", kAll), 0x222U);
    EXPECT_EQ(machine.read("sie"), 0x222U);
    Machine machine_only("rv64", {{"modes", "m"}});
    EXPECT_EQ(machine_only.write_then_read("mie", kAll), 0x888U);
    EXPECT_EQ(machine_only.write_then_read("mip", kAll), 0U);
    EXPECT_FALSE(machine_only.read("medeleg"));
}

TEST(CsrWarl, SupervisorViewsFollowMideleg) {
    Machine machine;
    machine.write("mideleg", interrupt::kSsip | interrupt::kStip);
    machine.write("mie", kAll);
    EXPECT_EQ(machine.read("sie"), interrupt::kSsip | interrupt::kStip);
    machine.write("sie", 0);
    EXPECT_EQ(machine.read("mie"), 0xaaaU & ~(interrupt::kSsip | interrupt::kStip));
    machine.write("mip", interrupt::kStip);
    machine.write("sip", interrupt::kSsip);
    EXPECT_EQ(machine.read("mip"), interrupt::kSsip | interrupt::kStip) << "sip writes SSIP alone";
    machine.write("mideleg", 0);
    machine.write("sip", 0);
    EXPECT_EQ(machine.read("mip"), interrupt::kSsip | interrupt::kStip);
}

TEST(CsrWarl, TrapVectorsKeepTheirValueOnAReservedMode) {
    Machine machine;
    for (const char* name : {"mtvec", "stvec"}) {
        EXPECT_EQ(machine.write_then_read(name, 0x8000'0001), 0x8000'0001U);
        EXPECT_EQ(machine.write_then_read(name, 0x9000'0002), 0x8000'0001U);
    }
}

TEST(CsrWarl, ExceptionProgramCountersAreAlignedToInstructions) {
    Machine compressed;
    EXPECT_EQ(compressed.write_then_read("mepc", 0x1003), 0x1002U);
    EXPECT_EQ(compressed.write_then_read("sepc", 0x1003), 0x1002U);
    Machine plain("rv64", {{"isa", "rv64ima"}});
    EXPECT_EQ(plain.write_then_read("mepc", 0x1003), 0x1000U);
}

TEST(CsrWarl, SatpIgnoresWritesOfUnsupportedModes) {
    Machine sv48("rv64", {{"mmu", "sv48"}});
    for (const auto& [mode, taken] :
         std::map<std::uint64_t, bool>{{0, true}, {1, false}, {8, true}, {9, true}, {10, false}, {15, false}}) {
        sv48.write("satp", 0);
        const auto value = mode << 60 | std::uint64_t{0xabcd} << 44 | 0x12345;
        EXPECT_EQ(sv48.write_then_read("satp", value), taken ? value : 0) << mode;
    }
    Machine sv32("rv32");
    EXPECT_EQ(sv32.write_then_read("satp", 0xffff'ffff), 0xffff'ffffU);
    Machine bare("rv64", {{"mmu", "bare"}});
    EXPECT_EQ(bare.write_then_read("satp", kAll), 0U);
}

TEST(CsrWarl, EnvironmentRegisters) {
    Machine machine;
    EXPECT_EQ(machine.write_then_read("menvcfg", kAll), envcfg::kStce | envcfg::kPbmte | envcfg::kAdue | 0xf1U);
    EXPECT_EQ(machine.write_then_read("menvcfg", 0x20), 0x30U) << "CBIE = 2 is reserved and leaves the field";
    EXPECT_EQ(machine.write_then_read("senvcfg", kAll), 0xf1U);
    Machine rv32("rv32");
    EXPECT_EQ(rv32.write_then_read("menvcfgh", 0xffff'ffff), 0xa000'0000U) << "STCE and ADUE";
    EXPECT_EQ(rv32.write_then_read("menvcfg", 0), 0U);
    EXPECT_EQ(rv32.read("menvcfgh"), 0xa000'0000U);
    Machine plain("rv64", {{"isa", "rv64gc"}});
    EXPECT_EQ(plain.write_then_read("menvcfg", kAll), envcfg::kFiom);
}

TEST(CsrWarl, IdentityComesFromTheParameters) {
    Machine machine("rv64", {{"mvendorid", "0x489"}, {"marchid", "0x8000000000000007"}, {"mimpid", "12"}});
    EXPECT_EQ(machine.read("mvendorid"), 0x489U);
    EXPECT_EQ(machine.read("marchid"), 0x8000'0000'0000'0007U);
    EXPECT_EQ(machine.read("mimpid"), 12U);
    EXPECT_EQ(machine.read("mconfigptr"), 0U);
}

TEST(CsrWarl, SstatusShowsItsPartOfMstatus) {
    Machine machine;
    machine.write("mstatus", kAll);
    EXPECT_EQ(machine.read("sstatus"), 0x8000'0002'000c'6122U);
    machine.write("sstatus", 0);
    EXPECT_EQ(machine.read("mstatus"), 0xa'0072'1888U);
}

} // namespace
} // namespace medley::iss::riscv::test
