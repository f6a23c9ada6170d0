// What lifters emit. The IR of every encoding is verified; what the instructions compute is the differential tests'
// business.

#include "iss/aarch64/regime.h"
#include "iss/aarch64/syndrome.h"
#include "iss/aarch64/tests/lift_harness.h"

#include <gtest/gtest.h>

namespace medley::iss::aarch64 {
namespace {

using test::Harness;

constexpr std::uint32_t kLoop = 0x1400'0000; // b .

std::vector<LiftMode> modes() {
    LiftMode kernel;
    kernel.check_sp = true;
    LiftMode user = kernel;
    user.el = 0;
    user.sp_sel = false;
    user.zva_checked = true;
    user.default_nan = user.flush_to_zero = user.flush_to_zero16 = user.alternative_half = true;
    user.rounding = 2;
    LiftMode strict = kernel;
    strict.el = 2;
    strict.sp_misaligned = strict.check_alignment = strict.big_endian = strict.breakpoints = true;
    strict.fp_enabled = false;
    LiftMode stepped = kernel;
    stepped.el = 3;
    stepped.single_step = true;
    return {kernel, user, strict, stepped};
}

class EveryModel : public testing::TestWithParam<const char*> {};

TEST_P(EveryModel, EveryEncodingLiftsToWellFormedIr) {
    Harness harness(GetParam());
    std::mt19937_64 random(test::random_seed());
    for (const auto& mode : modes()) {
        harness.mode = mode;
        for (const auto& row : all_rows()) {
            if (!harness.config().features.has_all(row.requirement))
                continue;
            for (int i = 0; i < 40; ++i) {
                // The first ones have zeros and ones in all fields, for the sake of register 31 and extreme immediates.
                const auto fill = i == 0 ? 0U : i == 1 ? ~0U : static_cast<std::uint32_t>(random());
                const auto word = row.pattern.value | (fill & ~row.pattern.mask);
                harness.lift({word, kLoop});
                ASSERT_FALSE(harness.result.fault) << row.name;
                ASSERT_FALSE(harness.complaint)
                    << row.name << ' ' << std::hex << word << ": " << *harness.complaint << '\n'
                    << harness.text();
            }
        }
    }
}

TEST_P(EveryModel, RandomCodeLiftsToWellFormedIr) {
    Harness harness(GetParam());
    std::mt19937_64 random(test::random_seed());
    for (int i = 0; i < 20000; ++i) {
        std::vector<std::uint32_t> words(8);
        for (auto& word : words)
            word = static_cast<std::uint32_t>(random());
        harness.lift(words);
        ASSERT_FALSE(harness.complaint) << *harness.complaint << '\n' << harness.text();
    }
}

INSTANTIATE_TEST_SUITE_P(Aarch64, EveryModel, testing::Values("max", "cortex-a53"));

std::string lift_text(const std::vector<std::uint32_t>& words, const LiftMode& mode = {}) {
    Harness harness;
    harness.mode = mode;
    harness.lift(words);
    EXPECT_FALSE(harness.complaint) << *harness.complaint;
    return harness.text();
}

ir::Operation terminal(const std::vector<std::uint32_t>& words, const LiftMode& mode = {}) {
    Harness harness;
    harness.mode = mode;
    const auto& block = harness.lift(words);
    EXPECT_FALSE(harness.complaint) << *harness.complaint;
    return block.operations.back();
}

bool raises(const ir::Operation& operation, std::uint32_t code) {
    return operation.opcode == ir::Opcode::Raise && operation.imm == code;
}

TEST(LiftAarch64, ComparisonAndBranchCompareTheOperands) {
    EXPECT_EQ(lift_text({0x8b02'0020 /* add x0,x1,x2 */, kLoop}),
              "block 0x40000000 +8 (2 instructions)\n"
              "  Instruction 0x40000000 +4\n"
              "    %1:i64 = GetSlot x1\n"
              "    %2:i64 = GetSlot x2\n"
              "    %3:i64 = Add %1, %2\n"
              "    PutSlot x0 %3\n"
              "  Instruction 0x40000004 +4\n"
              "    Goto 0x40000004\n");
    Harness harness;
    // cmp x0, x1; b.lt: the condition is one comparison, and no flag is read.
    const auto& block = harness.lift({0xeb01'001f, 0x5400'008b});
    const auto& branch = block.operations.back();
    ASSERT_EQ(branch.opcode, ir::Opcode::Branch);
    EXPECT_EQ(block.operations[branch.arguments[0]].opcode, ir::Opcode::CompareLtS);
    EXPECT_EQ(harness.text().find("GetSlot n"), std::string::npos) << harness.text();
}

TEST(LiftAarch64, ConditionsWithoutASetterInTheBlockReadTheFlags) {
    const auto text = lift_text({0x5400'008b /* b.lt */});
    EXPECT_NE(text.find("GetSlot n"), std::string::npos) << text;
    EXPECT_NE(text.find("GetSlot v"), std::string::npos) << text;
}

TEST(LiftAarch64, Register31IsZeroOrTheStackPointer) {
    EXPECT_EQ(lift_text({0xaa1f'03e0 /* mov x0, xzr */, kLoop}).find("GetSlot"), std::string::npos);
    EXPECT_NE(lift_text({0x9100'03e0 /* mov x0, sp */, kLoop}).find("GetSlot sp_el1"), std::string::npos);
    LiftMode user;
    user.el = 0;
    user.sp_sel = false;
    EXPECT_NE(lift_text({0x9100'03e0, kLoop}, user).find("GetSlot sp_el0"), std::string::npos);
    EXPECT_EQ(lift_text({0x8b02'003f /* add xzr, x1, x2 */, kLoop}).find("PutSlot"), std::string::npos);
}

TEST(LiftAarch64, WordResultsAreZeroExtended) {
    const auto text = lift_text({0x0b02'0020 /* add w0, w1, w2 */, kLoop});
    EXPECT_NE(text.find("ZeroExtend"), std::string::npos) << text;
}

TEST(LiftAarch64, StackAlignmentIsCheckedOnlyWhereItIsNotKnown) {
    LiftMode mode;
    mode.check_sp = true;
    // stp x29, x30, [sp, #-16]!; sub sp, sp, #32; str x0, [sp, #8]
    const std::vector<std::uint32_t> prologue{0xa9bf'7bfd, 0xd100'83ff, 0xf900'07e0, kLoop};
    EXPECT_EQ(lift_text(prologue, mode).find("check_sp"), std::string::npos);
    EXPECT_EQ(terminal(prologue, mode).opcode, ir::Opcode::Goto);
    // mov sp, x0; ldr x1, [sp]
    EXPECT_NE(lift_text({0x9100'001f, 0xf940'03e1, kLoop}, mode).find("check_sp"), std::string::npos);
    // Without an access the key is looked up again.
    EXPECT_EQ(terminal({0x9100'001f, kLoop}, mode).opcode, ir::Opcode::Stop);
    mode.sp_misaligned = true;
    EXPECT_NE(lift_text(prologue, mode).find("check_sp"), std::string::npos);
    mode = {};
    EXPECT_EQ(lift_text({0x9100'001f, 0xf940'03e1, kLoop}, mode).find("check_sp"), std::string::npos);
}

TEST(LiftAarch64, WritebackComesBehindTheAccess) {
    const auto text = lift_text({0xf840'8c20 /* ldr x0, [x1, #8]! */, kLoop});
    EXPECT_LT(text.find("Load"), text.find("PutSlot x1"));
    const auto stores = lift_text({0xa9bf'0440 /* stp x0, x1, [x2, #-16]! */, kLoop});
    EXPECT_LT(stores.rfind("Store"), stores.find("PutSlot x2"));
}

TEST(LiftAarch64, NarrowVectorLoadsClearTheRest) {
    for (const auto word : {0x3d40'0020U, 0x7d40'0020U, 0xbd40'0020U, 0xfd40'0020U}) {
        const auto text = lift_text({word, kLoop});
        EXPECT_NE(text.find(":v128 = Bitcast"), std::string::npos) << text;
        EXPECT_NE(text.find("PutSlot v0"), std::string::npos) << text;
    }
    EXPECT_EQ(lift_text({0x3dc0'0020 /* ldr q0, [x1] */, kLoop}).find("Bitcast"), std::string::npos);
}

TEST(LiftAarch64, UndefinedEncodingsRaiseWithTheirBits) {
    for (const auto word : {0xffff'ffffU, 0x0000'0000U, 0x0b02'8020U /* add w0, w1, w2, lsl #32 */}) {
        Harness harness;
        const auto& block = harness.lift({word});
        ASSERT_TRUE(raises(block.operations.back(), syndrome::kUndefined)) << harness.text();
        EXPECT_EQ(block.operations[block.operations.back().arguments[0]].imm, word);
    }
}

TEST(LiftAarch64, FeaturesDecideWhatIsUndefined) {
    constexpr std::uint32_t kLdadd = 0xf820'0020;
    constexpr std::uint32_t kPaciasp = 0xd503'233f;
    Harness old("cortex-a53");
    EXPECT_TRUE(raises(old.lift({kLdadd}).operations.back(), syndrome::kUndefined));
    EXPECT_EQ(old.lift({kPaciasp, kLoop}).instruction_count, 2U);
    EXPECT_EQ(old.text().find("pac_sign"), std::string::npos);
    Harness all("max");
    EXPECT_FALSE(raises(all.lift({kLdadd, kLoop}).operations.back(), syndrome::kUndefined));
    all.lift({kPaciasp, kLoop});
    EXPECT_NE(all.text().find("pac_sign"), std::string::npos);
}

TEST(LiftAarch64, VectorAccessesAreTrappedWhileFloatingPointIs) {
    LiftMode mode;
    mode.fp_enabled = false;
    EXPECT_TRUE(raises(terminal({0xfd40'0020 /* ldr d0, [x1] */}, mode), syndrome::kFloatAccess));
    EXPECT_TRUE(raises(terminal({0xad40'0420 /* ldp q0, q1, [x1] */}, mode), syndrome::kFloatAccess));
    EXPECT_TRUE(raises(terminal({0xd53b'4400 /* mrs x0, fpcr */}, mode), syndrome::kFloatAccess));
}

TEST(LiftAarch64, CallsAndReturnsAreHinted) {
    const auto hint = [](std::uint32_t word) { return static_cast<ir::JumpHint>(terminal({word}).imm2); };
    EXPECT_EQ(hint(0x9400'0010 /* bl */), ir::JumpHint::Call);
    EXPECT_EQ(hint(0xd63f'0020 /* blr x1 */), ir::JumpHint::Call);
    EXPECT_EQ(hint(0xd65f'03c0 /* ret */), ir::JumpHint::Return);
    EXPECT_EQ(hint(0xd61f'0020 /* br x1 */), ir::JumpHint::Plain);
    EXPECT_EQ(hint(0xd65f'0bff /* retaa */), ir::JumpHint::Return);
}

TEST(LiftAarch64, WaitingYieldingAndSynchronisingStop) {
    const auto reason = [](std::uint32_t word) {
        const auto end = terminal({word});
        EXPECT_EQ(end.opcode, ir::Opcode::Stop);
        return static_cast<ir::StopReason>(end.imm2);
    };
    EXPECT_EQ(reason(0xd503'207f /* wfi */), ir::StopReason::WaitForInterrupt);
    EXPECT_EQ(reason(0xd503'205f /* wfe */), ir::StopReason::WaitForInterrupt);
    EXPECT_EQ(reason(0xd503'203f /* yield */), ir::StopReason::Yield);
    EXPECT_EQ(reason(0xd503'3fdf /* isb */), ir::StopReason::Resync);
    EXPECT_EQ(reason(0xd69f'03e0 /* eret */), ir::StopReason::Resync);
    EXPECT_EQ(reason(0xd503'42ff /* msr daifclr, #2 */), ir::StopReason::Resync);
    EXPECT_EQ(terminal({0xd503'42df /* msr daifset, #2 */, kLoop}).opcode, ir::Opcode::Goto);
}

TEST(LiftAarch64, StepsTakeOneInstructionAndLookAtTheModeAgain) {
    LiftMode mode;
    mode.single_step = true;
    Harness harness;
    harness.mode = mode;
    EXPECT_EQ(harness.lift({0x8b02'0020, 0x8b02'0020}).instruction_count, 1U);
    EXPECT_NE(harness.text().find("step_begin"), std::string::npos);
    for (const auto word : {0x1400'0010U, 0x5400'008bU, 0xd65f'03c0U, 0x8b02'0020U})
        EXPECT_EQ(terminal({word}, mode).opcode, ir::Opcode::Stop);
    mode.single_step = false;
    mode.step_pending = true;
    EXPECT_EQ(terminal({0x8b02'0020}, mode).opcode, ir::Opcode::Raise);
}

TEST(LiftAarch64, FetchesMustBeAlignedAndCanonical) {
    Harness harness;
    harness.lift({kLoop}, Harness::kStart + 2);
    ASSERT_TRUE(harness.result.fault);
    EXPECT_EQ(harness.result.fault->code, syndrome::kPcAlignment);
    const Address tagged = Address{0x5a} << 56 | Harness::kStart;
    harness.lift({kLoop}, tagged);
    EXPECT_FALSE(harness.result.fault);
    harness.mode.tbi_branch_low = true;
    harness.lift({kLoop}, tagged);
    ASSERT_TRUE(harness.result.fault);
    EXPECT_EQ(harness.result.fault->code, kTaggedPc);
    EXPECT_EQ(harness.result.fault->value, Harness::kStart);
}

TEST(LiftAarch64, BranchTargetsAreCanonicalByRange) {
    LiftMode mode;
    constexpr Address kHigh = 0x12ff'8000'0000'0000;
    EXPECT_EQ(canonical_pc(mode, kHigh), kHigh);
    mode.tbi_branch_high = true;
    EXPECT_EQ(canonical_pc(mode, kHigh), 0xffff'8000'0000'0000);
    EXPECT_EQ(canonical_pc(mode, 0x1200'0000'0000'1000), 0x1200'0000'0000'1000U);
    mode.tbi_branch_low = true;
    EXPECT_EQ(canonical_pc(mode, 0x1200'0000'0000'1000), 0x1000U);
    mode.two_ranges = false;
    EXPECT_EQ(canonical_pc(mode, kHigh), 0x00ff'8000'0000'0000U);
}

TEST(LiftAarch64, ZeroingABlockStoresToTheWholeBlock) {
    Harness harness;
    const auto& block = harness.lift({0xd50b'7420 /* dc zva, x0 */, kLoop});
    unsigned bytes = 0;
    for (const auto& operation : block.operations)
        if (operation.opcode == ir::Opcode::Store) {
            bytes += ir::MemOp::decode(operation.imm).size();
            EXPECT_TRUE(AccessIndex::decode(ir::MemOp::decode(operation.imm).mem_index).zeroes_block);
        }
    EXPECT_EQ(bytes, 64U);
    EXPECT_NE(harness.text().find("0xffffffffffffffc0"), std::string::npos) << harness.text();
}

TEST(LiftAarch64, CommonCodeCallsNoHelper) {
    Harness harness;
    harness.mode.check_sp = true;
    // ldp, cmp, csel, cset, ubfx, madd, udiv, ldrsw, strb, ccmp, cbz
    harness.lift({0xa940'07e0, 0xeb02'003f, 0x9a81'b020, 0x9a9f'17e3, 0xd344'1c20, 0x9b02'0c20, 0x9ac2'0820, 0xb980'0020,
                  0x3900'0020, 0xfa42'1004, 0xb400'0040});
    ASSERT_FALSE(harness.complaint) << *harness.complaint;
    EXPECT_EQ(harness.count(ir::Opcode::CallHelper), 0U) << harness.text();
}

TEST(LiftAarch64, BlocksEndAtLimits) {
    Harness harness;
    const std::vector<std::uint32_t> nops(100, 0xd503'201f);
    EXPECT_EQ(harness.lift(nops).instruction_count, 64U);
    harness.limits.end = Harness::kStart + 20;
    EXPECT_EQ(harness.lift(nops).instruction_count, 5U);
    const std::vector<Address> breakpoints{Harness::kStart, Harness::kStart + 12};
    harness.limits.stop_before = breakpoints;
    EXPECT_EQ(harness.lift(nops).instruction_count, 3U);
}

TEST(LiftAarch64, TheKeyHoldsEveryMode) {
    std::mt19937_64 random(test::random_seed());
    for (int i = 0; i < 1000; ++i) {
        const auto key = random() & low_mask(30);
        EXPECT_EQ(LiftMode::decode(key).encode(), key);
    }
}

} // namespace
} // namespace medley::iss::aarch64
