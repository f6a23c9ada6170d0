#include "medley/base/code_watch.h"

#include <gtest/gtest.h>

#include <fstream>

namespace medley {
namespace {

struct Recorder : CodeListener {
    bool code_written(CodeWatch&, std::uint64_t offset, std::uint64_t size) override {
        written.emplace_back(offset, size);
        return has_code;
    }
    void page_released(CodeWatch&, std::uint64_t offset) override { released.push_back(offset); }
    void page_watched(CodeWatch&, std::uint64_t offset) override { watched.push_back(offset); }
    std::vector<std::pair<std::uint64_t, std::uint64_t>> written;
    std::vector<std::uint64_t> watched, released;
    bool has_code = false;
};

TEST(CodeWatch, TellsAllListenersOfAWatchedPageOnce) {
    CodeWatch watch(0x4000);
    Recorder a;
    Recorder b;
    watch.add_listener(a);
    watch.add_listener(b);
    watch.watch(0x1234);
    watch.watch(0x1ffc);
    EXPECT_EQ(a.watched, std::vector<std::uint64_t>{0x1000});
    EXPECT_EQ(b.watched, a.watched);
}

TEST(CodeWatch, ReportsWritesToWatchedPagesOnlyAndStopsWatching) {
    CodeWatch watch(0x4000);
    Recorder a;
    watch.add_listener(a);
    watch.watch(0x1000);
    watch.written(0x2000, 8);
    EXPECT_TRUE(a.written.empty());
    watch.written(0x0ffc, 8);
    ASSERT_EQ(a.written.size(), 1U);
    EXPECT_FALSE(watch.watched(0x1000));
    watch.written(0x1000, 4);
    EXPECT_EQ(a.written.size(), 1U);
}

TEST(CodeWatch, WatchesOnWhileAnybodyHasCode) {
    CodeWatch watch(0x4000);
    Recorder a;
    Recorder b;
    watch.add_listener(a);
    watch.add_listener(b);
    watch.watch(0x1000);
    watch.watch(0x2000);
    b.has_code = true;
    watch.written(0x1ffc, 8);
    using Writes = std::vector<std::pair<std::uint64_t, std::uint64_t>>;
    EXPECT_EQ(a.written, (Writes{{0x1ffc, 4}, {0x2000, 4}})) << "each page by itself";
    EXPECT_EQ(b.written, a.written);
    EXPECT_TRUE(watch.watched(0x1000) && watch.watched(0x2000));
    EXPECT_TRUE(a.released.empty());
    b.has_code = false;
    watch.written(0x1800, 8);
    EXPECT_FALSE(watch.watched(0x1000));
    EXPECT_TRUE(watch.watched(0x2000));
    EXPECT_EQ(a.released, std::vector<std::uint64_t>{0x1000});
    EXPECT_EQ(b.released, a.released);
}

TEST(CodeWatch, SurvivesWritesThatEndBehindTheMemory) {
    CodeWatch watch(0x1800);
    Recorder a;
    watch.add_listener(a);
    watch.watch(0x1000);
    watch.written(0x17fc, 0x10000);
    EXPECT_EQ(a.written.size(), 1U);
    watch.written(0, 0);
}

/// Pages of this process that the host holds in memory.
std::uint64_t resident_pages() {
    std::uint64_t size = 0;
    std::uint64_t resident = 0;
    std::ifstream("/proc/self/statm") >> size >> resident;
    return resident;
}

// A byte a page was filled with zeros: 2 MiB of the host's memory for 8 GiB that no guest had touched.
TEST(CodeWatch, OfALargeMemoryTakesNoMemoryWhereNothingIsWatched) {
    constexpr std::uint64_t kSize = std::uint64_t{1} << 40;
    const auto before = resident_pages();
    CodeWatch watch(kSize);
    watch.watch(kSize / 2);
    watch.written(0, 1U << 20);
    EXPECT_TRUE(watch.watched(kSize / 2));
    EXPECT_FALSE(watch.watched(kSize - 1));
    EXPECT_EQ(watch.watched_end(), kSize / 2 + kPageSize);
    EXPECT_LT(resident_pages() - before, 64U);
}

TEST(CodeWatch, ForgetsRemovedListeners) {
    CodeWatch watch(0x1000);
    Recorder a;
    watch.add_listener(a);
    watch.remove_listener(a);
    watch.watch(0);
    EXPECT_TRUE(a.watched.empty());
}

} // namespace
} // namespace medley
