#include "medley/base/code_watch.h"

#include <gtest/gtest.h>

namespace medley {
namespace {

struct Recorder : CodeListener {
    void code_written(CodeWatch&, std::uint64_t offset, std::uint64_t size) override { written.emplace_back(offset, size); }
    void page_watched(CodeWatch&, std::uint64_t offset) override { watched.push_back(offset); }
    std::vector<std::pair<std::uint64_t, std::uint64_t>> written;
    std::vector<std::uint64_t> watched;
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

TEST(CodeWatch, SurvivesWritesThatEndBehindTheMemory) {
    CodeWatch watch(0x1800);
    Recorder a;
    watch.add_listener(a);
    watch.watch(0x1000);
    watch.written(0x17fc, 0x10000);
    EXPECT_EQ(a.written.size(), 1U);
    watch.written(0, 0);
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
