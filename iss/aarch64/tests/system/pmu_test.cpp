// Performance monitors. Arm ARM DDI 0487, D13.
#include "iss/aarch64/pmu.h"
#include "iss/aarch64/tests/system/machine.h"
#include "iss/aarch64/wires.h"

namespace medley::iss::aarch64::test {
namespace {

constexpr std::uint64_t kCycleBit = 1U << 31;

struct Counting : Machine {
    explicit Counting(unsigned level = 1, Parameters parameters = {}) : Machine("max", std::move(parameters)) {
        go_to(level);
        regs().pmuserenr_el0 = 0xf;
    }
    /// Counter 0 counts an event, the cycle counter cycles.
    void start(std::uint64_t event, std::uint64_t filter = 0) {
        EXPECT_TRUE(write("PMEVTYPER<n>_EL0", event | filter));
        EXPECT_TRUE(write("PMCCFILTR_EL0", filter));
        EXPECT_TRUE(write("PMCNTENSET_EL0", kCycleBit | 1));
        EXPECT_TRUE(write("PMCR_EL0", pmu::kEnable | pmu::kLongCycles));
    }
    void run_for(std::uint64_t instructions, std::uint64_t cycles) {
        host.executed_count += instructions;
        host.cycle_count += cycles;
    }
    std::uint64_t events() { return read("PMEVCNTR<n>_EL0").value_or(~0ULL); }
    std::uint64_t cycles() { return read("PMCCNTR_EL0").value_or(~0ULL); }
    bool line() { return host.outputs[static_cast<unsigned>(Output::Pmu)]; }
};

TEST(Pmu, CountsInstructionsAndCyclesWhileItIsOn) {
    Counting m;
    m.run_for(1000, 3000);
    m.start(pmu::kInstructions);
    EXPECT_EQ(m.events(), 0U);
    m.run_for(10, 30);
    EXPECT_EQ(m.events(), 10U);
    EXPECT_EQ(m.cycles(), 30U);
    m.write("PMCR_EL0", 0);
    m.run_for(10, 30);
    EXPECT_EQ(m.events(), 10U);
    m.write("PMCR_EL0", pmu::kEnable);
    m.run_for(5, 7);
    EXPECT_EQ(m.events(), 15U);
    EXPECT_EQ(m.cycles(), 37U);
    m.write("PMCNTENCLR_EL0", 1);
    m.run_for(5, 7);
    EXPECT_EQ(m.events(), 15U);
    EXPECT_EQ(m.cycles(), 44U);
    m.write("PMCR_EL0", pmu::kEnable | pmu::kResetCycles | pmu::kResetEvents);
    EXPECT_EQ(m.events(), 0U);
    EXPECT_EQ(m.cycles(), 0U);
}

TEST(Pmu, FiltersByLevel) {
    struct Case {
        std::uint64_t filter;
        bool el0, el1, el2;
    };
    for (const auto& c : {Case{0, true, true, false}, Case{1U << 31, true, false, false}, Case{1U << 30, false, true, false},
                          Case{3U << 30, false, false, false}, Case{1U << 27, true, true, true}}) {
        for (unsigned level = 0; level <= 2; ++level) {
            Counting m(2, kWithEl2);
            m.start(pmu::kInstructions, c.filter);
            m.write("PMEVCNTR<n>_EL0", 0);
            m.system.change_counting([&] { m.go_to(level); });
            m.run_for(8, 8);
            const bool counts = level == 0 ? c.el0 : level == 1 ? c.el1 : c.el2;
            m.system.change_counting([&] { m.go_to(2); });
            EXPECT_EQ(m.events(), counts ? 8U : 0U) << std::hex << c.filter << " EL" << level;
        }
    }
}

TEST(Pmu, ExceptionsChangeWhatIsFiltered) {
    Counting m(1);
    m.start(pmu::kInstructions, 1U << 31); // EL0 alone
    m.run_for(10, 10);
    m.system.spsr(1) = 0;
    m.eret();
    m.run_for(7, 7);
    m.raise(syndrome::svc(0));
    m.run_for(10, 10);
    EXPECT_EQ(m.events(), 7U);
}

TEST(Pmu, OverflowsInterrupt) {
    Counting m;
    m.start(pmu::kInstructions);
    m.write("PMEVCNTR<n>_EL0", 0xffff'fff0);
    m.write("PMINTENSET_EL1", 1);
    EXPECT_FALSE(m.line());
    EXPECT_NE(m.host.alarms[5], kNever);
    m.run_for(15, 15);
    m.core.on_alarm(5);
    EXPECT_FALSE(m.line());
    EXPECT_NE(m.host.alarms[5], kNever) << "not yet";
    m.run_for(3, 3);
    m.core.on_alarm(5);
    EXPECT_TRUE(m.line());
    EXPECT_EQ(m.read("PMOVSSET_EL0"), 1U);
    EXPECT_EQ(m.events(), 2U);
    m.write("PMOVSCLR_EL0", 1);
    EXPECT_FALSE(m.line());
}

/// PMCR_EL0.LC is 1 where there is no AArch32.
TEST(Pmu, TheCycleCounterOverflowsAt64Bits) {
    Counting m;
    m.start(pmu::kInstructions);
    m.write("PMCCNTR_EL0", 0xffff'fffe);
    m.run_for(4, 4);
    EXPECT_EQ(m.cycles(), 0x1'0000'0002U);
    EXPECT_EQ(m.read("PMOVSSET_EL0"), 0U);
    m.write("PMCR_EL0", pmu::kEnable);
    m.write("PMCCNTR_EL0", 0xffff'fffe);
    m.run_for(4, 4);
    EXPECT_EQ(m.cycles(), 0x1'0000'0002U) << "LC cannot be cleared";
    EXPECT_EQ(m.read("PMOVSSET_EL0"), 0U);
    m.write("PMCCNTR_EL0", ~std::uint64_t{0});
    m.run_for(4, 4);
    EXPECT_EQ(m.cycles(), 3U);
    EXPECT_EQ(m.read("PMOVSSET_EL0"), kCycleBit);
    m.write("PMOVSCLR_EL0", kCycleBit);
    m.run_for(4, 4);
    EXPECT_EQ(m.read("PMOVSSET_EL0"), 0U) << "once";
}

TEST(Pmu, SoftwareIncrements) {
    Counting m;
    m.start(pmu::kSoftwareIncrement);
    EXPECT_TRUE(m.write("PMSWINC_EL0", 1));
    EXPECT_TRUE(m.write("PMSWINC_EL0", 3));
    EXPECT_EQ(m.events(), 2U);
}

TEST(Pmu, AnOddCounterCountsOverflowsOfTheOneBelow) {
    Counting m;
    const auto upper_type = static_cast<std::uint16_t>(key_of("PMEVTYPER<n>_EL0") + 1);
    const auto upper = static_cast<std::uint16_t>(key_of("PMEVCNTR<n>_EL0") + 1);
    m.start(pmu::kInstructions);
    m.write(upper_type, pmu::kChain);
    m.write("PMCNTENSET_EL0", 2);
    m.write("PMEVCNTR<n>_EL0", 0xffff'fff0);
    m.run_for(0x10, 1);
    m.read("PMOVSSET_EL0");
    EXPECT_EQ(m.read(upper), 1U);
    m.run_for(0x2'0000'0000, 1);
    EXPECT_EQ(m.read("PMOVSSET_EL0"), 1U);
    EXPECT_EQ(m.read(upper), 3U) << "each of them";
    m.write(upper, 0xffff'ffff);
    m.write("PMINTENSET_EL1", 2);
    m.write("PMEVCNTR<n>_EL0", 0xffff'ffff);
    EXPECT_NE(m.host.alarms[5], kNever) << "the upper one's interrupt comes with the lower one's overflow";
    m.run_for(1, 1);
    m.core.on_alarm(5);
    EXPECT_TRUE(m.line());
    EXPECT_EQ(m.read("PMOVSSET_EL0"), 3U);
}

TEST(Pmu, ExceptionsAndReturnsAreEvents) {
    for (const auto event : {pmu::kExceptions, pmu::kExceptionReturns}) {
        Counting m(1);
        m.start(event);
        m.raise(syndrome::svc(0));
        m.raise(syndrome::svc(0));
        EXPECT_EQ(m.events(), event == pmu::kExceptions ? 2U : 0U);
        m.eret();
        EXPECT_EQ(m.events(), event == pmu::kExceptions ? 2U : 1U);
    }
    Counting m(1);
    m.start(pmu::kContextWrites);
    m.write("CONTEXTIDR_EL1", 7);
    EXPECT_EQ(m.events(), 1U);
}

TEST(Pmu, AHypervisorsCountersInterruptByItsOwnEnable) {
    Counting m(2, kWithEl2);
    m.write("MDCR_EL2", 2);
    m.write("PMINTENSET_EL1", 1U << 3);
    m.write("PMOVSSET_EL0", 1U << 3);
    m.write("PMCR_EL0", pmu::kEnable);
    EXPECT_FALSE(m.line());
    m.write("MDCR_EL2", 2 | 1U << 7); // HPME
    EXPECT_TRUE(m.line());
    m.write("PMCR_EL0", 0);
    EXPECT_TRUE(m.line());
}

TEST(Pmu, TheSelectedCounter) {
    Counting m;
    m.write("PMSELR_EL0", 3);
    m.write("PMXEVTYPER_EL0", pmu::kInstructions);
    m.write("PMXEVCNTR_EL0", 77);
    EXPECT_EQ(m.read(static_cast<std::uint16_t>(key_of("PMEVCNTR<n>_EL0") + 3)), 77U);
    EXPECT_EQ(m.read(static_cast<std::uint16_t>(key_of("PMEVTYPER<n>_EL0") + 3)), pmu::kInstructions);
    m.write("PMSELR_EL0", 31);
    m.write("PMXEVTYPER_EL0", 1U << 31);
    EXPECT_EQ(m.read("PMCCFILTR_EL0"), 1U << 31);
}

TEST(Pmu, UsersNeedTheirEnables) {
    struct Case {
        const char* name;
        bool write;
        std::uint64_t enable;
    };
    for (const auto& c : {Case{"PMCR_EL0", false, 1}, Case{"PMSWINC_EL0", true, 2}, Case{"PMCCNTR_EL0", false, 4},
                          Case{"PMEVCNTR<n>_EL0", false, 8}, Case{"PMSELR_EL0", true, 8}}) {
        for (const std::uint64_t enable : {0, 1, 2, 4, 8}) {
            Counting m(0);
            m.regs().pmuserenr_el0 = enable;
            const bool done = c.write ? m.write(c.name, 0) : m.read(c.name).has_value();
            EXPECT_EQ(done, enable == 1 || enable == c.enable) << c.name << enable;
        }
    }
    Counting m(0);
    EXPECT_FALSE(m.write("PMUSERENR_EL0", 0)) << "readable alone";
    EXPECT_TRUE(m.read("PMUSERENR_EL0"));
}

TEST(Pmu, AHypervisorKeepsCountersAndTraps) {
    Counting m(1, kWithEl2);
    m.regs().mdcr_el2 = 2;
    EXPECT_EQ(m.read("PMCR_EL0").value_or(0) >> 11 & 31, 2U);
    m.write("PMCNTENSET_EL0", ~0ULL);
    EXPECT_EQ(m.read("PMCNTENSET_EL0"), kCycleBit | 3);
    m.regs().mdcr_el2 |= mdcr::kTpm;
    EXPECT_FALSE(m.read("PMCCNTR_EL0"));
    EXPECT_EQ(m.target_of_fault(), 2U);
    m.regs().mdcr_el2 = 2 | mdcr::kTpmcr;
    EXPECT_TRUE(m.read("PMCCNTR_EL0"));
    EXPECT_FALSE(m.read("PMCR_EL0"));
}

TEST(Pmu, IsNotThereWithoutTheFeature) {
    Machine m("cortex-a53", {{"pmu", "off"}});
    m.go_to(1);
    EXPECT_FALSE(m.read("PMCR_EL0"));
    EXPECT_EQ(m.fault.code, syndrome::kUndefined);
    EXPECT_EQ(m.read(sysreg_key(3, 0, 0, 5, 0)).value_or(0) >> 8 & 15, 0U);
}

} // namespace
} // namespace medley::iss::aarch64::test
