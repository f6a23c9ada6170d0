/// \file
/// The surroundings of a core under test, as on this target's boards.
#pragma once

#include "tests/support/fake_host.h"
#include "tests/support/random_seed.h"

namespace medley::iss::aarch64::test {

using iss::test::FakeMemory;
using medley::test::random_seed;

inline constexpr Address kRam = 0x4000'0000;
inline constexpr std::uint64_t kRamSize = 0x40'0000;

struct FakeHost final : iss::test::FakeHost {
    FakeHost() : iss::test::FakeHost(kRam, kRamSize, 62'500'000) {}
};

} // namespace medley::iss::aarch64::test
