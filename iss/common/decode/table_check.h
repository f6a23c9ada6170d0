/// \file
/// Compile-time checks over a table of rows. A row has `pattern` (Pattern), `special` (bool) and a
/// `constexpr bool excludes(const Row&) const` that says whether the two never exist in one decoder (other mode, other width of
/// registers).
#pragma once

#include "iss/common/decode/pattern.h"

#include <span>

namespace medley::iss::decode {

/// Where the check of a table stopped.
struct TableCheck {
    bool ok = true;
    const char* why = "";
    std::size_t first = 0;
    std::size_t second = 0;
};

/// Two rows may overlap only where one is marked special and fixes more bits than the other, on top of all of the other's: it
/// then goes first. Every other overlap, and a mark that specialises nothing, is a mistake.
template <class Row>
[[nodiscard]] constexpr TableCheck check_table(std::span<const Row> rows) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
        bool specialises_some = false;
        for (std::size_t j = 0; j < rows.size(); ++j) {
            const auto& a = rows[i].pattern;
            const auto& b = rows[j].pattern;
            if (i == j || !a.overlaps(b) || rows[i].excludes(rows[j]))
                continue;
            if (a.width != b.width)
                return {false, "widths differ", i, j};
            if (rows[i].special && a.specialises(b))
                specialises_some = true;
            else if (!(rows[j].special && b.specialises(a)))
                return {false, "rows overlap", i, j};
        }
        if (rows[i].special && !specialises_some)
            return {false, "a special row specialises nothing", i, i};
    }
    return {};
}

} // namespace medley::iss::decode
