// WFE and what ends it. Arm ARM DDI 0487, D1.6.1 and D11.2.4.
#include "iss/aarch64/alarms.h"
#include "iss/aarch64/event.h"
#include "iss/aarch64/tests/system/machine.h"
#include "iss/aarch64/wires.h"

namespace medley::iss::aarch64::test {
namespace {

constexpr std::uint64_t kWfe = 0xd503'205f;
constexpr std::uint64_t kWfi = 0xd503'207f;
constexpr std::uint64_t kSevl = 0xd503'20bf;
constexpr std::uint64_t kSev = 0xd503'209f;

struct Waiting : Machine {
    explicit Waiting(Parameters parameters = {}) : Machine("max", std::move(parameters)) { go_to(1); }
    /// Executes WFE; whether the core sleeps then.
    bool sleeps() {
        EXPECT_TRUE(run(helper_wait, kWfe));
        return !core.wakes_up();
    }
};

TEST(Event, IsRememberedOnceAndTakenByTheNextWait) {
    for (const auto instruction : {kSev, kSevl}) {
        Waiting m;
        m.run(helper_set_event, instruction);
        m.run(helper_set_event, instruction);
        EXPECT_FALSE(m.sleeps());
        EXPECT_TRUE(m.sleeps());
        EXPECT_EQ(m.host.broadcasts.size(), instruction == kSev ? 2U : 0U);
    }
}

TEST(Event, FromAnotherCoreEndsTheWaitAndNothingElse) {
    Waiting m;
    Waiting other;
    EXPECT_TRUE(m.sleeps());
    other.run(helper_set_event, kSev);
    ASSERT_EQ(other.host.broadcasts.size(), 1U);
    m.core.hear(other.host.broadcasts[0]);
    EXPECT_TRUE(m.core.wakes_up());
    EXPECT_TRUE(m.host.flushes.empty());
    m.run(helper_wait, kWfi);
    EXPECT_FALSE(m.core.wakes_up()) << "WFI does not look at events";
}

TEST(Event, MaskedInterruptsDoNotEndAWait) {
    Waiting m;
    m.regs().pstate.daif = 0xf;
    EXPECT_TRUE(m.sleeps());
    m.core.set_interrupt(static_cast<unsigned>(Input::Irq), true);
    EXPECT_FALSE(m.core.wakes_up());
    m.regs().pstate.daif = 0;
    EXPECT_TRUE(m.core.wakes_up());
}

TEST(Event, WaitsWithTheMonitorSetAreForMemory) {
    Waiting m;
    m.regs().monitor_armed = 1;
    EXPECT_TRUE(m.sleeps());
    EXPECT_TRUE(m.core.waits_for_memory());
    m.run(helper_wait, kWfi);
    EXPECT_FALSE(m.core.waits_for_memory());
    m.regs().monitor_armed = 0;
    EXPECT_TRUE(m.sleeps());
    EXPECT_FALSE(m.core.waits_for_memory());
}

TEST(Event, WaitsAreTrappedWhereThereIsNoEvent) {
    struct Case {
        unsigned level;
        unsigned target;
    };
    for (const auto& c : {Case{0, 1}, Case{0, 2}, Case{1, 2}, Case{1, 3}, Case{2, 3}}) {
        Waiting m(kAllLevels);
        m.regs().scr_el3 |= scr::kNs;
        m.regs().sctlr_el1 |= sctlr::kNtwe;
        (c.target == 1 ? m.regs().sctlr_el1 : c.target == 2 ? m.regs().hcr_el2 : m.regs().scr_el3) ^=
            c.target == 1 ? sctlr::kNtwe : c.target == 2 ? hcr::kTwe : scr::kTwe;
        m.go_to(c.level);
        m.run(helper_set_event, kSevl);
        EXPECT_TRUE(m.run(helper_wait, kWfe)) << "not with an event";
        EXPECT_TRUE(m.run(helper_wait, kWfi)) << "that is another bit's";
        EXPECT_FALSE(m.run(helper_wait, kWfe));
        EXPECT_EQ(m.target_of_fault(), c.target);
        m.take();
        const auto esr = c.target == 1 ? m.regs().esr_el1 : c.target == 2 ? m.regs().esr_el2 : m.regs().esr_el3;
        EXPECT_EQ(esr >> 26, 1U);
        EXPECT_EQ(esr & 3, 1U) << "TI says that it was WFE";
    }
}

TEST(Event, ReturnsFromExceptionsAreEvents) {
    Waiting m;
    m.regs().monitor_armed = 1;
    m.system.spsr(1) = 5;
    m.eret();
    EXPECT_EQ(m.regs().monitor_armed, 0U);
    EXPECT_FALSE(m.sleeps());
    EXPECT_TRUE(m.sleeps());
}

TEST(Event, StreamsEndWaitsWhereTheirBitChanges) {
    struct Case {
        std::uint64_t control;
        std::uint64_t next;
    };
    constexpr std::uint64_t kEnabled = 1U << 2;
    for (const auto& c : {Case{kEnabled | 3U << 4, 104}, Case{kEnabled | 1U << 3 | 3U << 4, 112}, Case{kEnabled | 1U << 17, 256}}) {
        Waiting m;
        m.host.time = 100;
        m.regs().event_seen = 100;
        m.regs().cntkctl_el1 = c.control;
        EXPECT_TRUE(m.sleeps());
        EXPECT_EQ(m.host.alarms[alarm::kEventStream], c.next * 16000);
        m.host.time = c.next - 1;
        m.core.on_alarm(alarm::kEventStream);
        EXPECT_FALSE(m.core.wakes_up()) << "an alarm may be early";
        EXPECT_EQ(m.host.alarms[alarm::kEventStream], c.next * 16000);
        m.host.time = c.next;
        m.core.on_alarm(alarm::kEventStream);
        EXPECT_TRUE(m.core.wakes_up());
        m.host.time += 512;
        EXPECT_FALSE(m.sleeps()) << "one that came meanwhile is remembered";
    }
}

/// CNTKCTL_EL1 and CNTHCTL_EL2 say so; the streams came all the same.
TEST(Event, AHostHasNoStreamOfTheVirtualCountAndSecureStateNoneOfEl2) {
    constexpr std::uint64_t kStream = 1U << 2 | 3U << 4;
    Waiting m(kAllLevels);
    m.host.time = m.regs().event_seen = 100;
    m.regs().scr_el3 |= scr::kNs;
    m.go_to(2);
    m.regs().cntkctl_el1 = kStream;
    m.regs().hcr_el2 |= hcr::kE2h | hcr::kTge;
    EXPECT_TRUE(m.sleeps());
    EXPECT_EQ(m.host.alarms[alarm::kEventStream], kNever);
    m.regs().cnthctl_el2 = kStream;
    EXPECT_TRUE(m.sleeps());
    EXPECT_EQ(m.host.alarms[alarm::kEventStream], 104U * 16000);
    m.regs().cntkctl_el1 = 0;
    m.go_to(1);
    m.regs().scr_el3 &= ~scr::kNs;
    EXPECT_TRUE(m.sleeps());
    EXPECT_EQ(m.host.alarms[alarm::kEventStream], kNever);
}

} // namespace
} // namespace medley::iss::aarch64::test
