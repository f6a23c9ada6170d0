// Every floating-point, vector and cryptographic row with many operands, on each accelerator and on QEMU.
//
// MEDLEY_SEED          the seed; printed
// MEDLEY_OPERANDS      states for each row (100)
// MEDLEY_ROW           only rows whose name contains it

#include "iss/aarch64/decode/tables.h"
#include "iss/aarch64/disassemble.h"
#include "iss/aarch64/tests/differential/cases.h"
#include "iss/aarch64/tests/differential/known.h"
#include "iss/aarch64/tests/differential/oracle_process.h"
#include "iss/aarch64/tests/differential/subject.h"
#include "iss/aarch64/tests/lift_harness.h"

#include <algorithm>
#include <cstring>
#include <map>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace medley::iss::aarch64::test {
namespace {

std::string text_of(std::uint32_t word) {
    static const DecodeTables tables(config_of("max").features);
    unsigned length = 0;
    return disassemble(tables, 0, std::as_bytes(std::span(&word, 1)), length);
}

/// What differs, and the operands; empty when nothing does.
std::string difference(const record& before, const record& ours, const record& theirs) {
    std::string text;
    if (ours.refused != theirs.refused && (ours.refused == 0 || theirs.refused == 0))
        text += fmt::format("  refused {} instead of {}\n", ours.refused, theirs.refused);
    if (ours.fpsr != theirs.fpsr)
        text += fmt::format("  fpsr {:08x} instead of {:08x}\n", ours.fpsr, theirs.fpsr);
    if (ours.nzcv != theirs.nzcv)
        text += fmt::format("  nzcv {:08x} instead of {:08x}\n", ours.nzcv, theirs.nzcv);
    for (unsigned i = 0; i < 4; ++i)
        if (ours.x[i] != theirs.x[i])
            text += fmt::format("  x{} {:016x} instead of {:016x}\n", i, ours.x[i], theirs.x[i]);
    for (unsigned i = 0; i < 32; ++i)
        if (std::memcmp(ours.v[i], theirs.v[i], 16) != 0)
            text += fmt::format("  v{} {:016x}:{:016x} instead of {:016x}:{:016x}\n", i, ours.v[i][1], ours.v[i][0],
                                theirs.v[i][1], theirs.v[i][0]);
    for (unsigned i = 0; i < sizeof ours.memory; ++i)
        if (ours.memory[i] != theirs.memory[i])
            text += fmt::format("  memory[{}] {:02x} instead of {:02x}\n", i, ours.memory[i], theirs.memory[i]);
    if (text.empty())
        return text;
    text += fmt::format("  of fpcr {:08x}, fpsr {:08x}, nzcv {:08x}", before.fpcr, before.fpsr, before.nzcv);
    for (unsigned i = 0; i < 4; ++i)
        text += fmt::format(", x{} {:x}", i, before.x[i]);
    for (const unsigned lo : {0U, 5U, 16U, 10U}) {
        const auto v = before.word >> lo & 31;
        text += fmt::format("\n  v{} {:016x}:{:016x}", v, before.v[v][1], before.v[v][0]);
    }
    return text;
}

unsigned operand_count() {
    return static_cast<unsigned>(medley::test::number_from("MEDLEY_OPERANDS", 100));
}

struct Question {
    const Row* row;
    record before;
};

/// Several encodings of each row, with several states each.
std::vector<Question> questions(Cases& cases, unsigned count) {
    const char* only = std::getenv("MEDLEY_ROW");
    std::vector<Question> made;
    for (const auto& row : all_rows()) {
        if (!is_vector_row(row) || (only != nullptr && row.name.find(only) == std::string_view::npos))
            continue;
        static const DecodeTables tables(config_of("max").features);
        for (unsigned i = 0; i < count;) {
            const auto word = cases.word(row);
            if (tables.find(word) != &row) // one of a more special row
                continue;
            for (unsigned k = 0; k < 4 && i < count; ++k, ++i)
                made.push_back({&row, cases.operands(word)});
        }
    }
    return made;
}

class DifferentialAarch64 : public ::testing::TestWithParam<const char*> {};

/// Compares one round of questions; \p failures counts by row.
void compare(Subject& subject, const std::vector<Question>& asked, std::map<std::string_view, unsigned>& failures) {
    std::vector<record> records;
    for (const auto& question : asked)
        records.push_back(question.before);
    const auto answers = ask_oracle(MEDLEY_AARCH64_ORACLE, records);
    ASSERT_EQ(answers.size(), records.size())
        << "the oracle died at " << text_of(records[answers.size() % records.size()].word);
    for (std::size_t i = 0; i < asked.size(); ++i) {
        const auto& [row, before] = asked[i];
        const auto ours = subject.run(before);
        const auto text = difference(before, ours, answers[i]);
        if (text.empty() || is_known(*row, before, ours, answers[i]))
            continue;
        if (++failures[row->name] <= 2)
            ADD_FAILURE() << fmt::format("{}: {:08x} {}\n{}", row->name, before.word, text_of(before.word), text);
    }
}

TEST_P(DifferentialAarch64, VectorRowsAgreeWithQemu) {
    constexpr unsigned kRound = 16;
    Cases cases(random_seed());
    Subject subject(GetParam());
    std::map<std::string_view, unsigned> failures;
    std::size_t total = 0;
    for (unsigned done = 0; done < operand_count() && !HasFatalFailure(); done += kRound) {
        const auto asked = questions(cases, std::min(kRound, operand_count() - done));
        compare(subject, asked, failures);
        total += asked.size();
    }
    for (const auto& [name, count] : failures)
        fmt::print("{}: {} of {} differ\n", name, count, operand_count());
    fmt::print("{} cases\n", total);
}

INSTANTIATE_TEST_SUITE_P(EveryAccelerator, DifferentialAarch64,
#ifdef MEDLEY_HAS_JIT
                         ::testing::Values("interp", "jit"),
#else
                         ::testing::Values("interp"),
#endif
                         [](const auto& test) { return std::string(test.param); });

} // namespace
} // namespace medley::iss::aarch64::test
