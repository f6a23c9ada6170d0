// Every floating-point operation in every environment, with operands that dwell where things go wrong, against the
// definition in C++ (evaluate()): values and flags, with all of the host's instructions and without some.
#include "accel/jit/evaluate.h"
#include "accel/jit/register.h"
#include "tests/accel/softfloat/operands.h"
#include "tests/accel/support/evaluator.h"
#include "tests/accel/support/guest.h"

#include <algorithm>
#include <array>
#include <bit>
#include <random>
#include <string>
#include <vector>

namespace medley::test {
namespace {

using accel::jit::Site;
using ir::FloatOp;
using ir::Opcode;
using ir::Type;

constexpr Address kCode = 0x1000;
constexpr unsigned kOperands = 100; ///< Triples of operands for each operation and environment.

struct Case {
    Opcode opcode{};
    Type to{};
    Type from{};
    FloatOp how{};
    [[nodiscard]] unsigned arguments() const { return static_cast<unsigned>(ir::info(opcode).arguments.size()); }
};

std::string text(const Case& each) {
    return fmt::format("{} {} to {}: rounding {}, nan {}, tininess {}, flush {} {}, signalling {}, exact {}, min_max {}, nan_to_int {}",
                       ir::info(each.opcode).name, ir::bits_of(each.from), ir::bits_of(each.to), static_cast<int>(each.how.env.rounding),
                       static_cast<int>(each.how.env.nan), each.how.env.tininess_before_rounding, each.how.env.flush_inputs,
                       each.how.env.flush_outputs, each.how.signalling, each.how.exact, static_cast<int>(each.how.min_max),
                       static_cast<int>(each.how.nan_to_int));
}

std::vector<FloatEnv> environments() {
    std::vector<FloatEnv> all;
    for (const auto rounding : accel::softfloat::test::kAllRoundings)
        for (const auto nan : {NanRule::Default, NanRule::PropagateSignallingFirst})
            for (const bool before : {false, true})
                all.push_back({rounding, nan, before, false, false});
    all.push_back({Rounding::NearestEven, NanRule::Default, false, true, true});
    return all;
}

/// All that an operation can be besides its environment.
std::vector<Case> operations() {
    std::vector<Case> all;
    const auto add = [&](Opcode opcode, Type to, Type from, const FloatOp& how = {}) { all.push_back({opcode, to, from, how}); };
    for (const auto type : {Type::F16, Type::F32, Type::F64}) {
        for (const auto opcode : {Opcode::FAdd, Opcode::FSub, Opcode::FMul, Opcode::FDiv, Opcode::FSqrt, Opcode::FMulAdd})
            add(opcode, type, type);
        for (const auto rule : {MinMaxRule::Number, MinMaxRule::QuietNumber, MinMaxRule::Propagate})
            for (const auto opcode : {Opcode::FMin, Opcode::FMax})
                add(opcode, type, type, {.min_max = rule});
        for (const auto opcode : {Opcode::FNeg, Opcode::FAbs, Opcode::FCopySign})
            add(opcode, type, type);
        for (const bool flag : {false, true}) {
            for (const auto opcode : {Opcode::FCompareEq, Opcode::FCompareLt, Opcode::FCompareLe, Opcode::FUnordered})
                add(opcode, Type::I1, type, {.signalling = flag});
            add(Opcode::FRound, type, type, {.exact = flag});
        }
        for (const auto other : {Type::F16, Type::F32, Type::F64})
            add(Opcode::FConvert, other, type);
        for (const auto integer : {Type::I32, Type::I64}) {
            for (const auto opcode : {Opcode::FToS, Opcode::FToU})
                for (const auto nan : {NanToInt::Maximum, NanToInt::Zero})
                    add(opcode, integer, type, {.nan_to_int = nan});
            for (const auto opcode : {Opcode::SToF, Opcode::UToF})
                add(opcode, type, integer);
        }
    }
    return all;
}

using Triple = std::array<std::uint64_t, 3>;

/// Floats as those of softfloat's tests; numbers near the ends of integers' ranges, and halves; integers of any length.
class Source {
public:
    [[nodiscard]] Triple next(Type type) {
        switch (type) {
        case Type::F16: return floats(half_);
        case Type::F32: return random_() % 6 == 0 ? Triple{std::bit_cast<std::uint32_t>(static_cast<float>(edge())), 0, 0} : floats(single_);
        case Type::F64: return random_() % 6 == 0 ? Triple{std::bit_cast<std::uint64_t>(edge()), 0, 0} : floats(double_);
        default: return {integer(), 0, 0};
        }
    }
    [[nodiscard]] std::uint64_t word() { return random_(); }

private:
    template <class Operands>
    Triple floats(Operands& operands) {
        const auto triple = operands.triple();
        // NaNs meet each other more often than by chance.
        return {triple.a, random_() % 8 == 0 ? operands.single() : triple.b, triple.c};
    }
    std::uint64_t integer() {
        const auto any = random_() >> random_() % 64;
        return random_() % 2 == 0 ? any : std::uint64_t{0} - any;
    }
    double edge() {
        static constexpr std::array kEdges{0.0, 1.0, 0x1p23, 0x1p31, 0x1p32, 0x1p52, 0x1p63, 0x1p64};
        const double near = kEdges[random_() % kEdges.size()] + (static_cast<double>(random_() % 9) - 4) * (random_() % 2 == 0 ? 0.25 : 0.5);
        return random_() % 2 == 0 ? near : -near;
    }

    std::mt19937_64 random_{accel::softfloat::test::seed()};
    accel::softfloat::test::Operands<std::uint16_t> half_{1};
    accel::softfloat::test::Operands<std::uint32_t> single_{2};
    accel::softfloat::test::Operands<std::uint64_t> double_{3};
};

/// A guest whose first instruction is the operation: from the slots of its operands' type to one of its result's.
class Bench {
public:
    explicit Bench(const AcceleratorOptions& options) : guest_(options) {
        guest_.memory.code(kCode, {toy(ToyOp::Script), toy(ToyOp::Wait)});
        guest_.core.script = [this](ir::Builder& builder, Address, std::uint32_t) {
            emit(builder);
            return false;
        };
    }

    /// With \p own_mode, code of this rounding has a translation key of its own: then the host is set for all of it.
    void set(const Case& now, bool own_mode) {
        now_ = now;
        guest_.core.key = own_mode ? 1 + static_cast<std::uint64_t>(now.how.env.rounding) : 0;
        guest_.accelerator->flush_code();
    }
    [[nodiscard]] std::uint64_t translations() const { return guest_.statistic("blocks translated"); }

    void check(const Triple& operands) {
        auto& regs = guest_.core.regs;
        for (unsigned i = 0; i < 3; ++i) {
            regs.r[i] = operands[i];
            regs.d[i] = operands[i];
            regs.s[i] = static_cast<std::uint32_t>(operands[i]);
            regs.w[i] = static_cast<std::uint32_t>(operands[i]);
            regs.h[i] = static_cast<std::uint16_t>(operands[i]);
        }
        regs.flags = 0;
        regs.pc = kCode;
        ASSERT_EQ(guest_.accelerator->run(1).executed, 2u);
        Site site;
        site.opcode = now_.opcode;
        site.type = now_.to;
        site.imm = now_.how.encode();
        site.argument_count = static_cast<std::uint8_t>(now_.arguments());
        site.argument_types.fill(now_.from);
        const std::array<accel::Wide, 3> values{{{operands[0], 0}, {operands[1], 0}, {operands[2], 0}}};
        std::uint32_t flags = 0;
        const auto expected = accel::jit::evaluate(site, std::span(values).first(now_.arguments()), flags).low;
        ASSERT_EQ(result(), expected) << fmt::format("{:x} {:x} {:x} gives {:x}, not {:x}", operands[0], operands[1], operands[2], result(), expected);
        ASSERT_EQ(regs.flags, flags) << fmt::format("{:x} {:x} {:x}", operands[0], operands[1], operands[2]);
    }

private:
    static ir::SlotId slot(Type type, unsigned index) {
        switch (type) {
        case Type::F16: return ToyCore::kH + index;
        case Type::F32: return ToyCore::kS + index;
        case Type::F64: return ToyCore::kD + index;
        case Type::I32: return ToyCore::kW + index;
        default: return index;
        }
    }

    void emit(ir::Builder& builder) const {
        std::array<ir::Value, 3> in{};
        for (unsigned i = 0; i < 3; ++i)
            in[i] = builder.get(slot(now_.from, i), now_.from);
        const auto count = now_.arguments();
        const auto imm = now_.how.encode();
        const auto out = count == 1   ? builder.op_as(now_.opcode, now_.to, {in[0]}, imm)
                         : count == 2 ? builder.op_as(now_.opcode, now_.to, {in[0], in[1]}, imm)
                                      : builder.op_as(now_.opcode, now_.to, {in[0], in[1], in[2]}, imm);
        if (now_.to == Type::I1)
            builder.put(ToyCore::kB, out);
        else // The last slot of a kind has no register of its own; the first one is an operand, too.
            builder.put(slot(now_.to, 3 * (imm >> 3 & 1)), out);
    }

    [[nodiscard]] std::uint64_t result() const {
        const auto& regs = guest_.core.regs;
        const auto index = 3 * (now_.how.encode() >> 3 & 1);
        switch (now_.to) {
        case Type::I1: return regs.b[0];
        case Type::F16: return regs.h[index];
        case Type::F32: return regs.s[index];
        case Type::F64: return regs.d[index];
        case Type::I32: return regs.w[index];
        default: return regs.r[index];
        }
    }

    Guest guest_;
    Case now_;
};

/// Random instructions of float arithmetic whose operands and results are mostly NaNs and infinities.
class FloatProgram {
public:
    struct Start {
        explicit Start(std::mt19937_64& random) {
            static constexpr std::array<std::uint64_t, 8> kDoubles{0x7ff0000000000000, 0xfff0000000000000, 0,
                0x7ff8000000000123, 0xfff4000000000000, 0x3ff0000000000000, 0x8000000000000000, 0x7fefffffffffffff};
            static constexpr std::array<std::uint32_t, 8> kSingles{0x7f800000, 0xff800000, 0, 0x7fc00123, 0xffa00000, 0x3f800000, 0x80000000, 0x7f7fffff};
            for (unsigned i = 0; i < 4; ++i) {
                doubles[i] = kDoubles[random() % 8];
                singles[i] = kSingles[random() % 8];
            }
        }
        void set(ToyCore::State& regs, Address pc) const {
            std::copy(doubles.begin(), doubles.end(), regs.d.begin());
            std::copy(singles.begin(), singles.end(), regs.s.begin());
            regs.pc = pc;
        }
        std::array<std::uint64_t, 4> doubles{};
        std::array<std::uint32_t, 4> singles{};
    };

    explicit FloatProgram(std::uint64_t seed) : seed_(seed) {}

    bool emit(ir::Builder& builder, Address pc) const {
        std::mt19937_64 random(seed_ ^ pc * 0x9e3779b97f4a7c15);
        const auto below = [&](std::uint64_t limit) { return random() % limit; };
        const auto type = below(3) == 0 ? Type::F32 : Type::F64;
        const auto first = type == Type::F32 ? ToyCore::kS : ToyCore::kD;
        const auto slot = [&] { return static_cast<ir::SlotId>(first + below(4)); };
        const FloatOp mixed{.env = {.nan = static_cast<NanRule>(below(6) == 0)}};
        std::vector<ir::Value> values;
        for (auto count = 1 + below(6); count > 0; --count) {
            const auto value = [&] {
                if (type == Type::F32 && below(3) == 0)
                    return unboxed(builder, ToyCore::kD + static_cast<ir::SlotId>(below(4)), below(2) == 0);
                return values.empty() || below(2) == 0 ? builder.get(slot(), type) : values[below(values.size())];
            };
            static constexpr std::array kBinary{Opcode::FAdd, Opcode::FSub, Opcode::FMul, Opcode::FDiv, Opcode::FMin, Opcode::FCopySign};
            switch (below(7)) {
            case 0: values.push_back(builder.op(Opcode::FSqrt, {value()}, mixed.encode())); break;
            case 1: values.push_back(builder.op(Opcode::FMulAdd, {value(), value(), value()}, mixed.encode())); break;
            case 2: values.push_back(builder.op(below(2) == 0 ? Opcode::FNeg : Opcode::FRound, {value()}, mixed.encode())); break;
            default: values.push_back(builder.op(kBinary[below(kBinary.size())], {value(), value()}, mixed.encode())); break;
            }
            if (below(2) == 0)
                builder.put(slot(), values.back());
            if (type == Type::F32 && below(2) == 0)
                builder.put(ToyCore::kD + static_cast<ir::SlotId>(below(4)), boxed(builder, values.back()));
        }
        const auto bits = type == Type::F32 ? Type::I32 : Type::I64;
        const auto seen = values[below(values.size())];
        const auto address = [&] { return builder.constant(Type::I64, 0x8000 + 8 * below(8)); };
        switch (below(8)) {
        case 0: builder.put(type == Type::F32 ? ToyCore::kW : 5, builder.bitcast(bits, seen)); break;
        case 1: builder.store(address(), seen, {.size_log2 = static_cast<std::uint8_t>(type == Type::F32 ? 2 : 3)}); break;
        case 2: builder.put(slot(), builder.load(type, address(), {.size_log2 = static_cast<std::uint8_t>(type == Type::F32 ? 2 : 3)})); break;
        case 3: builder.put(6, builder.call(0, Type::I64, {builder.get(5, Type::I64)})); break;
        case 4: builder.put(ToyCore::kD + 3, builder.op_as(Opcode::FConvert, Type::F64, {builder.get(ToyCore::kS, Type::F32)}, mixed.encode())); break;
        case 5: {
            const auto condition = builder.op(Opcode::FCompareLt, {seen, values.front()}, mixed.encode());
            builder.branch(condition, pc + 8, pc + 4);
            return true;
        }
        default: builder.put(slot(), seen); break;
        }
        return false;
    }

private:
    static constexpr std::uint64_t kBox = 0xffff'ffff'0000'0000;

    /// A narrow float in a wide register, with ones above it.
    static ir::Value boxed(ir::Builder& builder, ir::Value narrow) {
        return builder.bitcast(Type::F64, builder.bit_or(builder.bitcast(Type::I64, narrow), builder.constant(Type::I64, kBox)));
    }
    /// The low half of a wide register; perhaps only where there are ones above it, else the default NaN.
    static ir::Value unboxed(ir::Builder& builder, ir::SlotId slot, bool looks) {
        const auto raw = builder.bitcast(Type::I64, builder.get(slot, Type::F64));
        if (!looks)
            return builder.bitcast(Type::F32, raw);
        const auto is_boxed = builder.op(Opcode::CompareLeU, {builder.constant(Type::I64, kBox), raw});
        return builder.bitcast(Type::F32, builder.select(is_boxed, raw, builder.constant(Type::I64, 0x7fc0'0000)));
    }

    std::uint64_t seed_;
};

class JitFloat : public ::testing::TestWithParam<const char*> {};

TEST_P(JitFloat, EqualsTheDefinition) {
    const std::string without = GetParam();
    Bench bench(without == "everything" ? AcceleratorOptions{{"baseline", "true"}} : AcceleratorOptions{{"without", without}});
    Source source;
    unsigned cases = 0;
    unsigned kinds = 0;
    for (auto operation : operations()) {
        for (const auto& env : environments()) {
            operation.how.env = env;
            SCOPED_TRACE(text(operation));
            bench.set(operation, source.word() % 2 == 0);
            ++kinds;
            for (unsigned i = 0; i < kOperands; ++i, ++cases)
                ASSERT_NO_FATAL_FAILURE(bench.check(source.next(operation.from)));
        }
    }
    EXPECT_GT(cases, 200'000u);
    EXPECT_GE(bench.translations(), kinds);
}

INSTANTIATE_TEST_SUITE_P(Hosts, JitFloat, ::testing::Values("", "avx512", "fma,f16c", "avx", "sse41", "everything"), [](const auto& each) {
    std::string name;
    for (const char* letter = each.param; *letter != 0; ++letter)
        name += *letter == ',' ? '_' : *letter;
    return "Without_" + name;
});

/// The check for results that were rounded up to the least normal number takes another register only where there is one.
TEST(JitFloatRegisters, SufficeForAMultiplyAddOfValuesThatAreAllNeededLater) {
    Guest guest;
    guest.memory.code(kCode, {toy(ToyOp::Script), toy(ToyOp::Wait)});
    guest.core.script = [](ir::Builder& builder, Address, std::uint32_t) {
        const FloatOp before{.env = {.nan = NanRule::PropagateSignallingFirst, .tininess_before_rounding = true}};
        std::array<ir::Value, 3> sums{};
        for (ir::SlotId i = 0; i < 3; ++i)
            sums[i] = builder.op(Opcode::FAdd, {builder.get(ToyCore::kD + i, Type::F64), builder.get(ToyCore::kD + i + 1, Type::F64)});
        const auto result = builder.op(Opcode::FMulAdd, {sums[0], sums[1], sums[2]}, before.encode());
        builder.put(ToyCore::kD + 3, builder.op(Opcode::FMul, {result, result}, before.encode()));
        for (ir::SlotId i = 0; i < 3; ++i)
            builder.put(ToyCore::kD + i, sums[i]);
        return false;
    };
    for (ir::SlotId i = 0; i < 4; ++i)
        guest.core.regs.d[i] = std::bit_cast<std::uint64_t>(1.0 + i);
    guest.core.regs.pc = kCode;
    ASSERT_EQ(guest.accelerator->run(1).executed, 2u);
    for (ir::SlotId i = 0; i < 3; ++i)
        EXPECT_EQ(guest.core.regs.d[i], std::bit_cast<std::uint64_t>(3.0 + 2 * i));
    EXPECT_EQ(guest.core.regs.d[3], std::bit_cast<std::uint64_t>(22.0 * 22.0));
}

/// What may be a NaN of the host's making is the guest's default one wherever it can be seen: in slots after any instruction,
/// in memory, in integers, in helpers.
TEST(JitDeferredNans, AreSettledBeforeAnybodySees) {
    const auto seed = random_seed();
    std::mt19937_64 random(seed);
    for (std::uint64_t program = 0; program < number_from("MEDLEY_PROGRAMS", 250); ++program) {
        SCOPED_TRACE(fmt::format("MEDLEY_SEED={} program {}", seed, program));
        Guest guest;
        Guest reference;
        const FloatProgram code(random());
        for (auto* each : {&guest, &reference}) {
            each->memory.code(kCode, {toy(ToyOp::Script), toy(ToyOp::Script), toy(ToyOp::Script), toy(ToyOp::Script), toy(ToyOp::Script),
                                      toy(ToyOp::Script), toy(ToyOp::Wait)});
            each->core.script = [&](ir::Builder& builder, Address pc, std::uint32_t) { return code.emit(builder, pc); };
        }
        Evaluator evaluator(reference.core, reference.memory);
        for (unsigned round = 0; round < 8; ++round) {
            const auto budget = 1 + random() % 8;
            const FloatProgram::Start start(random);
            for (auto* each : {&guest, &reference})
                start.set(each->core.regs, kCode);
            const auto executed = random() % 2 == 0 ? guest.accelerator->run(budget).executed : guest.accelerator->step(budget).executed;
            for (std::uint64_t i = 0; i < executed; ++i)
                evaluator.step();
            ASSERT_EQ(guest.core.regs, reference.core.regs) << "after " << executed;
        }
        ASSERT_EQ(guest.memory.ram, reference.memory.ram);
    }
}

/// The low half of a NaN that the guest has not made may be a number: a negation is no place to let it pass unsettled because
/// arithmetic is all that reads it, when that reads half of it.
TEST(JitDeferredNans, AreSettledInNegationsOfWhichHalfIsRead) {
    Guest guest;
    guest.memory.code(kCode, {toy(ToyOp::Script), toy(ToyOp::Wait)});
    guest.core.script = [](ir::Builder& builder, Address, std::uint32_t) {
        const auto product = builder.op(Opcode::FMul, {builder.get(ToyCore::kD, Type::F64), builder.get(ToyCore::kD + 1, Type::F64)});
        const auto low = builder.bitcast(Type::F32, builder.bitcast(Type::I64, builder.op(Opcode::FNeg, {product})));
        builder.put(ToyCore::kS, builder.op(Opcode::FDiv, {builder.get(ToyCore::kS + 1, Type::F32), low}));
        return false;
    };
    guest.core.regs.d = {0x7ff8'0000'3f80'0000, 0, 0, 0};
    guest.core.regs.s = {0, 0x3f80'0000, 0, 0};
    guest.core.regs.pc = kCode;
    ASSERT_EQ(guest.accelerator->run(1).executed, 2u);
    EXPECT_EQ(guest.core.regs.s[0], 0x7f80'0000u) << "1 / 0, as the low half of the default NaN is 0";
}

} // namespace
} // namespace medley::test
