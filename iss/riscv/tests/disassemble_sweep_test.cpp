// The decoder and the disassembler against binutils, over all 16-bit encodings and many 32-bit ones.

#include "iss/riscv/decode/tables.h"
#include "iss/riscv/disassemble.h"
#include "iss/riscv/tests/lift_harness.h"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace medley::iss::riscv {
namespace {

/// The ISA string for both sides, apart from the extensions that binutils 2.40 does not know.
constexpr const char* kIsa =
    "imafdc_zicbom_zicbop_zicboz_zicsr_zifencei_zihintpause_zfh_zba_zbb_zbc_zbkb_zbkc_zbkx_zbs_svinval";

/// Encodings on which we mean to differ: on harts of these widths (32, 64, or 0 for both) the word matches, and our
/// text starts as given.
struct Difference {
    unsigned xlen;
    unsigned length;
    std::uint32_t mask;
    std::uint32_t value;
    std::string_view ours;
    const char* reason;
};
constexpr const char* kIgnoredFields =
    "fields that the base ISA reserves and tells implementations to ignore; binutils wants zeros";
constexpr const char* kLongShift =
    "shifts by 32 and more are reserved or custom encodings of RV32; binutils prints them";
constexpr const char* kObsolete = "dropped from the privileged architecture before its first ratified version";
constexpr const char* kExact = "exact conversions: the rounding mode has no effect; binutils 2.40 wants zero";
constexpr const char* kHypervisor =
    "part of Svinval only together with the hypervisor extension, which is not modelled";
constexpr Difference kDifferences[]{
    {0, 2, 0xffff, 0x0000, ".2byte", "defined to be illegal; binutils has a name for it"},
    {0, 2, 0xffff, 0x6101, ".2byte", "c.addi16sp with an immediate of 0 is reserved"},
    {32, 2, 0xf003, 0x1002, ".2byte", kLongShift},
    {32, 2, 0xfc03, 0x9001, ".2byte", kLongShift},
    {32, 2, 0xfc03, 0x9401, ".2byte", kLongShift},
    {0, 4, 0x707f, 0x000f, "fence", kIgnoredFields},
    {0, 4, 0x707f, 0x100f, "fence.i", kIgnoredFields},
    {0, 4, 0xfff0'007f, 0xd200'0053, "fcvt.d.w", kExact},
    {0, 4, 0xfff0'007f, 0xd210'0053, "fcvt.d.wu", kExact},
    {0, 4, 0xfff0'007f, 0x4200'0053, "fcvt.d.s", kExact},
    {0, 4, 0xfff0'007f, 0x4020'0053, "fcvt.s.h", kExact},
    {0, 4, 0xfff0'007f, 0x4220'0053, "fcvt.d.h", kExact},
    {32, 4, 0x0200'707f, 0x0200'1013, ".4byte", kLongShift},
    {32, 4, 0x0200'707f, 0x0200'5013, ".4byte", kLongShift},
    {0, 4, 0xffff'ffff, 0x0020'0073, ".4byte", kObsolete},   // uret
    {0, 4, 0xffff'ffff, 0x2020'0073, ".4byte", kObsolete},   // hret
    {0, 4, 0xfff0'7fff, 0x1040'0073, ".4byte", kObsolete},   // sfence.vm
    {0, 4, 0xfe00'7fff, 0x2600'0073, ".4byte", kHypervisor}, // hinval.vvma
    {0, 4, 0xfe00'7fff, 0x6600'0073, ".4byte", kHypervisor}, // hinval.gvma
    {0, 4, 0xffff'ffff, 0x7b20'0073, ".4byte", "dret exists in debug mode only, which harts here do not have"},
    {0, 4, 0xffff'ffff, 0xc000'1073, "csrrw", "binutils calls a write to the read-only cycle counter 'unimp'"},
};

bool is_intended(unsigned xlen, std::uint32_t word, unsigned length, std::string_view ours) {
    for (const auto& difference : kDifferences)
        if ((difference.xlen == 0 || difference.xlen == xlen) && difference.length == length &&
            (word & difference.mask) == difference.value && ours.starts_with(difference.ours))
            return true;
    return false;
}

/// A folder of its own for the files of one test.
class Scratch {
public:
    Scratch() {
        auto pattern = (std::filesystem::temp_directory_path() / "medley-sweep-XXXXXX").string();
        if (mkdtemp(pattern.data()) != nullptr)
            path_ = pattern;
    }
    ~Scratch() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    std::string file(const char* name) const { return (path_ / name).string(); }

private:
    std::filesystem::path path_;
};

/// Runs objdump over code at address 0. Raw files have no ISA string, so the code is wrapped into an object that has
/// one; its symbols go, since they would mark the code as data.
class Objdump {
public:
    explicit Objdump(unsigned xlen) : xlen_(xlen) {}

    std::vector<std::string> lines(const std::vector<std::uint8_t>& code) const {
        const Scratch scratch;
        std::ofstream(scratch.file("code"), std::ios::binary)
            .write(reinterpret_cast<const char*>(code.data()), static_cast<std::streamsize>(code.size()));
        std::ofstream(scratch.file("s")) << fmt::format(".attribute arch, \"rv{}{}\"\n.text\n.incbin \"{}\"\n", xlen_,
                                                        kIsa, scratch.file("code"));
        const auto command = fmt::format("{0} -march=rv{1}gc -mabi={2} {3} -o {4} && {5} --strip-all {4} && "
                                         "{6} -d -z -M no-aliases,numeric --no-show-raw-insn {4}",
                                         MEDLEY_RISCV_AS, xlen_, xlen_ == 64 ? "lp64d" : "ilp32d", scratch.file("s"),
                                         scratch.file("o"), MEDLEY_RISCV_OBJCOPY, MEDLEY_RISCV_OBJDUMP);
        return read(command);
    }

private:
    static std::vector<std::string> read(const std::string& command) {
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

    /// The text behind "address:<tab>", without comments; empty for other lines.
    static std::string normalised(std::string_view line) {
        const auto start = line.find(":\t");
        if (start == std::string_view::npos)
            return {};
        line.remove_prefix(start + 2);
        line = line.substr(0, line.find_first_of("#\n"));
        while (!line.empty() && (line.back() == ' ' || line.back() == '\t'))
            line.remove_suffix(1);
        return std::string(line);
    }

    unsigned xlen_;
};

struct Sweep {
    explicit Sweep(unsigned width)
        : xlen(width), tables(Isa::parse(fmt::format("rv{}{}", width, kIsa))), objdump(width) {}

    /// Compares everything; `words` are instructions of 2 or of 4 bytes.
    void compare(const std::vector<std::uint32_t>& words, unsigned length) {
        std::vector<std::uint8_t> code;
        code.reserve(words.size() * length);
        for (const auto word : words)
            for (unsigned i = 0; i < length; ++i)
                code.push_back(static_cast<std::uint8_t>(word >> (8 * i)));
        const auto theirs = objdump.lines(code);
        ASSERT_EQ(theirs.size(), words.size()) << "objdump printed another number of instructions";
        for (std::size_t i = 0; i < words.size() && mismatches < 200; ++i) {
            unsigned got_length = 0;
            const auto bytes = std::as_bytes(std::span(code)).subspan(i * length, length);
            const auto ours = disassemble(tables, i * length, bytes, got_length, RegisterNames::Numeric);
            if (ours == theirs[i] || is_intended(xlen, words[i], length, ours))
                continue;
            ++mismatches;
            ADD_FAILURE() << fmt::format("rv{} {:0{}x}: ours '{}', binutils '{}'", xlen, words[i], 2 * length, ours,
                                         theirs[i]);
        }
    }

    unsigned xlen;
    DecodeTables tables;
    Objdump objdump;
    unsigned mismatches = 0;
};

/// Mostly encodings of some row, with bits flipped now and then; else any word with a major opcode of 32-bit encodings.
/// Formats of more than 32 bits (low five bits set) are left out: binutils prints them as data of their length.
class WordSource {
public:
    WordSource(const Isa& isa, std::uint64_t seed) : random_(seed) {
        for (const auto& row : all_rows())
            if (row.pattern.width == 32 && row.requirement.met_by(isa))
                rows_.push_back(&row);
    }

    std::uint32_t next() {
        for (;;) {
            const auto word = any();
            if ((word & 3) == 3 && (word & 0x1f) != 0x1f)
                return word;
        }
    }

private:
    std::uint32_t any() {
        const auto dice = random_() % 16;
        const auto word = static_cast<std::uint32_t>(random_());
        if (dice < 4)
            return word | 3;
        const auto& pattern = rows_[random_() % rows_.size()]->pattern;
        const auto encoded = pattern.value | (word & ~pattern.mask);
        return dice < 7 ? encoded ^ 1U << (random_() % 32) : encoded;
    }

    std::mt19937_64 random_;
    std::vector<const Row*> rows_;
};

class DecoderSweep : public testing::TestWithParam<unsigned> {};

TEST_P(DecoderSweep, AgreesWithBinutilsOnEvery16BitEncoding) {
    Sweep sweep(GetParam());
    std::vector<std::uint32_t> parcels;
    for (std::uint32_t parcel = 0; parcel < 0x1'0000; ++parcel)
        if ((parcel & 3) != 3)
            parcels.push_back(parcel);
    sweep.compare(parcels, 2);
}

TEST_P(DecoderSweep, AgreesWithBinutilsOnRandom32BitEncodings) {
    const std::size_t count = medley::test::number_from("MEDLEY_SWEEP_COUNT", 10'000'000);
    Sweep sweep(GetParam());
    WordSource source(sweep.tables.isa(), test::random_seed());
    constexpr std::size_t kChunk = 500'000;
    for (std::size_t done = 0; done < count && sweep.mismatches == 0; done += kChunk) {
        std::vector<std::uint32_t> words(std::min(kChunk, count - done));
        for (auto& word : words)
            word = source.next();
        ASSERT_NO_FATAL_FAILURE(sweep.compare(words, 4));
    }
}

INSTANTIATE_TEST_SUITE_P(Riscv, DecoderSweep, testing::Values(32U, 64U));

} // namespace
} // namespace medley::iss::riscv
