// The assembly templates of the decode tables.

#include "iss/aarch64/disassemble.h"

#include <gtest/gtest.h>

namespace medley::iss::aarch64 {
namespace {

TEST(AssemblyTemplates, NameOnlyWhatIsExplained) {
    for (const auto& row : all_rows())
        EXPECT_EQ(unknown_in_template(row.assembly), "") << row.name;
}

TEST(AssemblyTemplates, EveryRowThatIsLiftedHasOne) {
    for (const auto& row : all_rows())
        EXPECT_EQ(row.lifter != nullptr, !row.assembly.empty()) << row.name;
}

} // namespace
} // namespace medley::iss::aarch64
