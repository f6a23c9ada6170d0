/// \file
/// Instructions of the rows of the decode tables with operands that are worth trying.
#pragma once

#include "iss/aarch64/decode/row.h"
#include "iss/aarch64/tests/differential/record.h"

#include <random>

namespace medley::iss::aarch64::test {

/// Whether a row computes with vector registers and can run by itself.
[[nodiscard]] bool is_vector_row(const Row& row);

/// Advanced SIMD load and store structures.
[[nodiscard]] constexpr bool is_structure_access(std::uint32_t word) {
    return (word & 0xbe00'0000) == 0x0c00'0000;
}

class Cases {
public:
    explicit Cases(std::uint64_t seed) : random_(seed) {}

    /// Some encoding of a row whose general registers are x0 to x3, with x1 as a base.
    [[nodiscard]] std::uint32_t word(const Row& row);
    /// A state before it.
    [[nodiscard]] record operands(std::uint32_t word);

private:
    [[nodiscard]] bool one_in(unsigned n) { return random_() % n == 0; }
    [[nodiscard]] std::uint64_t float_bits(unsigned lane);
    [[nodiscard]] std::uint64_t integer_bits(unsigned lane);
    void fill_vector(std::uint64_t* halves, unsigned lane, bool floats);

    std::mt19937_64 random_;
};

} // namespace medley::iss::aarch64::test
