// Where exceptions go, what they save, and how they return. Arm ARM DDI 0487, D1.3 and D1.4.
#include "iss/aarch64/tests/system/machine.h"

namespace medley::iss::aarch64::test {
namespace {

constexpr Address kCode = kRam + 0x1230;

std::uint64_t vbar(unsigned level) { return 0xffff'8000'0000'0000 + level * 0x1'0000; }

void set_vectors(Machine& machine) {
    machine.regs().vbar_el1 = vbar(1);
    machine.regs().vbar_el2 = vbar(2);
    machine.regs().vbar_el3 = vbar(3);
}

/// A machine with all levels at one of them.
struct At : Machine {
    explicit At(unsigned level, Parameters parameters = kAllLevels) : Machine("max", std::move(parameters)) {
        set_vectors(*this);
        go_to(level);
        core_state().pc = kCode;
    }
    std::uint64_t esr(unsigned level) {
        return level == 1 ? regs().esr_el1 : level == 2 ? regs().esr_el2 : regs().esr_el3;
    }
};

TEST(Exception, SupervisorCallsGoToTheLevelAboveOrStay) {
    for (unsigned level = 0; level <= 3; ++level)
        for (const bool tge : {false, true}) {
            At m(level);
            if (tge)
                m.regs().hcr_el2 |= hcr::kTge;
            m.raise(syndrome::svc(0x42));
            const unsigned target = level != 0 ? level : tge ? 2 : 1;
            EXPECT_EQ(m.system.el(), target);
            EXPECT_EQ(m.esr(target), syndrome::make(ec::kSvc, 0x42));
            EXPECT_EQ(m.system.elr(target), kCode + 4) << "the call is complete";
            const Address offset = level == target ? 0x200 : 0x400;
            EXPECT_EQ(m.core_state().pc, vbar(target) + offset);
        }
}

TEST(Exception, VectorsTellWhereTheExceptionComesFrom) {
    At m(1);
    m.regs().pstate.sp_sel = 0;
    m.raise(syndrome::kUndefined);
    EXPECT_EQ(m.core_state().pc, vbar(1) + 0x000);
    EXPECT_EQ(m.system.elr(1), kCode);
    EXPECT_EQ(m.regs().pstate.sp_sel, 1U);
}

TEST(Exception, EverythingOfPstateIsSavedAndMasksAreSet) {
    At m(0);
    auto& p = m.regs().pstate;
    p.daif = 0;
    p.uao = 1;
    p.pan = 1;
    p.dit = 1;
    p.ssbs = 1;
    p.ss = 1;
    m.core_state().n = 1;
    m.core_state().c = 1;
    m.raise(syndrome::kUndefined);
    EXPECT_EQ(m.system.spsr(1), one_bit(31) | one_bit(29) | one_bit(24) | one_bit(23) | one_bit(22) | one_bit(21) | one_bit(12));
    EXPECT_EQ(p.daif, 0xfU);
    EXPECT_EQ(p.uao, 0U);
    EXPECT_EQ(p.ss, 0U);
    EXPECT_EQ(p.il, 0U);
    EXPECT_EQ(m.system.saved_state() & 0xf, 5U); // EL1h
}

TEST(Exception, SpanDecidesAboutPan) {
    for (const bool span : {false, true}) {
        At m(0);
        m.regs().sctlr_el1 = span ? m.regs().sctlr_el1 | sctlr::kSpan : m.regs().sctlr_el1 & ~sctlr::kSpan;
        m.raise(syndrome::svc(0));
        EXPECT_EQ(m.regs().pstate.pan, span ? 0U : 1U);
    }
}

TEST(Exception, HypervisorAndMonitorCalls) {
    At m(1);
    EXPECT_FALSE(m.run(helper_hypervisor_call, 0xd400'0002 | 7 << 5));
    EXPECT_EQ(m.fault.code, syndrome::kUndefined) << "SCR_EL3.HCE is off";
    m.regs().scr_el3 |= scr::kHce;
    EXPECT_FALSE(m.run(helper_hypervisor_call, 0xd400'0002 | 7 << 5));
    EXPECT_EQ(m.fault.code, syndrome::hvc(7));
    m.take();
    EXPECT_EQ(m.system.el(), 2U);
    EXPECT_EQ(m.system.elr(2), kCode + 4);
    At s(1);
    EXPECT_FALSE(s.run(helper_monitor_call, 0xd400'0003 | 9 << 5));
    s.take();
    EXPECT_EQ(s.system.el(), 3U);
    EXPECT_EQ(s.regs().esr_el3, syndrome::smc(9));
    EXPECT_EQ(s.system.elr(3), kCode + 4);
    At trapped(1);
    trapped.regs().hcr_el2 |= hcr::kTsc;
    EXPECT_FALSE(trapped.run(helper_monitor_call, 0xd400'0003));
    trapped.take();
    EXPECT_EQ(trapped.system.el(), 2U);
    EXPECT_EQ(trapped.system.elr(2), kCode) << "a trapped call has not been executed";
    At off(1);
    off.regs().scr_el3 |= scr::kSmd;
    EXPECT_FALSE(off.run(helper_monitor_call, 0xd400'0003));
    EXPECT_EQ(off.fault.code, syndrome::kUndefined);
}

TEST(Exception, WithoutEl2AndEl3CallsAreUndefined) {
    Machine m("cortex-a53", {{"psci", "none"}});
    m.go_to(1);
    EXPECT_FALSE(m.run(helper_hypervisor_call, 0xd400'0002));
    EXPECT_EQ(m.fault.code, syndrome::kUndefined);
    EXPECT_FALSE(m.run(helper_monitor_call, 0xd400'0003));
    EXPECT_EQ(m.fault.code, syndrome::kUndefined);
}

// --- return

TEST(Return, RestoresWhatEntrySaved) {
    At m(0);
    m.core_state().z = 1;
    m.regs().pstate.daif = 0;
    m.raise(syndrome::svc(1));
    m.core_state().z = 0;
    EXPECT_EQ(m.eret(), kCode + 4);
    EXPECT_EQ(m.system.el(), 0U);
    EXPECT_EQ(m.core_state().z, 1);
    EXPECT_EQ(m.regs().pstate.daif, 0U);
    EXPECT_EQ(m.regs().pstate.sp_sel, 0U);
}

TEST(Return, IllegalOnesStayAndSetIl) {
    struct Case {
        unsigned from;
        std::uint64_t mode;
        std::uint64_t hcr;
    };
    constexpr Case kCases[] = {
        {1, 0x9, 0},           // to EL2 from EL1
        {2, 0xd, 0},           // to EL3 from EL2
        {1, 0x1, 0},           // EL0 with SP_ELx
        {1, 0x6, 0},           // M[1] set
        {1, 0x10, 0},          // AArch32 user mode
        {1, 0x13, 0},          // AArch32 supervisor mode
        {2, 0x5, hcr::kTge},   // EL1 while TGE
    };
    for (const auto& c : kCases) {
        At m(c.from);
        m.regs().hcr_el2 |= c.hcr;
        m.system.spsr(c.from) = c.mode | one_bit(31);
        m.system.elr(c.from) = kCode + 0x40;
        EXPECT_EQ(m.eret(), kCode + 0x40);
        EXPECT_EQ(m.system.el(), c.from) << c.mode;
        EXPECT_EQ(m.regs().pstate.il, 1U);
        EXPECT_EQ(m.regs().pstate.sp_sel, 1U);
        EXPECT_EQ(m.core_state().n, 1) << "the flags are restored all the same";
        EXPECT_TRUE(m.system.lift_mode().illegal_state);
        m.raise(syndrome::kIllegalState);
        EXPECT_EQ(m.esr(c.from), syndrome::make(ec::kIllegalState));
        EXPECT_NE(m.system.spsr(c.from) & one_bit(20), 0U) << "IL is saved";
        EXPECT_EQ(m.regs().pstate.il, 0U);
    }
}

TEST(Return, El2DoesNotExistInSecureState) {
    At m(3);
    m.regs().scr_el3 &= ~scr::kNs;
    m.system.spsr(3) = 0x9;
    m.eret();
    EXPECT_EQ(m.regs().pstate.il, 1U);
    At without(3, {{"el3", "on"}, {"psci", "none"}});
    without.system.spsr(3) = 0x9;
    without.eret();
    EXPECT_EQ(without.regs().pstate.il, 1U);
}

TEST(Return, IsUndefinedAtEl0) {
    At m(0);
    EXPECT_FALSE(m.run(helper_exception_return, 0xd69f'03e0));
    EXPECT_EQ(m.fault.code, syndrome::kUndefined);
}

TEST(Return, TakesTheTagFromTheAddress) {
    At m(1);
    m.regs().tcr_el1 = one_bit(37) | one_bit(38);
    m.system.spsr(1) = 0x0;
    m.system.elr(1) = 0xff00'0000'0000'1000;
    EXPECT_EQ(m.eret(), 0x1000U);
    At high(1);
    high.regs().tcr_el1 = one_bit(38);
    high.system.spsr(1) = 0x5;
    high.system.elr(1) = 0x12ff'8000'0000'1000;
    EXPECT_EQ(high.eret(), 0xffff'8000'0000'1000U);
}

// --- traps of instructions

TEST(Trap, FloatingPointByLevel) {
    struct Case {
        unsigned level;
        std::uint64_t cpacr;
        std::uint64_t cptr2;
        std::uint64_t cptr3;
        unsigned target; ///< 0: allowed
    };
    constexpr std::uint64_t kTrap = 1U << 10;
    constexpr std::uint64_t kOpen = 3U << 20;
    constexpr Case kCases[] = {
        {0, 0, 0, 0, 1},       {1, 0, 0, 0, 1},         {0, 1U << 20, 0, 0, 1},     {1, 1U << 20, 0, 0, 0},
        {0, 2U << 20, 0, 0, 1}, {1, 2U << 20, 0, 0, 1},  {0, kOpen, 0, 0, 0},        {0, kOpen, kTrap, 0, 2},
        {1, kOpen, kTrap, 0, 2}, {2, 0, kTrap, 0, 2},    {2, 0, 0, 0, 0},            {0, kOpen, 0, kTrap, 3},
        {1, kOpen, 0, kTrap, 3}, {2, 0, 0, kTrap, 3},    {3, 0, kTrap, kTrap, 3},    {3, 0, kTrap, 0, 0},
    };
    for (const auto& c : kCases) {
        At m(c.level);
        m.regs().cpacr_el1 = c.cpacr;
        m.regs().cptr_el2 = c.cptr2;
        m.regs().cptr_el3 = c.cptr3;
        EXPECT_EQ(m.system.float_trap(), c.target) << c.level << " " << std::hex << c.cpacr << " " << c.cptr2 << " " << c.cptr3;
        EXPECT_EQ(m.system.lift_mode().fp_enabled, c.target == 0);
        if (c.target == 0)
            continue;
        m.raise(syndrome::kFloatAccess);
        EXPECT_EQ(m.system.el(), c.target);
        EXPECT_EQ(m.esr(c.target), syndrome::make(ec::kFloatAccess, 0x1e0'0000));
    }
}

TEST(Trap, WaitsByLevel) {
    constexpr std::uint64_t kWfi = 0xd503'207f;
    constexpr std::uint64_t kWfe = 0xd503'205f;
    At m(0);
    EXPECT_TRUE(m.run(helper_wait, kWfi)) << "reset leaves waits to EL0";
    m.regs().sctlr_el1 &= ~(sctlr::kNtwi | sctlr::kNtwe);
    EXPECT_FALSE(m.run(helper_wait, kWfi));
    EXPECT_EQ(m.fault.code, syndrome::make(ec::kWfx, 0x1e0'0000));
    EXPECT_EQ(m.target_of_fault(), 1U);
    EXPECT_FALSE(m.run(helper_wait, kWfe));
    EXPECT_EQ(m.fault.code, syndrome::make(ec::kWfx, 0x1e0'0001));
    m.go_to(1);
    EXPECT_TRUE(m.run(helper_wait, kWfi));
    m.regs().hcr_el2 |= hcr::kTwi;
    EXPECT_FALSE(m.run(helper_wait, kWfi));
    EXPECT_EQ(m.target_of_fault(), 2U);
    EXPECT_TRUE(m.run(helper_wait, kWfe));
    m.go_to(2);
    EXPECT_TRUE(m.run(helper_wait, kWfi));
    m.regs().scr_el3 |= scr::kTwi;
    EXPECT_FALSE(m.run(helper_wait, kWfi));
    EXPECT_EQ(m.target_of_fault(), 3U);
    m.go_to(3);
    EXPECT_TRUE(m.run(helper_wait, kWfi));
}

TEST(Trap, AWaitThatWouldEndAtOnceIsNotTrapped) {
    At m(1);
    m.regs().hcr_el2 |= hcr::kTwi;
    m.core.set_interrupt(0, true);
    EXPECT_TRUE(m.run(helper_wait, 0xd503'207f));
}

} // namespace
} // namespace medley::iss::aarch64::test
