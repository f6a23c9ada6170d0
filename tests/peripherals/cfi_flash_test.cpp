#include "medley/base/error.h"
#include "support/bench.h"

#include <csignal>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <sys/resource.h>
#include <unistd.h>

namespace medley::periph::test {
namespace {

constexpr std::uint64_t kSize = 1 << 20, kBlock = 64 << 10;
/// A command goes to both chips.
constexpr std::uint32_t both(std::uint32_t code) { return code << 16 | code; }
constexpr std::uint32_t kReady = both(0x80);

std::unique_ptr<Peripheral> make_flash(Bench& bench, const char* name, const std::string& file, bool save) {
    Configuration configuration;
    configuration.set("size", kSize);
    configuration.set("block", kBlock);
    configuration.set("file", file);
    configuration.set("save", save ? 1 : 0);
    const Services services{bench.counter, bench.control, bench.log, nullptr, {}};
    return bench.registry().find("cfi_flash")->make(name, configuration, services);
}

struct FlashBench : Bench {
    explicit FlashBench(const std::string& file = "", bool save = false) {
        model = make_flash(*this, "flash", file, save);
        cpu.socket.bind(*model->target_socket(""));
    }
    void command(Address at, std::uint32_t code) { cpu.put(at, both(code)); }
    void program(Address at, std::uint32_t word) {
        command(at, 0x40);
        cpu.put(at, word);
    }
    void erase(Address at) {
        command(at, 0x20);
        command(at, 0xd0);
    }
    std::unique_ptr<Peripheral> model;
    Initiator cpu{"cpu"};
};

TEST(CfiFlash, IsDeliveredErasedAndProgrammedByClearingBits) {
    FlashBench bench;
    bench.run([&] {
        EXPECT_EQ(bench.cpu.get(0x1234 & ~3U), 0xffff'ffffU);
        bench.program(0x100, 0xf0f0'1234);
        EXPECT_EQ(bench.cpu.get(0x100), kReady) << "status until read-array";
        bench.command(0, 0xff);
        EXPECT_EQ(bench.cpu.get(0x100), 0xf0f0'1234U);
        bench.program(0x100, 0x0fff'ffff);
        bench.command(0, 0xff);
        EXPECT_EQ(bench.cpu.get(0x100), 0x00f0'1234U);
        EXPECT_EQ(bench.cpu.get(0x102, 1), 0xf0U);
        bench.erase(0x100);
        EXPECT_EQ(bench.cpu.get(0), kReady);
        bench.command(0, 0xff);
        EXPECT_EQ(bench.cpu.get(0x100), 0xffff'ffffU);
    });
}

TEST(CfiFlash, ErasesOneBlock) {
    FlashBench bench;
    bench.run([&] {
        bench.program(kBlock - 4, 0);
        bench.program(kBlock, 0);
        bench.program(2 * kBlock, 0);
        bench.erase(kBlock + 0x40);
        bench.command(0, 0xff);
        EXPECT_EQ(bench.cpu.get(kBlock - 4), 0U);
        EXPECT_EQ(bench.cpu.get(kBlock), 0xffff'ffffU);
        EXPECT_EQ(bench.cpu.get(2 * kBlock), 0U);
    });
}

TEST(CfiFlash, ProgramsABuffer) {
    FlashBench bench;
    bench.run([&] {
        bench.command(0x1000, 0xe8);
        EXPECT_EQ(bench.cpu.get(0x1000), kReady);
        bench.cpu.put(0x1000, both(3)); // Four words.
        for (unsigned i = 0; i < 4; ++i)
            bench.cpu.put(0x1000 + 4 * i, 0x1111'0000 + i);
        bench.command(0x1000, 0xd0);
        EXPECT_EQ(bench.cpu.get(0x1000), kReady);
        bench.command(0, 0xff);
        EXPECT_EQ(bench.cpu.get(0x100c), 0x1111'0003U);
        EXPECT_EQ(bench.cpu.get(0x1010), 0xffff'ffffU);
    });
}

TEST(CfiFlash, ReportsSequenceErrorsUntilStatusIsCleared) {
    FlashBench bench;
    bench.run([&] {
        bench.command(0, 0xe8);
        bench.cpu.put(0, both(1));
        bench.cpu.put(0, 1);
        bench.cpu.put(kBlock, 2); // Another block.
        bench.command(0, 0xd0);
        EXPECT_EQ(bench.cpu.get(0), both(0xb0));
        bench.command(0, 0x50);
        bench.command(0, 0x70);
        EXPECT_EQ(bench.cpu.get(0), kReady);
        bench.command(0, 0x20);
        bench.command(0, 0x12);
        EXPECT_EQ(bench.cpu.get(0), both(0xb0)) << "erasure without its confirmation";
        bench.command(0, 0x50);
        bench.command(0, 0xe8);
        bench.cpu.put(0, both(0xffff));
        bench.cpu.put(0, 0);
        bench.command(0, 0xd0);
        EXPECT_EQ(bench.cpu.get(0), both(0xb0)) << "more words than the buffer has";
        bench.command(0, 0xff);
        EXPECT_EQ(bench.cpu.get(0), 0xffff'ffffU);
    });
}

TEST(CfiFlash, LockedBlocksKeepTheirContent) {
    FlashBench bench;
    bench.run([&] {
        bench.command(0, 0x60);
        bench.command(0, 0x01);
        bench.command(0, 0x90);
        EXPECT_EQ(bench.cpu.get(8), both(1));
        EXPECT_EQ(bench.cpu.get(kBlock + 8), 0U);
        bench.program(0x10, 0);
        EXPECT_EQ(bench.cpu.get(0), both(0x92));
        bench.command(0, 0x50);
        bench.erase(0);
        EXPECT_EQ(bench.cpu.get(0), both(0xa2));
        bench.command(0, 0x50);
        bench.command(0, 0x60);
        bench.command(0, 0xd0);
        bench.program(0x10, 0);
        bench.command(0, 0xff);
        EXPECT_EQ(bench.cpu.get(0x10), 0U);
    });
}

TEST(CfiFlash, AnswersQueriesOnBothChips) {
    FlashBench bench;
    bench.run([&] {
        bench.command(0x55 * 4, 0x98);
        const auto at = [&](unsigned index) {
            const auto word = bench.cpu.get(index * 4);
            EXPECT_EQ(word >> 16, word & 0xffff);
            return word & 0xff;
        };
        EXPECT_EQ(at(0x10), 'Q');
        EXPECT_EQ(at(0x11), 'R');
        EXPECT_EQ(at(0x12), 'Y');
        EXPECT_EQ(at(0x13), 1U);
        EXPECT_EQ(1U << at(0x27), kSize / 2);
        EXPECT_EQ(at(0x2d) + 1, kSize / kBlock);
        EXPECT_EQ((at(0x2f) | at(0x30) << 8) * 256, kBlock / 2);
        EXPECT_EQ(bench.cpu.get(0x10 * 4 + 2, 2), 'Q') << "the upper chip alone";
        bench.command(0, 0x90);
        EXPECT_EQ(bench.cpu.get(0), both(0x89));
        EXPECT_EQ(bench.cpu.get(4), both(0x18));
    });
}

TEST(CfiFlash, GrantsDirectReadsInArrayModeOnly) {
    FlashBench bench;
    bench.run([&] {
        tlm::tlm_dmi dmi;
        DmiExtension extension;
        EXPECT_TRUE(bench.cpu.dmi(kBlock + 8, tlm::TLM_READ_COMMAND, dmi, &extension));
        EXPECT_EQ(dmi.get_start_address(), kBlock);
        EXPECT_EQ(dmi.get_end_address(), 2 * kBlock - 1);
        EXPECT_TRUE(dmi.is_read_allowed());
        EXPECT_FALSE(dmi.is_write_allowed());
        EXPECT_EQ(dmi.get_dmi_ptr()[8], 0xff);
        EXPECT_NE(extension.watch, nullptr);
        EXPECT_FALSE(bench.cpu.dmi(0, tlm::TLM_WRITE_COMMAND, dmi));
        bench.cpu.invalidations.clear();
        bench.command(0, 0x70);
        EXPECT_EQ(bench.cpu.invalidations.size(), 1U);
        EXPECT_FALSE(bench.cpu.dmi(0, tlm::TLM_READ_COMMAND, dmi));
        bench.command(0, 0xff);
        EXPECT_EQ(bench.cpu.invalidations.size(), 2U) << "refusals are void, too";
        EXPECT_TRUE(bench.cpu.dmi(0, tlm::TLM_READ_COMMAND, dmi));
    });
}

TEST(CfiFlash, IsFilledThroughTheDebugPort) {
    FlashBench bench;
    bench.run([&] {
        const std::uint32_t word = 0x1234'5678;
        EXPECT_EQ(bench.cpu.debug_write(0x200, &word, 4), 4U);
        EXPECT_EQ(bench.cpu.get(0x200), word);
        EXPECT_EQ(bench.cpu.get(0x204), 0xffff'ffffU);
        bench.command(0, 0x70);
        EXPECT_EQ(bench.cpu.peek(0x200), word) << "whatever the mode";
        bench.model->reset();
        EXPECT_EQ(bench.cpu.get(0x200), word) << "a reset ends the mode, not the content";
    });
}

TEST(CfiFlash, KeepsItsContentInAFile) {
    const auto path = testing::TempDir() + "medley-flash-" + std::to_string(getpid());
    std::ofstream(path) << "content";
    FlashBench bench(path, true);
    bench.run([&] {
        EXPECT_EQ(bench.cpu.get(0), 0x746e'6f63U);
        EXPECT_EQ(bench.cpu.get(8), 0xffff'ffffU);
        bench.program(8, 0x3039'3837);
    });
    std::string text;
    std::getline(std::ifstream(path), text);
    EXPECT_EQ(text.substr(0, 7), "content");
    EXPECT_EQ(text.substr(8, 4), "7890");
    std::remove(path.c_str());
}

/// The file was extended by a hole, which reads as zeros: after a restart what was erased could not be programmed any more.
TEST(CfiFlash, WhatIsErasedInFrontOfAChangeIsSavedAsErased) {
    const auto path = testing::TempDir() + "medley-flash-hole-" + std::to_string(getpid());
    std::ofstream(path) << "content!";
    FlashBench bench(path, true);
    bench.run([&] { bench.program(0x1000, 0x3039'3837); });
    std::ifstream file(path, std::ios::binary);
    const std::string saved{std::istreambuf_iterator<char>(file), {}};
    EXPECT_EQ(saved, "content!" + std::string(0x1000 - 8, '\xff') + "7890");
    std::remove(path.c_str());
}

/// A write of which only the first part fits, as on a full disk, was not noticed; others were, in silence.
TEST(CfiFlash, AFileThatTakesNothingIsReportedOnce) {
    const auto path = testing::TempDir() + "medley-flash-full-" + std::to_string(getpid());
    std::ofstream(path) << "content!";
    FlashBench bench(path, true);
    rlimit before{};
    getrlimit(RLIMIT_FSIZE, &before);
    rlimit small = before;
    small.rlim_cur = 0x1000;
    const auto old = signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &small);
    bench.run([&] {
        bench.program(0x2000, 0x3039'3837);
        bench.program(0x2004, 0x3039'3837);
        bench.command(0, 0xff);
        EXPECT_EQ(bench.cpu.get(0x2004), 0x3039'3837U);
    });
    setrlimit(RLIMIT_FSIZE, &before);
    signal(SIGXFSZ, old);
    ASSERT_EQ(bench.log_lines.size(), 1U);
    EXPECT_NE(bench.log_lines[0].find("not saved from here on: File too large"), std::string::npos) << bench.log_lines[0];
    std::remove(path.c_str());
}

TEST(CfiFlash, ImpossibleOnesAreUserErrors) {
    Bench bench;
    EXPECT_THROW(bench.make("cfi_flash", "a", {{"size", 3 << 20}}), UserError);
    EXPECT_THROW(bench.make("cfi_flash", "b", {{"size", kSize}, {"block", 100}}), UserError);
    EXPECT_THROW(make_flash(bench, "c", "/no/such/file", false), UserError);
    EXPECT_THROW(make_flash(bench, "d", "/dev/null", false), UserError);
}

} // namespace
} // namespace medley::periph::test
