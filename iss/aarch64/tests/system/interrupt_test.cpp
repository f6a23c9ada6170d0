// Routing, masking and waking. Arm ARM DDI 0487, D1.3.6.
#include "iss/aarch64/tests/system/machine.h"
#include "iss/aarch64/wires.h"

namespace medley::iss::aarch64::test {
namespace {

constexpr unsigned kIrq = static_cast<unsigned>(Input::Irq);
constexpr unsigned kFiq = static_cast<unsigned>(Input::Fiq);
constexpr unsigned kVirq = static_cast<unsigned>(Input::Virq);
constexpr unsigned kVfiq = static_cast<unsigned>(Input::Vfiq);
constexpr unsigned kSei = static_cast<unsigned>(Input::Sei);

/// How the physical ones differ.
struct Kind {
    unsigned line;
    std::uint64_t scr_bit;
    std::uint64_t hcr_bit;
    std::uint32_t mask;
    Address vector;
};
constexpr Kind kKinds[] = {{kIrq, scr::kIrq, hcr::kImo, pstate::kI, 0x80},
                           {kFiq, scr::kFiq, hcr::kFmo, pstate::kF, 0x100},
                           {kSei, scr::kEa, hcr::kAmo, pstate::kA, 0x180}};

struct Setting {
    unsigned level;
    bool scr_bit;
    bool hcr_bit;
    bool tge;
    bool e2h;
    bool masked;
};

/// Table D1-14, spelled out: the level that takes an interrupt, or 0.
unsigned expected(const Setting& s) {
    unsigned target = 1;
    if (s.scr_bit)
        target = 3;
    else if (s.hcr_bit || s.tge)
        target = 2;
    if (target < s.level)
        return 0;
    if (target == s.level)
        return s.masked ? 0 : target;
    if (target == 3)
        return 3;
    if (target == 2 && !(s.e2h && s.tge))
        return 2;
    return s.masked ? 0 : target;
}

TEST(Interrupt, RoutingOfPhysicalOnes) {
    for (const auto& kind : kKinds)
        for (unsigned bits = 0; bits < 128; ++bits) {
            const Setting s{bits & 3, (bits & 4) != 0, (bits & 8) != 0, (bits & 16) != 0, (bits & 32) != 0, (bits & 64) != 0};
            if (s.tge && s.level == 1)
                continue; // EL1 is not entered while TGE
            Machine m("max", kAllLevels);
            m.go_to(s.level);
            auto& r = m.regs();
            r.scr_el3 |= s.scr_bit ? kind.scr_bit : 0;
            r.hcr_el2 |= (s.hcr_bit ? kind.hcr_bit : 0) | (s.tge ? hcr::kTge : 0) | (s.e2h ? hcr::kE2h : 0);
            r.pstate.daif = s.masked ? kind.mask : 0;
            m.core.set_interrupt(kind.line, true);
            const auto target = expected(s);
            EXPECT_EQ(m.attention(), target != 0) << bits;
            EXPECT_TRUE(m.core.wakes_up());
            EXPECT_EQ(m.core.take_interrupt(), target != 0);
            if (target == 0)
                continue;
            EXPECT_EQ(m.system.el(), target) << bits;
            const Address from = target == s.level ? 0x200 : 0x400;
            EXPECT_EQ(m.core_state().pc, from + kind.vector);
            EXPECT_FALSE(m.attention()) << "entry masks";
        }
}

/// IHI 0069H 4.6.2: IRQ for the state that it is of, FIQ for the other and for EL3.
TEST(Interrupt, ThoseOfASecurityStateDependOnTheCurrentOne) {
    struct Case {
        unsigned level;
        bool non_secure;
        bool ns_is_irq;
        bool s_is_irq;
    };
    for (const auto& c : {Case{1, true, true, false}, {2, true, true, false}, {0, false, false, true}, {1, false, false, true},
                          {3, false, false, false}, {3, true, false, false}})
        for (const auto& [line, is_irq] : {std::pair{Input::IrqNs, c.ns_is_irq}, {Input::IrqS, c.s_is_irq}}) {
            Machine m("max", kAllLevels);
            m.go_to(c.level);
            auto& r = m.regs();
            r.scr_el3 = scr::kRw | (c.non_secure ? scr::kNs : 0) | (c.level == 3 ? scr::kIrq | scr::kFiq : 0);
            r.pstate.daif = 0;
            m.core.set_interrupt(static_cast<unsigned>(line), true);
            EXPECT_EQ(m.system.pending_interrupts(), is_irq ? 0x80U : 0x40U) << c.level << c.non_secure;
            EXPECT_TRUE(m.core.wakes_up());
            r.pstate.daif = is_irq ? pstate::kI : pstate::kF;
            EXPECT_FALSE(m.core.take_interrupt()) << "masked";
            r.pstate.daif = is_irq ? pstate::kF : pstate::kI;
            EXPECT_EQ(m.core.take_interrupt(), c.level != 2) << "EL2 does not take what goes to EL1";
        }
}

TEST(Interrupt, VirtualOnesReachGuestsAlone) {
    for (unsigned level = 0; level <= 3; ++level)
        for (const bool routed : {false, true})
            for (const bool masked : {false, true})
                for (const bool by_register : {false, true}) {
                    Machine m("max", kAllLevels);
                    m.go_to(level);
                    m.regs().pstate.daif = masked ? 2 : 0;
                    m.regs().hcr_el2 |= (routed ? hcr::kImo : 0) | (by_register ? hcr::kVi : 0);
                    m.core.set_interrupt(kVirq, !by_register);
                    const bool exists = level < 2 && routed;
                    EXPECT_EQ(m.attention(), exists && !masked);
                    EXPECT_EQ(m.core.wakes_up(), exists);
                    if (m.core.take_interrupt()) {
                        EXPECT_EQ(m.system.el(), 1U);
                    }
                }
}

TEST(Interrupt, APhysicalOneForTheHypervisorComesFirst) {
    Machine m("max", kWithEl2);
    m.go_to(1);
    m.regs().pstate.daif = 0;
    m.regs().hcr_el2 |= hcr::kImo;
    m.core.set_interrupt(kVirq, true);
    m.core.set_interrupt(kIrq, true);
    m.core.take_interrupt();
    EXPECT_EQ(m.system.el(), 2U);
}

TEST(Interrupt, AVirtualSErrorIsTakenOnceWithTheSyndromeOfTheHypervisor) {
    for (const bool ras : {false, true}) {
        Machine m("max", {{"el2", "on"}, {"psci", "none"}, {"ras", ras ? "on" : "off"}});
        m.go_to(1);
        m.regs().pstate.daif = 0;
        m.regs().vsesr_el2 = 0x123'4567;
        m.regs().hcr_el2 |= hcr::kAmo | hcr::kVse;
        EXPECT_TRUE(m.core.take_interrupt());
        EXPECT_EQ(m.regs().esr_el1, syndrome::make(ec::kSError, ras ? 0x123'4567 : 0));
        EXPECT_EQ(m.regs().hcr_el2 & hcr::kVse, 0U);
        m.regs().pstate.daif = 0;
        EXPECT_FALSE(m.core.take_interrupt());
    }
}

TEST(Interrupt, AnSErrorIsAnEdgeThatWaitsUntilItIsTaken) {
    Machine m;
    m.go_to(1);
    m.core.set_interrupt(kSei, true);
    m.core.set_interrupt(kSei, false);
    EXPECT_TRUE(m.core.wakes_up()) << "WFI ends whatever is masked";
    EXPECT_FALSE(m.attention());
    EXPECT_EQ(m.read("ISR_EL1"), 0x100U);
    EXPECT_TRUE(m.msr_imm(3, 7, 4)); // DAIFClr
    EXPECT_TRUE(m.attention());
    EXPECT_TRUE(m.core.take_interrupt());
    EXPECT_EQ(m.regs().esr_el1, syndrome::make(ec::kSError));
    EXPECT_EQ(m.read("ISR_EL1"), 0U);
    EXPECT_FALSE(m.core.wakes_up());
    m.core.set_interrupt(kSei, true);
    EXPECT_EQ(m.read("ISR_EL1"), 0x100U) << "the next one";
    m.core.set_interrupt(kSei, true);
    m.regs().pstate.daif = 0;
    EXPECT_TRUE(m.core.take_interrupt());
    m.regs().pstate.daif = 0;
    EXPECT_FALSE(m.core.take_interrupt()) << "a level is no second one";
    m.core.set_interrupt(kSei, false);
    m.core.set_interrupt(kSei, true);
    m.core.reset(kRam);
    m.regs().pstate.daif = 0;
    EXPECT_FALSE(m.core.take_interrupt()) << "a reset forgets it";
}

/// Found when the physical one got a wire: taking it cleared HCR_EL2.VSE.
TEST(Interrupt, APhysicalSErrorLeavesTheVirtualOnePending) {
    Machine m("max", kWithEl2);
    m.go_to(1);
    m.regs().hcr_el2 |= hcr::kAmo | hcr::kVse;
    m.core.set_interrupt(kSei, true);
    EXPECT_TRUE(m.core.take_interrupt());
    EXPECT_EQ(m.system.el(), 2U);
    EXPECT_NE(m.regs().hcr_el2 & hcr::kVse, 0U);
}

TEST(Interrupt, AnErrorBarrierDefersWhatIsMasked) {
    constexpr std::uint64_t kDeferred = one_bit(31);
    Machine m("max", kAllLevels);
    m.go_to(1);
    m.core.set_interrupt(kSei, true);
    m.run(helper_error_barrier);
    EXPECT_EQ(m.read("DISR_EL1"), kDeferred);
    EXPECT_EQ(m.read("ISR_EL1"), 0U) << "it waits no longer";
    EXPECT_TRUE(m.write("DISR_EL1", 0));
    EXPECT_EQ(m.regs().disr_el1, 0U);

    m.core.set_interrupt(kSei, false);
    m.core.set_interrupt(kSei, true);
    m.regs().pstate.daif = 0;
    m.run(helper_error_barrier);
    EXPECT_EQ(m.regs().disr_el1, 0U) << "it is to be taken";
    EXPECT_TRUE(m.core.take_interrupt());
}

TEST(Interrupt, AnErrorBarrierOfAGuestDefersTheVirtualOne) {
    constexpr std::uint64_t kDeferred = one_bit(31);
    Machine m("max", kAllLevels);
    m.go_to(1);
    m.regs().hcr_el2 |= hcr::kAmo | hcr::kVse;
    m.regs().vsesr_el2 = 0x11;
    m.run(helper_error_barrier);
    EXPECT_EQ(m.regs().hcr_el2 & hcr::kVse, 0U);
    EXPECT_EQ(m.regs().vdisr_el2, kDeferred | 0x11);
    EXPECT_EQ(m.regs().disr_el1, 0U);
    EXPECT_EQ(m.read("DISR_EL1"), kDeferred | 0x11) << "the guest's view of VDISR_EL2";
    EXPECT_TRUE(m.write("DISR_EL1", 0));
    EXPECT_EQ(m.regs().vdisr_el2, 0U);
}

TEST(Interrupt, DeferredErrorsAreHiddenBelowAMonitorThatTakesThem) {
    Machine m("max", kAllLevels);
    m.regs().disr_el1 = 0x5;
    m.regs().scr_el3 |= scr::kEa;
    m.go_to(2);
    EXPECT_EQ(m.read("DISR_EL1"), 0U);
    EXPECT_TRUE(m.write("DISR_EL1", 7));
    m.go_to(3);
    EXPECT_EQ(m.read("DISR_EL1"), 5U);
}

TEST(Interrupt, IsrShowsWhatTheLevelWouldGet) {
    Machine m("max", kAllLevels);
    m.core.set_interrupt(kIrq, true);
    m.core.set_interrupt(kVfiq, true);
    m.go_to(1);
    EXPECT_EQ(m.read("ISR_EL1"), 0x80U);
    m.regs().hcr_el2 |= hcr::kImo | hcr::kFmo;
    EXPECT_EQ(m.read("ISR_EL1"), 0x40U) << "the virtual ones";
    m.go_to(2);
    EXPECT_EQ(m.read("ISR_EL1"), 0x80U);
}

TEST(Interrupt, MasksFollowTheRegisterAndItsImmediateForms) {
    Machine m;
    m.go_to(1);
    m.core.set_interrupt(kIrq, true);
    EXPECT_FALSE(m.attention());
    EXPECT_TRUE(m.msr_imm(3, 7, 2)); // DAIFClr
    EXPECT_TRUE(m.attention());
    EXPECT_TRUE(m.msr_imm(3, 6, 2)); // DAIFSet
    EXPECT_FALSE(m.attention());
    EXPECT_TRUE(m.write("DAIF", 0));
    EXPECT_TRUE(m.attention());
    EXPECT_EQ(m.read("DAIF"), 0U);
    m.core.set_interrupt(kIrq, false);
    EXPECT_FALSE(m.attention());
    EXPECT_FALSE(m.core.take_interrupt());
}

TEST(Interrupt, InputsStandThroughAReset) {
    Machine m;
    m.core.set_interrupt(kIrq, true);
    m.core.reset(kRam);
    m.regs().pstate.daif = 0;
    m.system.update_attention();
    EXPECT_TRUE(m.attention());
}

} // namespace
} // namespace medley::iss::aarch64::test
