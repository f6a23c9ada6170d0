#include "iss/common/decode/extract.h"
#include "iss/common/decode/table_check.h"
#include "iss/riscv/decode/row.h"
#include "iss/riscv/lifters.h"

namespace medley::iss::riscv {

namespace {

using enum decode::Sign;

#define FIELD_KIND(letter, layout, sign, assignment)                                                                   \
    FieldKind{letter, decode::parse_layout(layout, sign),                                                              \
              []([[maybe_unused]] Operands& o, std::uint64_t v) { assignment; }},

constexpr std::array kFields32{
#define FIELD(width, letter, layout, sign, assignment) FIELD_##width(letter, layout, sign, assignment)
#define FIELD_32(letter, layout, sign, assignment) FIELD_KIND(letter, layout, sign, assignment)
#define FIELD_16(letter, layout, sign, assignment)
#include "iss/riscv/decode/fields.def"
#undef FIELD_32
#undef FIELD_16
};

constexpr std::array kFields16{
#define FIELD(width, letter, layout, sign, assignment) FIELD_##width(letter, layout, sign, assignment)
#define FIELD_32(letter, layout, sign, assignment)
#define FIELD_16(letter, layout, sign, assignment) FIELD_KIND(letter, layout, sign, assignment)
#include "iss/riscv/decode/fields.def"
#undef FIELD_32
#undef FIELD_16
};
#undef FIELD_KIND

consteval const FieldKind* kind_of(unsigned width, char letter) {
    for (const auto& kind : kFields32)
        if (width == 32 && kind.letter == letter)
            return &kind;
    for (const auto& kind : kFields16)
        if (width == 16 && kind.letter == letter)
            return &kind;
    decode::broken_table("a pattern has a letter that fields.def does not explain");
    return nullptr;
}

consteval Row make_row(std::string_view name, std::string_view pattern, Requirement requirement, Row::Lifter lifter,
                       std::string_view assembly, bool special) {
    Row row;
    row.name = name;
    row.pattern = decode::parse_pattern(pattern);
    row.requirement = requirement;
    row.lifter = lifter;
    row.assembly = assembly;
    row.special = special;
    const auto letters = decode::letters_of(pattern);
    for (unsigned i = 0; i < letters.count; ++i) {
        const auto mask = decode::letter_mask(pattern, letters.letters[i]);
        const auto* kind = kind_of(row.pattern.width, letters.letters[i]);
        if (kind->layout.count != 0 && kind->layout.count != static_cast<unsigned>(std::popcount(mask)))
            decode::broken_table("a field has more or fewer bits in the pattern than in fields.def");
        const auto sign_bits = static_cast<std::uint8_t>(kind->layout.is_signed ? kind->layout.width(mask) : 0);
        row.fields.at(row.field_count++) = {mask, kind, kind->layout.runs(mask), sign_bits};
    }
    return row;
}

// The vocabulary of the requirement column.
namespace requirement {
#define EXTENSION(name, text, implied)                                                                                 \
    [[maybe_unused]] constexpr Requirement name{std::uint64_t{1} << static_cast<unsigned>(Extension::name), 0, 3};
#include "iss/riscv/extensions.def"
constexpr Requirement rv32{0, 0, 1};
constexpr Requirement rv64{0, 0, 2};
} // namespace requirement
static_assert(kExtensionCount <= 64);

consteval auto make_rows() {
    using namespace requirement;
    return std::array{
#define INSN(name, pattern, requirement, lifter, assembly)                                                             \
    make_row(#name, pattern, requirement, lifter, assembly, false),
#define SPECIAL(name, pattern, requirement, lifter, assembly)                                                          \
    make_row(#name, pattern, requirement, lifter, assembly, true),
#define RESERVED(name, pattern, requirement) make_row(#name, pattern, requirement, nullptr, "", true),
#include "iss/riscv/decode/all.def"
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

bool Requirement::met_by(const Isa& isa) const {
    const auto have = isa.extensions().to_ullong();
    const unsigned xlen_bit = isa.xlen() == 32 ? 1 : 2;
    return (have & all) == all && (any == 0 || (have & any) != 0) && (xlens & xlen_bit) != 0;
}

std::span<const Row> all_rows() {
    return kWholeRows;
}

} // namespace medley::iss::riscv
