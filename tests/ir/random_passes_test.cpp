// Random blocks mean the same before and after the passes, also at every point where a fault could look.

#include "tests/ir/fixture.h"
#include "tests/support/random_seed.h"

#include <array>
#include <random>

namespace medley::ir::test {
namespace {

using u64 = std::uint64_t;

/// What can be seen of a run: the slots at each observer (a load stands for any), in order, and at the end.
using Trace = std::vector<std::array<u64, 5>>;

Trace run(const Block& block, std::array<u64, 5> slots) {
    Trace trace;
    std::vector<u64> values(block.operations.size());
    for (Value value = 0; value < block.operations.size(); ++value) {
        const auto& operation = block.operations[value];
        std::array<u64, kMaxArguments> arguments{};
        for (unsigned i = 0; i < operation.argument_count; ++i)
            arguments[i] = values[operation.arguments[i]];
        switch (operation.opcode) {
        case Opcode::Instruction: break;
        case Opcode::GetSlot: values[value] = slots[operation.imm]; break;
        case Opcode::PutSlot: slots[operation.imm] = arguments[0]; break;
        case Opcode::Const: values[value] = operation.imm; break;
        case Opcode::Load:
            trace.push_back(slots);
            values[value] = arguments[0] * 0x9e37'79b9'7f4a'7c15;
            break;
        case Opcode::Goto:
        case Opcode::Branch: {
            auto end = slots;
            end[4] ^= operation.opcode == Opcode::Goto || arguments[0] != 0 ? operation.imm : operation.imm2;
            trace.push_back(end);
            break;
        }
        default: {
            const auto type = block.type_of(operation.arguments[operation.opcode == Opcode::Select ? 1 : 0]);
            values[value] = evaluate(operation, type, std::span(arguments.data(), operation.argument_count));
        }
        }
    }
    return trace;
}

class Generator {
public:
    explicit Generator(u64 seed) : random_(seed) {}

    void fill(Draft& d) {
        std::vector<Value> pool{d.c(random_() % 4), d.r(kR0)};
        const auto length = 5 + random_() % 40;
        for (u64 i = 0; i < length; ++i)
            step(d, pool);
        d.b.branch(d.b.op(Opcode::CompareLtU, {pick(pool), pick(pool)}), 0x2000, 0x3000);
    }

private:
    void step(Draft& d, std::vector<Value>& pool) {
        static constexpr Opcode kBinary[] = {Opcode::Add, Opcode::Sub,  Opcode::Mul,  Opcode::MulHighS, Opcode::DivS,
                                             Opcode::RemU, Opcode::And, Opcode::Or,   Opcode::Xor,      Opcode::AndNot,
                                             Opcode::Shl,  Opcode::ShrS, Opcode::ShrU, Opcode::RotateRight};
        switch (random_() % 8) {
        case 0: pool.push_back(d.r(static_cast<SlotId>(random_() % 4))); break;
        case 1:
        case 2: d.b.put(static_cast<SlotId>(random_() % 4), pick(pool)); break;
        case 3: pool.push_back(d.c(random_() % 3 == 0 ? random_() : random_() % 3)); break;
        case 4:
            if (random_() % 4 == 0)
                pool.push_back(d.b.load(Type::I64, pick(pool), MemOp{.size_log2 = 3}));
            else
                d.b.instruction(0x1004 + 4 * d.block.instruction_count, 4);
            break;
        case 5: pool.push_back(d.b.sign_extend(Type::I64, pick(pool), 32)); break;
        default: pool.push_back(d.b.op(kBinary[random_() % std::size(kBinary)], {pick(pool), pick(pool)}));
        }
    }
    Value pick(const std::vector<Value>& pool) { return pool[random_() % pool.size()]; }

    std::mt19937_64 random_;
};

TEST(RandomPasses, KeepTheMeaning) {
    std::mt19937_64 random(medley::test::random_seed());
    for (unsigned round = 0; round < 5000; ++round) {
        Draft d;
        const auto block_seed = random();
        Generator(block_seed).fill(d);
        ASSERT_EQ(d.complaint(), std::nullopt) << d.text();
        const std::array<u64, 5> slots{random(), random() % 3, random(), ~u64{0}, 0};
        const auto before = run(d.block, slots);
        const auto text_before = d.text();
        optimize(d.block, d.core.passes());
        ASSERT_EQ(d.complaint(), std::nullopt) << text_before << d.text();
        ASSERT_EQ(run(d.block, slots), before) << "block seed " << block_seed << "\n" << text_before << d.text();
    }
}

/// Simplifying what is appended at once and simplifying all of it afterwards is the same.
TEST(RandomPasses, ABlockThatIsSimplifiedWhileItIsBuiltIsTheSame) {
    std::mt19937_64 random(medley::test::random_seed());
    PassScratch scratch;
    for (unsigned round = 0; round < 5000; ++round) {
        const auto block_seed = random();
        Draft plain;
        Generator(block_seed).fill(plain);
        const auto as_built = plain.text();
        optimize(plain.block, plain.core.passes());
        Draft simplified(Draft::Built::Simplified);
        Generator(block_seed).fill(simplified);
        ASSERT_EQ(simplified.complaint(), std::nullopt) << simplified.text();
        clean_up(simplified.block, simplified.core.passes(), scratch);
        ASSERT_EQ(simplified.text(), plain.text()) << "block seed " << block_seed << "\n" << as_built;
    }
}

} // namespace
} // namespace medley::ir::test
