// Access to vector registers is trapped for every instruction that has to do with them.

#include "iss/aarch64/syndrome.h"
#include "iss/aarch64/tests/differential/cases.h"
#include "iss/aarch64/tests/differential/subject.h"
#include "iss/aarch64/tests/lift_harness.h"

#include <cstring>

#include <gtest/gtest.h>

namespace medley::iss::aarch64::test {
namespace {

TEST(VectorTraps, EveryRowIsTrappedAndChangesNothing) {
    Subject subject("interp");
    auto& regs = subject.core().system().regs();
    regs.cpacr_el1 = 0;
    subject.core().state_written();
    Cases cases(random_seed());
    const DecodeTables tables(config_of("max").features);
    for (const auto& row : all_rows()) {
        if (!is_vector_row(row))
            continue;
        auto word = cases.word(row);
        while (tables.find(word) != &row) // one of a more special row
            word = cases.word(row);
        const auto before = cases.operands(word);
        regs.esr_el1 = 0;
        auto after = subject.run(before);
        ASSERT_NE(after.refused, 0U) << row.name;
        ASSERT_EQ(regs.esr_el1, syndrome::kFloatAccess) << row.name;
        after.refused = 0;
        ASSERT_EQ(std::memcmp(&before, &after, sizeof after), 0) << row.name;
    }
}

} // namespace
} // namespace medley::iss::aarch64::test
