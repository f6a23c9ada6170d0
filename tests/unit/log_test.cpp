#include "medley/base/error.h"
#include "medley/base/log.h"

#include <gtest/gtest.h>

namespace medley {
namespace {

TEST(Log, ReportsASiteOnce) {
    std::vector<std::string> lines;
    Log log([&](Severity, std::string_view origin, std::string_view text) { lines.push_back(std::string(origin) + ": " + std::string(text)); });
    log.report_once("uart+0x10", "uart", "no such register");
    log.report_once("uart+0x10", "uart", "no such register");
    log.report_once("uart+0x14", "uart", "no such register");
    EXPECT_EQ(lines.size(), 2U);
    EXPECT_EQ(lines[0], "uart: no such register");
}

TEST(AssertDeathTest, ShowsTheInvariantAndItsDetail) {
    EXPECT_DEATH(MEDLEY_ASSERT(1 + 1 == 3, "block 0x1000"), "broken invariant: 1 \\+ 1 == 3\nblock 0x1000");
}

} // namespace
} // namespace medley
