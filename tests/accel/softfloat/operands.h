/// \file
/// Random operands that dwell where floating-point code goes wrong, reproducible by MEDLEY_SEED.
#pragma once

#include "accel/common/softfloat/softfloat.h"
#include "tests/support/random_seed.h"

#include <array>
#include <cstdint>
#include <random>

namespace medley::accel::softfloat::test {

/// One seed for all streams of a process.
inline std::uint64_t seed() {
    static const std::uint64_t value = medley::test::random_seed();
    return value;
}

/// MEDLEY_ROUNDS multiplies the length of every random test.
inline int scaled(int iterations) {
    return iterations * static_cast<int>(medley::test::number_from("MEDLEY_ROUNDS", 1));
}

inline constexpr std::array kAllRoundings = {Rounding::NearestEven, Rounding::TowardZero, Rounding::Down, Rounding::Up,
                                             Rounding::NearestAway};

template <FloatBits Bits>
class Operands {
public:
    using F = Format<Bits>;
    struct Triple {
        Bits a, b, c;
    };

    /// Streams of different numbers are unrelated.
    explicit Operands(unsigned stream = 0) : random_{seed() + stream * 0x9e3779b97f4a7c15u} {}

    std::uint64_t word() { return random_(); }
    bool one_in(unsigned n) { return random_() % n == 0; }

    /// One number: any bits, special values, denormals, the ends of the range, short significands, near-integers.
    Bits single() {
        const Bits sign = one_in(2) ? F::kSign : Bits{0};
        switch (random_() % 8) {
        case 0: return static_cast<Bits>(random_());
        case 1: return special();
        case 2: return static_cast<Bits>(sign | (random_() & F::kFraction) >> random_() % F::kFractionBits);
        case 3: return with_exponent(sign, F::kBias - static_cast<int>(random_() % 3));
        case 4: return with_exponent(sign, F::kMinExponent + static_cast<int>(random_() % 3));
        case 5: return with_exponent(sign, static_cast<int>(random_() % 70) - 3);
        default: return with_exponent(sign, static_cast<int>(random_() % (2 * F::kPrecision)) - F::kPrecision);
        }
    }

    /// Operands that cancel, meet at a tie, or whose product meets an end of the range, as often as unrelated ones.
    Triple triple() {
        const Bits a = single();
        const Bits b = partner(a);
        return {a, b, addend(a, b)};
    }

private:
    Bits with_exponent(Bits sign, int exponent) {
        const int clamped = exponent > F::kBias ? F::kBias : exponent < F::kMinExponent ? F::kMinExponent : exponent;
        const auto biased = static_cast<std::uint64_t>(clamped + F::kBias) << F::kFractionBits;
        return static_cast<Bits>(sign | biased | fraction());
    }

    /// Any fraction, or one with long runs of equal digits.
    Bits fraction() {
        const std::uint64_t any = random_() & F::kFraction;
        const std::uint64_t run = (std::uint64_t{F::kFraction} << random_() % F::kPrecision) & F::kFraction;
        switch (random_() % 5) {
        case 0: return static_cast<Bits>(any & run);
        case 1: return static_cast<Bits>(run);
        case 2: return static_cast<Bits>(~run & F::kFraction);
        case 3: return static_cast<Bits>(std::uint64_t{1} << random_() % F::kFractionBits);
        default: return static_cast<Bits>(any);
        }
    }

    Bits special() {
        constexpr Bits kOne = static_cast<Bits>(std::uint64_t{F::kBias} << F::kFractionBits);
        const std::array<std::uint64_t, 12> magnitudes = {0,
                                                          0,
                                                          1,
                                                          F::kFraction,
                                                          F::kMinNormal,
                                                          F::kMaxFinite,
                                                          F::kInfinity,
                                                          F::kInfinity,
                                                          F::kDefaultNan,
                                                          kOne,
                                                          F::kInfinity | 1u,
                                                          F::kInfinity | (random_() & F::kFraction)};
        return static_cast<Bits>(magnitudes[random_() % magnitudes.size()] | (one_in(2) ? F::kSign : Bits{0}));
    }

    static int exponent_of(Bits a) { return (magnitude(a) >> F::kFractionBits) - F::kBias; }

    Bits partner(Bits a) {
        const Bits sign = one_in(2) ? F::kSign : Bits{0};
        const int jitter = static_cast<int>(random_() % 5) - 2;
        switch (random_() % 7) {
        case 0: return static_cast<Bits>(a ^ sign);
        case 1: return static_cast<Bits>((a ^ sign) + static_cast<Bits>(jitter));
        case 2: return with_exponent(sign, exponent_of(a) - F::kPrecision + jitter);
        case 3: return with_exponent(sign, (one_in(2) ? F::kMinExponent : F::kBias) - exponent_of(a) + jitter);
        case 4: return with_exponent(sign, exponent_of(a) + (one_in(2) ? F::kBias : F::kMinExponent) + jitter);
        default: return single();
        }
    }

    Bits addend(Bits a, Bits b) {
        const Bits sign = one_in(2) ? F::kSign : Bits{0};
        const int product_exponent = exponent_of(a) + exponent_of(b);
        const int range = 2 * F::kPrecision + 4;
        switch (random_() % 4) {
        case 0: {
            std::uint8_t ignored = 0;
            return static_cast<Bits>((mul(a, b, FloatEnv{}, ignored) ^ F::kSign) + random_() % 3 - 1);
        }
        case 1: return with_exponent(sign, product_exponent + static_cast<int>(random_() % (2 * range)) - range);
        default: return single();
        }
    }

    std::mt19937_64 random_;
};

} // namespace medley::accel::softfloat::test
