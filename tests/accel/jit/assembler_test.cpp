// What the translator's assembler encodes itself is what asmjit makes of it, byte by byte.
#include "accel/jit/x64/assembler.h"
#include "tests/accel/softfloat/operands.h"

#include <array>
#include <cstring>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <random>

namespace medley::accel::jit::x64 {
namespace {

namespace x86 = asmjit::x86;
namespace Inst = x86::Inst;
using asmjit::Imm;
using asmjit::Operand;
using x86::Gp;
using x86::Mem;

constexpr auto kSomewhere = std::uintptr_t{0x7f00'1234'5000};

class AssemblerTest : public testing::Test {
protected:
    AssemblerTest() : seed_(softfloat::test::environment_number("MEDLEY_SEED", std::random_device{}())), random_(seed_) {
        fmt::print("MEDLEY_SEED={}\n", seed_);
        begin();
    }

    void begin() { ours_.begin(room_, reinterpret_cast<const std::byte*>(kSomewhere)); }
    unsigned below(unsigned end) { return static_cast<unsigned>(random_() % end); }

    std::int64_t number() {
        constexpr std::array<std::int64_t, 12> kEdges{0, 1, -1, 2, 127, 128, -128, -129, 0x7fff'ffff, -0x8000'0000LL, 0xffff'ffff, 0x8000'0000};
        switch (below(4)) {
        case 0: return kEdges[below(kEdges.size())];
        case 1: return static_cast<std::int8_t>(random_());
        case 2: return static_cast<std::int32_t>(random_());
        default: return static_cast<std::int64_t>(random_());
        }
    }

    Gp reg(unsigned size) {
        const auto id = below(16);
        switch (size) {
        case 1: return x86::gpb_lo(id);
        case 2: return x86::gpw(id);
        case 4: return x86::gpd(id);
        default: return x86::gpq(id);
        }
    }

    Mem memory(unsigned size) {
        const auto offset = below(3) == 0 ? 0 : below(2) == 0 ? static_cast<std::int8_t>(random_()) : static_cast<std::int32_t>(random_());
        const auto base = x86::gpq(below(16));
        auto index = x86::gpq(below(16));
        if (index == x86::rsp)
            index = x86::rbp;
        const auto address = static_cast<std::uint64_t>(random_()) & 0x7fff'ffff;
        switch (below(4)) {
        case 0: return x86::ptr(base, offset, size);
        case 1: return x86::ptr(base, index, below(4), offset, size);
        case 2: return x86::ptr_abs(address, size);
        default: return x86::ptr_abs(address, index, below(4), size);
        }
    }

    Operand any(unsigned size) { return below(2) == 0 ? Operand(reg(size)) : Operand(memory(size)); }
    unsigned size() { return 1U << below(4); }
    unsigned word_size() { return 4U << below(2); }

    /// The same by asmjit, at the same place; empty where it refuses.
    std::string theirs(asmjit::InstId instruction, const Operand& o0, const Operand& o1, const Operand& o2) {
        asmjit::CodeHolder code;
        code.init(asmjit::Environment::host());
        x86::Assembler a(&code);
        if (a.emit(instruction, o0, o1, o2) != asmjit::kErrorOk)
            return {};
        const auto& buffer = code.textSection()->buffer();
        return {reinterpret_cast<const char*>(buffer.data()), buffer.size()};
    }

    void check(asmjit::InstId instruction, const Operand& o0, const Operand& o1 = {}, const Operand& o2 = {}) {
        const auto wanted = theirs(instruction, o0, o1, o2);
        if (wanted.empty())
            return;
        begin();
        ASSERT_EQ(ours_.emit(instruction, o0, o1, o2), asmjit::kErrorOk);
        const std::string made(reinterpret_cast<const char*>(room_.data()), ours_.offset());
        const auto hex = [](const std::string& bytes) {
            std::string text;
            for (const auto byte : bytes)
                text += fmt::format("{:02x} ", static_cast<unsigned char>(byte));
            return text;
        };
        ++checked_;
        ASSERT_EQ(hex(made), hex(wanted)) << "instruction " << instruction;
    }

    std::int32_t displacement_at(std::size_t offset) const {
        std::int32_t value = 0;
        std::memcpy(&value, room_.data() + offset, sizeof value);
        return value;
    }

    std::uint64_t seed_;
    std::mt19937_64 random_;
    std::array<std::byte, 4096> room_{};
    EmissionErrors errors_;
    Assembler ours_{errors_};
    unsigned checked_ = 0;
};

TEST_F(AssemblerTest, ArithmeticIsEncodedAsAsmjitDoes) {
    constexpr std::array kInstructions{Inst::kIdAdd, Inst::kIdOr,  Inst::kIdAdc, Inst::kIdSbb, Inst::kIdAnd,
                                       Inst::kIdSub, Inst::kIdXor, Inst::kIdCmp, Inst::kIdMov, Inst::kIdTest};
    for (int round = 0; round < 20'000; ++round) {
        const auto instruction = kInstructions[below(kInstructions.size())];
        const auto width = size();
        switch (below(4)) {
        case 0: check(instruction, reg(width), any(width)); break;
        case 1: check(instruction, memory(width), reg(width)); break;
        case 2: check(instruction, reg(width), Imm(number())); break;
        default: check(instruction, memory(width), Imm(number())); break;
        }
        if (HasFatalFailure())
            return;
    }
    EXPECT_GT(checked_, 10'000U);
}

TEST_F(AssemblerTest, OtherIntegerInstructionsAreEncodedAsAsmjitDoes) {
    constexpr std::array kShifts{Inst::kIdShl, Inst::kIdShr, Inst::kIdSar, Inst::kIdRor, Inst::kIdRol};
    for (int round = 0; round < 20'000; ++round) {
        const auto width = word_size();
        const auto narrow = 1U << below(2);
        switch (below(12)) {
        case 0: check(kShifts[below(kShifts.size())], reg(size()), Imm(below(64))); break;
        case 1: check(Inst::kIdNeg, reg(size())); break;
        case 2: check(Inst::kIdNot, reg(size())); break;
        case 3: check(Inst::kIdLea, reg(width), memory(0)); break;
        case 4: check(Inst::kIdMovzx, reg(width), any(narrow)); break;
        case 5: check(Inst::kIdMovsx, reg(width), any(narrow)); break;
        case 6: check(Inst::kIdMovsxd, reg(8), any(4)); break;
        case 7: check(Inst::setccFromCond(static_cast<x86::CondCode>(below(16))), any(1)); break;
        case 8: check(Inst::cmovccFromCond(static_cast<x86::CondCode>(below(16))), reg(width), any(width)); break;
        case 9: check(Inst::kIdImul, reg(width), any(width)); break;
        case 10: check(Inst::kIdImul, reg(width), any(width), Imm(static_cast<std::int32_t>(number()))); break;
        default: check(Inst::kIdPush, Imm(static_cast<std::int32_t>(number()))); break;
        }
        check(Inst::kIdRorx, reg(width), reg(width), Imm(below(64)));
        if (HasFatalFailure())
            return;
    }
    check(Inst::kIdNop, Operand());
    EXPECT_GT(checked_, 10'000U);
}

/// What it has no form for goes to asmjit, and what follows stands behind it.
TEST_F(AssemblerTest, OtherInstructionsAreAsmjits) {
    ours_.bswap(x86::rax);
    ours_.vaddpd(x86::xmm1, x86::xmm2, x86::xmm3);
    ours_.lock().or_(x86::ptr(x86::rsp, -8, 4), 0);
    ours_.mov(x86::rax, 0x1234'5678'9abc'def0);
    ours_.nop();
    asmjit::CodeHolder code;
    code.init(asmjit::Environment::host());
    x86::Assembler a(&code);
    a.bswap(x86::rax);
    a.vaddpd(x86::xmm1, x86::xmm2, x86::xmm3);
    a.lock().or_(x86::ptr(x86::rsp, -8, 4), 0);
    a.mov(x86::rax, 0x1234'5678'9abc'def0);
    a.nop();
    ASSERT_EQ(ours_.offset(), a.offset());
    EXPECT_EQ(std::memcmp(room_.data(), a.bufferData(), a.offset()), 0);
}

TEST_F(AssemblerTest, JumpsReachTheirLabels) {
    const auto ahead = ours_.newLabel();
    const auto behind = ours_.newLabel();
    EXPECT_TRUE(ours_.is_complete());
    ours_.jmp(ahead);          // 0: e9, five bytes
    ours_.jne(ahead);          // 5: 0f 85, six bytes
    ours_.bind(behind);        // 11
    ours_.call(ahead);         // 11: e8, five bytes
    EXPECT_FALSE(ours_.is_complete());
    ours_.bind(ahead);         // 16
    EXPECT_TRUE(ours_.is_complete());
    ours_.jmp(behind);         // 16: eb, two bytes
    ours_.jb(behind);          // 18: 72, two bytes
    ours_.long_().jmp(behind); // 20: e9, five bytes
    ours_.jmp(ahead);          // 25: eb; the option is gone
    ASSERT_EQ(ours_.offset(), 27U);
    EXPECT_EQ(ours_.offset_of(ahead), 16U);
    EXPECT_EQ(displacement_at(1), 16 - 5);
    EXPECT_EQ(displacement_at(7), 16 - 11);
    EXPECT_EQ(displacement_at(12), 16 - 16);
    EXPECT_EQ(static_cast<std::int8_t>(room_[17]), 11 - 18);
    EXPECT_EQ(room_[18], std::byte{0x72});
    EXPECT_EQ(static_cast<std::int8_t>(room_[19]), 11 - 20);
    EXPECT_EQ(room_[20], std::byte{0xe9});
    EXPECT_EQ(displacement_at(21), 11 - 25);
    EXPECT_EQ(static_cast<std::int8_t>(room_[26]), 16 - 27);
}

TEST_F(AssemblerTest, ConditionsHaveSeveralNames) {
    const auto behind = ours_.newLabel();
    ours_.bind(behind);
    ours_.jz(behind);
    ours_.jnz(behind);
    ours_.jc(behind);
    ours_.jnae(behind);
    ours_.jpe(behind);
    ours_.jnle(behind);
    constexpr std::array<std::uint8_t, 6> kOpcodes{0x74, 0x75, 0x72, 0x72, 0x7a, 0x7f};
    ASSERT_EQ(ours_.offset(), 2 * kOpcodes.size());
    for (std::size_t i = 0; i < kOpcodes.size(); ++i)
        EXPECT_EQ(room_[2 * i], std::byte{kOpcodes[i]}) << i;
}

TEST_F(AssemblerTest, FarLabelsBehindAreReachedByLongJumps) {
    const auto behind = ours_.newLabel();
    ours_.bind(behind);
    for (int i = 0; i < 200; ++i)
        ours_.nop();
    ours_.jle(behind);
    EXPECT_EQ(ours_.offset(), 206U);
    EXPECT_EQ(displacement_at(202), -206);
}

TEST_F(AssemblerTest, AddressesAreReachedFromWhereTheCodeWillBe) {
    ours_.nop();
    ours_.jmp(kSomewhere + 0x1000);
    ours_.jle(kSomewhere - 0x10);
    ours_.call(kSomewhere);
    EXPECT_EQ(displacement_at(2), 0x1000 - 6);
    EXPECT_EQ(displacement_at(8), -0x10 - 12);
    EXPECT_EQ(displacement_at(13), -17);
    EXPECT_TRUE(ours_.is_complete());
}

/// A buffer is used again and again: what asmjit remembers of it is not what is in use.
TEST_F(AssemblerTest, AFullBufferIsReportedAndNotOverrun) {
    constexpr std::size_t kRoom = 40;
    std::array<std::byte, 256> small{};
    for (const bool foreign : {false, true}) {
        errors_.clear();
        small[kRoom] = std::byte{0x5a};
        ours_.begin(std::span(small).first(kRoom), reinterpret_cast<const std::byte*>(kSomewhere));
        const auto label = ours_.newLabel();
        ours_.jmp(label);
        for (int i = 0; i < 20; ++i) {
            if (foreign)
                ours_.vaddpd(x86::xmm1, x86::xmm2, x86::xmm3);
            else
                ours_.mov(x86::rax, x86::ptr(x86::r12, 0x12345));
        }
        ours_.jne(label);
        ours_.long_().jmp(kSomewhere);
        EXPECT_EQ(ours_.instOptions(), asmjit::InstOptions::kNone);
        ours_.bind(label);
        EXPECT_TRUE(errors_.full());
        EXPECT_LE(ours_.offset(), kRoom);
        EXPECT_EQ(small[kRoom], std::byte{0x5a});
        EXPECT_TRUE(ours_.is_complete());
    }
}

} // namespace
} // namespace medley::accel::jit::x64
