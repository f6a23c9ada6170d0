/// \file
/// Bit-field arithmetic.
#pragma once

#include <bit>
#include <cstdint>
#include <type_traits>

namespace medley {

/// A mask of the `count` low bits; `count` is 0 to 64.
[[nodiscard]] constexpr std::uint64_t low_mask(unsigned count) {
    return count >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << count) - 1;
}

/// Bits `lo + count - 1` down to `lo` of `value`, right-aligned.
[[nodiscard]] constexpr std::uint64_t bits(std::uint64_t value, unsigned lo, unsigned count) {
    return (value >> lo) & low_mask(count);
}

[[nodiscard]] constexpr bool bit(std::uint64_t value, unsigned index) { return ((value >> index) & 1) != 0; }

/// `value` with `count` bits at `lo` replaced by the low bits of `field`.
[[nodiscard]] constexpr std::uint64_t with_bits(std::uint64_t value, unsigned lo, unsigned count, std::uint64_t field) {
    const auto mask = low_mask(count) << lo;
    return (value & ~mask) | ((field << lo) & mask);
}

/// The `from` low bits of `value` as a two's complement number; `from` is 1 to 64.
[[nodiscard]] constexpr std::uint64_t sign_extend(std::uint64_t value, unsigned from) {
    const auto shift = 64 - from;
    return static_cast<std::uint64_t>(static_cast<std::int64_t>(value << shift) >> shift);
}

[[nodiscard]] constexpr std::uint64_t align_down(std::uint64_t value, std::uint64_t power) { return value & ~(power - 1); }
[[nodiscard]] constexpr std::uint64_t align_up(std::uint64_t value, std::uint64_t power) {
    return (value + power - 1) & ~(power - 1);
}

/// Whether \p value is a multiple of \p size; no size but powers of two is aligned anywhere.
[[nodiscard]] constexpr bool is_aligned(std::uint64_t value, std::uint64_t size) {
    return std::has_single_bit(size) && (value & (size - 1)) == 0;
}

} // namespace medley
