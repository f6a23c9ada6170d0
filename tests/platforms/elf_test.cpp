#include "platforms/image/elf.h"
#include "platforms/image/symbols.h"

#include "medley/base/error.h"
#include "tests/platforms/elf_builder.h"

#include <gtest/gtest.h>

#include <cstring>

namespace medley::board {
namespace {

using test::ElfParts;
using test::make_elf;
using test::poke;

std::string error_of(const std::vector<std::byte>& file) {
    try {
        static_cast<void>(parse_elf(file, "a.elf"));
    } catch (const UserError& error) {
        return error.what();
    }
    return "";
}

class EveryClass : public testing::TestWithParam<bool> {
protected:
    ElfParts parts() const {
        ElfParts result;
        result.is_64_bit = GetParam();
        result.machine = 243;
        return result;
    }
};
INSTANTIATE_TEST_SUITE_P(Elf, EveryClass, testing::Bool(), [](const auto& each) { return each.param ? "Bits64" : "Bits32"; });

TEST_P(EveryClass, HasItsSegmentsEntryAndSymbols) {
    const auto file = make_elf(parts());
    const auto elf = parse_elf(file, "a.elf");
    EXPECT_EQ(elf.is_64_bit, GetParam());
    EXPECT_EQ(elf.machine, 243);
    EXPECT_EQ(elf.entry, 0x8000'0000U);
    ASSERT_EQ(elf.segments.size(), 1U);
    EXPECT_EQ(elf.segments[0].physical, 0x8000'0000U);
    EXPECT_EQ(elf.segments[0].memory_size, 32U);
    EXPECT_EQ(elf.segments[0].data.size(), 16U);
    EXPECT_TRUE(elf.segments[0].executable);
    ASSERT_EQ(elf.symbols.size(), 2U);
    EXPECT_EQ(elf.symbols[0].name, "start");
    EXPECT_EQ(elf.symbols[0].size, 8U);
}

/// Each symbol could have the whole file for its name: a file of 1.5 MB took 20 GB.
TEST_P(EveryClass, NamesWithoutAnEndAreCut) {
    auto file = make_elf(parts());
    const bool wide = GetParam();
    std::uint64_t headers = 0;
    std::memcpy(&headers, file.data() + (wide ? 40 : 32), wide ? 8 : 4);
    const auto names = headers + 2 * (wide ? 64 : 40);
    constexpr std::uint64_t kBytes = 100'000;
    poke(file, names + (wide ? 24 : 16), file.size(), wide ? 8 : 4);
    poke(file, names + (wide ? 32 : 20), kBytes, wide ? 8 : 4);
    file.insert(file.end(), kBytes, std::byte{'x'});
    const auto elf = parse_elf(file, "a.elf");
    ASSERT_EQ(elf.symbols.size(), 2U);
    EXPECT_EQ(elf.symbols[0].name, std::string(4096, 'x'));
}

/// Each header of a section could name the same table: a file of 1 MB gave millions of symbols.
TEST_P(EveryClass, ATableThatIsNamedAgainAndAgainIsReadAsOftenAsTheFileHasRoom) {
    auto file = make_elf(parts());
    const bool wide = GetParam();
    const auto append = [&file](std::vector<std::byte> bytes) { file.insert(file.end(), bytes.begin(), bytes.end()); };
    const auto part = [&file](std::uint64_t from, std::size_t bytes) {
        return std::vector<std::byte>(file.begin() + static_cast<std::ptrdiff_t>(from), file.begin() + static_cast<std::ptrdiff_t>(from + bytes));
    };
    const auto number = [&file, wide](std::uint64_t at) {
        std::uint64_t value = 0;
        std::memcpy(&value, file.data() + at, wide ? 8 : 4);
        return value;
    };
    const std::size_t header_size = wide ? 64 : 40, symbol_size = wide ? 24 : 16;
    constexpr unsigned kSymbols = 100, kTables = 1000;
    const auto header = number(wide ? 40 : 32) + header_size;
    const auto symbol = part(number(header + (wide ? 24 : 16)) + symbol_size, symbol_size);
    poke(file, header + (wide ? 24 : 16), file.size(), wide ? 8 : 4);
    poke(file, header + (wide ? 32 : 20), kSymbols * symbol_size, wide ? 8 : 4);
    for (unsigned i = 0; i < kSymbols; ++i)
        append(symbol);
    // All headers again, as they follow each other, and many of the table.
    const auto first = file.size();
    append(part(header - header_size, 3 * header_size));
    for (unsigned i = 0; i < kTables; ++i)
        append(part(header, header_size));
    poke(file, wide ? 40 : 32, first, wide ? 8 : 4);
    poke(file, wide ? 60 : 48, 3 + kTables, 2);
    const auto symbols = parse_elf(file, "a.elf").symbols.size();
    EXPECT_GE(symbols, kSymbols);
    EXPECT_LE(symbols, file.size() / 16) << "of " << kSymbols * kTables;
}

TEST_P(EveryClass, EntryIsTranslatedToThePhysicalAddress) {
    auto changed = parts();
    changed.virtual_address = changed.entry = 0xc000'0000;
    changed.physical = 0x8020'0000;
    const auto file = make_elf(changed);
    EXPECT_EQ(parse_elf(file, "a.elf").physical_entry(), 0x8020'0000U);
}

TEST_P(EveryClass, IsRejectedWhenTruncatedAnywhereBeforeItsSymbols) {
    auto without = parts();
    without.symbols = false;
    const auto file = make_elf(without);
    for (std::size_t size = 0; size < file.size(); ++size)
        EXPECT_NE(error_of({file.begin(), file.begin() + static_cast<std::ptrdiff_t>(size)}), "") << size;
    EXPECT_EQ(error_of(file), "");
}

TEST_P(EveryClass, LoadsWithBrokenSymbols) {
    auto file = make_elf(parts());
    poke(file, GetParam() ? 40 : 32, file.size() - 3, GetParam() ? 8 : 4);
    EXPECT_TRUE(parse_elf(file, "a.elf").symbols.empty());
}

TEST_P(EveryClass, RejectsASegmentWithMoreFileThanMemory) {
    auto changed = parts();
    changed.memory_size = 8;
    EXPECT_EQ(error_of(make_elf(changed)), "a.elf: ELF segment 0 has more bytes in the file than in memory");
}

TEST_P(EveryClass, RejectsObjectFiles) {
    auto changed = parts();
    changed.type = 1;
    EXPECT_EQ(error_of(make_elf(changed)), "a.elf: an ELF file of type 1 is not an executable");
}

TEST(Elf, RejectsTheOtherByteOrderAndClass) {
    auto file = make_elf({});
    file[5] = std::byte{2};
    EXPECT_EQ(error_of(file), "a.elf: big-endian ELF files are not supported");
    file[5] = std::byte{1};
    file[4] = std::byte{3};
    EXPECT_EQ(error_of(file), "a.elf: ELF class 3 is neither 32 nor 64 bits");
}

TEST(Elf, RejectsASegmentBeyondTheAddressSpace) {
    ElfParts parts;
    parts.physical = ~std::uint64_t{0} - 7;
    EXPECT_EQ(error_of(make_elf(parts)), "a.elf: ELF segment 0 reaches beyond the end of the address space");
}

TEST(Elf, RejectsAFileWithNothingToLoad) {
    auto file = make_elf({});
    poke(file, 64, 4, 4); // PT_NOTE
    EXPECT_EQ(error_of(file), "a.elf: the ELF file has nothing to load");
}

TEST(Symbols, DescribeAddressesWithOffsets) {
    const auto file = make_elf({});
    const auto elf = parse_elf(file, "a.elf");
    Symbols symbols;
    symbols.add(elf, 0);
    symbols.finish();
    EXPECT_EQ(symbols.describe(0x8000'0000), "start");
    EXPECT_EQ(symbols.describe(0x8000'0004), "start+0x4");
    EXPECT_EQ(symbols.describe(0x8000'000c), "tail+0x4");
    EXPECT_EQ(symbols.describe(0x7fff'ffff), "");
    EXPECT_EQ(symbols.describe(0x9000'0000), "");
    EXPECT_EQ(symbols.find("tail"), std::vector<Address>{0x8000'0008});
}

} // namespace
} // namespace medley::board
