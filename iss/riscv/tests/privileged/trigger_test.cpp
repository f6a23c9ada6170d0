// Address triggers. RISC-V Debug 1.0, chapter 5.
#include "iss/riscv/tests/privileged/machine.h"
#include "iss/riscv/triggers.h"

namespace medley::iss::riscv::test {
namespace {

constexpr std::uint64_t kAllModes = tdata1::kMachine | tdata1::kSupervisor | tdata1::kUser;

std::uint64_t control(std::uint64_t type, std::uint64_t flags, unsigned match = 0) {
    return type << 60 | flags | std::uint64_t{match} << tdata1::kMatchShift;
}

void arm(Machine& machine, unsigned index, std::uint64_t data1, std::uint64_t data2) {
    machine.write("tselect", index);
    machine.write("tdata1", data1);
    machine.write("tdata2", data2);
}

bool fires(Machine& machine, Address address, unsigned size, Access access) {
    const auto fault = machine.core.trigger_on(address, size, access);
    if (fault) {
        EXPECT_EQ(fault->code, cause::kBreakpoint);
        EXPECT_EQ(fault->address, address);
    }
    return fault.has_value();
}

TEST(Triggers, SelectionStopsAtTheLastOne) {
    Machine machine;
    EXPECT_EQ(machine.write_then_read("tselect", 3), 3U);
    EXPECT_EQ(machine.write_then_read("tselect", 4), 3U);
    EXPECT_EQ(machine.read("tinfo"), 0x0100'8044U);
}

TEST(Triggers, UnsupportedTypesAreDisabled) {
    Machine machine;
    EXPECT_EQ(machine.read("tdata1"), std::uint64_t{15} << 60);
    for (const std::uint64_t type : {0U, 1U, 3U, 4U, 5U, 7U, 15U})
        EXPECT_EQ(machine.write_then_read("tdata1", control(type, 7 | kAllModes)), std::uint64_t{15} << 60) << type;
    EXPECT_EQ(machine.write_then_read("tdata1", control(6, 7 | kAllModes)), control(6, 7 | kAllModes));
    EXPECT_EQ(machine.write_then_read("tdata1", ~std::uint64_t{0} >> 4 | std::uint64_t{6} << 60),
              control(6, 7 | kAllModes));
    EXPECT_EQ(machine.write_then_read("tdata1", control(2, 7)), control(2, 7) | std::uint64_t{63} << 53);
    Machine rv32("rv32");
    EXPECT_EQ(rv32.write_then_read("tdata1", 0x6000'0000 | kAllModes | 4), 0x6000'0000 | kAllModes | 4);
}

TEST(Triggers, MatchKinds) {
    struct {
        unsigned match;
        std::uint64_t data2;
        Address hit, miss;
    } const cases[] = {
        {0, 0x1003, 0x1000, 0x1004}, // any byte of the access
        {1, 0x1007, 0x1008, 0x1010}, // 16 bytes
        {2, 0x2000, 0x2000, 0x1ff8},
        {3, 0x2000, 0x1ffc, 0x2000},
    };
    for (const auto& each : cases) {
        Machine machine;
        arm(machine, 0, control(6, tdata1::kStore | tdata1::kUser, each.match), each.data2);
        machine.set_privilege(Privilege::User);
        EXPECT_TRUE(fires(machine, each.hit, 4, Access::Write)) << each.match;
        EXPECT_FALSE(fires(machine, each.miss, 4, Access::Write)) << each.match;
        EXPECT_FALSE(fires(machine, each.hit, 4, Access::Read)) << each.match;
    }
}

TEST(Triggers, ModesSelectTheTrigger) {
    for (const auto privilege : {Privilege::User, Privilege::Supervisor, Privilege::Machine}) {
        Machine machine;
        const auto flag = privilege == Privilege::User         ? tdata1::kUser
                          : privilege == Privilege::Supervisor ? tdata1::kSupervisor
                                                               : tdata1::kMachine;
        machine.write("tcontrol", tcontrol::kMte);
        arm(machine, 2, control(2, tdata1::kLoad | flag), 0x1000);
        for (const auto now : {Privilege::User, Privilege::Supervisor, Privilege::Machine}) {
            machine.set_privilege(now);
            EXPECT_EQ(fires(machine, 0x1000, 1, Access::Read), now == privilege);
        }
    }
}

TEST(Triggers, MachineModeIsProtectedFromItsOwnHandler) {
    Machine machine;
    arm(machine, 0, control(6, tdata1::kExecute | tdata1::kMachine), 0x1000);
    EXPECT_FALSE(fires(machine, 0x1000, 1, Access::Fetch)) << "MTE is clear after reset";
    machine.write("tcontrol", tcontrol::kMte);
    EXPECT_TRUE(fires(machine, 0x1000, 1, Access::Fetch));
    machine.core.raise({FaultKind::Translation, Access::Fetch, cause::kBreakpoint, 0x1000, 0});
    EXPECT_FALSE(fires(machine, 0x1000, 1, Access::Fetch));
    machine.run(helper_mret, 0x3020'0073);
    machine.set_privilege(Privilege::Machine);
    EXPECT_TRUE(fires(machine, 0x1000, 1, Access::Fetch));
}

TEST(Triggers, SupervisorModeThatHandlesThemItselfIsSparedWhileInterruptsAreOff) {
    Machine machine;
    arm(machine, 0, control(6, tdata1::kStore | tdata1::kSupervisor), 0x1000);
    machine.write("medeleg", 1U << cause::kBreakpoint);
    machine.set_privilege(Privilege::Supervisor);
    EXPECT_FALSE(fires(machine, 0x1000, 1, Access::Write));
    machine.core.hart().mstatus |= mstatus::kSie;
    EXPECT_TRUE(fires(machine, 0x1000, 1, Access::Write));
}

TEST(Triggers, WatchpointsFireBeforeTranslationAndKeepTheirPageOutOfTheTlb) {
    Machine machine;
    machine.open_pmp();
    arm(machine, 0, control(6, tdata1::kStore | tdata1::kUser), kRam + 0x100);
    EXPECT_FALSE(machine.host.flushes.empty());
    machine.set_privilege(Privilege::User);
    const auto index = machine.core.fetch_mem_index();
    const auto hit = machine.core.translate(kRam + 0x100, 1, Access::Write, index);
    EXPECT_EQ(hit.fault.code, cause::kBreakpoint);
    EXPECT_FALSE(machine.core.translate(kRam + 0x200, 1, Access::Write, index).cacheable);
    EXPECT_TRUE(machine.core.translate(kRam + 0x1000, 1, Access::Write, index).cacheable);
    EXPECT_TRUE(machine.core.translate(kRam + 0x100, 1, Access::Fetch, index).cacheable);
}

TEST(Triggers, ExecuteTriggersAreAPartOfTheTranslationKey) {
    Machine machine;
    const auto armed = [&] { return LiftMode::decode(machine.core.translation_key()).execute_triggers; };
    arm(machine, 1, control(6, tdata1::kExecute | tdata1::kUser), kRam);
    EXPECT_FALSE(armed());
    machine.set_privilege(Privilege::User);
    EXPECT_TRUE(armed());
    EXPECT_FALSE(machine.run(helper_execute_trigger, kRam));
    EXPECT_EQ(machine.fault.code, cause::kBreakpoint);
    EXPECT_TRUE(machine.run(helper_execute_trigger, kRam + 4));
}

} // namespace
} // namespace medley::iss::riscv::test
