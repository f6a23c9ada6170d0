#include "platforms/fdt_writer.h"

#include "tests/platforms/base_board.h"
#include "tests/platforms/elf_builder.h"

#include <gtest/gtest.h>
#include <libfdt.h>

#include <cstdlib>
#include <cstring>

namespace medley::test {
namespace {

class Tree : public testing::Test {
protected:
    void make(const std::string& text = kBoard, const std::string& append = "") {
        fill(catalogue_);
        board::Platform platform(catalogue_, {});
        platform.load_text(text, "b.yaml");
        board::BootOptions boot;
        if (!append.empty())
            boot.append = append;
        platform.set_boot(boot);
        platform.check();
        blob_ = platform.device_tree();
        ASSERT_EQ(fdt_check_full(blob_.data(), blob_.size()), 0);
    }
    [[nodiscard]] std::vector<std::uint32_t> cells(const char* path, const char* name) const {
        int length = 0;
        const auto node = fdt_path_offset(blob_.data(), path);
        const auto* data = static_cast<const fdt32_t*>(fdt_getprop(blob_.data(), node, name, &length));
        std::vector<std::uint32_t> result;
        for (int i = 0; data != nullptr && i < length / 4; ++i)
            result.push_back(fdt32_to_cpu(data[i]));
        return result;
    }
    [[nodiscard]] std::string text(const char* path, const char* name) const {
        const auto* data = fdt_getprop(blob_.data(), fdt_path_offset(blob_.data(), path), name, nullptr);
        return data == nullptr ? "(none)" : static_cast<const char*>(data);
    }
    using Cells = std::vector<std::uint32_t>;

    board::Catalogue catalogue_;
    std::vector<std::byte> blob_;
};

TEST_F(Tree, DescribesMemoryAndTimeBase) {
    make();
    EXPECT_EQ(cells("/memory@80000000", "reg"), (Cells{0, 0x8000'0000, 0, 64U << 20}));
    EXPECT_EQ(text("/memory@80000000", "device_type"), "memory");
    EXPECT_EQ(cells("/cpus", "timebase-frequency"), Cells{10'000'000});
}

TEST_F(Tree, HasANodeForEveryCpu) {
    make();
    EXPECT_EQ(cells("/cpus/cpu@1", "reg"), Cells{1});
    EXPECT_EQ(text("/cpus/cpu@1", "compatible"), "medley,fake");
    EXPECT_LT(fdt_path_offset(blob_.data(), "/cpus/cpu@2"), 0);
    EXPECT_EQ(cells("/cpus/cpu-map/cluster0/core1", "cpu"), cells("/cpus/cpu@1", "phandle"));
}

TEST_F(Tree, LeadsInterruptsToTheirController) {
    make();
    EXPECT_EQ(cells("/soc/serial@10010000", "interrupts"), Cells{3});
    EXPECT_EQ(cells("/soc/serial@10010000", "interrupt-parent"), cells("/soc/interrupt-controller@10000000", "phandle"));
    const auto first = cells("/cpus/cpu@0/interrupt-controller", "phandle");
    const auto second = cells("/cpus/cpu@1/interrupt-controller", "phandle");
    ASSERT_EQ(first.size(), 1U);
    ASSERT_EQ(second.size(), 1U);
    EXPECT_EQ(cells("/soc/interrupt-controller@10000000", "interrupts-extended"), (Cells{first[0], 11, second[0], 11}));
}

TEST_F(Tree, ChoosesTheConsoleAndThePowerSwitch) {
    make(kBoard, "console=ttyS0");
    EXPECT_EQ(text("/chosen", "stdout-path"), "/soc/serial@10010000");
    EXPECT_EQ(text("/chosen", "bootargs"), "console=ttyS0");
    EXPECT_EQ(text("/aliases", "serial0"), "/soc/serial@10010000");
    EXPECT_EQ(cells("/poweroff", "regmap"), cells("/soc/serial@10010000", "phandle"));
    EXPECT_EQ(cells("/soc/serial@10010000", "clock-frequency"), Cells{1'000'000});
}

TEST_F(Tree, HasANodeForEachClock) {
    make();
    EXPECT_EQ(cells("/clock-24000000", "clock-frequency"), Cells{24'000'000});
    EXPECT_EQ(text("/clock-24000000", "compatible"), "fixed-clock");
    const auto bus_clock = cells("/clock-24000000", "phandle");
    const auto port_clock = cells("/clock-1000000", "phandle");
    ASSERT_EQ(bus_clock.size(), 1U);
    ASSERT_EQ(port_clock.size(), 1U);
    EXPECT_EQ(cells("/soc/serial@10010000", "clocks"), (Cells{bus_clock[0], port_clock[0]}));
    EXPECT_EQ(text("/soc/serial@10010000", "clock-names"), "busclk");
}

TEST_F(Tree, AsksTheControllerWhatAnInputIsCalled) {
    make(changed("    model: line_controller", "    model: line_controller\n    cells: 3"));
    EXPECT_EQ(cells("/soc/interrupt-controller@10000000", "#interrupt-cells"), Cells{3});
    EXPECT_EQ(cells("/soc/serial@10010000", "interrupts"), (Cells{9, 1, 4}));
    auto text_of_board = changed("    model: line_controller", "    model: line_controller\n    cells: 3");
    text_of_board.replace(text_of_board.find("irq: intc.3"), 11, "irq: intc.none");
    make(text_of_board);
    EXPECT_EQ(cells("/soc/serial@10010000", "interrupts"), Cells{}) << "an input that the tree does not know";
}

TEST_F(Tree, HasTheMachinesNodesWithTheEndsOfTheFirstCpusWires) {
    make();
    EXPECT_EQ(text("/beat", "compatible"), "medley,beat");
    EXPECT_EQ(cells("/beat", "interrupts"), Cells{}) << "the output leads nowhere";
    EXPECT_EQ(cells("/", "interrupt-parent"), Cells{});
    make(changed("    level: 2", "    level: 2\n    connect: {wake: \"intc.{i}\"}"));
    EXPECT_EQ(cells("/beat", "interrupts"), Cells{0});
    EXPECT_EQ(cells("/", "interrupt-parent"), cells("/soc/interrupt-controller@10000000", "phandle"));
}

TEST_F(Tree, ListsThePortsOfADeviceInTheirOrderAndOthersBelowIt) {
    make(changed("    at: 0x1000_0000", "    map:\n      - {port: c, at: 0x3000_0000, size: 0x100}\n"
                                        "      - {port: b, at: 0x1000_0000, size: 0x200}\n      - {port: a, at: 0x2000_0000}"));
    EXPECT_EQ(cells("/soc/interrupt-controller@20000000", "reg"), (Cells{0, 0x2000'0000, 0, 0x1000, 0, 0x1000'0000, 0, 0x200}));
    EXPECT_EQ(cells("/soc/interrupt-controller@20000000/its@30000000", "reg"), (Cells{0, 0x3000'0000, 0, 0x100}));
    EXPECT_EQ(text("/soc/interrupt-controller@20000000/its@30000000", "compatible"), "medley,its");
}

TEST_F(Tree, LeavesOutWhatTheBoardDoesWithout) {
    make(changed("key: a", "key: a, when: \"${count=3}\""));
    EXPECT_LT(fdt_path_offset(blob_.data(), "/soc/serial@10010000"), 0);
    make(changed("key: a", "key: a, when: \"${count=2}\""));
    EXPECT_GE(fdt_path_offset(blob_.data(), "/soc/serial@10010000"), 0);
}

TEST_F(Tree, LeavesOutWhatTheBoardHides) {
    make(changed("key: a", "key: a, tree: false"));
    EXPECT_LT(fdt_path_offset(blob_.data(), "/soc/serial@10010000"), 0);
    EXPECT_EQ(text("/chosen", "stdout-path"), "(none)");
}

TEST_F(Tree, HasPhandlesOnlyOnce) {
    make(changed("default: 2", "default: 4"));
    std::uint32_t highest = 0;
    ASSERT_EQ(fdt_find_max_phandle(blob_.data(), &highest), 0);
    for (std::uint32_t phandle = 1; phandle <= highest; ++phandle) {
        unsigned owners = 0;
        for (int node = fdt_next_node(blob_.data(), -1, nullptr); node >= 0; node = fdt_next_node(blob_.data(), node, nullptr))
            owners += fdt_get_phandle(blob_.data(), node) == phandle ? 1 : 0;
        EXPECT_EQ(owners, 1U) << phandle;
    }
}

#ifdef MEDLEY_DTC
TEST_F(Tree, IsReadByDtc) {
    make();
    const auto file = write_file("tree.dtb", blob_);
    const auto command = std::string(MEDLEY_DTC) + " -I dtb -O dts -o /dev/null -q " + file;
    EXPECT_EQ(std::system(command.c_str()), 0);
}
#endif

} // namespace
} // namespace medley::test
