/// \file
/// Functions that cut the fields out of encodings: one for each list of fields in a table of rows, in which masks and shifts are
/// constants. A row has `fields` (each with `runs`, `sign_bits` and `kind`, which has `set`), `field_count` and `extract`.
#pragma once

#include "iss/common/decode/pattern.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace medley::iss::decode {

/// As runs.gather(word).
template <BitRuns runs>
[[nodiscard]] std::uint32_t gather(std::uint32_t word) {
    return [word]<std::size_t... i>(std::index_sequence<i...>) {
        constexpr auto move = [](std::uint32_t part, int left) { return left >= 0 ? part << left : part >> -left; };
        return (move(word & runs.runs[i].mask, runs.runs[i].left) | ... | 0U);
    }(std::make_index_sequence<runs.count>{});
}

/// The operands of an encoding that has the fields of `rows[row]`.
template <class Operands, const auto& rows, std::size_t row>
[[nodiscard]] Operands extract(std::uint32_t word) {
    Operands result;
    if constexpr (requires { result.word; })
        result.word = word;
    const auto set = [&]<std::size_t field>() {
        constexpr const auto& use = rows[row].fields[field];
        const std::uint64_t value = gather<use.runs>(word);
        use.kind->set(result, use.sign_bits != 0 ? medley::sign_extend(value, use.sign_bits) : value);
    };
    [&]<std::size_t... field>(std::index_sequence<field...>) {
        (set.template operator()<field>(), ...);
    }(std::make_index_sequence<rows[row].field_count>{});
    return result;
}

/// The first row with the same fields: they share a function.
template <const auto& rows>
[[nodiscard]] consteval std::size_t first_alike(std::size_t row) {
    std::size_t first = 0;
    while (!(rows[first].field_count == rows[row].field_count && rows[first].fields == rows[row].fields))
        ++first;
    return first;
}

/// The table with the functions in it.
template <class Operands, const auto& rows>
[[nodiscard]] consteval auto with_extractors() {
    auto result = rows;
    const auto functions = []<std::size_t... i>(std::index_sequence<i...>) {
        return std::array{&extract<Operands, rows, first_alike<rows>(i)>...};
    }(std::make_index_sequence<rows.size()>{});
    for (std::size_t i = 0; i < result.size(); ++i)
        result[i].extract = functions[i];
    return result;
}

} // namespace medley::iss::decode
