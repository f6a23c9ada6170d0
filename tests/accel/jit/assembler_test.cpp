// What the translator's assembler encodes itself is what asmjit makes of it, byte by byte.
#include "accel/jit/x64/assembler.h"
#include "tests/support/random_seed.h"

#include <array>
#include <cstring>
#include <fmt/format.h>
#include <functional>
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
    AssemblerTest() : random_(medley::test::random_seed()) {
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

    /// What `make` does with our assembler, against asmjit's instruction.
    void check(asmjit::InstId instruction, const std::function<void(Assembler&)>& make, const Operand& o0, const Operand& o1 = {}, const Operand& o2 = {}) {
        const auto wanted = theirs(instruction, o0, o1, o2);
        if (wanted.empty())
            return;
        begin();
        make(ours_);
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
    /// Calls `use` with the register or the place in memory that the operand is.
    template <class Use>
    static void with(const Operand& operand, Use use) {
        if (operand.isMem())
            use(operand.as<Mem>());
        else
            use(operand.as<Gp>());
    }
    /// A constant that goes with an operation of the size.
    std::int64_t number_for(unsigned size) {
        const auto value = number();
        switch (size) {
        case 1: return static_cast<std::int8_t>(value);
        case 2: return static_cast<std::int16_t>(value);
        case 4: return below(2) == 0 ? static_cast<std::int32_t>(value) : std::int64_t{static_cast<std::uint32_t>(value)};
        default: return static_cast<std::int32_t>(value);
        }
    }
    void check_arithmetic(unsigned which, unsigned width);
    void check_move(unsigned width);
    void check_test(unsigned width);

    std::int32_t displacement_at(std::size_t offset) const {
        std::int32_t value = 0;
        std::memcpy(&value, room_.data() + offset, sizeof value);
        return value;
    }

    std::mt19937_64 random_;
    std::array<std::byte, 4096> room_{};
    EmissionErrors errors_;
    Assembler ours_{errors_};
    unsigned checked_ = 0;
};

void AssemblerTest::check_arithmetic(unsigned which, unsigned width) {
    constexpr std::array kInstructions{Inst::kIdAdd, Inst::kIdOr, Inst::kIdAdc, Inst::kIdSbb, Inst::kIdAnd, Inst::kIdSub, Inst::kIdXor, Inst::kIdCmp};
    const auto operation = static_cast<Arithmetic>(which);
    const auto to = reg(width);
    const auto place = memory(width);
    const auto value = number_for(width);
    switch (below(4)) {
    case 0: {
        const auto from = any(width);
        with(from, [&](const auto& it) { check(kInstructions[which], [&](Assembler& a) { a.arithmetic(operation, to, it); }, to, from); });
        break;
    }
    case 1: check(kInstructions[which], [&](Assembler& a) { a.arithmetic(operation, place, to); }, place, to); break;
    case 2: check(kInstructions[which], [&](Assembler& a) { a.arithmetic(operation, to, value); }, to, Imm(value)); break;
    default: check(kInstructions[which], [&](Assembler& a) { a.arithmetic(operation, place, value); }, place, Imm(value)); break;
    }
}

void AssemblerTest::check_move(unsigned width) {
    const auto to = reg(width);
    const auto place = memory(width);
    const auto value = width == 8 && below(2) == 0 ? number() : number_for(width);
    const auto word = number_for(width);
    switch (below(4)) {
    case 0: {
        const auto from = any(width);
        with(from, [&](const auto& it) { check(Inst::kIdMov, [&](Assembler& a) { a.mov(to, it); }, to, from); });
        break;
    }
    case 1: check(Inst::kIdMov, [&](Assembler& a) { a.mov(place, to); }, place, to); break;
    case 2:
        if (width >= 4)
            check(Inst::kIdMov, [&](Assembler& a) { a.mov(to, value); }, to, Imm(value));
        break;
    default: check(Inst::kIdMov, [&](Assembler& a) { a.mov(place, word); }, place, Imm(word)); break;
    }
}

void AssemblerTest::check_test(unsigned width) {
    const auto left = reg(width);
    const auto right = reg(width);
    const auto place = memory(width);
    const auto value = number_for(width);
    switch (below(3)) {
    case 0: check(Inst::kIdTest, [&](Assembler& a) { a.test(left, right); }, left, right); break;
    case 1: check(Inst::kIdTest, [&](Assembler& a) { a.test(left, value); }, left, Imm(value)); break;
    default: check(Inst::kIdTest, [&](Assembler& a) { a.test(place, value); }, place, Imm(value)); break;
    }
}

TEST_F(AssemblerTest, ArithmeticIsEncodedAsAsmjitDoes) {
    for (int round = 0; round < 20'000 && !HasFatalFailure(); ++round) {
        const auto which = below(10);
        if (which < 8)
            check_arithmetic(which, size());
        else if (which == 8)
            check_move(size());
        else
            check_test(size());
    }
    EXPECT_GT(checked_, 10'000U);
}

TEST_F(AssemblerTest, OtherIntegerInstructionsAreEncodedAsAsmjitDoes) {
    constexpr std::array<std::pair<asmjit::InstId, Shift>, 5> kShifts{{{Inst::kIdShl, Shift::Left}, {Inst::kIdShr, Shift::RightUnsigned},
        {Inst::kIdSar, Shift::RightSigned}, {Inst::kIdRor, Shift::RotateRight}, {Inst::kIdRol, Shift::RotateLeft}}};
    for (int round = 0; round < 20'000 && !HasFatalFailure(); ++round) {
        const auto width = word_size();
        const auto to = reg(width);
        const auto narrow = any(1U << below(2));
        const auto from = any(width);
        const auto other = reg(width);
        const auto amount = below(64);
        const auto condition = static_cast<x86::CondCode>(below(16));
        const auto value = static_cast<std::int32_t>(number());
        switch (below(12)) {
        case 0: {
            const auto& [instruction, kind] = kShifts[below(kShifts.size())];
            check(instruction, [&, kind = kind](Assembler& a) { a.shift(kind, to, amount); }, to, Imm(amount));
            break;
        }
        case 1: check(Inst::kIdNeg, [&](Assembler& a) { a.neg(to); }, to); break;
        case 2: check(Inst::kIdNot, [&](Assembler& a) { a.not_(to); }, to); break;
        case 3: {
            const auto place = memory(0);
            check(Inst::kIdLea, [&](Assembler& a) { a.lea(to, place); }, to, place);
            break;
        }
        case 4: with(narrow, [&](const auto& it) { check(Inst::kIdMovzx, [&](Assembler& a) { a.movzx(to, it); }, to, narrow); }); break;
        case 5: with(narrow, [&](const auto& it) { check(Inst::kIdMovsx, [&](Assembler& a) { a.movsx(to, it); }, to, narrow); }); break;
        case 6: {
            const auto wide = reg(8);
            const auto word = any(4);
            with(word, [&](const auto& it) { check(Inst::kIdMovsxd, [&](Assembler& a) { a.movsxd(wide, it); }, wide, word); });
            break;
        }
        case 7: {
            const auto byte = any(1);
            with(byte, [&](const auto& it) { check(Inst::setccFromCond(condition), [&](Assembler& a) { a.set_if(condition, it); }, byte); });
            break;
        }
        case 8: with(from, [&](const auto& it) { check(Inst::cmovccFromCond(condition), [&](Assembler& a) { a.select_if(condition, to, it); }, to, from); }); break;
        case 9: with(from, [&](const auto& it) { check(Inst::kIdImul, [&](Assembler& a) { a.imul(to, it); }, to, from); }); break;
        case 10: with(from, [&](const auto& it) { check(Inst::kIdImul, [&](Assembler& a) { a.imul(to, it, value); }, to, from, Imm(value)); }); break;
        default: check(Inst::kIdPush, [&](Assembler& a) { a.push(value); }, Imm(value)); break;
        }
        check(Inst::kIdRorx, [&](Assembler& a) { a.rorx(to, other, amount); }, to, other, Imm(amount));
    }
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
    ours_.long_jump(behind);   // 20: e9, five bytes
    ours_.jmp(ahead);          // 25: eb, two bytes
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
        ours_.long_jump(kSomewhere);
        ours_.bind(label);
        EXPECT_TRUE(errors_.full());
        EXPECT_LE(ours_.offset(), kRoom);
        EXPECT_EQ(small[kRoom], std::byte{0x5a});
        EXPECT_TRUE(ours_.is_complete());
    }
}

} // namespace
} // namespace medley::accel::jit::x64
