// Resets that software asks for: RMR_ELx and RVBAR_ELx. Arm ARM DDI 0487, D19.2.113 and D19.2.118.
#include "iss/aarch64/tests/system/machine.h"
#include "iss/aarch64/wires.h"

namespace medley::iss::aarch64::test {
namespace {

constexpr std::uint64_t kResetRequest = 2;

/// Which of the levels is the highest, and the parameters that make it so.
struct Highest {
    unsigned level;
    Parameters parameters;
};
const Highest kHighest[] = {{1, {}}, {2, kWithEl2}, {3, kAllLevels}};

std::string rmr(unsigned level) { return "RMR_EL" + std::to_string(level); }
std::string rvbar(unsigned level) { return "RVBAR_EL" + std::to_string(level); }

TEST(WarmReset, StartsAgainAtTheHighestLevelAtItsVector) {
    for (const auto& [level, parameters] : kHighest) {
        Machine m("max", parameters);
        m.go_to(level);
        auto& r = m.regs();
        EXPECT_EQ(m.read(rvbar(level)), kRam);
        EXPECT_EQ(m.read(rmr(level)), 1U) << "AA64";
        EXPECT_TRUE(m.write(rmr(level), 1)) << "not a request";
        r.pstate.daif = 0;
        r.sctlr_el1 = r.sctlr_el2 = r.sctlr_el3 = ~std::uint64_t{0};
        m.core_state().pc = kRam + 0x1000;
        ASSERT_FALSE(m.write(rmr(level), kResetRequest)) << "it leaves the block";
        m.host.flushes.clear();
        m.take();
        EXPECT_EQ(m.core_state().pc, kRam);
        EXPECT_EQ(r.pstate.el, level);
        EXPECT_EQ(r.pstate.daif, 0xfU);
        EXPECT_FALSE(m.system.stage1_enabled(m.system.regime()));
        EXPECT_FALSE(m.host.flushes.empty()) << "translations of before";
        EXPECT_EQ(m.read(rvbar(level)), kRam);
    }
}

TEST(WarmReset, IsNotForLevelsBelowTheHighest) {
    for (unsigned level = 1; level <= 2; ++level) {
        Machine m("max", kAllLevels);
        m.go_to(level);
        for (unsigned of = 1; of <= 3; ++of) {
            EXPECT_FALSE(m.write(rmr(of), kResetRequest));
            EXPECT_EQ(m.fault.code, syndrome::kUndefined) << level << " " << of;
            EXPECT_EQ(m.read(rvbar(of)), std::nullopt);
        }
    }
}

TEST(WarmReset, LeavesWhatColdResetsSet) {
    Machine m;
    m.go_to(1);
    auto& r = m.regs();
    r.cntfrq_el0 = 12'345'678;
    r.dbgbvr[1] = 0x8000;
    r.dbgbcr[1] = 0x1e4;
    r.dbgclaim_el1 = 5;
    r.oslock = 0;
    m.core.set_interrupt(static_cast<unsigned>(Input::Irq), true);
    m.core.set_interrupt(static_cast<unsigned>(Input::Sei), true);
    m.write("RMR_EL1", kResetRequest);
    m.take();
    EXPECT_EQ(r.cntfrq_el0, 12'345'678U);
    EXPECT_EQ(r.dbgbvr[1], 0x8000U);
    EXPECT_EQ(r.dbgbcr[1], 0x1e4U);
    EXPECT_EQ(r.dbgclaim_el1, 5U);
    EXPECT_EQ(r.oslock, 0U);
    EXPECT_EQ(m.read("ISR_EL1"), 0x80U) << "lines keep their levels; the SError is forgotten";
    m.core.reset(kRam);
    EXPECT_EQ(r.dbgclaim_el1, 0U) << "a cold one";
    EXPECT_EQ(r.oslock, 1U);
}

TEST(WarmReset, OfACoreThatFirmwareStartedGoesToItsVectorAsWell) {
    Machine m;
    m.core.start(kRam + 0x4000, 7);
    EXPECT_EQ(m.core_state().pc, kRam + 0x4000);
    m.write("RMR_EL1", kResetRequest);
    m.take();
    EXPECT_EQ(m.core_state().pc, kRam);
    EXPECT_EQ(m.core_state().x[0], 0U);
}

TEST(WarmReset, GoesToTheParametersVector) {
    Machine m("cortex-a53", {{"reset-vector", "0x40008000"}});
    EXPECT_EQ(m.read("RVBAR_EL1"), 0x4000'8000U);
    m.write("RMR_EL1", kResetRequest);
    m.take();
    EXPECT_EQ(m.core_state().pc, 0x4000'8000U);
}

} // namespace
} // namespace medley::iss::aarch64::test
