#include "platforms/values.h"

#include "platforms/diagnostics.h"

#include <gtest/gtest.h>

namespace medley::board {
namespace {

using Type = ParameterType;

TEST(Values, ConsecutiveNamesAreShownAsRanges) {
    EXPECT_EQ(join(in_ranges({"1", "10", "2", "3", "a", "irq.1", "irq.0", "", "9"})), ", 1 to 3, 9 to 10, a, irq.0 to irq.1");
}
// '97' once asked "did you mean '17'?", and '0' "did you mean ''?".
TEST(Values, NoNumberIsSuggestedForAnother) {
    EXPECT_EQ(suggestion("97", {"1", "2", "3", "17"}), "; known: 1 to 3, 17");
    EXPECT_EQ(near_miss("uatr0", {"uart0", "ram"}), "; did you mean 'uart0'?");
    EXPECT_EQ(near_miss("x", {"uart0", "ram"}), "") << "without what is known";
    EXPECT_EQ(suggestion("uatr0", {"uart0", "ram"}), "; did you mean 'uart0'?");
}

TEST(Values, IntegersInAllBases) {
    EXPECT_EQ(parse_number("12", Type::Integer), 12U);
    EXPECT_EQ(parse_number("0x8000_0000", Type::Integer), 0x8000'0000U);
    EXPECT_EQ(parse_number("0b101", Type::Integer), 5U);
    EXPECT_EQ(parse_number("0xffffffffffffffff", Type::Integer), ~std::uint64_t{0});
    for (const auto* bad : {"", "-1", "0x", "12 ", "1.5", "0x1g", "18446744073709551616"})
        EXPECT_EQ(parse_number(bad, Type::Integer), std::nullopt) << bad;
}
TEST(Values, SizesAreBytes) {
    EXPECT_EQ(parse_number("64K", Type::Size), 65536U);
    EXPECT_EQ(parse_number("1.5 MiB", Type::Size), 1572864U);
    EXPECT_EQ(parse_number("0x1000", Type::Size), 4096U);
    for (const auto* bad : {"", "K", "1k", "0.3", "99999999999999999999999", "20000000T", "-1M"})
        EXPECT_EQ(parse_number(bad, Type::Size), std::nullopt) << bad;
}
TEST(Values, FrequenciesAreExact) {
    EXPECT_EQ(parse_number("3.6864MHz", Type::Frequency), 3'686'400U);
    EXPECT_EQ(parse_number("32768", Type::Frequency), 32768U);
    EXPECT_EQ(parse_number("0.5Hz", Type::Frequency), std::nullopt);
}
TEST(Values, TimesNeedAUnit) {
    EXPECT_EQ(parse_number("1ms", Type::Time), 1'000'000'000U);
    EXPECT_EQ(parse_number("2.5ns", Type::Time), 2'500U);
    EXPECT_EQ(parse_number("5", Type::Time), std::nullopt);
    EXPECT_EQ(parse_number("1000000000s", Type::Time), std::nullopt);
}
TEST(Values, SizesPrintInTheLargestUnitThatFits) {
    EXPECT_EQ(format_size(128ULL << 20), "128 MiB");
    EXPECT_EQ(format_size(1536), "1536 bytes");
}

} // namespace
} // namespace medley::board
