#include "iss/common/decode/decoder.h"
#include "iss/common/decode/extract.h"
#include "iss/common/decode/table_check.h"

#include <array>
#include <random>

#include <gtest/gtest.h>

namespace medley::iss::decode {
namespace {

struct TestRow {
    const char* name;
    Pattern pattern;
    bool special = false;
    unsigned mode = 0;
    constexpr bool excludes(const TestRow& other) const { return mode != other.mode; }
};

consteval TestRow row(const char* name, std::string_view pattern, bool special = false, unsigned mode = 0) {
    return {name, parse_pattern(pattern), special, mode};
}

template <std::size_t count>
constexpr TableCheck check(const std::array<TestRow, count>& rows) {
    return check_table(std::span<const TestRow>(rows));
}

TEST(Pattern, FixedBitsMakeMaskAndValue) {
    constexpr auto pattern = parse_pattern("1010 dddd 0000 ssss");
    static_assert(pattern.width == 16);
    static_assert(pattern.mask == 0xf0f0 && pattern.value == 0xa000);
    static_assert(pattern.matches(0xab0c) && !pattern.matches(0xab1c));
    static_assert(letter_mask("1010 dddd 0000 ssss", 'd') == 0x0f00);
    static_assert(letters_of("1010 dddd 0000 ssss").count == 2);
}

TEST(Pattern, LayoutsPermuteBits) {
    constexpr auto branch = parse_layout("12|10:5|4:1|11", Sign::Signed);
    static_assert(branch.count == 12 && branch.value_width == 13);
    // All bits of a field at the bottom of the word: 12, 10..5, 4..1, 11.
    static_assert(branch.extract(0b0000'0000'0001, 0xfff) == 0x800);
    static_assert(branch.extract(0b0000'0000'0010, 0xfff) == 0x2);
    static_assert(branch.extract(0b0100'0000'0000, 0xfff) == 0x400);
    static_assert(branch.extract(0b1000'0000'0000, 0xfff) == sign_extend(0x1000, 13));
}

TEST(Pattern, NaturalOrderTakesScatteredBits) {
    constexpr auto plain = parse_layout("", Sign::Unsigned);
    static_assert(plain.extract(0xff00'00ff, 0x8000'0001) == 3);
    static_assert(plain.extract(0x0000'0001, 0x8000'0001) == 1);
    constexpr auto number = parse_layout("", Sign::Signed);
    static_assert(number.extract(0x0000'00f0, 0x0000'00f0) == ~std::uint64_t{0});
}

TEST(TableCheck, AcceptsDisjointRows) {
    static_assert(check(std::array{row("a", "0000 dddd dddd dddd"), row("b", "0001 dddd dddd dddd")}).ok);
}

TEST(TableCheck, FindsOverlaps) {
    constexpr auto found = check(std::array{row("a", "0000 dddd dddd dddd"), row("b", "0000 0000 dddd dddd")});
    static_assert(!found.ok && found.first == 0 && found.second == 1);
    static_assert(!check(std::array{row("a", "0000 dddd dddd dddd"), row("b", "0000 ssss ssss ssss")}).ok);
    static_assert(!check(std::array{row("a", "0000 dddd dddd 0000"), row("b", "0000 0000 dddd dddd")}).ok);
}

TEST(TableCheck, AcceptsMarkedSpecialisations) {
    static_assert(check(std::array{row("a", "0000 dddd dddd dddd"), row("b", "0000 0000 dddd dddd", true)}).ok);
    // The mark on the general row does not help, and a mark without a general row is a mistake.
    static_assert(!check(std::array{row("a", "0000 dddd dddd dddd", true), row("b", "0000 0000 dddd dddd")}).ok);
    static_assert(!check(std::array{row("a", "0001 dddd dddd dddd"), row("b", "0000 0000 dddd dddd", true)}).ok);
}

TEST(TableCheck, APartialOverlapNeedsARowForWhatIsShared) {
    constexpr auto without = std::array{row("all", "0000 dddd dddd dddd"), row("a", "0000 0000 dddd dddd", true),
                                        row("b", "0000 dddd dddd 0000", true)};
    static_assert(!check(without).ok);
    constexpr auto with = std::array{row("all", "0000 dddd dddd dddd"), row("a", "0000 0000 dddd dddd", true),
                                     row("b", "0000 dddd dddd 0000", true), row("both", "0000 0000 dddd 0000", true)};
    static_assert(check(with).ok);
}

TEST(TableCheck, RowsOfOtherModesMayOverlap) {
    static_assert(
        check(std::array{row("a", "0000 dddd dddd dddd", false, 1), row("b", "0000 ssss ssss ssss", false, 2)}).ok);
}

TEST(Decoder, TriesSpecialisationsFirst) {
    static constexpr std::array kRows{row("all", "0000 dddd dddd dddd"), row("both", "0000 0000 dddd 0000", true),
                                      row("a", "0000 0000 dddd dddd", true), row("b", "0000 dddd dddd 0000", true)};
    const Decoder<TestRow> decoder({&kRows[0], &kRows[1], &kRows[2], &kRows[3]});
    EXPECT_STREQ(decoder.find(0x0110)->name, "b");
    EXPECT_STREQ(decoder.find(0x0011)->name, "a");
    EXPECT_STREQ(decoder.find(0x0010)->name, "both");
    EXPECT_STREQ(decoder.find(0x0111)->name, "all");
    EXPECT_EQ(decoder.find(0x1000), nullptr);
}

TEST(Decoder, AnEmptyTableFindsNothing) {
    EXPECT_EQ(Decoder<TestRow>({}).find(0), nullptr);
}

TEST(Decoder, AgreesWithALinearSearch) {
    static constexpr std::array kRows{
        row("a", "0000 dddd dddd dddd"), row("b", "0001 0ddd dddd dddd"), row("c", "0001 1000 dddd dddd"),
        row("d", "0001 1001 dddd dddd"), row("e", "0001 1010 1111 dddd"), row("f", "1ddd dddd dddd dd00"),
        row("g", "1ddd dddd dddd dd01"), row("h", "1ddd dddd dddd d010"), row("i", "1000 0000 0000 0010", true),
        row("j", "0111 1111 1111 1111"), row("k", "0111 1111 1111 1110")};
    std::vector<const TestRow*> rows;
    for (const auto& each : kRows)
        rows.push_back(&each);
    const Decoder<TestRow> decoder(rows);
    for (std::uint32_t word = 0; word < 0x1'0000; ++word) {
        const TestRow* expected = nullptr;
        for (const auto& each : kRows)
            if (each.pattern.matches(word) && (expected == nullptr || each.special))
                expected = &each;
        ASSERT_EQ(decoder.find(word), expected) << std::hex << word;
    }
}

struct Pair {
    std::uint64_t first = 0;
    std::uint64_t second = 0;
    std::uint32_t word = 0;
};
struct PairField {
    FieldLayout layout;
    void (*set)(Pair&, std::uint64_t) = nullptr;
};
constexpr PairField kFirst{parse_layout("2:0|6:3", Sign::Signed), [](Pair& pair, std::uint64_t value) { pair.first = value; }};
constexpr PairField kSecond{parse_layout("", Sign::Unsigned), [](Pair& pair, std::uint64_t value) { pair.second = value; }};

struct PairRow {
    struct Field {
        std::uint32_t mask = 0;
        const PairField* kind = nullptr;
        BitRuns runs{};
        std::uint8_t sign_bits = 0;
        friend constexpr bool operator==(const Field&, const Field&) = default;
    };
    std::array<Field, 2> fields{};
    unsigned field_count = 0;
    Pair (*extract)(std::uint32_t) = nullptr;
};

consteval PairRow::Field field(std::uint32_t mask, const PairField& kind) {
    return {mask, &kind, kind.layout.runs(mask), static_cast<std::uint8_t>(kind.layout.is_signed ? kind.layout.width(mask) : 0)};
}

constexpr std::array kPairs{PairRow{{field(0xe1e0, kFirst), field(0x0a05, kSecond)}, 2}, PairRow{{field(0xe1e0, kFirst), {}}, 1},
                            PairRow{{field(0xe1e0, kFirst), field(0x0a05, kSecond)}, 2}, PairRow{}};
constexpr auto kWholePairs = with_extractors<Pair, kPairs>();

TEST(Extract, AgreesWithTheLayoutsOfTheFields) {
    for (const auto& each : kWholePairs) {
        for (std::uint32_t word = 0; word < 0x1'0000; ++word) {
            const auto pair = each.extract(word);
            ASSERT_EQ(pair.first, each.field_count > 0 ? kFirst.layout.extract(word, 0xe1e0) : 0) << word;
            ASSERT_EQ(pair.second, each.field_count > 1 ? kSecond.layout.extract(word, 0x0a05) : 0) << word;
            ASSERT_EQ(pair.word, word);
        }
    }
}

TEST(Extract, RowsWithTheSameFieldsShareAFunction) {
    EXPECT_EQ(kWholePairs[0].extract, kWholePairs[2].extract);
    EXPECT_NE(kWholePairs[0].extract, kWholePairs[1].extract);
}

} // namespace
} // namespace medley::iss::decode
