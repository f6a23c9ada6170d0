// ESR, FAR and HPFAR of aborts. Arm ARM DDI 0487, D19.2.37 to D19.2.56.
#include "iss/aarch64/fault_bits.h"
#include "iss/aarch64/tests/system/tables.h"

namespace medley::iss::aarch64::test {
namespace {

namespace status = syndrome::status;
constexpr Address kAddress = 0x12'3456'7008;

Fault abort(FaultKind kind, Access access, std::uint32_t code = 0) { return {kind, access, code, kAddress, 0}; }

TEST(Abort, ClassesTellTheLevelAndTheKind) {
    for (const unsigned level : {0U, 1U})
        for (const auto access : {Access::Read, Access::Write, Access::Fetch}) {
            Machine m("max", kAllLevels);
            m.go_to(level);
            m.core.raise(abort(FaultKind::Translation, access, status::kTranslation + 2));
            const auto base = access == Access::Fetch ? ec::kFetchLower : ec::kDataLower;
            const std::uint32_t write = access == Access::Write ? 0x40 : 0;
            EXPECT_EQ(m.regs().esr_el1, syndrome::make(base + level, (status::kTranslation + 2) | write));
            EXPECT_EQ(m.regs().far_el1, kAddress);
        }
}

TEST(Abort, BusErrorsAndMisalignedAccesses) {
    Machine m("max", kAllLevels);
    m.go_to(1);
    m.core.raise(abort(FaultKind::Bus, Access::Read));
    EXPECT_EQ(m.regs().esr_el1, syndrome::make(ec::kDataSame, 0x10));
    m.core.raise(abort(FaultKind::Alignment, Access::Write));
    EXPECT_EQ(m.regs().esr_el1, syndrome::make(ec::kDataSame, 0x61));
    m.core.raise(abort(FaultKind::Bus, Access::Fetch));
    EXPECT_EQ(m.regs().esr_el1, syndrome::make(ec::kFetchSame, 0x10));
}

TEST(Abort, OfDcZvaReportsWhatTheInstructionWasGiven) {
    constexpr Address kGiven = 0x1234'5678;
    for (const auto& [word, expected] : {std::pair{0xd50b'7423U /* dc zva, x3 */, kGiven}, {0xd50b'743fU /* dc zva, xzr */, Address{0}},
                                         {0xf900'0003U /* str x3, [x0] */, kAddress}}) {
        Machine m("max", kAllLevels);
        m.go_to(1);
        m.core_state().pc = kRam + 0x1000;
        m.host.ram.put(kRam + 0x1000, word);
        m.core_state().x[3] = kGiven;
        m.core.raise(abort(FaultKind::Translation, Access::Write, status::kAlignment));
        EXPECT_EQ(m.regs().esr_el1, syndrome::make(ec::kDataSame, 0x61)) << "WnR, and no CM";
        EXPECT_EQ(m.regs().far_el1, expected) << std::hex << word;
    }
}

TEST(Abort, ExternalOnesFollowEaAndTea) {
    Machine m("max", kAllLevels);
    m.go_to(1);
    m.regs().hcr_el2 |= hcr::kTea;
    m.core.raise(abort(FaultKind::Bus, Access::Read));
    EXPECT_EQ(m.system.el(), 2U);
    EXPECT_EQ(m.regs().far_el2, kAddress);
    m.go_to(1);
    m.regs().scr_el3 |= scr::kEa;
    m.core.raise(abort(FaultKind::Translation, Access::Read, status::kExternalOnWalk + 3));
    EXPECT_EQ(m.system.el(), 3U);
    EXPECT_EQ(m.regs().esr_el3, syndrome::make(ec::kDataLower, 0x17));
    m.go_to(1);
    m.core.raise(abort(FaultKind::Alignment, Access::Read));
    EXPECT_EQ(m.system.el(), 1U) << "alignment faults are not external";
}

TEST(Abort, OfEl0GoToAHostWithTge) {
    Machine m("max", kAllLevels);
    m.go_to(0);
    m.regs().hcr_el2 |= hcr::kTge;
    m.core.raise(abort(FaultKind::Translation, Access::Read, status::kPermission + 3));
    EXPECT_EQ(m.system.el(), 2U);
    EXPECT_EQ(m.regs().esr_el2, syndrome::make(ec::kDataLower, 0xf));
}

TEST(Abort, AlignmentOfStackAndProgramCounter) {
    Machine m;
    m.go_to(1);
    m.raise(syndrome::kPcAlignment, 0x1002);
    EXPECT_EQ(m.regs().esr_el1, syndrome::make(ec::kPcAlignment));
    EXPECT_EQ(m.regs().far_el1, 0x1002U);
    m.raise(syndrome::kSpAlignment);
    EXPECT_EQ(m.regs().esr_el1, syndrome::make(ec::kSpAlignment));
}

TEST(Abort, AtomicsThatCannotReadAreReportedAsReads) {
    Machine m("max");
    m.go_to(1);
    Tables tables(m.host.ram, 12, kRam + 0x10'0000);
    const auto code = kRam + 0x1'0000;
    tables.map(0x1000, 1, 3, code | pte::kPage | pte::kAccess);
    tables.map(0x2000, 1, 3, code | pte::kPage | pte::kAccess | pte::kReadOnly);
    enable_stage1(m, tables, 12, 39);
    m.core_state().pc = 0x1000;
    m.host.ram.put(code, 0xf820'0020, 4); // ldadd x0, x0, [x1]
    m.core.raise({FaultKind::Translation, Access::Write, status::kTranslation + 3, 0x3000, 0});
    EXPECT_EQ(m.regs().esr_el1, syndrome::make(ec::kDataSame, 0x07));
    m.core_state().pc = 0x1000;
    m.core.raise({FaultKind::Translation, Access::Write, status::kPermission + 3, 0x2000, 0});
    EXPECT_EQ(m.regs().esr_el1, syndrome::make(ec::kDataSame, 0x4f));
}

// WnR was set for atomic instructions, though a read of the same address is as misaligned (D19.2.37; differential tests with QEMU).
TEST(Abort, MisalignedAtomicsAreReportedAsReads) {
    Machine m("max");
    m.go_to(1);
    for (const auto& [instruction, write] : {std::pair{0xf820'0020U, 0U} /* ldadd */, {0xc8a0'7c20U, 0U} /* cas */, {0x4820'7c22U, 0U} /* casp */,
                                             {0xc800'7c21U, 0x40U} /* stxr */}) {
        m.core_state().pc = kRam;
        m.host.ram.put(kRam, instruction, 4);
        m.core.raise(abort(FaultKind::Alignment, Access::Write));
        EXPECT_EQ(m.regs().esr_el1, syndrome::make(ec::kDataSame, 0x21U | write)) << std::hex << instruction;
    }
}

// The fault of a fetch named the tag, which a branch does not bring into the program counter (AArch64.BranchAddr; differential tests with
// QEMU, failed authentications).
TEST(Abort, FetchesFaultAtTheAddressWithoutItsTag) {
    Machine m("max");
    m.go_to(1);
    Tables tables(m.host.ram, 12, kRam + 0x10'0000);
    tables.map(0x1000, 1, 3, kRam | pte::kPage | pte::kAccess);
    enable_stage1(m, tables, 12, 39);
    m.regs().tcr_el1 |= std::uint64_t{1} << 37; // TBI0
    constexpr std::uint64_t kTagged = 0x5a00'0000'0000'3000;
    m.core_state().pc = kTagged;
    const auto first = m.core.translate(kTagged, 4, Access::Fetch, m.core.fetch_mem_index());
    ASSERT_FALSE(first.ok);
    m.core.raise(first.fault);
    EXPECT_EQ(m.core_state().pc, 0x3000U);
    const auto second = m.core.translate(0x3000, 4, Access::Fetch, m.core.fetch_mem_index());
    ASSERT_FALSE(second.ok);
    m.core.raise(second.fault);
    EXPECT_EQ(m.regs().far_el1, 0x3000U);
    EXPECT_EQ(m.regs().elr_el1, 0x3000U);
    EXPECT_EQ(m.regs().esr_el1, syndrome::make(ec::kFetchSame, status::kTranslation + 3));
}

// --- stage 2

struct Guest : Machine {
    Guest() : Machine("max", kWithEl2) {
        go_to(1);
        core_state().pc = kCode;
        regs().hcr_el2 |= hcr::kVm;
        // Stage 2 is the identity for the code: 1 GiB blocks from level 1.
        Tables tables(host.ram, 12, kRam + 0x10'0000);
        tables.map(kRam, 1, 1, kRam | pte::kBlock | pte::kAccess | pte::kStage2Read | pte::kStage2Normal);
        regs().vttbr_el2 = tables.root;
        regs().vtcr_el2 = 25 | 1U << 6 | 5U << 16;
    }
    std::uint32_t data_abort(std::uint32_t instruction, Access access) {
        host.ram.put(kCode, instruction, 4);
        core_state().pc = kCode;
        regs().pstate.el = 1;
        core.raise({FaultKind::Translation, access, fault_bits::kStage2 | (status::kTranslation + 1), 0x9000'0123, 0x9000'0123});
        EXPECT_EQ(system.el(), 2U);
        return static_cast<std::uint32_t>(regs().esr_el2);
    }
    static constexpr Address kCode = kRam + 0x1000;
};

TEST(Stage2Abort, SaysWhatTheInstructionDoes) {
    struct Case {
        std::uint32_t instruction;
        Access access;
        std::uint32_t iss; ///< Besides the status.
    };
    const auto isv = [](unsigned size, bool sign, unsigned rt, bool wide, bool ordered = false) {
        return 1U << 24 | size << 22 | (sign ? 1U << 21 : 0) | rt << 16 | (wide ? 1U << 15 : 0) | (ordered ? 1U << 14 : 0);
    };
    const Case kCases[] = {
        {0xf940'0083, Access::Read, isv(3, false, 3, true)},             // ldr x3, [x4]
        {0xb900'0485, Access::Write, isv(2, false, 5, false) | 0x40},    // str w5, [x4, #4]
        {0x3980'0086, Access::Read, isv(0, true, 6, true)},              // ldrsb x6, [x4]
        {0x79c0'0087, Access::Read, isv(1, true, 7, false)},             // ldrsh w7, [x4]
        {0x7860'6888, Access::Read, isv(1, false, 8, false)},            // ldrh w8, [x4, x0]
        {0xf840'1089, Access::Read, isv(3, false, 9, true)},             // ldur x9, [x4, #1]
        {0x88df'fc8a, Access::Read, isv(2, false, 10, false, true)},     // ldar w10, [x4]
        {0xc89f'fc8b, Access::Write, isv(3, false, 11, true, true) | 0x40}, // stlr x11, [x4]
        {0xf840'8483, Access::Read, 0},                                  // ldr x3, [x4], #8: writes back
        {0xa940'0083, Access::Read, 0},                                  // ldp
        {0xfd40'0083, Access::Read, 0},                                  // ldr d3
        {0xc85f'7c83, Access::Read, 0},                                  // ldxr
    };
    Guest m;
    for (const auto& c : kCases)
        EXPECT_EQ(m.data_abort(c.instruction, c.access), syndrome::make(ec::kDataLower, c.iss | 0x5)) << std::hex << c.instruction;
    EXPECT_EQ(m.regs().far_el2, 0x9000'0123U);
    EXPECT_EQ(m.regs().hpfar_el2, 0x9'0000U << 4);
}

TEST(Stage2Abort, OfTheWalkItselfHasNoInstruction) {
    Guest m;
    m.host.ram.put(Guest::kCode, 0xf940'0083, 4);
    m.core.raise({FaultKind::Translation, Access::Read, fault_bits::kStage2 | fault_bits::kStage1Walk | status::kPermission | 2,
                  0x123, 0x8000'1000});
    EXPECT_EQ(m.regs().esr_el2, syndrome::make(ec::kDataLower, 0x80 | 0xe));
    EXPECT_EQ(m.regs().hpfar_el2, 0x8'0001U << 4);
}

TEST(Stage2Abort, OfFetches) {
    Guest m;
    m.core.raise({FaultKind::Translation, Access::Fetch, fault_bits::kStage2 | status::kPermission | 3, 0x123, 0x8000'1000});
    EXPECT_EQ(m.regs().esr_el2, syndrome::make(ec::kFetchLower, 0xf));
}

} // namespace
} // namespace medley::iss::aarch64::test
