#include "iss/aarch64/decode/row.h"
#include "iss/aarch64/lifters.h"
#include "iss/common/decode/extract.h"
#include "iss/common/decode/table_check.h"

namespace medley::iss::aarch64 {

namespace {

using enum decode::Sign;

constexpr std::array kFields{
#define FIELD(letter, layout, sign, assignment)                                                                        \
    FieldKind{letter, decode::parse_layout(layout, sign),                                                              \
              []([[maybe_unused]] Operands& o, std::uint64_t v) { assignment; }},
#include "iss/aarch64/decode/fields.def"
};

consteval const FieldKind* kind_of(char letter) {
    for (const auto& kind : kFields)
        if (kind.letter == letter)
            return &kind;
    decode::broken_table("a pattern has a letter that fields.def does not explain");
    return nullptr;
}

consteval Row make_row(std::string_view name, std::string_view pattern, FeatureSet requirement, Row::Lifter lifter,
                       std::string_view assembly, bool special) {
    Row row;
    row.name = name;
    row.pattern = decode::parse_pattern(pattern);
    if (row.pattern.width != 32)
        decode::broken_table("A64 encodings have 32 bits");
    row.requirement = requirement;
    row.lifter = lifter;
    row.assembly = assembly;
    row.special = special;
    const auto letters = decode::letters_of(pattern);
    for (unsigned i = 0; i < letters.count; ++i) {
        const auto mask = decode::letter_mask(pattern, letters.letters[i]);
        const auto* kind = kind_of(letters.letters[i]);
        if (kind->layout.count != 0 && kind->layout.count != static_cast<unsigned>(std::popcount(mask)))
            decode::broken_table("a field has more or fewer bits in the pattern than in fields.def");
        const auto sign_bits = static_cast<std::uint8_t>(kind->layout.is_signed ? kind->layout.width(mask) : 0);
        row.fields.at(row.field_count++) = {kind, kind->layout.runs(mask), sign_bits};
    }
    return row;
}

// The vocabulary of the requirement column.
namespace requirement {
#define FEATURE(name, parameter, implied, meaning) [[maybe_unused]] constexpr FeatureSet name{Feature::name};
#include "iss/aarch64/features.def"
constexpr FeatureSet base{};
} // namespace requirement

consteval auto make_rows() {
    using namespace requirement;
    return std::array{
#define INSN(name, pattern, requirement, lifter, assembly)                                                             \
    make_row(#name, pattern, requirement, lifter, assembly, false),
#define SPECIAL(name, pattern, requirement, lifter, assembly)                                                          \
    make_row(#name, pattern, requirement, lifter, assembly, true),
#define RESERVED(name, pattern) make_row(#name, pattern, base, nullptr, "", true),
#include "iss/aarch64/decode/all.def"
    };
}

constexpr auto kRows = make_rows();

/// Shows the numbers of the rows in the compiler's message.
template <bool ok, std::size_t first, std::size_t second>
struct RowsAreDisjoint {
    static_assert(ok, "rows `first` and `second` of all.def overlap, or a special row specialises nothing");
};
constexpr auto kCheck = decode::check_table(std::span<const Row>(kRows));
template struct RowsAreDisjoint<kCheck.ok, kCheck.first, kCheck.second>;

constexpr auto kWholeRows = decode::with_extractors<Operands, kRows>();

} // namespace

std::span<const Row> all_rows() {
    return kWholeRows;
}

} // namespace medley::iss::aarch64
