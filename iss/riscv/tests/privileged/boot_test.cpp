// Boot plans.
#include "iss/riscv/boot.h"
#include "medley/base/error.h"

#include <gtest/gtest.h>

#include <cstring>

namespace medley::iss::riscv::test {
namespace {

BootRequest board() {
    BootRequest request;
    request.rom = 0x1000;
    request.rom_size = 0x1'0000;
    request.ram = 0x8000'0000;
    request.ram_size = 0x800'0000;
    request.device_tree = 0x87e0'0000;
    return request;
}

std::uint64_t field(const BootPlan& plan, std::size_t offset, unsigned size) {
    std::uint64_t value = 0;
    std::memcpy(&value, plan.memory.at(0).data.data() + offset, size);
    return value;
}

TEST(Boot, AProgramStartsAtItsEntryInMachineMode) {
    auto request = board();
    request.program = {0x8000'0000, 0x100, 0x8000'0040};
    const auto plan = make_boot_plan(Config::parse({"rv64", {}, 2}), request);
    EXPECT_EQ(plan.entry, 0x8000'0040U);
    EXPECT_TRUE(plan.memory.empty());
    const std::vector<std::pair<std::string, std::uint64_t>> expected{{"a0", 2}, {"a1", 0x87e0'0000}};
    EXPECT_EQ(plan.registers, expected);
}

TEST(Boot, FirmwareFindsTheKernelThroughTheDynamicInfo) {
    for (const unsigned xlen : {32U, 64U}) {
        auto request = board();
        request.firmware = {0x8000'0000, 0x1000, 0x8000'0000};
        request.kernel = {0x8020'0000, 0x1000, 0x8020'0000};
        const auto plan = make_boot_plan(Config::parse({xlen == 32 ? "rv32" : "rv64", {}, 0}), request);
        EXPECT_EQ(plan.entry, 0x1000U);
        EXPECT_EQ(plan.memory.at(0).address, 0x1000U);
        const auto word = xlen / 8;
        const std::uint64_t expected[] = {0x8000'0000, 0x87e0'0000, 0x4942'534f, 2, 0x8020'0000, 1, 0, 0};
        for (unsigned i = 0; i < std::size(expected); ++i)
            EXPECT_EQ(field(plan, 32 + i * word, word), expected[i]) << "rv" << xlen << " field " << i;
        EXPECT_EQ(field(plan, 4, 4), (xlen == 32 ? 0x0282'8613U : 0x0302'8613U)) << "addi a2, t0, info";
        EXPECT_EQ(field(plan, 8, 4), 0xf140'2573U) << "csrr a0, mhartid";
    }
}

TEST(Boot, FirmwareWithoutABootRomIsTheUsersMistake) {
    auto request = board();
    request.rom_size = 0;
    request.firmware = {0x8000'0000, 0x1000, 0x8000'0000};
    EXPECT_THROW((void)make_boot_plan(Config::parse({"rv64", {}, 0}), request), UserError);
}

TEST(Boot, KernelsAreAlignedToSuperpages) {
    EXPECT_EQ(make_placement(Config::parse({"rv64", {}, 0})).kernel_offset, 0x20'0000U);
    EXPECT_EQ(make_placement(Config::parse({"rv32", {}, 0})).kernel_offset, 0x40'0000U);
}

} // namespace
} // namespace medley::iss::riscv::test
