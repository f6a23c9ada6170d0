#include "platforms/override.h"

#include "tests/platforms/base_board.h"

#include <gtest/gtest.h>

namespace medley::test {
namespace {

using Overrides = std::vector<std::pair<std::string, std::string>>;

std::string described(const Overrides& overrides, const std::string& memory_size = "") {
    board::Catalogue catalogue;
    fill(catalogue);
    board::Platform platform(catalogue, {});
    platform.load_text(kBoard, "b.yaml");
    for (const auto& [key, value] : overrides)
        platform.override_value(key, value);
    if (!memory_size.empty())
        platform.set_memory_size(memory_size);
    platform.check();
    return platform.description();
}

std::string only_error(const Overrides& overrides, const std::string& memory_size = "") {
    const auto lines = errors_of(kBoard, overrides, memory_size);
    return lines.size() == 1 ? lines[0] : std::to_string(lines.size()) + " errors: " + (lines.empty() ? "" : lines[0]);
}

TEST(Override, OfABoardParameterReachesWhereItIsUsed) {
    EXPECT_NE(described({{"count", "3"}}).find("core.2"), std::string::npos);
    EXPECT_EQ(described({{"count", "3"}}).find("core.3"), std::string::npos);
}
TEST(Override, OfABoardParameterIsHeldToItsRange) {
    EXPECT_EQ(only_error({{"count", "5"}}), "-s count=5: parameter 'count': 5 is out of range, expected 1 to 4");
    EXPECT_EQ(only_error({{"count", "x"}}), "-s count=x: parameter 'count': expected an integer (12 or 0x1f), found 'x'");
}
TEST(Override, OfOneCpuLeavesTheOthers) {
    const auto text = described({{"cpus.1.clock", "250MHz"}});
    EXPECT_NE(text.find("500 MHz"), std::string::npos);
    EXPECT_NE(text.find("250 MHz"), std::string::npos);
}
TEST(Override, OfAllCpusAndOfAGroup) {
    EXPECT_EQ(described({{"cpus.*.clock", "250MHz"}}).find("500 MHz"), std::string::npos);
    EXPECT_EQ(described({{"cpus.core.clock", "250MHz"}}).find("500 MHz"), std::string::npos);
}
TEST(Override, OfTheAcceleratorAndItsOptions) {
    EXPECT_EQ(only_error({{"cpus.0.accel", "warp"}}), "-s cpus.0.accel=warp: CPU 'core': unknown accelerator 'warp'; known: interp");
    EXPECT_NE(described({{"cpus.0.accel", "interp"}, {"cpus.0.accel.depth", "4"}}), "");
}
TEST(Override, OfAMissingThingNamesWhatThereIs) {
    EXPECT_EQ(only_error({{"devices.urt.clock", "1MHz"}}), "-s devices.urt.clock=1MHz: there is no 'urt' in devices; did you mean 'uart'?");
    EXPECT_EQ(only_error({{"cpus.9.clock", "1MHz"}}), "-s cpus.9.clock=1MHz: there is no CPU 9: the board has 2");
    EXPECT_EQ(only_error({{"quantm", "1ms"}}), "-s quantm=1ms: unknown key 'quantm'; did you mean 'quantum'?");
    EXPECT_EQ(only_error({{"devices.uart.clok", "1MHz"}}),
              "-s devices.uart.clok=1MHz: device 'uart': unknown key 'clok'; did you mean 'clock'?");
    EXPECT_EQ(only_error({{"devices.uart", "x"}}), "-s devices.uart=x: expected devices.NAME.KEY=VALUE");
}
TEST(Override, OfAnAddressIsCheckedLikeTheBoard) {
    EXPECT_EQ(only_error({{"devices.uart.at", "0x8000_0000"}}),
              "-s devices.uart.at=0x8000_0000: 'uart' (0x80000000 to 0x800000ff) overlaps 'ram' (0x80000000 to 0x83ffffff) of line 20 on bus 'bus'");
}
TEST(Override, OfTheMemorySizeConcernsTheMainMemory) {
    EXPECT_NE(described({}, "128M").find("128 MiB"), std::string::npos);
    EXPECT_EQ(only_error({}, "lots"), "-m lots: expected a size that is a multiple of 4 KiB (64K, 128M or 1G)");
    EXPECT_EQ(only_error({}, "100"), "-m 100: expected a size that is a multiple of 4 KiB (64K, 128M or 1G)");
}
TEST(Override, OfTheQuantum) {
    EXPECT_NE(described({{"parallel", "true"}}).find("CPUs execute at the same time"), std::string::npos);
    EXPECT_NE(described({{"quantum", "10us"}}).find("quantum: 10 us"), std::string::npos);
}

TEST(Index, StandsForTheNumberOfACpu) {
    EXPECT_EQ(board::replace_index("context.{2i+1}.{i}", 3), "context.7.3");
    EXPECT_EQ(board::replace_index("{i}{10i}", 2), "220");
    for (const auto* other : {"{", "{}", "{x}", "{i", "i}", "{2}", "{i+}", "{+1}", "{i+-1}", "{99999i}", "plain"})
        EXPECT_EQ(board::replace_index(other, 3), other);
}

TEST(ImageOption, HasGroupFileAndAddress) {
    const auto plain = board::parse_image_option("dir/a.elf");
    EXPECT_EQ(plain.file, "dir/a.elf");
    EXPECT_EQ(plain.group, "");
    EXPECT_FALSE(plain.address.has_value());
    const auto full = board::parse_image_option("mgr:dir/a.bin@0x1000");
    EXPECT_EQ(full.file, "dir/a.bin");
    EXPECT_EQ(full.group, "mgr");
    EXPECT_EQ(full.address, 0x1000U);
    EXPECT_EQ(board::parse_image_option("./a:b@home").file, "./a:b@home");
}

} // namespace
} // namespace medley::test
