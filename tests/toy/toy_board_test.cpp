#include "tests/toy/toy_rig.h"

namespace medley::toy {
namespace {

constexpr const char* kBoard = R"(
name: toy
description: one toy core
quantum: 1us
counter: {frequency: 1MHz}
cpus:
  toy: {target: toy, model: toy1, accel: interp, clock: 100MHz, bus: bus, boot: true}
buses:
  bus: {model: router}
memories:
  ram: {model: ram, at: 0x1000, size: 64K, main: true}
devices:
  finisher: {model: sifive_test, at: 0x0010_0000}
)";

TEST(ToyBoard, RunsAProgramToItsExitStatus) {
    Rig rig(kBoard);
    rig.program("toy", 0x1000,
                {
                    0x0010'000a, // li r1, 10
                    0x0020'0000, // li r2, 0
                    0x0122'0001, // add r2, r2, r1
                    0x0211'ffff, // addi r1, r1, -1
                    0x0030'0000, // li r3, 0
                    0x2113'fffd, // bne r1, r3, -3
                    0x0040'0100, // li r4, 256
                    0x0422'0004, // mul r2, r2, r4
                    0x0550'3333, // lui r5, 0x3333: the finisher's "fail with a code", least significant byte first
                    0x0122'0005, // add r2, r2, r5
                    0x0560'0010, // lui r6, 0x10
                    0x1126'0000, // stw r2, 0(r6)
                    0x2000'0000, // beq r0, r0, 0
                },
                true);
    const auto outcome = rig.run();
    EXPECT_EQ(outcome.kind, board::RunOutcome::Kind::GuestExit);
    EXPECT_EQ(outcome.status, 55) << outcome.reason;
    EXPECT_EQ(rig.cpu(0).read_register("r2"), 0x3333'3700U);
}

// The limit once let each CPU begin one more quantum when it fell on a quantum's end.
TEST(ToyBoard, RunsNoFurtherThanTheLimit) {
    Rig rig(kBoard);
    rig.program("toy", 0x1000, {0x2000'0000 /* beq r0, r0, 0 */}, true);
    EXPECT_EQ(rig.run(2'000'000'000).kind, board::RunOutcome::Kind::TimeLimit);
    EXPECT_EQ(rig.cpu(0).local_time(), 2'000'000'000U);
}

TEST(ToyBoard, TakesExceptionsAtItsVector) {
    Rig rig(kBoard);
    rig.program("toy", 0x1000,
                {
                    0x0010'1018, // li r1, handler
                    0x3301'0000, // setvec r1
                    0x0570'0040, // lui r7, 0x40: nothing is at 0x400000
                    0x1027'0000, // ldw r2, 0(r7)
                    0x2000'0000, // beq r0, r0, 0
                    0x2000'0000, //
                    0x3450'0000, // handler: getcause r5
                    0x0560'0010, // lui r6, 0x10
                    0x0040'5555, // li r4, 0x5555
                    0x0030'0100, // li r3, 256
                    0x0444'0003, // mul r4, r4, r3
                    0x0444'0003, // mul r4, r4, r3
                    0x1146'0000, // stw r4, 0(r6): the finisher's "pass"
                    0x2000'0000, // beq r0, r0, 0
                },
                true);
    EXPECT_EQ(rig.run().status, 0);
    EXPECT_EQ(rig.cpu(0).read_register("r5"), 2U);
    EXPECT_EQ(rig.cpu(0).read_register("epc"), 0x100cU);
}

} // namespace
} // namespace medley::toy
