// What lifters emit. The IR of every encoding is verified; what the instructions compute is the differential tests'
// business.

#include "iss/riscv/tests/lift_harness.h"

#include <gtest/gtest.h>

namespace medley::iss::riscv {
namespace {

using test::Harness;

std::vector<LiftMode> modes() {
    std::vector<LiftMode> all;
    for (const auto state : {FloatState::Off, FloatState::Clean, FloatState::Dirty})
        for (std::uint8_t frm = 0; frm < 8; frm = static_cast<std::uint8_t>(frm + 3))
            all.push_back({Privilege::Machine, state, frm, 3, false});
    all.push_back({Privilege::User, FloatState::Dirty, 0, 0, true});
    return all;
}

/// x0 has a slot that lifted code leaves alone.
bool touches_x0(const ir::Block& block) {
    for (const auto& operation : block.operations)
        if ((operation.opcode == ir::Opcode::GetSlot || operation.opcode == ir::Opcode::PutSlot) &&
            operation.imm == slot::kX0)
            return true;
    return false;
}

class EveryIsa : public testing::TestWithParam<const char*> {};

TEST_P(EveryIsa, EveryEncodingLiftsToWellFormedIr) {
    Harness harness(GetParam());
    std::mt19937_64 random(test::random_seed());
    for (const auto& mode : modes()) {
        harness.mode = mode;
        for (const auto& row : all_rows()) {
            if (!row.requirement.met_by(harness.isa()))
                continue;
            for (int i = 0; i < 40; ++i) {
                // The first ones have zeros and ones in all fields, for the sake of x0 and extreme immediates.
                const auto fill = i == 0 ? 0U : i == 1 ? ~0U : static_cast<std::uint32_t>(random());
                const auto width_mask = static_cast<std::uint32_t>(low_mask(row.pattern.width));
                const auto word = ((row.pattern.value & row.pattern.mask) | (fill & ~row.pattern.mask)) & width_mask;
                const auto& block = harness.lift({word, 0x9002 /* c.ebreak */, 0});
                ASSERT_FALSE(harness.result.fault) << row.name;
                ASSERT_FALSE(harness.complaint)
                    << row.name << ' ' << std::hex << word << ": " << *harness.complaint << '\n'
                    << harness.text();
                ASSERT_FALSE(touches_x0(block)) << row.name << ' ' << std::hex << word << '\n' << harness.text();
            }
        }
    }
}

TEST_P(EveryIsa, RandomCodeLiftsToWellFormedIr) {
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

INSTANTIATE_TEST_SUITE_P(
    Riscv, EveryIsa,
    testing::Values("rv64gc_zicbom_zicbop_zicboz_zicond_zihintpause_zfh_zba_zbb_zbc_zbkb_zbkx_zbs_svinval",
                    "rv32gc_zicbom_zicbop_zicboz_zicond_zihintpause_zfh_zba_zbb_zbc_zbkb_zbkx_zbs_svinval",
                    "rv64imafc_zfh", "rv32imafc_zfh", "rv64ima", "rv32i"));

std::string lift_text(const std::string& isa, const std::vector<std::uint32_t>& words, const LiftMode& mode = {}) {
    Harness harness(isa);
    harness.mode = mode;
    harness.lift(words);
    EXPECT_FALSE(harness.complaint) << *harness.complaint;
    return harness.text();
}

ir::Operation terminal(const std::string& isa, const std::vector<std::uint32_t>& words, const LiftMode& mode = {}) {
    Harness harness(isa);
    harness.mode = mode;
    const auto& block = harness.lift(words);
    EXPECT_FALSE(harness.complaint) << *harness.complaint;
    return block.operations.back();
}

bool raises(const ir::Operation& operation, std::uint32_t code) {
    return operation.opcode == ir::Opcode::Raise && operation.imm == code;
}

TEST(Lift, AddiIsAnAddition) {
    EXPECT_EQ(lift_text("rv64gc", {0xfff1'0093 /* addi x1,x2,-1 */, 0x0000'006f /* j . */}),
              "block 0x80000000 +8 (2 instructions)\n"
              "  Instruction 0x80000000 +4\n"
              "    %1:i64 = GetSlot sp\n"
              "    %2:i64 = Const 0xffffffffffffffff\n"
              "    %3:i64 = Add %1, %2\n"
              "    PutSlot ra %3\n"
              "  Instruction 0x80000004 +4\n"
              "    Goto 0x80000004\n");
}

TEST(Lift, AddwIsASignExtendedSum) {
    const auto text = lift_text("rv64gc", {0x0031'00bb /* addw x1,x2,x3 */, 0x0000'006f});
    EXPECT_NE(text.find("SignExtend"), std::string::npos);
    EXPECT_EQ(text.find("Truncate"), std::string::npos);
}

TEST(Lift, LoadIntoX0StillLoads) {
    EXPECT_NE(lift_text("rv32i", {0x0001'2003 /* lw x0,0(x2) */, 0x0000'006f}).find("Load"), std::string::npos);
}

TEST(Lift, AddressesWrapAtXlen) {
    Harness harness("rv32imac");
    std::vector<std::uint8_t> jump{0x6f, 0x00, 0x80, 0x00}; // j .+8
    test::ByteReader reader(0xffff'fffc, jump);
    harness.lift(reader, 0xffff'fffc);
    EXPECT_EQ(harness.text().find("0x10000000"), std::string::npos) << harness.text();
    EXPECT_NE(harness.text().find("Goto 0x4\n"), std::string::npos) << harness.text();
}

TEST(Lift, UndefinedEncodingsRaiseIllegalInstructionWithTheirBits) {
    for (const auto word : {0xffff'ffffU, 0x0000'0073U | 0x7fff'0000U, 0x0000'0000U}) {
        Harness harness("rv64gc");
        const auto& block = harness.lift({word});
        ASSERT_TRUE(raises(block.operations.back(), cause::kIllegalInstruction)) << harness.text();
        const auto& value = block.operations[block.operations.back().arguments[0]];
        EXPECT_EQ(value.imm, word & low_mask(8 * instruction_length(word)));
    }
}

TEST(Lift, ReservedCompressedEncodingsAreIllegal) {
    // c.addi4spn 0; c.lui x1,0; c.addi16sp 0; c.lwsp x0; c.jr x0; c.addiw x0
    for (const auto word : {0x0004U, 0x6081U, 0x6101U, 0x4002U, 0x8002U, 0x2001U})
        EXPECT_TRUE(raises(terminal("rv64gc", {word}), cause::kIllegalInstruction)) << std::hex << word;
    // c.slli x1,32 is a custom encoding of RV32.
    EXPECT_TRUE(raises(terminal("rv32gc", {0x1082}), cause::kIllegalInstruction));
}

TEST(Lift, EnvironmentCallNamesThePrivilegeLevel) {
    LiftMode mode;
    for (const auto& [privilege, code] :
         {std::pair{Privilege::User, 8U}, {Privilege::Supervisor, 9U}, {Privilege::Machine, 11U}}) {
        mode.privilege = privilege;
        EXPECT_TRUE(raises(terminal("rv64gc", {0x0000'0073}, mode), code));
    }
}

TEST(Lift, JumpHintsFollowTheLinkRegisters) {
    const auto hint = [](std::uint32_t word) { return static_cast<ir::JumpHint>(terminal("rv64gc", {word}).imm2); };
    EXPECT_EQ(hint(0x0000'80e7 /* jalr x1,0(x1) */), ir::JumpHint::Call);
    EXPECT_EQ(hint(0x0000'8067 /* jalr x0,0(x1) */), ir::JumpHint::Return);
    EXPECT_EQ(hint(0x0002'8067 /* jalr x0,0(x5) */), ir::JumpHint::Return);
    EXPECT_EQ(hint(0x0007'8067 /* jalr x0,0(x15) */), ir::JumpHint::Plain);
    EXPECT_EQ(hint(0x0080'00ef /* jal x1,.+8 */), ir::JumpHint::Call);
    EXPECT_EQ(hint(0x0080'006f /* jal x0,.+8 */), ir::JumpHint::Plain);
    EXPECT_EQ(hint(0x9782 /* c.jalr x15 */), ir::JumpHint::Call);
    EXPECT_EQ(hint(0x8082 /* c.jr x1 */), ir::JumpHint::Return);
}

TEST(Lift, MisalignedTargetsFaultOnlyWithoutCompressedCode) {
    constexpr std::uint32_t kJal = 0x0020'00ef; // jal x1,.+2
    constexpr std::uint32_t kBeq = 0x0000'0163; // beq x0,x0,.+2
    EXPECT_EQ(terminal("rv32imac", {kJal}).opcode, ir::Opcode::Goto);
    EXPECT_TRUE(raises(terminal("rv32ima", {kJal}), cause::kFetchMisaligned));
    EXPECT_EQ(lift_text("rv32ima", {kJal}).find("PutSlot"), std::string::npos);
    EXPECT_EQ(lift_text("rv32imac", {kBeq}).find("check_target"), std::string::npos);
    EXPECT_NE(lift_text("rv32ima", {kBeq}).find("check_target"), std::string::npos);
    EXPECT_EQ(lift_text("rv32ima", {0x0000'0263 /* beq x0,x0,.+4 */}).find("check_target"), std::string::npos);
}

TEST(Lift, FloatInstructionsNeedTheFloatUnitOn) {
    constexpr std::uint32_t kFadd = 0x0020'f0d3; // fadd.s f1,f1,f2
    LiftMode mode{.privilege = Privilege::Machine, .float_state = FloatState::Off};
    EXPECT_TRUE(raises(terminal("rv64gc", {kFadd}, mode), cause::kIllegalInstruction));
    EXPECT_TRUE(raises(terminal("rv64gc", {0x0030'2073 /* csrrs x0,fcsr,x0 */}, mode), cause::kIllegalInstruction));
    EXPECT_TRUE(raises(terminal("rv64imac", {kFadd}), cause::kIllegalInstruction));
}

TEST(Lift, FirstFloatWriteOfACleanUnitMarksItDirtyAndResyncs) {
    LiftMode mode{.privilege = Privilege::Machine, .float_state = FloatState::Clean};
    const auto end = terminal("rv64gc", {0x0020'f0d3, 0x0020'f0d3}, mode);
    EXPECT_EQ(end.opcode, ir::Opcode::Stop);
    EXPECT_EQ(end.imm, Harness::kStart + 4);
    EXPECT_NE(lift_text("rv64gc", {0x0020'f0d3}, mode).find("PutSlot mstatus_bits"), std::string::npos);
    mode.float_state = FloatState::Dirty;
    EXPECT_EQ(lift_text("rv64gc", {0x0020'f0d3, 0x0000'006f}, mode).find("PutSlot mstatus_bits"), std::string::npos);
    // A store reads only.
    mode.float_state = FloatState::Clean;
    EXPECT_EQ(lift_text("rv64gc", {0x0021'2027 /* fsw f2,0(x2) */, 0x0000'006f}, mode).find("PutSlot"),
              std::string::npos);
}

TEST(Lift, ReservedRoundingModesAreIllegal) {
    LiftMode mode;
    for (std::uint8_t frm = 0; frm < 8; ++frm) {
        mode.frm = frm;
        EXPECT_EQ(raises(terminal("rv64gc", {0x0020'f0d3 /* dynamic */}, mode), cause::kIllegalInstruction), frm > 4)
            << int{frm};
        // A static mode does not look at frm.
        EXPECT_FALSE(raises(terminal("rv64gc", {0x0020'80d3}, mode), cause::kIllegalInstruction));
    }
    EXPECT_TRUE(raises(terminal("rv64gc", {0x0020'd0d3 /* mode 5 */}), cause::kIllegalInstruction));
    EXPECT_TRUE(raises(terminal("rv64gc", {0x0020'e0d3 /* mode 6 */}), cause::kIllegalInstruction));
}

TEST(Lift, CsrReadsGoOnAndWritesResync) {
    const auto count = [](std::uint32_t word) {
        Harness harness("rv64gc");
        return harness.lift({word, 0x0000'006f}).instruction_count;
    };
    EXPECT_EQ(count(0x3000'20f3 /* csrrs x1,mstatus,x0 */), 2U);
    EXPECT_EQ(count(0x3000'60f3 /* csrrsi x1,mstatus,0 */), 2U);
    EXPECT_EQ(count(0x3001'10f3 /* csrrw x1,mstatus,x2 */), 1U);
    EXPECT_EQ(count(0x3001'20f3 /* csrrs x1,mstatus,x2 */), 1U);
    EXPECT_EQ(count(0x3401'1173 /* csrrw x2,mscratch,x2 */), 2U);
    EXPECT_NE(lift_text("rv64gc", {0x3001'1073 /* csrrw x0,mstatus,x2 */}).find("csr_write"), std::string::npos);
}

TEST(Lift, WaitingAndYieldingStop) {
    const auto reason = [](std::uint32_t word) {
        return static_cast<ir::StopReason>(terminal("rv64gc_zihintpause", {word}).imm2);
    };
    EXPECT_EQ(reason(0x1050'0073 /* wfi */), ir::StopReason::WaitForInterrupt);
    EXPECT_EQ(reason(0x0100'000f /* pause */), ir::StopReason::Yield);
    EXPECT_EQ(reason(0x0000'100f /* fence.i */), ir::StopReason::Resync);
    EXPECT_EQ(reason(0x3020'0073 /* mret */), ir::StopReason::Resync);
}

TEST(Lift, BlocksEndAtLimits) {
    Harness harness("rv64gc");
    const std::vector<std::uint32_t> nops(100, 0x0001);
    EXPECT_EQ(harness.lift(nops).instruction_count, 64U);
    harness.limits.end = Harness::kStart + 10;
    EXPECT_EQ(harness.lift(nops).instruction_count, 5U);
    const std::vector<Address> breakpoints{Harness::kStart, Harness::kStart + 6};
    harness.limits.stop_before = breakpoints;
    EXPECT_EQ(harness.lift(nops).instruction_count, 3U);
}

TEST(Lift, AnInstructionAcrossAPageEndsAtTheMissingHalf) {
    Harness harness("rv64gc");
    test::ByteReader reader(0x8000'0ffc, {0x01, 0x00, 0x13, 0x00}); // c.nop, then half an addi
    harness.limits.end = 0x8000'1000;
    EXPECT_EQ(harness.lift(reader, 0x8000'0ffc).instruction_count, 1U);
    EXPECT_FALSE(harness.result.fault);
    harness.lift(reader, 0x8000'0ffe);
    ASSERT_TRUE(harness.result.fault);
    EXPECT_EQ(harness.result.fault->address, 0x8000'1000U);
}

TEST(Lift, ZeroingACacheBlockStoresToTheWholeBlock) {
    Harness harness("rv64gc_zicboz");
    const auto& block = harness.lift({0x0045'200f /* cbo.zero (x10) */, 0x0000'006f});
    ASSERT_FALSE(harness.complaint) << *harness.complaint;
    unsigned bytes = 0;
    for (const auto& operation : block.operations)
        if (operation.opcode == ir::Opcode::Store)
            bytes += ir::MemOp::decode(operation.imm).size();
    EXPECT_EQ(bytes, 64U);
    EXPECT_NE(harness.text().find("0xffffffffffffffc0"), std::string::npos) << harness.text();
}

TEST(Lift, PrefetchesAreHintsWhetherTheExtensionIsThereOrNot) {
    constexpr std::uint32_t kPrefetch = 0x0015'6013; // prefetch.r 0(x10), which is ori x0,x10,1 without Zicbop
    for (const auto* isa : {"rv64gc_zicbop", "rv64gc"}) {
        const auto text = lift_text(isa, {kPrefetch, 0x0000'006f});
        EXPECT_EQ(text.find("Slot"), std::string::npos) << text;
        EXPECT_EQ(text.find("Load"), std::string::npos) << text;
    }
}

TEST(Lift, ExecuteTriggersAreCheckedBeforeEachInstruction) {
    LiftMode mode;
    EXPECT_EQ(lift_text("rv64gc", {0x0001, 0x0000'006f}, mode).find("execute_trigger"), std::string::npos);
    mode.execute_triggers = true;
    const auto text = lift_text("rv64gc", {0x0001, 0x0000'006f}, mode);
    EXPECT_NE(text.find("execute_trigger"), text.rfind("execute_trigger")) << text;
}

TEST(Lift, ConditionalZeroSelects) {
    const auto text = lift_text("rv64gc_zicond", {0x0e62'd533 /* czero.eqz x10,x5,x6 */, 0x0000'006f});
    EXPECT_NE(text.find("CompareEq"), std::string::npos) << text;
    EXPECT_NE(text.find("Select"), std::string::npos) << text;
}

TEST(Lift, NarrowFloatsAreUnboxedOnceTheirOriginIsUnknown) {
    // fadd.s f1,f2,f3; fadd.s f4,f1,f1: only f2 and f3 need the check.
    Harness harness("rv64gc");
    const auto& block = harness.lift({0x0031'70d3, 0x0010'f253, 0x0000'006f});
    unsigned selects = 0;
    for (const auto& operation : block.operations)
        selects += operation.opcode == ir::Opcode::Select ? 1 : 0;
    EXPECT_EQ(selects, 2U);
}

} // namespace
} // namespace medley::iss::riscv
