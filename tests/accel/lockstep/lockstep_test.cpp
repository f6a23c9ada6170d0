// Random IR on the reference and on the translator, in regions of several blocks, with different budgets and steps.
#include "accel/interp/register.h"
#include "accel/jit/register.h"
#include "tests/accel/support/lockstep.h"
#include "tests/accel/support/random_ir.h"
#include "tests/support/random_seed.h"

#include <gtest/gtest.h>

#include <fmt/format.h>
#include <random>

namespace medley::test {
namespace {

using namespace lockstep_map;

constexpr Address kCode = kRam + 0x1000;

LockstepPiece words_at(Address address, std::initializer_list<std::uint32_t> words) {
    LockstepPiece piece{address, {}, {}};
    for (const auto word : words)
        for (unsigned i = 0; i < 4; ++i)
            piece.bytes.push_back(static_cast<std::byte>(word >> 8 * i));
    return piece;
}

/// Every word of the code stands for a few operations that its address and the seed decide.
LockstepProgram random_ir(std::uint64_t seed) {
    LockstepProgram program;
    program.name = "random IR";
    program.seed = seed;
    const RandomIr settings{.seed = seed, .overlap = seed % 4 == 0, .code_first = kCode, .code_last = kCode + 0x1ffc, .data = kRam + 0x8000};
    program.make_core = [settings](CoreHost& host) {
        auto core = std::make_unique<ToyCore>(host.memory(), settings.overlap);
        core->vector = kRam + ToyCore::kVector;
        core->script = [settings](ir::Builder& builder, Address pc, std::uint32_t) { return settings.emit(builder, pc); };
        return core;
    };
    program.entry = kCode;
    std::mt19937_64 random(seed);
    for (unsigned i = 0; i < ToyCore::kRegisters; ++i)
        program.registers.emplace_back("r" + std::to_string(i), i == 15 ? kCode + random() % 0x7ff * 4 : random());
    // An exception goes on where r15 says, which then is elsewhere.
    program.pieces.push_back(words_at(kRam + ToyCore::kVector, {toy(ToyOp::AddImm, 15, 15, 4), toy(ToyOp::JumpReg, 15)}));
    for (Address at = kRam + 0x8000; at < kRam + 0xa000; at += 8) {
        LockstepPiece piece{at, std::vector<std::byte>(8), {}};
        for (auto& byte : piece.bytes)
            byte = static_cast<std::byte>(random());
        program.pieces.push_back(std::move(piece));
    }
    std::uint64_t after = 0;
    for (unsigned i = 0; i < 12; ++i) {
        LockstepEvent event;
        event.after = after += 1 + random() % 80;
        event.exact = random() % 2 != 0;
        event.kind = random() % 2 != 0 ? LockstepEvent::Kind::Flush : LockstepEvent::Kind::ClearExclusive;
        program.events.push_back(event);
    }
    return program;
}

class LockstepTest : public ::testing::Test {
protected:
    LockstepTest() {
        register_interp(registry);
        register_jit(registry);
    }
    static std::vector<LockstepSide> sides(std::uint64_t seed) {
        return {{"interp", {{"verify", "true"}}, 0, {}},
                {"interp", {}, seed * 5 + 1, {}},
                {"jit", {{"cache", "1M"}}, seed * 7 + 1, {}},
                {"jit", {{"cache", "1M"}, {"baseline", "true"}}, 0, {}}};
    }
    CpuRegistry registry;
};

/// A block left by a branch on an overflow, with a NaN in a slot that was to become the default one.
constexpr std::uint64_t kNanBehindOverflow = 207237003214890;

TEST_F(LockstepTest, RandomIrMeansTheSameEverywhere) {
    const auto fresh = random_seed(std::uint64_t{std::random_device{}()} << 16);
    const auto count = number_from("MEDLEY_PROGRAMS", 300);
    for (const auto base : {std::uint64_t{1}, fresh, kNanBehindOverflow})
        for (auto seed = base; seed < base + (base == kNanBehindOverflow ? 1 : count / 2); ++seed) {
            const Lockstep lockstep(registry, sides(seed));
            const auto program = random_ir(seed);
            const auto failure = lockstep.run(program);
            ASSERT_FALSE(failure) << "MEDLEY_SEED=" << seed << "\n" << *failure;
        }
}

// --- the comparison itself

/// An accelerator with a mistake: after so many instructions one register is wrong.
class Mistaken final : public Accelerator {
public:
    Mistaken(TargetCore& core, std::unique_ptr<Accelerator> inner) : core_(core), inner_(std::move(inner)) {}
    [[nodiscard]] RunResult run(std::uint64_t budget) override { return spoil(inner_->run(budget)); }
    [[nodiscard]] RunResult step(std::uint64_t count) override { return spoil(inner_->step(count)); }
    void request_exit() override { inner_->request_exit(); }
    [[nodiscard]] std::uint64_t executed_in_run() const override { return inner_->executed_in_run(); }
    void flush_tlb(const TlbFlush& flush) override { inner_->flush_tlb(flush); }
    void flush_code() override { inner_->flush_code(); }
    void instruction_barrier() override { inner_->instruction_barrier(); }
    void clear_exclusive() override { inner_->clear_exclusive(); }
    void set_breakpoints(std::vector<Address> addresses) override { inner_->set_breakpoints(std::move(addresses)); }
    void set_trace(const TraceOptions& options) override { inner_->set_trace(options); }
    [[nodiscard]] std::vector<std::pair<std::string, std::uint64_t>> statistics() const override { return inner_->statistics(); }

private:
    RunResult spoil(const RunResult& result) {
        auto& core = static_cast<ToyCore&>(core_);
        // r2 is wrong whenever the guest has made it 7.
        if (core.regs.r[2] == 7)
            core.regs.r[2] = 8;
        return result;
    }
    TargetCore& core_;
    std::unique_ptr<Accelerator> inner_;
};
class MistakenKind final : public AcceleratorKind {
public:
    explicit MistakenKind(const AcceleratorKind& inner) : inner_(inner) {}
    [[nodiscard]] std::string_view name() const override { return "mistaken"; }
    [[nodiscard]] std::string_view description() const override { return "for tests"; }
    [[nodiscard]] std::vector<ParameterInfo> parameters() const override { return {}; }
    [[nodiscard]] std::unique_ptr<Accelerator> make(TargetCore& core, GuestMemory& memory, const AcceleratorOptions& options) const override {
        return std::make_unique<Mistaken>(core, inner_.make(core, memory, options));
    }

private:
    const AcceleratorKind& inner_;
};

TEST_F(LockstepTest, AMistakeIsFoundAndShrunk) {
    registry.accelerators.add(std::make_unique<MistakenKind>(*registry.accelerators.find("interp")));
    LockstepProgram program;
    program.name = "with a mistake";
    program.make_core = [](CoreHost& host) { return std::make_unique<ToyCore>(host.memory()); };
    program.entry = kCode;
    const auto nothing = words_at(0, {toy(ToyOp::AddImm, 1, 1, 0)}).bytes;
    for (unsigned i = 0; i < 40; ++i) {
        auto piece = words_at(kCode + 4 * i, {i == 23 ? toy(ToyOp::AddImm, 2, 9, 7) : toy(ToyOp::AddImm, 3, 3, 1)});
        piece.instead = nothing;
        program.pieces.push_back(piece);
    }
    program.pieces.push_back(words_at(kCode + 160, {toy(ToyOp::Jump, 0, 0, 0)}));
    for (unsigned i = 1; i < 10; ++i)
        program.events.push_back({.kind = LockstepEvent::Kind::Flush, .after = 10 * i, .exact = true});
    const Lockstep lockstep(registry, {{"interp", {}, 0, {}}, {"mistaken", {}, 0, {}}});
    const auto failure = lockstep.run(program);
    ASSERT_TRUE(failure);
    EXPECT_NE(failure->find("r2: 0000000000000007 and 0000000000000008"), std::string::npos) << *failure;
    const auto small = lockstep.shrink(program);
    unsigned left = 0;
    for (const auto& piece : small.pieces)
        left += !piece.instead.empty() && piece.bytes != piece.instead ? 1 : 0;
    EXPECT_EQ(left, 1u);
    EXPECT_EQ(small.events.size(), 1u);
    EXPECT_TRUE(lockstep.run(small));
    EXPECT_NE(lockstep.describe(small).find("seed 0"), std::string::npos);
    // Without the mistake there is nothing to find.
    EXPECT_FALSE(Lockstep(registry, {{"interp", {}, 0, {}}, {"interp", {}, 3, {}}}).run(program));
}

} // namespace
} // namespace medley::test
