// The generic timers. Arm ARM DDI 0487, D11.
#include "iss/aarch64/tests/system/machine.h"
#include "iss/aarch64/timer.h"
#include "iss/aarch64/wires.h"

namespace medley::iss::aarch64::test {
namespace {

struct Names {
    Timer timer;
    const char* control;
    const char* compare;
    const char* value;
    Output output;
    unsigned level;
};
constexpr Names kTimerNames[] = {
    {Timer::Physical, "CNTP_CTL_EL0", "CNTP_CVAL_EL0", "CNTP_TVAL_EL0", Output::Cntp, 1},
    {Timer::Virtual, "CNTV_CTL_EL0", "CNTV_CVAL_EL0", "CNTV_TVAL_EL0", Output::Cntv, 1},
    {Timer::Hypervisor, "CNTHP_CTL_EL2", "CNTHP_CVAL_EL2", "CNTHP_TVAL_EL2", Output::Cnthp, 2},
    {Timer::HypervisorVirtual, "CNTHV_CTL_EL2", "CNTHV_CVAL_EL2", "CNTHV_TVAL_EL2", Output::Cnthv, 2},
    {Timer::Secure, "CNTPS_CTL_EL1", "CNTPS_CVAL_EL1", "CNTPS_TVAL_EL1", Output::Cntps, 3},
};

struct Timed : Machine {
    explicit Timed(unsigned level) : Machine("max", kAllLevels) {
        go_to(level);
        regs().cnthctl_el2 = 3;
    }
    bool line(Output output) { return host.outputs[static_cast<unsigned>(output)]; }
};

TEST(Timers, FireAtTheCompareValueAndNoEarlier) {
    for (const auto& t : kTimerNames) {
        Timed m(t.level);
        m.host.time = 1000;
        EXPECT_TRUE(m.write(t.compare, 1500));
        EXPECT_TRUE(m.write(t.control, 1));
        EXPECT_FALSE(m.line(t.output));
        EXPECT_EQ(m.host.alarms[static_cast<unsigned>(t.timer)], 1500U * 16000) << t.control;
        EXPECT_EQ(m.read(t.control), 1U);
        m.host.time = 1499;
        m.core.on_alarm(static_cast<unsigned>(t.timer));
        EXPECT_FALSE(m.line(t.output)) << "an alarm may be early";
        m.host.time = 1500;
        m.core.on_alarm(static_cast<unsigned>(t.timer));
        EXPECT_TRUE(m.line(t.output));
        EXPECT_EQ(m.read(t.control), 5U);
        EXPECT_EQ(m.host.alarms[static_cast<unsigned>(t.timer)], kNever);
        EXPECT_TRUE(m.write(t.control, 3)); // masked
        EXPECT_FALSE(m.line(t.output));
        EXPECT_EQ(m.read(t.control), 7U);
        EXPECT_TRUE(m.write(t.control, 0));
        EXPECT_EQ(m.read(t.control), 0U);
    }
}

TEST(Timers, TheConditionEndsWhereTheCountWraps) {
    Timed m(2);
    m.host.time = 1000;
    EXPECT_TRUE(m.write("CNTVOFF_EL2", 1600)); // the virtual count is 600 before its wrap
    EXPECT_TRUE(m.write("CNTV_CVAL_EL0", ~std::uint64_t{0} - 99));
    EXPECT_TRUE(m.write("CNTV_CTL_EL0", 1));
    EXPECT_EQ(m.host.alarms[static_cast<unsigned>(Timer::Virtual)], 1500U * 16000);
    m.host.time = 1500;
    m.core.on_alarm(static_cast<unsigned>(Timer::Virtual));
    EXPECT_TRUE(m.line(Output::Cntv));
    EXPECT_EQ(m.host.alarms[static_cast<unsigned>(Timer::Virtual)], 1600U * 16000) << "comparisons are unsigned: it ends with the wrap";
    m.host.time = 1600;
    m.core.on_alarm(static_cast<unsigned>(Timer::Virtual));
    EXPECT_FALSE(m.line(Output::Cntv));
    EXPECT_EQ(m.read("CNTV_CTL_EL0"), 1U);
    EXPECT_EQ(m.host.alarms[static_cast<unsigned>(Timer::Virtual)], kNever);
}

TEST(Timers, TheTimerValueIsASignedViewOfTheCompareValue) {
    for (const auto& t : kTimerNames) {
        Timed m(t.level);
        m.host.time = 0x1'0000'0000;
        EXPECT_TRUE(m.write(t.value, 0x100));
        EXPECT_EQ(m.read(t.compare), 0x1'0000'0100U);
        m.host.time += 0x180;
        EXPECT_EQ(m.read(t.value), 0xffff'ff80U);
        EXPECT_TRUE(m.write(t.value, 0xffff'ffff)); // in the past
        EXPECT_EQ(m.read(t.compare), 0x1'0000'017fU);
        EXPECT_TRUE(m.write(t.control, 1));
        EXPECT_TRUE(m.line(t.output));
    }
}

TEST(Timers, TheVirtualOneIsOffset) {
    Timed m(2);
    m.host.time = 1000;
    EXPECT_TRUE(m.write("CNTVOFF_EL2", 400));
    EXPECT_EQ(m.read("CNTVCT_EL0"), 600U);
    EXPECT_EQ(m.read("CNTPCT_EL0"), 1000U);
    EXPECT_TRUE(m.write("CNTV_CVAL_EL0", 700));
    EXPECT_TRUE(m.write("CNTV_CTL_EL0", 1));
    EXPECT_EQ(m.host.alarms[static_cast<unsigned>(Timer::Virtual)], 1100U * 16000);
    EXPECT_TRUE(m.write("CNTVOFF_EL2", 300)); // 700 has come
    EXPECT_TRUE(m.line(Output::Cntv));
}

TEST(Timers, AHostDoesNotSeeTheOffset) {
    Timed m(2);
    m.host.time = 1000;
    m.regs().cntvoff_el2 = 400;
    m.regs().hcr_el2 |= hcr::kE2h;
    EXPECT_EQ(m.read("CNTVCT_EL0"), 1000U);
}

/// QEMU 7.2 goes by the level that writes instead.
TEST(Timers, OfAGuestCountWithTheOffsetForAHostToo) {
    Timed m(2);
    m.host.time = 1000;
    m.regs().cntvoff_el2 = 400;
    m.regs().hcr_el2 |= hcr::kE2h;
    EXPECT_TRUE(m.write(sysreg_key(3, 5, 14, 3, 0), 50)); // CNTV_TVAL_EL02
    EXPECT_EQ(m.regs().cntv_cval_el0, 650U);
    EXPECT_TRUE(m.write("CNTV_TVAL_EL0", 50));
    EXPECT_EQ(m.regs().cnthv_cval_el2, 1050U);
    m.go_to(3);
    EXPECT_TRUE(m.write("CNTHV_TVAL_EL2", 60));
    EXPECT_EQ(m.regs().cnthv_cval_el2, 1060U);
    EXPECT_TRUE(m.write("CNTV_TVAL_EL0", 60));
    EXPECT_EQ(m.regs().cntv_cval_el0, 660U);
}

TEST(Timers, CompareValuesThatNeverComeSetNoAlarm) {
    Timed m(1);
    m.host.time = 1000;
    m.write("CNTP_CVAL_EL0", ~std::uint64_t{0});
    m.write("CNTP_CTL_EL0", 1);
    EXPECT_EQ(m.host.alarms[0], ~std::uint64_t{0} * 16000);
    m.regs().cntvoff_el2 = 2000; // the virtual count has wrapped
    m.write("CNTV_CVAL_EL0", 5);
    m.write("CNTV_CTL_EL0", 1);
    EXPECT_TRUE(m.line(Output::Cntv)) << "2^64 - 1000 is past 5";
}

// --- access

TEST(TimerAccess, OfEl0NeedsItsEnables) {
    struct Case {
        const char* name;
        unsigned enable;
    };
    for (const auto& c : {Case{"CNTPCT_EL0", 0}, Case{"CNTVCT_EL0", 1}, Case{"CNTV_CTL_EL0", 8}, Case{"CNTP_CTL_EL0", 9}}) {
        Timed m(0);
        EXPECT_FALSE(m.read(c.name));
        EXPECT_EQ(m.fault.code, syndrome::system(Machine::mrs(key_of(c.name))));
        EXPECT_EQ(m.target_of_fault(), 1U);
        m.regs().cntkctl_el1 = one_bit(c.enable);
        EXPECT_TRUE(m.read(c.name)) << c.name;
    }
    Timed m(0);
    EXPECT_FALSE(m.read("CNTFRQ_EL0"));
    m.regs().cntkctl_el1 = 2;
    EXPECT_EQ(m.read("CNTFRQ_EL0"), 62'500'000U);
}

TEST(TimerAccess, OfGuestsToPhysicalTimeMayBeTrapped) {
    Timed m(1);
    EXPECT_TRUE(m.read("CNTPCT_EL0"));
    m.regs().cnthctl_el2 = 2; // the timer, not the counter
    EXPECT_FALSE(m.read("CNTPCT_EL0"));
    EXPECT_EQ(m.target_of_fault(), 2U);
    EXPECT_TRUE(m.read("CNTP_CTL_EL0"));
    m.regs().cnthctl_el2 = 1;
    EXPECT_FALSE(m.read("CNTP_CTL_EL0"));
    EXPECT_TRUE(m.read("CNTV_CTL_EL0"));
}

/// CNTHCTL_EL2 with FEAT_ECV; the fields were missing though ID_AA64MMFR0_EL1.ECV says that they are there.
TEST(TimerAccess, OfGuestsToVirtualTimeMayBeTrappedWithEcv) {
    struct Case {
        const char* name;
        unsigned trap;
    };
    for (const auto& c : {Case{"CNTV_CTL_EL0", 13}, Case{"CNTV_CVAL_EL0", 13}, Case{"CNTV_TVAL_EL0", 13}, Case{"CNTVCT_EL0", 14},
                          Case{"CNTVCTSS_EL0", 14}}) {
        Timed m(2);
        EXPECT_TRUE(m.write("CNTHCTL_EL2", 3 | one_bit(c.trap)));
        EXPECT_TRUE(m.read(c.name)) << "EL2 itself";
        for (unsigned level = 0; level < 2; ++level) {
            m.regs().cntkctl_el1 = 0x303;
            m.go_to(level);
            EXPECT_FALSE(m.read(c.name)) << c.name;
            EXPECT_EQ(m.target_of_fault(), 2U);
            m.regs().cntkctl_el1 = 0;
            EXPECT_FALSE(m.read(c.name) && level == 0);
            EXPECT_EQ(m.target_of_fault(), level == 0 ? 1U : 2U) << "EL1's own traps come first";
        }
    }
}

TEST(TimerAccess, ControlsKeepTheFieldsOfEcvWithItAlone) {
    for (const bool extended : {false, true}) {
        Machine m(extended ? "max" : "cortex-a72", kAllLevels);
        m.go_to(2);
        const std::uint64_t fields = extended ? 0x3e000 : 0;
        EXPECT_TRUE(m.write("CNTHCTL_EL2", 0x3f0ff));
        EXPECT_EQ(m.read("CNTHCTL_EL2"), 0xff | fields) << "no CNTPOFF_EL2, no bit 12";
        EXPECT_TRUE(m.write("CNTKCTL_EL1", 0x3ffff));
        EXPECT_EQ(m.read("CNTKCTL_EL1"), 0x3ff | (fields & one_bit(17)));
    }
}

TEST(TimerAccess, TheSecureTimer) {
    Timed m(1);
    EXPECT_FALSE(m.read("CNTPS_CTL_EL1"));
    EXPECT_EQ(m.fault.code, syndrome::kUndefined) << "Non-secure EL1";
    m.regs().scr_el3 &= ~scr::kNs;
    EXPECT_FALSE(m.read("CNTPS_CTL_EL1"));
    EXPECT_EQ(m.target_of_fault(), 3U);
    m.regs().scr_el3 |= scr::kSt;
    EXPECT_TRUE(m.read("CNTPS_CTL_EL1"));
    m.go_to(2);
    EXPECT_FALSE(m.read("CNTPS_CTL_EL1"));
    EXPECT_EQ(m.fault.code, syndrome::kUndefined);
}

TEST(TimerAccess, TheFrequencyIsWrittenAtTheHighestLevelAlone) {
    for (unsigned level = 1; level <= 3; ++level) {
        Timed m(level);
        EXPECT_EQ(m.write("CNTFRQ_EL0", 1'000'000), level == 3);
    }
}

} // namespace
} // namespace medley::iss::aarch64::test
