// Two instruction sets of opposite byte order in one simulation: the RV32 core posts a word in a mailbox, the toy's interrupt
// handler copies it to shared memory, and the RV32 core ends the simulation with what it finds there.
#include "tests/toy/toy_rig.h"

namespace medley::toy {
namespace {

constexpr const char* kBoard = R"(
name: neighbours
description: a toy beside an RV32 core
quantum: 1us
counter: {frequency: 1MHz}
cpus:
  toy: {target: toy, model: toy1, accel: interp, clock: 100MHz, bus: toy_bus}
  rv: {target: riscv, model: rv32, accel: interp, clock: 200MHz, bus: rv_bus, boot: true}
buses:
  toy_bus: {model: router}
  rv_bus: {model: router}
memories:
  toy_ram: {model: ram, bus: toy_bus, at: 0x1000, size: 64K, main: true}
  rv_ram: {model: ram, bus: rv_bus, at: 0x8000_0000, size: 64K, main: true}
  shared:
    model: ram
    size: 4K
    map:
      - {bus: toy_bus, at: 0x2000_0000}
      - {bus: rv_bus, at: 0x2000_0000}
devices:
  finisher: {model: sifive_test, bus: rv_bus, at: 0x0010_0000}
  mailbox:
    model: mailbox
    map:
      - {bus: rv_bus, port: a, at: 0x3000_0000}
      - {bus: toy_bus, port: b, at: 0x3000_0000}
    connect: {b: toy.irq}
)";

TEST(ToyBoard, WorksBesideAnotherInstructionSet) {
    Rig rig(kBoard);
    rig.program("toy", 0x1000,
                {
                    0x0560'3000, // lui r6, 0x3000: the mailbox
                    0x0550'2000, // lui r5, 0x2000: the shared memory
                    0x0540'0100, // lui r4, 0x0100
                    0x1146'0014, // stw r4, 0x14(r6): interrupt when a word is there
                    0x0010'1024, // li r1, handler
                    0x3301'0000, // setvec r1
                    0x3100'0001, // ie 1
                    0x3000'0000, // wait
                    0x2000'ffff, // beq r0, r0, -1
                    0x1026'000c, // handler: ldw r2, 0x0c(r6)
                    0x1125'0000, // stw r2, 0(r5)
                    0x3200'0000, // rti
                },
                true);
    rig.program("rv", 0x8000'0000,
                {
                    0x3000'0e37, // lui t3, 0x30000: the mailbox
                    0x002a'3337, // lui t1, 0x2a3
                    0x3333'0313, // addi t1, t1, 0x333: the finisher's "fail with 42"
                    0x006e'2423, // sw t1, 8(t3)
                    0x2000'02b7, // lui t0, 0x20000
                    0x0002'a383, // lw t2, 0(t0)
                    0xfe03'8ee3, // beq t2, zero, -4
                    0x0010'0e37, // lui t3, 0x100
                    0x007e'2023, // sw t2, 0(t3)
                    0x0000'006f, // j .
                },
                false);
    const auto outcome = rig.run();
    EXPECT_EQ(outcome.status, 42) << outcome.reason;
    EXPECT_EQ(rig.cpu(0).read_register("cause"), 4U);
}

} // namespace
} // namespace medley::toy
