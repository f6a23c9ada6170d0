// Pending, enabled, delegated, urgent. RISC-V Privileged 1.13, 3.1.8, 3.1.9, 3.3.3; Sstc 1.0.
#include "iss/riscv/inputs.h"
#include "iss/riscv/tests/privileged/machine.h"

namespace medley::iss::riscv::test {
namespace {

constexpr unsigned kUrgency[] = {interrupt::kMachineExternal,    interrupt::kMachineSoftware,
                                 interrupt::kMachineTimer,       interrupt::kSupervisorExternal,
                                 interrupt::kSupervisorSoftware, interrupt::kSupervisorTimer};

/// Makes interrupts pending by their codes, through inputs and software.
void make_pending(Machine& machine, std::uint64_t codes) {
    for (unsigned line = 0; line < kInputs.size(); ++line)
        machine.core.set_interrupt(line, bit(codes, kInputs[line].code));
    machine.core.csr().mip = codes & (interrupt::kSsip | interrupt::kStip);
    machine.core.update_attention();
}

/// The interrupt that the rules pick; spelled out per privilege.
std::optional<unsigned> expected(std::uint64_t ready, std::uint64_t delegated, Privilege privilege, bool mie,
                                 bool sie) {
    const bool machine_open = privilege < Privilege::Machine || mie;
    const bool supervisor_open = privilege < Privilege::Supervisor || (privilege == Privilege::Supervisor && sie);
    for (const bool to_supervisor : {false, true})
        for (const auto code : kUrgency)
            if (bit(ready, code) && bit(delegated, code) == to_supervisor &&
                (to_supervisor ? supervisor_open : machine_open))
                return code;
    return std::nullopt;
}

TEST(Interrupts, RandomStatesAgreeWithTheRules) {
    std::mt19937_64 random(random_seed());
    for (unsigned round = 0; round < 5000; ++round) {
        Machine machine;
        const auto codes = random() & 0xaaa;
        machine.write("mie", random());
        machine.write("mideleg", random());
        machine.write("mstatus", random() & (mstatus::kMie | mstatus::kSie));
        constexpr Privilege kLevels[] = {Privilege::User, Privilege::Supervisor, Privilege::Machine};
        const auto privilege = kLevels[random() % 3];
        machine.set_privilege(privilege);
        make_pending(machine, codes);
        const auto& csrs = machine.core.csr();
        const auto status = machine.core.hart().mstatus;
        const auto ready = codes & csrs.mie;
        const auto code =
            expected(ready, csrs.mideleg, privilege, (status & mstatus::kMie) != 0, (status & mstatus::kSie) != 0);
        EXPECT_EQ(machine.attention(), code.has_value());
        EXPECT_EQ(machine.core.wakes_up(), ready != 0);
        const auto delegated = code && bit(csrs.mideleg, *code);
        EXPECT_EQ(machine.core.take_interrupt(), code.has_value());
        if (!code)
            continue;
        EXPECT_EQ(delegated ? csrs.scause : csrs.mcause, std::uint64_t{1} << 63 | *code);
        EXPECT_EQ(machine.core.hart().privilege, delegated ? Privilege::Supervisor : Privilege::Machine);
    }
}

TEST(Interrupts, AttentionFollowsEveryChange) {
    Machine machine;
    machine.core.set_interrupt(1, true); // mtip
    EXPECT_FALSE(machine.attention());
    machine.write("mie", interrupt::kMtip);
    EXPECT_FALSE(machine.attention());
    EXPECT_TRUE(machine.core.wakes_up());
    machine.set(0x300, mstatus::kMie);
    EXPECT_TRUE(machine.attention());
    machine.clear(0x300, mstatus::kMie);
    EXPECT_FALSE(machine.attention());
    machine.set_privilege(Privilege::User);
    EXPECT_TRUE(machine.attention());
    machine.core.set_interrupt(1, false);
    EXPECT_FALSE(machine.attention());
}

TEST(Interrupts, VectoredModeEntersTheTableOnlyForInterrupts) {
    Machine machine("rv32");
    machine.write("mtvec", 0x8000'1001);
    machine.write("mie", interrupt::kMeip);
    machine.set(0x300, mstatus::kMie);
    machine.core.set_interrupt(2, true);
    ASSERT_TRUE(machine.core.take_interrupt());
    EXPECT_EQ(machine.core.hart().pc, 0x8000'1000U + 4 * 11);
    EXPECT_EQ(machine.read("mcause"), 0x8000'000bU);
    EXPECT_EQ(machine.read("mtval"), 0U);
    machine.core.raise({FaultKind::Instruction, Access::Fetch, cause::kEcallFromMachine, 0, 0});
    EXPECT_EQ(machine.core.hart().pc, 0x8000'1000U);
}

TEST(Interrupts, SupervisorLinesMeanNothingWithoutSupervisorMode) {
    Machine machine("rv32", {{"modes", "mu"}});
    machine.core.set_interrupt(3, true);
    EXPECT_EQ(machine.read("mip"), 0U);
}

TEST(Sstc, TheTimerRaisesStipWhenTheCounterReachesIt) {
    Machine machine;
    machine.write("menvcfg", envcfg::kStce);
    machine.host.time = 100;
    machine.write("stimecmp", 200);
    EXPECT_EQ(machine.read("mip"), 0U);
    EXPECT_EQ(machine.host.alarms.at(0), machine.host.counter_reaches(200));
    machine.host.time = 200;
    machine.core.on_alarm(0);
    EXPECT_EQ(machine.read("mip"), interrupt::kStip);
    EXPECT_EQ(machine.host.alarms.at(0), kNever);
    machine.clear(0x344, interrupt::kStip);
    EXPECT_EQ(machine.read("mip"), interrupt::kStip) << "read-only while the timer owns it";
    machine.write("stimecmp", 300);
    EXPECT_EQ(machine.read("mip"), 0U);
}

TEST(Sstc, ReadingMipSeesTheExactTime) {
    Machine machine;
    machine.write("menvcfg", envcfg::kStce);
    machine.write("stimecmp", 50);
    machine.host.time = 50;
    EXPECT_EQ(machine.read("mip"), interrupt::kStip) << "the alarm has not been delivered yet";
}

TEST(Sstc, DisablingTheTimerReturnsStipToSoftware) {
    Machine machine;
    machine.write("mip", interrupt::kStip);
    machine.write("menvcfg", envcfg::kStce);
    EXPECT_EQ(machine.read("mip"), 0U);
    machine.write("stimecmp", 0);
    EXPECT_EQ(machine.read("mip"), interrupt::kStip);
    machine.write("menvcfg", 0);
    EXPECT_EQ(machine.host.alarms.at(0), kNever);
    EXPECT_EQ(machine.read("mip"), interrupt::kStip) << "software's own bit again";
    machine.clear(0x344, interrupt::kStip);
    EXPECT_EQ(machine.read("mip"), 0U);
}

TEST(Sstc, TheHalvesOfStimecmpAreOneRegister) {
    Machine machine("rv32");
    machine.write("menvcfgh", 0x8000'0000);
    machine.write("stimecmph", 5);
    machine.write("stimecmp", 6);
    EXPECT_EQ(machine.core.csr().stimecmp, 0x5'0000'0006U);
    EXPECT_EQ(machine.read("stimecmph"), 5U);
}

} // namespace
} // namespace medley::iss::riscv::test
