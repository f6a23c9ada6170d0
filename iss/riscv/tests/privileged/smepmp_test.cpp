// Smepmp 1.0: the truth table, and the rules of mseccfg.
#include "iss/riscv/tests/privileged/machine.h"

namespace medley::iss::riscv::test {
namespace {

struct Row {
    unsigned lrwx; ///< L, R, W, X from bit 3.
    const char* machine;
    const char* others;
};

// Table 1 of the specification, with MML set.
constexpr Row kTable[] = {
    {0b0000, "", ""},  {0b0001, "", "x"},  {0b0010, "rw", "r"}, {0b0011, "rw", "rw"},
    {0b0100, "", "r"}, {0b0101, "", "rx"}, {0b0110, "", "rw"},  {0b0111, "", "rwx"},
    {0b1000, "", ""},  {0b1001, "x", ""},  {0b1010, "x", "x"},  {0b1011, "rx", "x"},
    {0b1100, "r", ""}, {0b1101, "rx", ""}, {0b1110, "rw", ""},  {0b1111, "r", "r"},
};

std::string letters(const PmpRights& rights) {
    return std::string(rights.read ? "r" : "") + (rights.write ? "w" : "") + (rights.execute ? "x" : "");
}

TEST(Smepmp, MachineModeLockdownFollowsTheTruthTable) {
    for (const auto& row : kTable) {
        Csrs csrs;
        csrs.mseccfg = mseccfg::kMml;
        csrs.pmpaddr[0] = low_mask(54);
        csrs.pmpcfg[0] = 0x18 | (bit(row.lrwx, 3) ? 0x80 : 0) | (bit(row.lrwx, 2) ? 1 : 0) |
                         (bit(row.lrwx, 1) ? 2 : 0) | (bit(row.lrwx, 0) ? 4 : 0);
        EXPECT_EQ(letters(pmp_rights(csrs, 16, kRam, 4, Privilege::Machine)), row.machine) << row.lrwx;
        EXPECT_EQ(letters(pmp_rights(csrs, 16, kRam, 4, Privilege::Supervisor)), row.others) << row.lrwx;
        EXPECT_EQ(letters(pmp_rights(csrs, 16, kRam, 4, Privilege::User)), row.others) << row.lrwx;
    }
}

TEST(Smepmp, UnmatchedMachineAccessesFollowWhitelistAndLockdown) {
    Csrs csrs;
    EXPECT_EQ(letters(pmp_rights(csrs, 16, kRam, 4, Privilege::Machine)), "rwx");
    csrs.mseccfg = mseccfg::kMml;
    EXPECT_EQ(letters(pmp_rights(csrs, 16, kRam, 4, Privilege::Machine)), "rw");
    csrs.mseccfg = mseccfg::kMmwp;
    EXPECT_EQ(letters(pmp_rights(csrs, 16, kRam, 4, Privilege::Machine)), "");
}

Machine machine_with_smepmp() {
    return Machine("rv64", {{"isa", "rv64gc_smepmp"}});
}

TEST(Smepmp, LockdownAndWhitelistAreSticky) {
    auto machine = machine_with_smepmp();
    EXPECT_EQ(machine.write_then_read("mseccfg", 7), 7U);
    EXPECT_EQ(machine.write_then_read("mseccfg", 0), 3U);
    EXPECT_EQ(machine.write_then_read("mseccfg", 4), 7U);
}

TEST(Smepmp, LockingBypassCannotBeSetOnceARegionIsLocked) {
    auto machine = machine_with_smepmp();
    machine.write("pmpcfg", 0x98);
    EXPECT_EQ(machine.write_then_read("mseccfg", mseccfg::kRlb), 0U);
    auto bypassed = machine_with_smepmp();
    bypassed.write("mseccfg", mseccfg::kRlb);
    bypassed.write("pmpcfg", 0x98);
    EXPECT_EQ(bypassed.write_then_read("pmpcfg", 0x1f), 0x1fU) << "the lock is bypassed";
}

TEST(Smepmp, NoExecutableRuleForMachineModeIsAddedUnderLockdown) {
    auto machine = machine_with_smepmp();
    machine.write("mseccfg", mseccfg::kMml);
    EXPECT_EQ(machine.write_then_read("pmpcfg", 0x9c), 0U);    // L, X
    EXPECT_EQ(machine.write_then_read("pmpcfg", 0x9a), 0U);    // shared code
    EXPECT_EQ(machine.write_then_read("pmpcfg", 0x1a), 0x1aU); // shared data: R=0 W=1 is legal now
    EXPECT_EQ(machine.write_then_read("pmpcfg", 0x9f), 0x9fU); // shared read-only data
}

} // namespace
} // namespace medley::iss::riscv::test
