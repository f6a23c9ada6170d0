// Counters. RISC-V Privileged 1.13, 3.1.10 to 3.1.12.
#include "iss/riscv/tests/privileged/machine.h"

namespace medley::iss::riscv::test {
namespace {

TEST(Counters, CyclesAndInstructionsFollowTheHost) {
    Machine machine;
    machine.host.cycle_count = 1000;
    machine.host.executed_count = 400;
    EXPECT_EQ(machine.read("mcycle"), 1000U);
    EXPECT_EQ(machine.read("minstret"), 400U);
    EXPECT_EQ(machine.read("cycle"), 1000U);
    EXPECT_EQ(machine.read("instret"), 400U);
}

TEST(Counters, TheNextInstructionReadsWhatWasWrittenToMinstret) {
    Machine machine;
    machine.host.executed_count = 10;
    machine.write("minstret", 500);
    machine.host.executed_count = 11;
    EXPECT_EQ(machine.read("minstret"), 500U);
}

TEST(Counters, InhibitedCountersStandStill) {
    Machine machine;
    machine.host.cycle_count = 100;
    machine.write("mcountinhibit", 1);
    machine.host.cycle_count = 200;
    EXPECT_EQ(machine.read("mcycle"), 100U);
    machine.write("mcycle", 7);
    machine.host.cycle_count = 300;
    EXPECT_EQ(machine.read("mcycle"), 7U);
    machine.write("mcountinhibit", 0);
    machine.host.cycle_count = 310;
    EXPECT_EQ(machine.read("mcycle"), 17U);
    EXPECT_EQ(machine.write_then_read("mcountinhibit", 0xffff'ffff), 0xffff'fffdU) << "time cannot be inhibited";
}

TEST(Counters, ProgrammableCountersCountTheEventTheyAreGiven) {
    Machine machine;
    machine.host.cycle_count = 50;
    EXPECT_EQ(machine.read("mhpmcounter"), 0U);
    EXPECT_EQ(machine.write_then_read("mhpmevent", 1), 1U);
    machine.host.cycle_count = 80;
    EXPECT_EQ(machine.read("mhpmcounter"), 30U);
    EXPECT_EQ(machine.write_then_read("mhpmevent", 77), 0U) << "unknown events count nothing";
    machine.host.cycle_count = 90;
    EXPECT_EQ(machine.read("mhpmcounter"), 30U);
    machine.host.executed_count = 5;
    machine.write(0x33f, 2); // mhpmevent31
    machine.host.executed_count = 9;
    EXPECT_EQ(machine.read(0xb1f), 4U);
}

TEST(Counters, InstructionsThatTrapDoNotRetire) {
    Machine machine;
    machine.host.executed_count = 20;
    machine.core.raise({FaultKind::Instruction, Access::Fetch, cause::kEcallFromMachine, 0, 0});
    machine.host.executed_count = 21;
    EXPECT_EQ(machine.read("minstret"), 20U);
}

TEST(Counters, HalvesOnRv32) {
    Machine machine("rv32");
    machine.host.cycle_count = 0x1'0000'0002;
    machine.host.time = 0x7'0000'0008;
    EXPECT_EQ(machine.read("mcycleh"), 1U);
    EXPECT_EQ(machine.read("mcycle"), 2U);
    EXPECT_EQ(machine.read("timeh"), 7U);
    EXPECT_EQ(machine.read("time"), 8U);
    machine.write("mcycleh", 0x10);
    EXPECT_EQ(machine.core.counter(0), 0x10'0000'0002U);
}

} // namespace
} // namespace medley::iss::riscv::test
