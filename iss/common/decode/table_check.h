/// \file
/// Compile-time checks over a table of rows. A row has `pattern` (Pattern), `special` (bool) and a
/// `constexpr bool excludes(const Row&) const` that says whether the two never are in one decoder (other width of the
/// encoding or of registers).
#pragma once

#include "iss/common/decode/pattern.h"

#include <cstdint>
#include <span>
#include <vector>

namespace medley::iss::decode {

/// Where the check of a table stopped.
struct TableCheck {
    bool ok = true;
    std::size_t first = 0;
    std::size_t second = 0;
};

/// Whether a special row stands for exactly the encodings that the two share.
template <class Row>
[[nodiscard]] constexpr bool has_row_for_both(std::span<const Row> rows, const Pattern& a, const Pattern& b) {
    for (const auto& row : rows)
        if (row.special && row.pattern.width == a.width && row.pattern.mask == (a.mask | b.mask) &&
            row.pattern.value == (a.value | b.value))
            return true;
    return false;
}

/// Two rows may overlap where one is marked special and fixes more bits than the other, on top of all of the other's:
/// it then goes first. They may also overlap in part where a special row has exactly what they share. Every other
/// overlap, and a mark that specialises nothing, is a mistake.
template <class Row>
[[nodiscard]] constexpr TableCheck check_table(std::span<const Row> rows) {
    // Of a million pairs few overlap: the compiler finds those fast in plain numbers.
    std::vector<std::uint32_t> masks;
    std::vector<std::uint32_t> values;
    for (const auto& row : rows) {
        masks.push_back(row.pattern.mask);
        values.push_back(row.pattern.value);
    }
    const std::uint32_t* mask = masks.data();
    const std::uint32_t* value = values.data();
    const std::size_t count = rows.size();
    for (std::size_t i = 0; i < count; ++i) {
        bool specialises_some = false;
        const std::uint32_t own_mask = mask[i];
        const std::uint32_t own_value = value[i];
        for (std::size_t j = 0; j < count; ++j) {
            if (((own_value ^ value[j]) & own_mask & mask[j]) != 0 || i == j || rows[i].excludes(rows[j]))
                continue;
            const auto& a = rows[i].pattern;
            const auto& b = rows[j].pattern;
            const bool a_first = rows[i].special && a.specialises(b);
            const bool b_first = rows[j].special && b.specialises(a);
            specialises_some = specialises_some || a_first;
            if (!a_first && !b_first && !(a.mask != b.mask && has_row_for_both(rows, a, b)))
                return {false, i, j};
        }
        if (rows[i].special && !specialises_some)
            return {false, i, i};
    }
    return {};
}

} // namespace medley::iss::decode
