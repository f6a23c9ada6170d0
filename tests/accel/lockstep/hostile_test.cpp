// Guests that work against the translator: with the smallest cache they fill it, jump everywhere, change code all the time and
// straddle every boundary. Memory stays bounded, they get on, and mean the same everywhere.
#include "accel/interp/register.h"
#include "accel/jit/register.h"
#include "tests/accel/support/lockstep.h"
#include "tests/accel/support/toy.h"

#include <gtest/gtest.h>

#include <array>
#include <fmt/format.h>
#include <fstream>
#include <random>

namespace medley::test {
namespace {

using namespace lockstep_map;

enum class Malice : std::uint8_t { FillsTheCache, JumpsEverywhere, ChangesCode, Straddles, FlushesConstantly };
constexpr std::array kMalices = {Malice::FillsTheCache, Malice::JumpsEverywhere, Malice::ChangesCode, Malice::Straddles,
                                 Malice::FlushesConstantly};

class HostileProgram {
public:
    HostileProgram(Malice malice, std::uint64_t seed) : malice_(malice), random_(seed) { program_.seed = seed; }

    LockstepProgram make() {
        program_.name = fmt::format("hostile {}", static_cast<int>(malice_));
        program_.make_core = [](CoreHost& host) {
            auto core = std::make_unique<ToyCore>(host.memory());
            core->vector = kRam + ToyCore::kVector;
            return core;
        };
        // Odd halves of words, so that instructions straddle pages.
        program_.entry = kRam + 0x1000 + (malice_ == Malice::Straddles ? 2 : 0);
        LockstepPiece code{program_.entry, {}, {}};
        for (Address at = program_.entry; at + 4 <= kRam + kRamSize; at += 4)
            add(code.bytes, instruction(at));
        program_.pieces.push_back(std::move(code));
        LockstepPiece vector{kRam + ToyCore::kVector, {}, {}};
        add(vector.bytes, toy(ToyOp::AddImm, 15, 15, 8));
        add(vector.bytes, toy(ToyOp::JumpReg, 15));
        program_.pieces.push_back(std::move(vector));
        for (unsigned i = 0; i < ToyCore::kRegisters; ++i)
            program_.registers.emplace_back("r" + std::to_string(i), value(i));
        for (unsigned i = 1; i <= 8; ++i)
            program_.events.push_back({.kind = LockstepEvent::Kind::Barrier, .after = 2500 * i, .exact = i % 2 == 0});
        return std::move(program_);
    }

private:
    static void add(std::vector<std::byte>& bytes, std::uint32_t word) {
        for (unsigned i = 0; i < 4; ++i)
            bytes.push_back(static_cast<std::byte>(word >> 8 * i));
    }
    unsigned below(unsigned limit) { return static_cast<unsigned>(random_() % limit); }

    /// r8 to r11 are addresses of code, r12 the device, r13 and r14 instructions, r15 where exceptions go on.
    std::uint64_t value(unsigned number) {
        if (number >= 8 && number <= 11)
            return program_.entry + 4 * below(kRamSize / 4 - 0x800);
        if (number == 12)
            return kDevice;
        if (number == 13 || number == 14)
            return std::uint64_t{toy(ToyOp::AddImm, below(8), below(8), 3)} << 32 | toy(ToyOp::AddImm, below(8), below(8), 5);
        return number == 15 ? program_.entry : random_();
    }

    std::uint32_t instruction(Address at) {
        const auto choice = below(16);
        const bool end = at + 8 > kRam + kRamSize;
        if (end || choice == 0)
            return toy(ToyOp::JumpReg, 8 + below(4));
        if (choice == 1)
            return toy(ToyOp::BranchNe, below(8), below(8), static_cast<int>(below(100)) - 40);
        if (choice == 2)
            return toy(ToyOp::AddImm, 8 + below(4), 8 + below(4), 4 * static_cast<int>(below(60)) - 120);
        return special(choice);
    }
    std::uint32_t special(unsigned choice) {
        switch (malice_) {
        case Malice::FillsTheCache: return toy(ToyOp::AddImm, below(8), below(8), static_cast<int>(below(100)));
        case Malice::JumpsEverywhere:
            if (choice < 8)
                return toy(ToyOp::Jump, 0, 0, static_cast<int>(below(250)) - 124);
            break;
        case Malice::ChangesCode:
        case Malice::Straddles:
            if (choice < 7)
                return toy(ToyOp::Store, 13 + below(2), 8 + below(4), static_cast<int>(below(128)) - 64);
            break;
        case Malice::FlushesConstantly:
            if (choice < 5)
                return toy(ToyOp::Store, below(2) == 0 ? 13 : 12, 12, choice == 3 ? 40 : 0);
            if (choice == 5)
                return toy(ToyOp::Load, below(8), 12, 8);
            break;
        }
        return choice < 12 ? toy(ToyOp::AddImm, below(8), below(8), 1) : toy(ToyOp::Load, below(8), 8 + below(4), 0);
    }

    Malice malice_;
    std::mt19937_64 random_;
    LockstepProgram program_;
};

class Hostile : public ::testing::TestWithParam<Malice> {
protected:
    Hostile() {
        register_interp(registry);
        register_jit(registry);
    }
    CpuRegistry registry;
};

TEST_P(Hostile, MeansTheSameEverywhere) {
    for (std::uint64_t seed = 1; seed <= 6; ++seed) {
        const Lockstep lockstep(registry, {{"interp", {}, 0, {}},
                                           {"interp", {{"cache", "64K"}}, seed + 5, {}},
                                           {"jit", {{"cache", "64K"}}, 0, {}},
                                           {"jit", {{"cache", "64K"}}, seed + 7, {}}});
        std::uint64_t executed = 0;
        const auto program = HostileProgram(GetParam(), seed).make();
        const auto failure = lockstep.run(program, &executed);
        ASSERT_FALSE(failure) << "seed " << seed << ": " << *failure;
        ASSERT_GE(executed, program.events.back().after);
    }
}

/// Kilobytes of this process's memory that are in use.
std::uint64_t resident() {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with("VmRSS:"))
            return std::stoull(line.substr(6));
    return 0;
}

TEST_P(Hostile, MemoryStaysBounded) {
    for (const auto* name : {"interp", "jit"}) {
        const auto program = HostileProgram(GetParam(), 99).make();
        LockstepMachine machine(program.make_core, *registry.accelerators.find(name), {{"cache", "64K"}});
        for (const auto& piece : program.pieces)
            machine.load(piece.address, piece.bytes);
        machine.core->reset(program.entry);
        for (const auto& [slot, value] : program.registers)
            machine.set(slot, value);
        machine.running = true;
        [[maybe_unused]] std::uint64_t before = 0;
        for (unsigned round = 0; round < 12; ++round) {
            // An instruction that waits ends a run; what comes next is another.
            for (std::uint64_t executed = 0; executed < 20'000;) {
                const auto result = machine.accelerator->run(20'000 - executed);
                ASSERT_GT(result.executed, 0u) << name;
                executed += result.executed;
            }
            for (const auto& [what, value] : machine.accelerator->statistics())
                EXPECT_TRUE(what != "code bytes" || value <= 2 * 65536) << name << ": " << value;
            if (round == 3)
                before = resident();
        }
#ifndef __SANITIZE_ADDRESS__ // Which keeps what was freed.
        EXPECT_LE(resident(), before + 4096) << name;
#endif
    }
}

std::string malice_name(const ::testing::TestParamInfo<Malice>& each) {
    static constexpr std::array kNames = {"FillsTheCache", "JumpsEverywhere", "ChangesCode", "Straddles", "FlushesConstantly"};
    return kNames[static_cast<std::size_t>(each.param)];
}
INSTANTIATE_TEST_SUITE_P(Programs, Hostile, ::testing::ValuesIn(kMalices), malice_name);

} // namespace
} // namespace medley::test
