// The cpu node of the device tree.
#include "iss/riscv/register.h"
#include "iss/riscv/tests/privileged/host.h"
#include "iss/riscv/tree.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace medley::iss::riscv::test {
namespace {

const TreeValue& property(const CoreTree& tree, std::string_view name) {
    static const TreeValue none;
    for (const auto& each : tree.properties)
        if (each.name == name)
            return each.value;
    ADD_FAILURE() << "no property " << name;
    return none;
}

std::string text(const CoreTree& tree, std::string_view name) {
    return std::get<std::vector<std::string>>(property(tree, name)).at(0);
}

TEST(Tree, SaysWhatTheCoreIs) {
    const auto tree = make_tree(Config::parse({"rv64", {{"isa", "rv64imac_zicbom"}, {"mmu", "sv39"}}, 5}));
    EXPECT_EQ(text(tree, "mmu-type"), "riscv,sv39");
    EXPECT_EQ(text(tree, "riscv,isa-base"), "rv64i");
    EXPECT_EQ(text(tree, "riscv,isa").substr(0, 8), "rv64imac");
    EXPECT_EQ(std::get<std::vector<std::uint32_t>>(property(tree, "reg")), std::vector<std::uint32_t>{5});
    EXPECT_EQ(std::get<std::vector<std::uint32_t>>(property(tree, "riscv,cbom-block-size")),
              std::vector<std::uint32_t>{64});
    const auto names = std::get<std::vector<std::string>>(property(tree, "riscv,isa-extensions"));
    EXPECT_EQ(std::count(names.begin(), names.end(), "zicbom"), 1);
    EXPECT_EQ(std::count(names.begin(), names.end(), "d"), 0);
    EXPECT_EQ(std::count(names.begin(), names.end(), "s"), 0);
}

TEST(Tree, SpecifiersAreInterruptNumbersInTheOrderOfTheInputs) {
    CpuRegistry registry;
    register_riscv(registry);
    const auto* target = registry.targets.find("riscv");
    ASSERT_NE(target, nullptr);
    const auto tree = target->device_tree({"rv32", {}, 0});
    EXPECT_EQ(tree.input_specifiers, (std::vector<std::uint32_t>{3, 7, 11, 9}));
    EXPECT_EQ(tree.input_specifiers.size(), target->interrupt_inputs().size());
}

TEST(Layout, SlotsAreInsideTheStateBlockAndHaveDistinctNames) {
    CpuRegistry registry;
    register_riscv(registry);
    FakeHost host;
    for (const char* model : {"rv32", "rv64"}) {
        const auto core = registry.targets.find("riscv")->make_core({model, {}, 0}, host);
        std::vector<std::string> names;
        for (const auto& slot : core->layout().slots()) {
            EXPECT_LE(slot.offset + ir::size_of(slot.type), core->layout().size) << slot.name;
            EXPECT_EQ(slot.offset % ir::size_of(slot.type), 0U) << slot.name;
            names.push_back(slot.name);
        }
        std::sort(names.begin(), names.end());
        EXPECT_EQ(std::adjacent_find(names.begin(), names.end()), names.end());
    }
}

} // namespace
} // namespace medley::iss::riscv::test
