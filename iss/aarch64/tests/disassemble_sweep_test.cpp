// The decoder and the disassembler against binutils, over every row of the tables and many random words.

#include "iss/aarch64/decode/tables.h"
#include "iss/aarch64/disassemble.h"
#include "iss/aarch64/tests/lift_harness.h"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace medley::iss::aarch64 {
namespace {

/// Encodings on which we mean to differ: the word matches, and our text starts as given.
struct Difference {
    std::uint32_t mask;
    std::uint32_t value;
    std::string_view ours;
    const char* reason;
};
constexpr const char* kExtension = "of an extension that is not modelled";
constexpr const char* kUnpredictable = "registers coincide: unpredictable, and executed";
constexpr const char* kIgnored = "bits that should be ones, which the core ignores";
constexpr Difference kDifferences[]{
    {0xffd8'0000, 0xd500'0000, ".inst", "not allocated; binutils prints it as an access to a register"},
    {0xffff'ffe0, 0xd513'0500, "msr", "two registers, for each direction one; we name it for the first"},
    {0xffdf'ffe0, 0xd519'b040, "m", "implementation defined: L2CTLR_EL1 of the Cortex-A series"},
    {0x1e00'0000, 0x0400'0000, ".inst", kExtension}, // SVE
    {0x9e00'0000, 0x8000'0000, ".inst", kExtension}, // SME
    {0xff00'0010, 0x5400'0010, ".inst", kExtension}, // HBC
    {0xdfe0'fc00, 0x9ac0'0000, ".inst", kExtension}, // MTE: SUBP, SUBPS
    {0xffe0'f800, 0x9ac0'1000, ".inst", kExtension}, // MTE: IRG, GMI
    {0xffe0'8c00, 0xf820'8000, ".inst", kExtension}, // LS64
    {0xffe0'001f, 0xd460'0000, ".inst", kExtension}, // TME
    {0x7fc0'0000, 0x11c0'0000, ".inst", kExtension}, // CSSC
    {0x7fe0'f000, 0x1ac0'6000, ".inst", kExtension}, // CSSC
    {0x7fff'f000, 0x5ac0'1000, ".inst", kExtension}, // CSSC
    {0x7fff'fc00, 0x5ac0'2000, ".inst", kExtension}, // CSSC
    {0xbf60'fc00, 0x2e60'cc00, ".inst", "FMLAL2 and FMLSL2 with sz of 1 are not allocated"},
    {0xbf60'fc00, 0x0e60'ec00, ".inst", "FMLAL and FMLSL with sz of 1 are not allocated"},
    {0xff80'0000, 0x9180'0000, ".inst", kExtension}, // MTE: ADDG
    {0xff80'0000, 0xd180'0000, ".inst", kExtension}, // MTE: SUBG
    {0xff20'0000, 0xd920'0000, ".inst", kExtension}, // MTE: tags
    {0xfe40'0000, 0x6800'0000, ".inst", kExtension}, // MTE: STGP
    {0xff00'0000, 0x1900'0000, ".inst", kExtension}, // MOPS
    {0xff00'0000, 0x1d00'0000, ".inst", kExtension}, // MOPS
    {0xfe40'0000, 0x6840'0000, "ldpsw", kUnpredictable},
    {0x3fe0'8000, 0x08c0'8000, "lda", kIgnored},
    {0x3fe0'fc00, 0x38a0'c000, "ldapr", kIgnored},
};

bool is_intended(std::uint32_t word, std::string_view ours) {
    for (const auto& difference : kDifferences)
        if ((word & difference.mask) == difference.value && ours.starts_with(difference.ours))
            return true;
    return false;
}

/// A register or an operation that we have no name for; binutils knows those of many extensions.
bool is_unnamed(std::string_view ours, std::string_view theirs) {
    if (ours.starts_with("sys\t") || ours.starts_with("msr\ts0_"))
        return true;
    if (!(ours.starts_with("mrs\t") || ours.starts_with("msr\t")) || ours.substr(0, 3) != theirs.substr(0, 3))
        return false;
    const auto is_generic = [](std::string_view text) {
        const auto at = text.find_first_of("s", 4);
        return at != std::string_view::npos && at + 4 < text.size() && text[at + 2] == '_' && text[at + 4] == '_';
    };
    return is_generic(ours);
}

/// Runs objdump over code at address 0.
class Objdump {
public:
    Objdump() : path_(std::filesystem::temp_directory_path() / fmt::format("medley-aarch64-sweep-{}", getpid())) {}
    ~Objdump() {
        std::error_code ignored;
        std::filesystem::remove(path_, ignored);
    }
    Objdump(const Objdump&) = delete;
    Objdump& operator=(const Objdump&) = delete;

    std::vector<std::string> lines(const std::vector<std::uint32_t>& words) const {
        std::ofstream(path_, std::ios::binary)
            .write(reinterpret_cast<const char*>(words.data()), static_cast<std::streamsize>(words.size() * 4));
        const auto command =
            fmt::format("{} -D -z -b binary -m aarch64 --no-show-raw-insn {}", MEDLEY_AARCH64_OBJDUMP, path_.string());
        std::vector<std::string> found;
        FILE* pipe = popen(command.c_str(), "r");
        char buffer[512];
        while (pipe != nullptr && std::fgets(buffer, sizeof buffer, pipe) != nullptr)
            if (auto text = normalised(buffer); !text.empty())
                found.push_back(std::move(text));
        if (pipe != nullptr)
            pclose(pipe);
        return found;
    }

private:
    /// The text behind "address:<tab>", without comments; empty for other lines.
    static std::string normalised(std::string_view line) {
        const auto start = line.find(":\t");
        if (start == std::string_view::npos)
            return {};
        line.remove_prefix(start + 2);
        line = line.substr(0, line.find(" ;"));
        line = line.substr(0, line.find("//"));
        while (!line.empty() && (line.back() == ' ' || line.back() == '\t' || line.back() == '\n'))
            line.remove_suffix(1);
        return std::string(line);
    }

    std::filesystem::path path_;
};

struct Sweep {
    Sweep() : tables(test::config_of("max").features) {}

    void compare(const std::vector<std::uint32_t>& words) {
        const auto theirs = objdump.lines(words);
        ASSERT_EQ(theirs.size(), words.size()) << "objdump printed another number of instructions";
        for (std::size_t i = 0; i < words.size(); ++i) {
            unsigned length = 0;
            const auto bytes = std::as_bytes(std::span(words)).subspan(i * 4, 4);
            const auto ours = disassemble(tables, i * 4, bytes, length);
            if (ours == theirs[i] || is_unnamed(ours, theirs[i]) || is_intended(words[i], ours))
                continue;
            ++mismatches;
            // A few of each kind tell enough.
            const Row* row = tables.find(words[i]);
            if (++of_row[row] > 4)
                continue;
            ADD_FAILURE() << fmt::format("{:08x}: ours '{}', binutils '{}'", words[i], ours, theirs[i]);
        }
    }

    DecodeTables tables;
    Objdump objdump;
    unsigned mismatches = 0;
    std::map<const Row*, unsigned> of_row;
};

/// Mostly encodings of some row, with bits flipped now and then; else any word.
class WordSource {
public:
    explicit WordSource(std::uint64_t seed) : random_(seed) {}

    std::uint32_t next() {
        const auto dice = random_() % 16;
        const auto word = static_cast<std::uint32_t>(random_());
        if (dice < 4)
            return word;
        const auto rows = all_rows();
        const auto& pattern = rows[random_() % rows.size()].pattern;
        const auto encoded = pattern.value | (word & ~pattern.mask);
        return dice < 6 ? encoded ^ 1U << (random_() % 32) : encoded;
    }

private:
    std::mt19937_64 random_;
};

TEST(DecoderSweepAarch64, AgreesWithBinutilsOnEveryRow) {
    Sweep sweep;
    std::mt19937_64 random(test::random_seed());
    std::vector<std::uint32_t> words;
    for (const auto& row : all_rows())
        for (int i = 0; i < 200; ++i) {
            const auto fill = i == 0 ? 0U : i == 1 ? ~0U : static_cast<std::uint32_t>(random());
            words.push_back(row.pattern.value | (fill & ~row.pattern.mask));
        }
    sweep.compare(words);
}

TEST(DecoderSweepAarch64, AgreesWithBinutilsOnEverySystemInstruction) {
    Sweep sweep;
    std::vector<std::uint32_t> words;
    for (std::uint32_t which = 0; which < 1U << 16; ++which)
        for (const auto read : {0U, 1U})
            words.push_back(0xd500'0000 | read << 21 | which << 5 | (which % 7 == 0 ? 0x1f : which % 31));
    sweep.compare(words);
}

/// The random words are shared out, so that the parts run side by side.
constexpr unsigned kParts = 4;
class DecoderSweepPart : public testing::TestWithParam<unsigned> {};

TEST_P(DecoderSweepPart, AgreesWithBinutilsOnRandomWords) {
    const std::size_t count = medley::test::number_from("MEDLEY_SWEEP_COUNT", 20'000'000) / kParts;
    Sweep sweep;
    WordSource source(test::random_seed() + GetParam());
    constexpr std::size_t kChunk = 500'000;
    for (std::size_t done = 0; done < count && sweep.mismatches == 0; done += kChunk) {
        std::vector<std::uint32_t> words(std::min(kChunk, count - done));
        for (auto& word : words)
            word = source.next();
        ASSERT_NO_FATAL_FAILURE(sweep.compare(words));
    }
}

INSTANTIATE_TEST_SUITE_P(Aarch64, DecoderSweepPart, testing::Range(0U, kParts));

} // namespace
} // namespace medley::iss::aarch64
