// Random programs on every accelerator that is built in, in lockstep.
#include "accel/interp/register.h"
#ifdef MEDLEY_HAS_JIT
#include "accel/jit/register.h"
#endif
#include "iss/riscv/tests/lockstep/generator.h"
#include "tests/support/random_seed.h"

#include <gtest/gtest.h>

#include <chrono>
#include <fmt/format.h>
#include <random>

namespace medley::iss::riscv::test {
namespace {

using medley::test::number_from;
using medley::test::random_seed;

using medley::test::Lockstep;
using medley::test::LockstepSide;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::uint64_t kKnown = 200, kFresh = 100;
#else
constexpr std::uint64_t kKnown = 3000, kFresh = 2500;
#endif

/// The reference in one go; itself in pieces; the translator with and without optional instructions of the host, each in
/// pieces of its own, now and then with breakpoints and the smallest cache.
std::vector<LockstepSide> sides_for(std::uint64_t seed) {
    std::vector<LockstepSide> sides;
    sides.push_back({"interp", {}, 0, {}});
    sides.push_back({"interp", {{"cache", seed % 8 == 0 ? "64K" : "1M"}}, seed * 3 + 1, {}});
#ifdef MEDLEY_HAS_JIT
    AcceleratorOptions options{{"cache", seed % 8 == 1 ? "64K" : "1M"}};
    if (seed % 3 == 0)
        options["baseline"] = "true";
    sides.push_back({"jit", options, seed % 4 == 0 ? 0 : seed * 7 + 2, {}});
    if (seed % 5 == 0)
        sides.back().breakpoints = {0x8000'4000, 0x8000'4010, 0x8000'4022, 0x8000'5000, 0x8000'5ffe};
#endif
    return sides;
}

class Campaign {
public:
    Campaign() { register_all(); }

    /// Tries `count` programs; the first one that fails is shrunk and reported.
    void run(std::uint64_t first_seed, std::uint64_t count) {
        std::uint64_t instructions = 0;
        for (auto seed = first_seed; seed < first_seed + count; ++seed) {
            const Lockstep lockstep(registry_, sides_for(seed));
            const auto program = make_lockstep_program(seed);
            std::uint64_t executed = 0;
            const auto failure = lockstep.run(program, &executed);
            instructions += executed;
            if (!failure)
                continue;
            const auto small = lockstep.shrink(program);
            FAIL() << "MEDLEY_SEED=" << seed << " MEDLEY_PROGRAMS=1\n" << *failure << "\n--- shrunk\n" << lockstep.describe(small)
                   << *lockstep.run(small);
        }
        fmt::print("{} programs, {} instructions each on average\n", count, instructions / std::max<std::uint64_t>(count, 1));
    }

private:
    void register_all() {
        register_interp(registry_);
#ifdef MEDLEY_HAS_JIT
        register_jit(registry_);
#endif
    }
    CpuRegistry registry_;
};

/// The same programs each time.
TEST(Lockstep, KnownPrograms) { Campaign().run(1, number_from("MEDLEY_PROGRAMS", kKnown)); }

/// Other programs each time; the seed is printed first, because a crash would not say it.
TEST(Lockstep, FreshPrograms) {
    const auto seed = random_seed(std::uint64_t{std::random_device{}()} << 20);
    Campaign().run(seed, number_from("MEDLEY_PROGRAMS", kFresh));
}

} // namespace
} // namespace medley::iss::riscv::test
