// Which image goes where, and what is wrong with those that cannot.
#include "platforms/boot.h"
#include "platforms/device_tree.h"
#include "platforms/reader.h"

#include "tests/platforms/base_board.h"
#include "tests/platforms/elf_builder.h"

#include <gtest/gtest.h>

namespace medley::board {
namespace {

class Boot : public testing::Test {
protected:
    /// The boot of the first group; null when there are errors.
    const GroupBoot* prepare(const std::string& text = test::kBoard) {
        test::fill(catalogue_);
        description_ = read_board(text, "b.yaml", {}, diagnostics_);
        const auto checked = check_models(description_, catalogue_, diagnostics_);
        const TreeMaker make_tree = [&](const CpuDescription& head, const TreeBoot& boot) {
            return make_device_tree(description_, checked, catalogue_, head, boot);
        };
        boots_ = prepare_boot({description_, catalogue_, options_, {}, make_tree}, diagnostics_);
        return diagnostics_.empty() ? boots_.front().get() : nullptr;
    }
    [[nodiscard]] std::string error() const { return diagnostics_.empty() ? "" : diagnostics_.lines().front(); }

    [[nodiscard]] std::size_t errors() const { return diagnostics_.lines().size(); }

    static std::string elf(const std::string& name, test::ElfParts parts = {}) {
        parts.machine = parts.machine == 0 ? test::kFakeMachine : parts.machine;
        return test::write_file(name, test::make_elf(parts));
    }
    static std::string raw(const std::string& name, std::size_t size) {
        return test::write_file(name, std::vector<std::byte>(size, std::byte{1}));
    }

    BootOptions options_;

private:
    Catalogue catalogue_;
    Diagnostics diagnostics_;
    Description description_;
    std::vector<std::unique_ptr<GroupBoot>> boots_;
};

TEST_F(Boot, AProgramStartsAtItsEntryOnEveryCpu) {
    options_.load = {{elf("a.elf"), "", std::nullopt}};
    const auto* boot = prepare();
    ASSERT_NE(boot, nullptr) << error();
    ASSERT_EQ(boot->plans.size(), 2U);
    EXPECT_EQ(boot->plans[1].entry, 0x8000'0000U);
    EXPECT_FALSE(boot->tree.empty()) << "a program may be a boot loader";
    EXPECT_EQ(boot->symbols.describe(0x8000'0000), "start");
}

TEST_F(Boot, KernelInitrdAndTreeDoNotMeet) {
    options_.kernel = {{raw("kernel", 1U << 20), "", std::nullopt}};
    options_.initrd = {{raw("initrd", 12345), "", std::nullopt}};
    options_.append = "root=/dev/ram";
    const auto* boot = prepare();
    ASSERT_NE(boot, nullptr) << error();
    ASSERT_EQ(boot->chunks.size(), 3U);
    EXPECT_EQ(boot->chunks[0].address, 0x8020'0000U);
    EXPECT_EQ(boot->chunks[1].address % 4096, 0U);
    EXPECT_GT(boot->chunks[2].address, boot->chunks[1].address + boot->chunks[1].size);
    EXPECT_LT(boot->chunks[2].address + boot->chunks[2].size, 0x8400'0000U);
}

TEST_F(Boot, PositionIndependentFirmwareGoesToTheStartOfRam) {
    test::ElfParts parts;
    parts.type = 3;
    parts.entry = parts.virtual_address = parts.physical = 0;
    options_.firmware = {{elf("fw.elf", parts), "", std::nullopt}};
    const auto* boot = prepare();
    ASSERT_NE(boot, nullptr) << error();
    EXPECT_EQ(boot->chunks[0].address, 0x8000'0000U);
    EXPECT_EQ(boot->plans[0].entry, 0x8000'0000U);
}

TEST_F(Boot, NothingToRunIsAnError) {
    prepare();
    EXPECT_EQ(error(), "b.yaml:8:3: CPU 'core' has nothing to run: give --kernel, --firmware or --load core:FILE");
}

// The CPU ran into memory of zeros, and trapped there for ever without a word.
TEST_F(Boot, NoFirmwareAndNothingElseIsNothingToRun) {
    options_.firmware = {{"none", "", std::nullopt}};
    prepare(test::changed("    level: 2\n", "    level: 2\n    reset: 0x8000_0000\n"));
    EXPECT_EQ(error(), "b.yaml:8:3: CPU 'core' has nothing to run: give --kernel, --firmware or --load core:FILE");
}

TEST_F(Boot, WithoutFirmwareACpuMayStartInADevice) {
    options_.firmware = {{"none", "", std::nullopt}};
    EXPECT_NE(prepare(test::changed("    level: 2\n", "    level: 2\n    reset: 0x1001_0000\n")), nullptr) << error();
}

TEST_F(Boot, RejectsAnInitrdWithoutAKernel) {
    options_.initrd = {{raw("initrd", 100), "", std::nullopt}};
    EXPECT_EQ(prepare(), nullptr);
    EXPECT_NE(error().find("has no kernel that could take it; give --kernel"), std::string::npos) << error();
}

TEST_F(Boot, RejectsAnotherArchitecture) {
    test::ElfParts parts;
    parts.machine = 62;
    const auto file = elf("x86.elf", parts);
    options_.load = {{file, "", std::nullopt}};
    prepare();
    EXPECT_EQ(error(), file + ": an ELF file for machine 62, which no target of this build executes (fake), but CPU 'core' executes fake with 64 bits (f64)");
}

TEST_F(Boot, RejectsTheOtherWidth) {
    test::ElfParts parts;
    parts.is_64_bit = false;
    const auto file = elf("narrow.elf", parts);
    options_.load = {{file, "", std::nullopt}};
    prepare();
    EXPECT_EQ(error(), file + ": an ELF file for fake with 32 bits, but CPU 'core' executes fake with 64 bits (f64)");
}

TEST_F(Boot, RejectsWhatDoesNotFit) {
    const auto file = raw("large", 64U << 20);
    options_.kernel = {{file, "", std::nullopt}};
    prepare();
    EXPECT_EQ(error().rfind(file + ": does not fit: 0x4000000 bytes at 0x80200000 are not within one memory", 0), 0U) << error();
}

TEST_F(Boot, RejectsImagesOnTopOfEachOther) {
    options_.kernel = {{raw("kernel", 4096), "", std::nullopt}};
    options_.load = {{raw("blob", 4096), "", 0x8020'0800}};
    prepare();
    EXPECT_NE(error().find("overlaps"), std::string::npos);
}

/// Only neighbours were compared.
TEST_F(Boot, RejectsImagesInTheMiddleOfOthers) {
    test::ElfParts parts;
    parts.memory_size = 0x4000;
    const auto large = elf("large.elf", parts), small = raw("small", 16), third = raw("third", 16);
    options_.load = {{large, "", std::nullopt}, {small, "", 0x8000'1000}, {third, "", 0x8000'2000}};
    prepare();
    EXPECT_EQ(errors(), 2U);
    EXPECT_NE(error().find("large.elf (0x4000 bytes at 0x80000000) overlaps " + small), std::string::npos) << error();
}

/// Images were told apart by name.
TEST_F(Boot, RejectsAnImageOnTopOfItself) {
    const auto file = raw("blob", 16);
    options_.load = {{file, "", 0x8030'0000}, {file, "", 0x8030'0008}};
    prepare();
    EXPECT_NE(error().find("overlaps"), std::string::npos) << error();
}

TEST_F(Boot, RejectsAnUnknownGroup) {
    options_.load = {{"a.elf", "cor", std::nullopt}};
    prepare();
    EXPECT_EQ(error(), "--load cor:a.elf: there is no CPU 'cor'; did you mean 'core'?");
}

TEST_F(Boot, NamesTheBoardsOwnImageThatIsNotThere) {
    prepare(test::changed("    level: 2\n", "    level: 2\n    program: guests/none.elf\n"));
    EXPECT_EQ(error(), "b.yaml:14:14: CPU 'core': program 'guests/none.elf' is not there; give --load core:FILE");
}

TEST_F(Boot, AnElfSaysItselfWhereItGoes) {
    const auto file = elf("a.elf");
    options_.load = {{file, "", 0x8000'1000}};
    prepare();
    EXPECT_EQ(error(), file + ": an ELF file says itself where it is loaded; leave @0x80001000 away");
}

} // namespace
} // namespace medley::board
