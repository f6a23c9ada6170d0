#include "iss/aarch64/tests/differential/cases.h"

#include "medley/base/bits.h"

#include <algorithm>
#include <array>

namespace medley::iss::aarch64::test {

namespace {

/// fmov, conversions, dup, ins, umov, smov: Rn or Rd is a general register. Which one does not matter here.
bool has_general_register(std::uint32_t word) {
    const bool between = (word & 0x5f20'0000) == 0x1e20'0000 && (word & 0xfc00) == 0;
    const bool fixed = (word & 0x5f20'0000) == 0x1e00'0000;
    const bool copy = (word & 0x9fe0'8400) == 0x0e00'0400;
    return between || fixed || copy;
}

} // namespace

bool is_vector_row(const Row& row) {
    constexpr FeatureSet kFeatures{Feature::FP,     Feature::AdvSIMD, Feature::AES, Feature::SHA1, Feature::SHA256,
                                   Feature::SHA512, Feature::SHA3,    Feature::SM3, Feature::SM4};
    const auto value = row.pattern.value;
    const bool is_access = (value & 0x0a00'0000) == 0x0800'0000;
    return row.lifter != nullptr && (row.requirement.bits() & kFeatures.bits()) != 0 &&
           (!is_access || is_structure_access(value));
}

std::uint32_t Cases::word(const Row& row) {
    auto word = row.pattern.value | (static_cast<std::uint32_t>(random_()) & ~row.pattern.mask);
    const auto set = [&](unsigned lo, unsigned width, std::uint32_t value) {
        const auto mask = static_cast<std::uint32_t>(low_mask(width) << lo) & ~row.pattern.mask;
        word = (word & ~mask) | (value << lo & mask);
    };
    const auto general = [&] { return one_in(8) ? 31U : static_cast<std::uint32_t>(random_() % 4); };
    if (is_structure_access(word)) {
        set(5, 5, 1);
        constexpr std::array<std::uint32_t, 4> kOffsets{0, 2, 3, 31};
        set(16, 5, kOffsets[random_() % 4]);
    } else if (has_general_register(word)) {
        set(0, 5, general());
        set(5, 5, general());
    }
    return word;
}

std::uint64_t Cases::float_bits(unsigned lane) {
    constexpr std::array<unsigned, 4> kExponentBits{0, 5, 8, 11};
    const unsigned width = 8U << lane;
    const unsigned fraction_bits = width - 1 - kExponentBits[lane];
    const std::uint64_t bias = low_mask(kExponentBits[lane] - 1);
    const std::uint64_t sign = (random_() & 1) << (width - 1);
    const std::uint64_t max_exponent = low_mask(kExponentBits[lane]);
    std::uint64_t fraction = random_() & low_mask(fraction_bits);
    switch (random_() % 6) {
    case 0: fraction = 0; break;
    case 1: fraction = low_mask(fraction_bits); break;
    case 2: fraction = std::uint64_t{1} << random_() % fraction_bits; break;
    default: break;
    }
    std::uint64_t exponent = random_() % (max_exponent + 1);
    switch (random_() % 12) {
    case 0: exponent = 0; break;
    case 1: exponent = max_exponent; break;
    case 2: exponent = max_exponent - 1; break;
    case 3: exponent = 1; break;
    case 4: exponent = std::min(bias + random_() % 66, max_exponent - 1); break; // about the sizes of integers
    case 5: exponent = std::min(bias + (8U << random_() % 4) - random_() % 3, max_exponent - 1); break;
    case 6: exponent = bias - random_() % 12; break;
    case 7:
    case 8: exponent = bias + random_() % 4; break;
    default: break;
    }
    if ((exponent == 0 || exponent == max_exponent) && one_in(3))
        fraction = 0;
    return sign | exponent << fraction_bits | fraction;
}

std::uint64_t Cases::integer_bits(unsigned lane) {
    const unsigned width = 8U << lane;
    std::uint64_t value = random_();
    switch (random_() % 10) {
    case 0: value = 0; break;
    case 1: value = ~std::uint64_t{0}; break;
    case 2: value = std::uint64_t{1} << (width - 1); break;
    case 3: value = low_mask(width - 1); break;
    case 4: value = random_() % 16; break;
    case 5: value = 0 - random_() % 80; break;
    case 6: value = random_() % 80; break;
    case 7: value = std::uint64_t{1} << random_() % width; break;
    default: break;
    }
    return value & low_mask(width);
}

void Cases::fill_vector(std::uint64_t* halves, unsigned lane, bool floats) {
    halves[0] = halves[1] = 0;
    const unsigned width = 8U << lane;
    for (unsigned i = 0; i < 128 / width; ++i) {
        const auto value = floats && lane != 0 ? float_bits(lane) : integer_bits(lane);
        halves[i * width / 64] |= value << i * width % 64;
    }
}

record Cases::operands(std::uint32_t word) {
    record made{};
    made.word = word;
    // RMode, FZ, DN, AHP, FZ16 (Arm ARM, C5.2.7).
    made.fpcr = static_cast<std::uint32_t>(random_() & 3) << 22;
    for (const unsigned mode : {24U, 25U, 26U, 19U})
        made.fpcr |= one_in(4) ? 1U << mode : 0;
    made.fpsr = one_in(4) ? static_cast<std::uint32_t>(random_()) & 0x0800'009f : 0;
    made.nzcv = static_cast<std::uint32_t>(random_()) & 0xf000'0000;
    const unsigned lane = static_cast<unsigned>(random_() % 4);
    const bool floats = one_in(2);
    for (auto& vector : made.v)
        fill_vector(vector, one_in(8) ? static_cast<unsigned>(random_() % 4) : lane, floats);
    for (auto& x : made.x)
        x = one_in(2) ? integer_bits(3) : one_in(2) ? integer_bits(2) : random_() % 64 * 8;
    if (is_structure_access(word))
        made.x[1] = RECORD_MEMORY + random_() % 16 * 8;
    for (auto& byte : made.memory)
        byte = static_cast<std::uint8_t>(random_());
    return made;
}

} // namespace medley::iss::aarch64::test
