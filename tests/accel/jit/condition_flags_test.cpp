// Condition flags that are kept as operands: everybody who looks finds the flags.
#include "accel/jit/flag_groups.h"
#include "accel/jit/pending_flags.h"
#include "tests/accel/support/guest.h"

#include <random>

namespace medley::test {
namespace {

using accel::jit::FlagGroup;
using accel::jit::FlagOperands;
using accel::jit::FlagSource;
using accel::jit::PendingFlags;
using ir::Opcode;
using ir::Type;
using ir::Value;

using Flags = std::array<std::uint8_t, 4>;

constexpr std::array kSources{FlagSource::Difference, FlagSource::Sum, FlagSource::Result};
constexpr std::array<std::uint64_t, 10> kOperands{0, 1, 2, 0x7fffffff, 0x80000000, 0xffffffff, 0x7fffffffffffffff, 0x8000000000000000, 0xffffffff80000000, ~std::uint64_t{0}};

/// Negative, zero, carry, overflow, by the arithmetic of wider numbers.
Flags expected(FlagSource source, bool wide, std::uint64_t left, std::uint64_t right) {
    const unsigned bits = wide ? 64 : 32;
    const auto mask = wide ? ~std::uint64_t{0} : 0xffffffff;
    using Wide = __int128;
    const auto as_signed = [&](std::uint64_t value) { return static_cast<Wide>(static_cast<std::int64_t>(value << (64 - bits)) >> (64 - bits)); };
    left &= mask;
    right &= mask;
    const bool subtracts = source == FlagSource::Difference;
    if (source == FlagSource::Result)
        return {static_cast<std::uint8_t>(as_signed(left) < 0), static_cast<std::uint8_t>(left == 0), 0, 0};
    const auto result = (subtracts ? left - right : left + right) & mask;
    const Wide exact = subtracts ? as_signed(left) - as_signed(right) : as_signed(left) + as_signed(right);
    const Wide unsigned_sum = static_cast<Wide>(left) + static_cast<Wide>(right);
    const bool carry = subtracts ? left >= right : unsigned_sum > static_cast<Wide>(mask);
    return {static_cast<std::uint8_t>(as_signed(result) < 0), static_cast<std::uint8_t>(result == 0), static_cast<std::uint8_t>(carry),
            static_cast<std::uint8_t>(exact != as_signed(result))};
}

/// Emits what a guest's instruction would.
struct Setter {
    FlagSource source;
    Type type = Type::I64;

    void emit(ir::Builder& b, Value left, Value right, Value condition = ir::kNoValue, unsigned given = 0) const {
        const auto zero = b.constant(type, 0);
        const auto clear = b.constant(Type::I1, 0);
        const auto sets = [&](Value n, Value z, Value c, Value v) {
            unsigned slot = 0;
            std::array flags{n, z, c, v};
            if (condition != ir::kNoValue)
                for (auto& flag : flags)
                    flag = b.select(condition, flag, b.constant(Type::I1, given >> (3 - slot++) & 1));
            slot = ToyCore::kB;
            for (const auto flag : flags)
                b.put(static_cast<ir::SlotId>(slot++), flag);
        };
        const auto result = source == FlagSource::Difference ? b.op(Opcode::Sub, {left, right}) : source == FlagSource::Sum ? b.add(left, right) : left;
        const auto n = b.op(Opcode::CompareLtS, {result, zero});
        if (source == FlagSource::Difference) {
            const auto z = b.op(Opcode::CompareEq, {left, right});
            sets(n, z, b.op(Opcode::CompareLeU, {right, left}), b.op(Opcode::SubOverflowS, {left, right}));
        } else if (source == FlagSource::Sum) {
            const auto z = b.op(Opcode::CompareEq, {result, zero});
            sets(n, z, b.op(Opcode::CompareLtU, {result, left}), b.op(Opcode::AddOverflowS, {left, right}));
        } else {
            sets(n, b.op(Opcode::CompareEq, {result, zero}), clear, clear);
        }
    }
};

void put_constants(ir::Builder& b, unsigned flags) {
    std::array<Value, 4> values{};
    for (unsigned i = 0; i < 4; ++i)
        values[i] = b.constant(Type::I1, flags >> (3 - i) & 1);
    for (unsigned i = 0; i < 4; ++i)
        b.put(static_cast<ir::SlotId>(ToyCore::kB + i), values[i]);
}

// --- what they come from

TEST(PendingFlags, AreThoseOfTheArithmetic) {
    ToyMemory memory;
    ToyCore core(memory);
    FlagOperands pending;
    PendingFlags flags(core, pending);
    for (const auto source : kSources) {
        for (const bool wide : {false, true}) {
            for (const auto left : kOperands) {
                for (const auto right : kOperands) {
                    pending.left = left;
                    pending.right = right;
                    pending.source = PendingFlags::encode(source, wide) | 0xabcd00;
                    flags.settle();
                    EXPECT_EQ(core.regs.b, expected(source, wide, left, right)) << static_cast<int>(source) << ' ' << wide << ' ' << left << ' ' << right;
                    EXPECT_EQ(pending.source, PendingFlags::kNothing);
                }
                for (const std::int32_t constant : {0, 1, -1, 4095, (1 << 23) - 1, -(1 << 23)}) {
                    ASSERT_TRUE(PendingFlags::can_encode(constant));
                    pending.left = left;
                    pending.source = PendingFlags::encode(source, wide, constant);
                    if (PendingFlags::is_one_byte(pending.source))
                        pending.source |= 0xabcd00; // What was written before.
                    flags.settle();
                    EXPECT_EQ(core.regs.b, expected(source, wide, left, static_cast<std::uint64_t>(std::int64_t{constant}))) << left << ' ' << constant;
                }
            }
        }
    }
    EXPECT_FALSE(PendingFlags::can_encode(1 << 23));
    EXPECT_FALSE(PendingFlags::can_encode(-(1 << 23) - 1));
    pending.source = PendingFlags::encode_given(0b1010);
    flags.settle();
    EXPECT_EQ(core.regs.b, (Flags{1, 0, 1, 0}));
}

struct FoundIn : ::testing::Test {
    FlagGroup found(const std::function<void(ir::Builder&)>& emit) {
        ir::Block block;
        ir::Builder builder(block);
        emit(builder);
        const ConditionFlags flags{ToyCore::kB, ToyCore::kB + 1, ToyCore::kB + 2, ToyCore::kB + 3};
        const auto group = FlagGroup::ending_at(static_cast<Value>(block.operations.size() - 1), block, flags, [](Value value) { return value; });
        EXPECT_TRUE(group.has_value());
        return group.value_or(FlagGroup{});
    }
};
using FlagGroups = FoundIn;

TEST_F(FlagGroups, KnowTheirSource) {
    for (const auto source : kSources) {
        for (const auto type : {Type::I32, Type::I64}) {
            const auto group = found([&](ir::Builder& b) {
                const auto left = b.get(1, type);
                Setter{source, type}.emit(b, left, b.get(2, type));
            });
            EXPECT_EQ(group.source, source);
            EXPECT_EQ(group.wide, type == Type::I64);
            EXPECT_EQ(group.left, 0u);
            EXPECT_EQ(group.right, source == FlagSource::Result ? ir::kNoValue : 1);
            EXPECT_EQ(group.condition, ir::kNoValue);
        }
    }
}

TEST_F(FlagGroups, KnowConstants) {
    const auto group = found([&](ir::Builder& b) {
        put_constants(b, 0b1001);
    });
    EXPECT_EQ(group.source, FlagSource::Given);
    EXPECT_EQ(group.given, 0b1001u);
}

TEST_F(FlagGroups, KnowTheConditionOfTheirSource) {
    const auto group = found([&](ir::Builder& b) {
        const auto condition = b.get(ToyCore::kB, Type::I1);
        Setter{FlagSource::Difference}.emit(b, b.get(1, Type::I64), b.get(2, Type::I64), condition, 0b0110);
    });
    EXPECT_EQ(group.source, FlagSource::Difference);
    EXPECT_EQ(group.condition, 0u);
    EXPECT_EQ(group.given, 0b0110u);
}

/// One flag that is another one's, or of other operands.
TEST_F(FlagGroups, OfOtherValuesHaveNoSource) {
    for (unsigned odd = 0; odd < 4; ++odd) {
        const auto group = found([&](ir::Builder& b) {
            const auto left = b.get(1, Type::I64), right = b.get(2, Type::I64), other = b.get(3, Type::I64);
            const auto zero = b.constant(Type::I64, 0);
            const auto result = b.op(Opcode::Sub, {left, right});
            const auto n = b.op(Opcode::CompareLtS, {odd == 0 ? other : result, zero});
            const auto z = b.op(Opcode::CompareEq, {odd == 1 ? other : left, right});
            const auto c = b.op(Opcode::CompareLeU, {odd == 2 ? other : right, left});
            const auto v = b.op(Opcode::SubOverflowS, {left, odd == 3 ? other : right});
            ir::SlotId slot = ToyCore::kB;
            for (const auto flag : {n, z, c, v})
                b.put(slot++, flag);
        });
        EXPECT_EQ(group.source, FlagSource::Values) << odd;
    }
}

// --- who looks

struct Case {
    FlagSource source;
    bool wide;
    bool constant; ///< The right operand.
    std::optional<bool> condition;
};

/// An instruction that sets the flags, in front of others.
struct FlagGuest : Guest {
    static constexpr Address kCode = 0x1000;
    static constexpr unsigned kGiven = 0b1001;

    FlagGuest(const Case& how_, std::uint64_t left_, std::uint64_t right_, std::initializer_list<std::uint32_t> behind) : how(how_), left(left_), right(right_) {
        memory.code(kCode, {toy(ToyOp::Script)});
        memory.code(kCode + 4, behind);
        core.script = [this](ir::Builder& b, Address pc, std::uint32_t) {
            if (pc == kCode)
                set(b);
            else
                read(b);
            return false;
        };
    }
    void set(ir::Builder& b) const {
        const auto type = how.wide ? Type::I64 : Type::I32;
        const auto operand = [&](Value value) { return how.wide ? value : b.truncate(Type::I32, value); };
        const auto first = operand(b.get(1, Type::I64));
        const auto second = how.constant ? b.constant(type, how.wide ? right : right & 0xffffffff) : operand(b.get(2, Type::I64));
        const auto condition = how.condition ? b.op(Opcode::CompareEq, {b.get(14, Type::I64), b.constant(Type::I64, 1)}) : ir::kNoValue;
        Setter{how.source, type}.emit(b, first, second, condition, kGiven);
        // The operands do not stay.
        b.put(1, b.constant(Type::I64, 77));
        b.put(2, b.constant(Type::I64, 78));
    }
    static void read(ir::Builder& b) {
        for (unsigned i = 0; i < 4; ++i)
            b.put(static_cast<ir::SlotId>(5 + i), b.zero_extend(Type::I64, b.get(static_cast<ir::SlotId>(ToyCore::kB + i), Type::I1), 1));
    }
    RunResult go(std::uint64_t budget = 1000) {
        core.regs.pc = kCode;
        core.regs.b = {1, 1, 1, 0}; // Not what any of them gives.
        r(1) = left;
        r(2) = right;
        r(14) = how.condition.value_or(false) ? 1 : 0;
        return accelerator->run(budget);
    }
    [[nodiscard]] Flags wanted() const {
        return how.condition == false ? Flags{1, 0, 0, 1} : expected(how.source, how.wide, left, right);
    }
    [[nodiscard]] Flags read_flags() {
        Flags flags{};
        for (unsigned i = 0; i < 4; ++i)
            flags[i] = static_cast<std::uint8_t>(r(5 + i));
        return flags;
    }
    Case how;
    std::uint64_t left, right;
};

class JitConditionFlags : public ::testing::TestWithParam<Case> {
protected:
    /// Calls \p look for pairs of operands.
    template <class Look>
    static void each(Look look) {
        for (const auto left : {std::uint64_t{0}, std::uint64_t{5}, std::uint64_t{0x80000000}, std::uint64_t{1} << 63})
            for (const auto right : {std::uint64_t{0}, std::uint64_t{5}, ~std::uint64_t{0}, std::uint64_t{0x123456789abcdef0}})
                look(left, right);
    }
};

std::vector<Case> cases() {
    std::vector<Case> all;
    for (const auto source : kSources)
        for (const bool wide : {false, true})
            for (const bool constant : {false, true})
                for (const auto condition : {std::optional<bool>{}, std::optional(false), std::optional(true)})
                    if (source != FlagSource::Result || !constant)
                        all.push_back({source, wide, constant, condition});
    return all;
}

std::string name_of(const ::testing::TestParamInfo<Case>& info) {
    constexpr std::array kNames{"", "Difference", "Sum", "Result"};
    const auto& how = info.param;
    return fmt::format("{}{}{}{}", kNames[static_cast<unsigned>(how.source)], how.wide ? "64" : "32", how.constant ? "Constant" : "",
                       how.condition ? *how.condition ? "If" : "IfNot" : "");
}

INSTANTIATE_TEST_SUITE_P(Sources, JitConditionFlags, ::testing::ValuesIn(cases()), name_of);

TEST_P(JitConditionFlags, AreInTheirSlotsWhenTheRunEnds) {
    each([](std::uint64_t left, std::uint64_t right) {
        FlagGuest guest(GetParam(), left, right, {toy(ToyOp::Wait)});
        guest.go();
        EXPECT_EQ(guest.core.regs.b, guest.wanted()) << left << ' ' << right;
    });
}

TEST_P(JitConditionFlags, AreSeenByDevicesHelpersAndFaults) {
    each([](std::uint64_t left, std::uint64_t right) {
        FlagGuest guest(GetParam(), left, right, {toy(ToyOp::Load, 3, 15, 0), toy(ToyOp::Script), toy(ToyOp::Wait)});
        guest.r(15) = ToyMemory::kDevice;
        unsigned looks = 0;
        const auto look = [&] {
            EXPECT_EQ(guest.core.regs.b, guest.wanted()) << left << ' ' << right;
            ++looks;
        };
        guest.memory.on_device = [&](const ToyMemory::DeviceAccess&) { look(); };
        guest.go();
        EXPECT_EQ(guest.read_flags(), guest.wanted());
        guest.memory.on_device = {};
        guest.memory.code(FlagGuest::kCode + 4, {toy(ToyOp::Call, 3, 4)});
        guest.accelerator->flush_code();
        guest.core.on_call = [&](HelperContext&, std::uint64_t value) {
            look();
            return value;
        };
        guest.go();
        guest.memory.code(FlagGuest::kCode + 4, {toy(ToyOp::Raise, 3, 4)});
        guest.memory.code(ToyCore::kVector, {toy(ToyOp::Wait)});
        guest.accelerator->flush_code();
        guest.go();
        look();
        EXPECT_EQ(looks, 3u);
    });
}

/// The block that reads them is entered by a link, and by the jump cache, and from elsewhere, where nothing is pending.
TEST_P(JitConditionFlags, AreReadByOtherBlocks) {
    each([](std::uint64_t left, std::uint64_t right) {
        const Address page = FlagGuest::kCode + kPageSize;
        FlagGuest guest(GetParam(), left, right, {toy(ToyOp::JumpReg, 13)});
        guest.memory.code(page, {toy(ToyOp::Script), toy(ToyOp::Wait)});
        guest.r(13) = page;
        for (unsigned i = 0; i < 3; ++i) {
            guest.go();
            EXPECT_EQ(guest.read_flags(), guest.wanted()) << left << ' ' << right << ' ' << i;
        }
        guest.core.regs.b = {1, 1, 0, 1};
        guest.core.regs.pc = page;
        guest.accelerator->run(1000);
        EXPECT_EQ(guest.read_flags(), (Flags{1, 1, 0, 1}));
    });
}

/// One flag is written in a block of its own: the others are what they were to be.
TEST_P(JitConditionFlags, AreKeptByWhoeverWritesOneOfThem) {
    const Address page = FlagGuest::kCode + kPageSize;
    for (unsigned one = 0; one < 4; ++one) {
        FlagGuest guest(GetParam(), 3, 5, {toy(ToyOp::JumpReg, 13)});
        guest.memory.code(page, {toy(ToyOp::Script), toy(ToyOp::Wait)});
        guest.r(13) = page;
        guest.core.script = [&](ir::Builder& b, Address pc, std::uint32_t) {
            if (pc == FlagGuest::kCode)
                guest.set(b);
            else // The outcome of a comparison, which might be written early.
                b.put(static_cast<ir::SlotId>(ToyCore::kB + one), b.op(Opcode::CompareEq, {b.get(1, Type::I64), b.constant(Type::I64, 77)}));
            return false;
        };
        for (unsigned i = 0; i < 3; ++i) {
            guest.go();
            auto wanted = guest.wanted();
            wanted[one] = 1;
            EXPECT_EQ(guest.core.regs.b, wanted) << one;
        }
    }
}

TEST(JitConstantFlags, AreInTheirSlotsAndAreRead) {
    const Address page = FlagGuest::kCode + kPageSize;
    for (unsigned given = 0; given < 16; ++given) {
        FlagGuest guest({FlagSource::Values, true, false, {}}, 0, 0, {toy(ToyOp::JumpReg, 13)});
        guest.memory.code(page, {toy(ToyOp::Script), toy(ToyOp::Wait)});
        guest.r(13) = page;
        guest.core.script = [given](ir::Builder& b, Address pc, std::uint32_t) {
            if (pc != FlagGuest::kCode)
                FlagGuest::read(b);
            else
                put_constants(b, given);
            return false;
        };
        guest.go();
        const auto bit = [given](unsigned i) { return static_cast<std::uint8_t>(given >> (3 - i) & 1); };
        const Flags wanted{bit(0), bit(1), bit(2), bit(3)};
        EXPECT_EQ(guest.core.regs.b, wanted);
        EXPECT_EQ(guest.read_flags(), wanted);
    }
}

/// Stopped behind every instruction of a loop that sets them twice and reads them in between.
TEST_P(JitConditionFlags, AreExactWhereverALoopIsStopped) {
    FlagGuest guest(GetParam(), 3, 5, {toy(ToyOp::Script), toy(ToyOp::Jump, 0, 0, -2)});
    for (std::uint64_t budget = 1; budget < 20; ++budget) {
        guest.go(budget);
        EXPECT_EQ(guest.core.regs.pc, FlagGuest::kCode);
        guest.left = 77 + (budget & 1);
        guest.right = GetParam().constant ? 5 : 77;
        guest.go(1);
        EXPECT_EQ(guest.core.regs.b, guest.wanted());
        EXPECT_EQ(guest.read_flags(), guest.wanted());
        guest.left = 3;
        guest.right = 5;
    }
}

} // namespace
} // namespace medley::test
