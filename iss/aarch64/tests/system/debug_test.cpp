// Breakpoints, watchpoints, software step and their routing. Arm ARM DDI 0487, D2.
#include "iss/aarch64/fault_bits.h"
#include "iss/aarch64/tests/system/tables.h"

namespace medley::iss::aarch64::test {
namespace {

constexpr Address kCode = kRam + 0x1000;
constexpr Address kData = kRam + 0x2000;
/// Enabled at EL1 and EL0, in both security states, all bytes of an instruction.
constexpr std::uint64_t kBreak = 1 | 3U << 1 | 0xfU << 5;
constexpr std::uint64_t watch(unsigned bytes, unsigned kinds = 3) { return 1 | 3U << 1 | kinds << 3 | bytes << 5; }

struct Debugged : Machine {
    explicit Debugged(unsigned level = 0, Parameters parameters = {}) : Machine("max", std::move(parameters)) {
        go_to(level);
        regs().oslock = 0;
        regs().mdscr_el1 = mdscr::kMde;
        regs().pstate.daif = 0;
        core_state().pc = kCode;
    }
    bool watched(Address address, unsigned size, medley::Access access = medley::Access::Read, unsigned index = 0) {
        const auto result = core.translate(address, size, access, index);
        fault = result.fault;
        return !result.ok;
    }
};

// --- breakpoints

TEST(Breakpoint, MatchesItsInstructionAlone) {
    Debugged m;
    m.regs().dbgbvr[2] = kCode;
    m.regs().dbgbcr[2] = kBreak;
    EXPECT_TRUE(m.system.lift_mode().breakpoints);
    EXPECT_FALSE(m.run(helper_execute_breakpoint, kCode));
    EXPECT_TRUE(m.run(helper_execute_breakpoint, kCode + 4));
    EXPECT_FALSE(m.run(helper_execute_breakpoint, kCode));
    m.take();
    EXPECT_EQ(m.regs().esr_el1, syndrome::make(ec::kBreakpointLower, 0x22));
    EXPECT_EQ(m.system.elr(1), kCode);
}

TEST(Breakpoint, NeedsEverythingThatEnablesIt) {
    const auto armed = [](auto change) {
        Debugged m;
        m.regs().dbgbvr[0] = kCode;
        m.regs().dbgbcr[0] = kBreak;
        change(m);
        return m.system.lift_mode().breakpoints && m.system.breakpoint_at(kCode).has_value();
    };
    EXPECT_TRUE(armed([](Debugged&) {}));
    EXPECT_FALSE(armed([](Debugged& m) { m.regs().mdscr_el1 = 0; }));
    EXPECT_FALSE(armed([](Debugged& m) { m.regs().oslock = 1; }));
    EXPECT_FALSE(armed([](Debugged& m) { m.regs().dbgbcr[0] &= ~std::uint64_t{1}; }));
    EXPECT_FALSE(armed([](Debugged& m) { m.go_to(1); })) << "EL1 debugs itself with KDE alone";
    EXPECT_TRUE(armed([](Debugged& m) { m.go_to(1), m.regs().mdscr_el1 |= mdscr::kKde; }));
    EXPECT_FALSE(armed([](Debugged& m) {
        m.go_to(1);
        m.regs().mdscr_el1 |= mdscr::kKde;
        m.regs().pstate.daif = 8;
    }));
    EXPECT_FALSE(armed([](Debugged& m) { m.regs().dbgbcr[0] = (m.regs().dbgbcr[0] & ~std::uint64_t{6}) | 2; })) << "EL1 only";
}

TEST(Breakpoint, GoesToEl2WithTde) {
    Debugged m(1, kWithEl2);
    m.regs().mdcr_el2 |= mdcr::kTde;
    m.regs().dbgbvr[0] = kCode;
    m.regs().dbgbcr[0] = kBreak;
    EXPECT_FALSE(m.run(helper_execute_breakpoint, kCode));
    m.take();
    EXPECT_EQ(m.system.el(), 2U);
}

TEST(Breakpoint, OfContexts) {
    Debugged m;
    const unsigned last = kBreakpoints - 1;
    m.regs().dbgbvr[last] = 0x77;
    m.regs().dbgbcr[last] = kBreak | 2U << 20; // unlinked context match
    EXPECT_FALSE(m.system.breakpoint_at(kCode));
    m.regs().contextidr_el1 = 0x77;
    EXPECT_TRUE(m.system.breakpoint_at(kCode));
    m.regs().dbgbcr[last] = kBreak | 3U << 20; // linked: matches through another one only
    EXPECT_FALSE(m.system.breakpoint_at(kCode));
    m.regs().dbgbvr[0] = kCode;
    m.regs().dbgbcr[0] = kBreak | 1U << 20 | std::uint64_t{last} << 16;
    EXPECT_TRUE(m.system.breakpoint_at(kCode));
    EXPECT_FALSE(m.system.breakpoint_at(kCode + 4));
    m.regs().contextidr_el1 = 0x78;
    EXPECT_FALSE(m.system.breakpoint_at(kCode));
}

TEST(Breakpoint, TheInstructionGoesWhereDebugExceptionsGo) {
    Debugged m(0);
    m.regs().mdscr_el1 = 0;
    m.raise(syndrome::brk(0x1234));
    EXPECT_EQ(m.regs().esr_el1, syndrome::make(ec::kBrk, 0x1234)) << "whatever is enabled";
    EXPECT_EQ(m.system.elr(1), kCode);
}

// --- watchpoints

TEST(Watchpoint, EveryByteSelectionAndSize) {
    for (unsigned select = 1; select < 256; ++select) {
        // Runs of bytes alone are defined.
        const unsigned low = static_cast<unsigned>(std::countr_zero(select));
        if (((select >> low) & ((select >> low) + 1)) != 0)
            continue;
        const unsigned high = static_cast<unsigned>(std::bit_width(select)) - 1;
        Debugged m;
        m.regs().dbgwvr[1] = kData;
        m.regs().dbgwcr[1] = watch(select);
        for (const unsigned size : {1U, 2U, 4U, 8U})
            for (int at = -8; at <= 8; ++at) {
                const bool hits = at <= static_cast<int>(high) && at + static_cast<int>(size) - 1 >= static_cast<int>(low);
                EXPECT_EQ(m.watched(kData + at, size), hits) << select << " " << size << " " << at;
            }
    }
}

TEST(Watchpoint, WordsInTheUpperHalf) {
    Debugged m;
    m.regs().dbgwvr[0] = kData + 4;
    m.regs().dbgwcr[0] = watch(0xf);
    EXPECT_FALSE(m.watched(kData, 4));
    EXPECT_TRUE(m.watched(kData + 4, 1));
    EXPECT_TRUE(m.watched(kData, 8));
    EXPECT_FALSE(m.watched(kData + 8, 8));
}

// It was the first byte of the access, which may be in another block of DC ZVA's size than all that is watched.
TEST(Watchpoint, FarIsTheFirstByteThatIsWatched) {
    Debugged m;
    m.regs().dbgwvr = {kData + 64, kData + 68, 0, 0};
    m.regs().dbgwcr = {watch(0xf0), watch(0xc), 0, 0};
    EXPECT_TRUE(m.watched(kData + 60, 16));
    EXPECT_EQ(m.fault.address, kData + 68);
    EXPECT_TRUE(m.watched(kData + 71, 1));
    EXPECT_EQ(m.fault.address, kData + 71);
    m.regs().dbgwcr[0] = 0;
    EXPECT_TRUE(m.watched(kData + 60, 16));
    EXPECT_EQ(m.fault.address, kData + 70);
}

TEST(Watchpoint, Masks) {
    for (unsigned mask = 3; mask < 20; ++mask) {
        Debugged m;
        const Address base = kRam + 0x10'0000;
        m.regs().dbgwvr[0] = base;
        m.regs().dbgwcr[0] = watch(0xff) | std::uint64_t{mask} << 24;
        EXPECT_TRUE(m.watched(base, 1));
        EXPECT_TRUE(m.watched(base + (Address{1} << mask) - 1, 1));
        EXPECT_FALSE(m.watched(base - 1, 1));
        EXPECT_FALSE(m.watched(base + (Address{1} << mask), 1));
    }
}

TEST(Watchpoint, KindsAndLevels) {
    Debugged m;
    m.regs().dbgwvr[0] = kData;
    m.regs().dbgwcr[0] = watch(0xff, 1);
    EXPECT_TRUE(m.watched(kData, 8, Access::Read));
    EXPECT_FALSE(m.watched(kData, 8, Access::Write));
    m.regs().dbgwcr[0] = watch(0xff, 2);
    EXPECT_FALSE(m.watched(kData, 8, Access::Read));
    EXPECT_TRUE(m.watched(kData, 8, Access::Write));
    m.take();
    EXPECT_EQ(m.regs().esr_el1, syndrome::make(ec::kWatchpointLower, 0x62));
    EXPECT_EQ(m.regs().far_el1, kData);
    Debugged user(1);
    user.regs().mdscr_el1 |= mdscr::kKde;
    user.regs().dbgwvr[0] = kData;
    user.regs().dbgwcr[0] = (watch(0xff) & ~std::uint64_t{6}) | 4; // EL0
    EXPECT_FALSE(user.watched(kData, 8, Access::Read, 1));
    EXPECT_TRUE(user.watched(kData, 8, Access::Read, 0)) << "LDTR counts as EL0";
}

TEST(Watchpoint, ItsPageComesBackForEachAccess) {
    Debugged m;
    m.regs().dbgwvr[0] = kData;
    m.regs().dbgwcr[0] = watch(0xff);
    const auto beside = m.core.translate(kData + 0x100, 8, Access::Read, 0);
    EXPECT_TRUE(beside.ok);
    EXPECT_FALSE(beside.cacheable);
    EXPECT_FALSE(beside.is_flat());
    EXPECT_TRUE(m.core.translate(kData + 0x1000, 8, Access::Read, 0).cacheable);
    EXPECT_TRUE(m.core.translate(kData, 4, Access::Fetch, 0).cacheable) << "fetches are not watched";
}

TEST(Watchpoint, ZeroingIsRefusedWhereverInTheBlockItIs) {
    Debugged m(1, kWithEl2);
    m.regs().hcr_el2 |= hcr::kDc; // Normal memory without tables
    m.regs().vtcr_el2 = 0;
    m.regs().mdscr_el1 |= mdscr::kKde;
    m.regs().dbgwvr[0] = kData + 48;
    m.regs().dbgwcr[0] = watch(0xff, 2);
    Tables tables(m.host.ram, 12, kRam + 0x10'0000);
    tables.map(kRam, 1, 1, kRam | pte::kBlock | pte::kAccess | pte::kStage2Read | pte::kStage2Write | pte::kStage2Normal);
    m.regs().vttbr_el2 = tables.root;
    m.regs().vtcr_el2 = 25 | 1U << 6 | std::uint64_t{5} << 16;
    EXPECT_TRUE(m.watched(kData, 16, Access::Write, kKernelZeroIndex)) << "before anything is written";
    EXPECT_EQ(m.fault.code, fault_bits::kWatchpoint);
    EXPECT_EQ(m.fault.address, kData + 48);
    EXPECT_FALSE(m.watched(kData, 16, Access::Write, kKernelIndex));
    EXPECT_FALSE(m.watched(kData + 64, 16, Access::Write, kKernelZeroIndex));
}

TEST(Watchpoint, WritesOfItsRegistersFlush) {
    Debugged m(1);
    m.host.flushes.clear();
    m.write("DBGWCR<n>_EL1", 0);
    m.write("DBGWVR<n>_EL1", 0);
    m.write("MDSCR_EL1", 0);
    EXPECT_EQ(m.host.flushes.size(), 3U);
}

// --- software step

struct Stepped : Debugged {
    Stepped() : Debugged(1) {
        host.ram.put(kCode, 0xd503'201f, 4); // nop
        regs().mdscr_el1 = mdscr::kSs;
        regs().pstate.daif = 0xf;
        // EL1 returns to EL0 with SPSR.SS: active-not-pending.
        system.spsr(1) = one_bit(21);
        system.elr(1) = kCode;
        eret();
    }
};

TEST(Step, RunsOneInstructionThenRaises) {
    Stepped m;
    EXPECT_TRUE(m.system.lift_mode().single_step);
    EXPECT_FALSE(m.system.lift_mode().step_pending);
    m.run(helper_step_begin);
    m.core_state().pc = kCode + 4;
    EXPECT_TRUE(m.system.lift_mode().step_pending);
    m.raise(syndrome::make(ec::kStepLower, 0x22));
    EXPECT_EQ(m.regs().esr_el1, syndrome::make(ec::kStepLower, 0x22 | 1U << 24)) << "ISV";
    EXPECT_EQ(m.system.elr(1), kCode + 4);
    EXPECT_EQ(m.system.spsr(1) & one_bit(21), 0U);
    EXPECT_FALSE(m.system.lift_mode().single_step) << "not in EL1 without KDE";
}

TEST(Step, SaysThatALoadExclusiveWasStepped) {
    Stepped m;
    m.host.ram.put(kCode, 0xc85f'7c83, 4); // ldxr
    m.run(helper_step_begin);
    m.raise(syndrome::make(ec::kStepLower, 0x22));
    EXPECT_EQ(m.regs().esr_el1, syndrome::make(ec::kStepLower, 0x22 | 1U << 24 | 1U << 6));
}

TEST(Step, WithoutSsTheExceptionIsDueAtOnce) {
    Stepped m;
    m.regs().pstate.ss = 0;
    EXPECT_TRUE(m.system.lift_mode().step_pending);
    m.raise(syndrome::make(ec::kStepLower, 0x22));
    EXPECT_EQ(m.regs().esr_el1, syndrome::make(ec::kStepLower, 0x22)) << "no ISV";
}

TEST(Step, AnInstructionThatFaultsIsSteppedAgainButACallIsNot) {
    Stepped m;
    m.run(helper_step_begin);
    m.core.raise({FaultKind::Translation, Access::Read, 7, 0x1234, 0});
    EXPECT_NE(m.system.spsr(1) & one_bit(21), 0U);
    Stepped call;
    call.run(helper_step_begin);
    call.raise(syndrome::svc(0));
    EXPECT_EQ(call.system.spsr(1) & one_bit(21), 0U);
}

// The step stayed "running", and the next exception put SPSR.SS to 1.
TEST(Step, OneThatMasksDebugExceptionsEndsUnseen) {
    Debugged m(1);
    m.regs().mdscr_el1 = mdscr::kSs | mdscr::kKde;
    m.regs().pstate.daif = 0xf;
    m.system.spsr(1) = 0x5 | one_bit(21);
    m.system.elr(1) = kCode;
    m.eret();
    EXPECT_TRUE(m.system.lift_mode().single_step);
    m.run(helper_step_begin);
    m.system.set_masks(8);
    m.raise(syndrome::make(ec::kBrk));
    EXPECT_EQ(m.system.spsr(1) & one_bit(21), 0U);
    m.regs().pstate.daif = 8;
    m.system.set_masks(0);
    EXPECT_TRUE(m.system.lift_mode().step_pending);
    m.raise(syndrome::make(ec::kStepLower, 0x22));
    EXPECT_EQ(m.regs().esr_el1 & one_bit(24), 0U) << "no ISV";
}

TEST(Step, ReturnsWithinTheDebuggedLevelDoNotStart) {
    Debugged m(1);
    m.regs().mdscr_el1 = mdscr::kSs | mdscr::kKde;
    m.regs().pstate.daif = 0; // debug exceptions are on here already
    m.system.spsr(1) = 0x5 | one_bit(21);
    m.eret();
    EXPECT_EQ(m.regs().pstate.ss, 0U);
}

TEST(OsLock, IsSetAtResetAndGoesByItsRegister) {
    Machine m;
    m.go_to(1);
    EXPECT_EQ(m.read("OSLSR_EL1"), 0xaU);
    EXPECT_TRUE(m.write("OSLAR_EL1", 0));
    EXPECT_EQ(m.read("OSLSR_EL1"), 0x8U);
    EXPECT_FALSE(m.read("OSLAR_EL1"));
}

} // namespace
} // namespace medley::iss::aarch64::test
