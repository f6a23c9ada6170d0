/// \file
/// What tests take from the environment: numbers, and the seed of random ones.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>

namespace medley::test {

/// The number in an environment variable, or \p otherwise.
[[nodiscard]] inline std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
    const char* text = std::getenv(variable);
    return text != nullptr ? std::strtoull(text, nullptr, 0) : otherwise;
}

/// The seed of random tests: MEDLEY_SEED, or \p otherwise. Printed at once: a crash would not say it later.
[[nodiscard]] inline std::uint64_t random_seed(std::uint64_t otherwise = std::random_device{}()) {
    const auto seed = number_from("MEDLEY_SEED", otherwise);
    std::printf("MEDLEY_SEED=%llu\n", static_cast<unsigned long long>(seed));
    std::fflush(stdout);
    return seed;
}

} // namespace medley::test
