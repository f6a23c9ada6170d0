/// \file
/// Encodings as text: "iiiiiiiiiiii sssss 000 ddddd 0010011". 0 and 1 are fixed bits, letters are fields, spaces are
/// for the reader. Everything here runs at compile time; a mistake in a pattern does not compile.
#pragma once

#include "medley/base/bits.h"

#include <array>
#include <bit>
#include <cstdint>
#include <string_view>

namespace medley::iss::decode {

/// Reports a broken table: not constexpr, so that a constant evaluation that gets here stops with `why` in the message.
void broken_table(const char* why);

/// Fixed bits of an encoding.
struct Pattern {
    std::uint32_t mask = 0;  ///< Bits that are fixed.
    std::uint32_t value = 0; ///< Their values.
    unsigned width = 0;      ///< Bits of the encoding, at most 32.
    std::string_view text;

    [[nodiscard]] constexpr bool matches(std::uint32_t word) const { return (word & mask) == value; }
    /// Whether some word matches both.
    [[nodiscard]] constexpr bool overlaps(const Pattern& other) const {
        return ((value ^ other.value) & mask & other.mask) == 0;
    }
    /// Whether every word that matches this one matches the other, but not the reverse.
    [[nodiscard]] constexpr bool specialises(const Pattern& other) const {
        return overlaps(other) && (mask & other.mask) == other.mask && mask != other.mask;
    }
};

[[nodiscard]] consteval Pattern parse_pattern(std::string_view text) {
    Pattern pattern;
    pattern.text = text;
    for (const char c : text) {
        if (c == ' ')
            continue;
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!letter && c != '0' && c != '1')
            broken_table("a pattern has 0, 1, letters and spaces");
        pattern.mask = pattern.mask << 1 | (letter ? 0U : 1U);
        pattern.value = pattern.value << 1 | (c == '1' ? 1U : 0U);
        ++pattern.width;
    }
    if (pattern.width != 16 && pattern.width != 32)
        broken_table("a pattern has 16 or 32 bits");
    return pattern;
}

/// The letters of a pattern, each once.
struct Letters {
    std::array<char, 32> letters{};
    unsigned count = 0;
};

[[nodiscard]] consteval Letters letters_of(std::string_view pattern) {
    Letters found;
    for (const char c : pattern) {
        bool known = c == ' ' || c == '0' || c == '1';
        for (unsigned i = 0; i < found.count; ++i)
            known = known || found.letters[i] == c;
        if (!known)
            found.letters[found.count++] = c;
    }
    return found;
}

/// The bits of the encoding that a letter stands for.
[[nodiscard]] consteval std::uint32_t letter_mask(std::string_view pattern, char letter) {
    std::uint32_t mask = 0;
    for (const char c : pattern)
        if (c != ' ')
            mask = mask << 1 | (c == letter ? 1U : 0U);
    return mask;
}

/// Moves bits to other places, run by run: what a field or a choice of bits takes at run time.
struct BitRuns {
    static constexpr unsigned kMaxRuns = 9;
    struct Run {
        std::uint32_t mask = 0; ///< In the word.
        std::int8_t left = 0;   ///< How far it moves up; negative: down.
        friend constexpr bool operator==(const Run&, const Run&) = default;
    };
    std::array<Run, kMaxRuns> runs{};
    unsigned count = 0;

    /// Bit `from` of the word goes to bit `to`; neighbours that move alike share a run.
    constexpr void add(unsigned from, unsigned to) {
        const auto left = static_cast<std::int8_t>(static_cast<int>(to) - static_cast<int>(from));
        if (count == 0 || runs[count - 1].left != left)
            runs[count++].left = left;
        runs[count - 1].mask |= std::uint32_t{1} << from;
    }
    [[nodiscard]] constexpr std::uint32_t gather(std::uint32_t word) const {
        std::uint32_t value = 0;
        for (unsigned i = 0; i < count; ++i) {
            const auto part = word & runs[i].mask;
            value |= runs[i].left >= 0 ? part << runs[i].left : part >> -runs[i].left;
        }
        return value;
    }
    friend constexpr bool operator==(const BitRuns&, const BitRuns&) = default;
};

/// The bits of a mask, next to each other.
[[nodiscard]] constexpr BitRuns pack_runs(std::uint32_t mask) {
    BitRuns runs;
    for (unsigned n = 0; mask != 0; mask &= mask - 1, ++n)
        runs.add(static_cast<unsigned>(std::countr_zero(mask)), n);
    return runs;
}

/// How the bits of a field make its value.
struct FieldLayout {
    static constexpr unsigned kMaxBits = 32;
    /// For the n-th lowest bit of the field in the encoding: its place in the value.
    std::array<std::uint8_t, kMaxBits> place{};
    /// Number of bits; 0: any number, in natural order.
    unsigned count = 0;
    /// Bits of the value; 0: as many as the field has.
    unsigned value_width = 0;
    bool is_signed = false;

    /// Where the bits `mask` of a word go in the value.
    [[nodiscard]] constexpr BitRuns runs(std::uint32_t mask) const {
        BitRuns result;
        unsigned n = 0;
        for (std::uint32_t left = mask; left != 0; left &= left - 1, ++n)
            result.add(static_cast<unsigned>(std::countr_zero(left)), count == 0 ? n : place[n]);
        return result;
    }
    /// Bits of the value of a field that has the bits `mask`.
    [[nodiscard]] constexpr unsigned width(std::uint32_t mask) const {
        return value_width == 0 ? static_cast<unsigned>(std::popcount(mask)) : value_width;
    }
    /// The value of the field that has the bits `mask` of `word`, extended to 64 bits.
    [[nodiscard]] constexpr std::uint64_t extract(std::uint32_t word, std::uint32_t mask) const {
        const std::uint64_t value = runs(mask).gather(word);
        return is_signed ? medley::sign_extend(value, width(mask)) : value;
    }
};

enum class Sign : bool { Unsigned, Signed };

/// Parses a layout such as "12|10:5|4:1|11": the places in the value that the bits of a field have, from the highest
/// bit of the encoding to the lowest. An empty layout is the natural order.
[[nodiscard]] consteval FieldLayout parse_layout(std::string_view text, Sign sign) {
    std::array<std::uint8_t, FieldLayout::kMaxBits> from_high{};
    FieldLayout parsed;
    parsed.is_signed = sign == Sign::Signed;
    std::size_t at = 0;
    const auto number = [&] {
        if (at >= text.size() || text[at] < '0' || text[at] > '9')
            broken_table("a layout lacks a number");
        unsigned value = 0;
        while (at < text.size() && text[at] >= '0' && text[at] <= '9')
            value = value * 10 + static_cast<unsigned>(text[at++] - '0');
        return value;
    };
    while (at < text.size()) {
        const unsigned high = number();
        unsigned low = high;
        if (at < text.size() && text[at] == ':') {
            ++at;
            low = number();
        }
        for (unsigned place = high + 1; place-- > low;)
            from_high[parsed.count++] = static_cast<std::uint8_t>(place);
        if (high + 1 > parsed.value_width)
            parsed.value_width = high + 1;
        if (at < text.size() && text[at++] != '|')
            broken_table("a layout has numbers, ranges and bars");
    }
    for (unsigned i = 0; i < parsed.count; ++i)
        parsed.place[i] = from_high[parsed.count - 1 - i];
    return parsed;
}

} // namespace medley::iss::decode
