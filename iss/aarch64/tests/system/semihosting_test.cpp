// Semihosting for AArch64, version 2.0.
#include "iss/aarch64/tests/system/machine.h"
#include "medley/base/error.h"

#include <filesystem>
#include <fstream>
#include <unistd.h>

namespace medley::iss::aarch64::test {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kHlt = 0xd440'0000 | 0xf000 << 5;
constexpr auto kFailed = ~std::uint64_t{0};
constexpr Address kBlock = kRam + 0x1000;
constexpr Address kText = kRam + 0x2000;
constexpr Address kBuffer = kRam + 0x3000;

/// A folder that goes with the test.
struct Folder {
    Folder() : path(fs::temp_directory_path() / ("medley-semihosting-" + std::to_string(::getpid()))) {
        fs::create_directories(path / "inside");
        std::ofstream(path / "inside" / "hello.txt") << "hello";
    }
    ~Folder() { fs::remove_all(path); }
    [[nodiscard]] std::string below() const { return (path / "inside").string(); }
    fs::path path;
};

struct Caller : Machine {
    explicit Caller(const std::string& folder = "")
        : Machine("cortex-a53", folder.empty() ? Parameters{{"semihosting", "on"}}
                                               : Parameters{{"semihosting", "on"}, {"semihosting-folder", folder}}) {
        go_to(1);
    }
    std::uint64_t call(std::uint64_t operation, std::vector<std::uint64_t> block = {}) {
        for (unsigned i = 0; i < block.size(); ++i)
            host.ram.put(kBlock + 8 * i, block[i]);
        core_state().x[0] = operation;
        core_state().x[1] = kBlock;
        EXPECT_TRUE(run(helper_halt, kHlt));
        return core_state().x[0];
    }
    void text(const std::string& value) {
        (void)host.ram.poke(kText, std::as_bytes(std::span(value.c_str(), value.size() + 1)));
    }
    std::uint64_t open(const std::string& name, std::uint64_t mode = 0) {
        text(name);
        return call(1, {kText, mode, name.size()});
    }
    std::string buffer(std::size_t size) {
        std::string value(size, '\0');
        (void)host.ram.peek(kBuffer, std::as_writable_bytes(std::span(value)));
        return value;
    }
};

TEST(Semihosting, IsUndefinedUnlessItIsOn) {
    Machine m;
    m.go_to(1);
    EXPECT_FALSE(m.run(helper_halt, kHlt));
    EXPECT_EQ(m.fault.code, syndrome::kUndefined);
    Caller on;
    EXPECT_FALSE(on.run(helper_halt, 0xd440'0000)) << "another number";
}

TEST(Semihosting, PrintsOnTheConsole) {
    Caller m;
    testing::internal::CaptureStdout();
    m.text("text");
    m.core_state().x[0] = 4; // SYS_WRITE0
    m.core_state().x[1] = kText;
    EXPECT_TRUE(m.run(helper_halt, kHlt));
    m.core_state().x[0] = 3; // SYS_WRITEC
    EXPECT_TRUE(m.run(helper_halt, kHlt));
    const auto console = m.open(":tt", 4);
    m.text("text");
    EXPECT_EQ(m.call(5, {console, kText, 4}), 0U);
    EXPECT_EQ(m.call(9, {console}), 1U);
    EXPECT_EQ(testing::internal::GetCapturedStdout(), "textttext");
}

/// It was cut behind 4,096 characters.
TEST(Semihosting, PrintsLongStrings) {
    Caller m;
    testing::internal::CaptureStdout();
    const std::string text(10'000, 'x');
    m.text(text.c_str());
    m.core_state().x[0] = 4; // SYS_WRITE0
    m.core_state().x[1] = kText;
    EXPECT_TRUE(m.run(helper_halt, kHlt));
    EXPECT_EQ(testing::internal::GetCapturedStdout(), text);
}

TEST(Semihosting, EndsTheSimulationWithTheProgramsStatus) {
    Caller m;
    m.call(0x18, {0x20026, 42});
    m.call(0x18, {0x20024, 0}); // something went wrong
    ASSERT_EQ(m.host.calls.size(), 2U);
    EXPECT_EQ(m.host.calls[0].kind, FirmwareCall::Kind::PowerOff);
    EXPECT_EQ(m.host.calls[0].status, 42U);
    EXPECT_EQ(m.host.calls[1].status, 1U);
}

TEST(Semihosting, ReadsAndWritesFilesOfItsFolder) {
    const Folder folder;
    Caller m(folder.below());
    const auto file = m.open("hello.txt");
    ASSERT_NE(file, kFailed);
    EXPECT_EQ(m.call(0xc, {file}), 5U);
    EXPECT_EQ(m.call(6, {file, kBuffer, 8}), 3U) << "three bytes less than asked";
    EXPECT_EQ(m.buffer(5), "hello");
    EXPECT_EQ(m.call(0xa, {file, 4}), 0U);
    EXPECT_EQ(m.call(6, {file, kBuffer, 1}), 0U);
    EXPECT_EQ(m.buffer(1), "o");
    EXPECT_EQ(m.call(2, {file}), 0U);
    EXPECT_EQ(m.call(2, {file}), kFailed);
    const auto made = m.open("new.txt", 4);
    ASSERT_NE(made, kFailed);
    m.text("data");
    EXPECT_EQ(m.call(5, {made, kText, 4}), 0U);
    EXPECT_EQ(m.call(2, {made}), 0U);
    EXPECT_EQ(fs::file_size(fs::path(folder.below()) / "new.txt"), 4U);
    m.text("new.txt");
    EXPECT_EQ(m.call(0xe, {kText, 7}), 0U);
    EXPECT_FALSE(fs::exists(fs::path(folder.below()) / "new.txt"));
}

TEST(Semihosting, DoesNotLeaveItsFolder) {
    const Folder folder;
    std::ofstream(folder.path / "secret") << "no";
    fs::create_symlink(folder.path / "secret", fs::path(folder.below()) / "link");
    fs::create_directory_symlink(folder.path, fs::path(folder.below()) / "up");
    Caller m(folder.below());
    for (const auto* name : {"../secret", "/etc/passwd", "link", "up/secret", "..", ".", "", "inside/../../secret", "./../secret"})
        EXPECT_EQ(m.open(name), kFailed) << name;
    EXPECT_NE(m.open("/hello.txt"), kFailed) << "the folder is the root";
    Caller none;
    EXPECT_EQ(none.open("hello.txt"), kFailed);
    EXPECT_NE(none.call(0x13), 0U) << "errno says why";
}

TEST(Semihosting, RefusesWhatItCannotReach) {
    const Folder folder;
    Caller m(folder.below());
    const auto file = m.open("hello.txt");
    EXPECT_EQ(m.call(6, {file, 0x10, 5}), 5U) << "nothing read into memory that is not there";
    EXPECT_EQ(m.call(1, {0x10, 0, 5}), kFailed);
    EXPECT_EQ(m.call(1, {kText, 99, 5}), kFailed);
    EXPECT_EQ(m.call(1, {kText, 0, ~0ULL}), kFailed);
    EXPECT_EQ(m.call(0x12, {kText, 5}), kFailed) << "no commands";
    EXPECT_EQ(m.call(0x999), kFailed);
    m.core_state().x[0] = 5;
    m.core_state().x[1] = 0x10;
    EXPECT_TRUE(m.run(helper_halt, kHlt));
    EXPECT_EQ(m.core_state().x[0], kFailed);
}

TEST(Semihosting, AFolderThatIsNotThereIsTheUsersMistake) {
    EXPECT_THROW(Machine("cortex-a53", {{"semihosting-folder", "/nonexistent/folder"}}), UserError);
}

} // namespace
} // namespace medley::iss::aarch64::test
