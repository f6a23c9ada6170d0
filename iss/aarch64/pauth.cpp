// QARMA5 as the Arm ARM defines it (pseudocode "ComputePAC" and the functions that it uses).
#include "iss/aarch64/pauth.h"

#include <array>
#include <bit>

namespace medley::iss::aarch64 {
namespace {

constexpr unsigned kCells = 16;
constexpr std::uint64_t kAlpha = 0xc0ac'29b7'c97c'50dd;
constexpr std::array<std::uint64_t, 5> kRoundConstants{0, 0x1319'8a2e'0370'7344, 0xa409'3822'299f'31d0,
                                                       0x082e'fa98'ec4e'6c89, 0x4528'21e6'38d0'1377};

/// For each cell of four bits, from the lowest one: the cell that goes there.
using Permutation = std::array<std::uint8_t, kCells>;
constexpr Permutation kCellShuffle{13, 6, 11, 0, 7, 12, 1, 10, 8, 3, 14, 5, 2, 9, 4, 15};
constexpr Permutation kTweakShuffle{4, 5, 6, 7, 11, 2, 3, 8, 12, 13, 14, 15, 0, 1, 10, 9};
/// Cells of a shuffled tweak that are rotated, too.
constexpr std::uint32_t kRotatedCells = 1U << 2 | 1U << 4 | 1U << 7 | 1U << 11 | 1U << 12 | 1U << 14 | 1U << 15;

constexpr std::array<std::uint8_t, 16> kSubstitution{0xb, 0x6, 0x8, 0xf, 0xc, 0x0, 0x9, 0xe,
                                                     0x3, 0x7, 0x4, 0x5, 0xd, 0x2, 0x1, 0xa};

template <class Table>
consteval Table inverse(const Table& table) {
    Table result{};
    for (std::uint8_t i = 0; i < table.size(); ++i)
        result[table[i]] = i;
    return result;
}

/// What each byte of a value adds to the permuted value, by its place and value.
using Spread = std::array<std::array<std::uint64_t, 256>, 8>;

consteval Spread spread(const Permutation& permutation) {
    Spread table{};
    for (unsigned to = 0; to < kCells; ++to) {
        const unsigned from = permutation[to];
        for (std::uint64_t byte = 0; byte < 256; ++byte)
            table[from / 2][byte] |= (byte >> (from % 2 * 4) & 0xf) << (4 * to);
    }
    return table;
}
constexpr Spread kShuffle = spread(kCellShuffle);
constexpr Spread kInverseShuffle = spread(inverse(kCellShuffle));

consteval std::array<std::uint8_t, 256> for_bytes(const std::array<std::uint8_t, 16>& substitution) {
    std::array<std::uint8_t, 256> table{};
    for (unsigned byte = 0; byte < 256; ++byte)
        table[byte] = static_cast<std::uint8_t>(substitution[byte >> 4] << 4 | substitution[byte & 0xf]);
    return table;
}
constexpr auto kSubstitute = for_bytes(kSubstitution);
constexpr auto kInverseSubstitute = for_bytes(inverse(kSubstitution));

std::uint64_t permuted(const Spread& table, std::uint64_t value) {
    std::uint64_t result = 0;
    for (unsigned i = 0; i < 8; ++i)
        result |= table[i][value >> (8 * i) & 0xff];
    return result;
}

std::uint64_t substituted(const std::array<std::uint8_t, 256>& table, std::uint64_t value) {
    std::uint64_t result = 0;
    for (unsigned i = 0; i < 8; ++i)
        result |= std::uint64_t{table[value >> (8 * i) & 0xff]} << (8 * i);
    return result;
}

/// Every cell rotated left.
constexpr std::uint64_t cells_rotated_by_1(std::uint64_t value) {
    return (value << 1 & 0xeeee'eeee'eeee'eeee) | (value >> 3 & 0x1111'1111'1111'1111);
}
constexpr std::uint64_t cells_rotated_by_2(std::uint64_t value) {
    return (value << 2 & 0xcccc'cccc'cccc'cccc) | (value >> 2 & 0x3333'3333'3333'3333);
}

/// PACMult: each row of four cells is made of the three others.
std::uint64_t mixed(std::uint64_t value) {
    return cells_rotated_by_1(std::rotr(value, 16) ^ std::rotr(value, 48)) ^ cells_rotated_by_2(std::rotr(value, 32));
}

constexpr std::uint64_t tweak_cell(std::uint64_t cell) {
    return cell >> 1 | ((cell ^ cell >> 1) & 1) << 3;
}

std::uint64_t next_tweak(std::uint64_t tweak) {
    std::uint64_t result = 0;
    for (unsigned to = 0; to < kCells; ++to) {
        const auto cell = tweak >> (4 * kTweakShuffle[to]) & 0xf;
        result |= ((kRotatedCells >> to & 1) != 0 ? tweak_cell(cell) : cell) << (4 * to);
    }
    return result;
}

std::uint64_t shuffle_and_mix(std::uint64_t value) {
    return mixed(permuted(kShuffle, value));
}

} // namespace

std::uint64_t compute_pac(std::uint64_t data, std::uint64_t modifier, const PacKeyValue& key) {
    const auto key0 = key.high;
    const auto key1 = key.low;
    const auto middle_key = std::rotr(key0, 1) ^ key0 >> 63;
    // The rounds back use the tweaks of the rounds there, in the opposite order.
    std::array<std::uint64_t, kRoundConstants.size() + 1> tweaks{modifier};
    for (unsigned i = 1; i < tweaks.size(); ++i)
        tweaks[i] = next_tweak(tweaks[i - 1]);

    auto value = data ^ key0;
    for (unsigned i = 0; i < kRoundConstants.size(); ++i) {
        value ^= key1 ^ tweaks[i] ^ kRoundConstants[i];
        value = substituted(kSubstitute, i == 0 ? value : shuffle_and_mix(value));
    }
    value ^= middle_key ^ tweaks.back();
    value = substituted(kSubstitute, shuffle_and_mix(value));
    value = shuffle_and_mix(value) ^ key1;
    value = substituted(kInverseSubstitute, permuted(kInverseShuffle, value));
    value = permuted(kInverseShuffle, mixed(value)) ^ key0 ^ tweaks.back();
    for (unsigned i = kRoundConstants.size(); i-- > 0;) {
        value = substituted(kInverseSubstitute, value);
        if (i > 0)
            value = permuted(kInverseShuffle, mixed(value));
        value ^= key1 ^ tweaks[i] ^ kRoundConstants[i] ^ kAlpha;
    }
    return value ^ middle_key;
}

} // namespace medley::iss::aarch64
