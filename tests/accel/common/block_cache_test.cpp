#include "accel/common/block_cache.h"

#include <gtest/gtest.h>

#include <tuple>
#include <utility>

namespace medley::accel {
namespace {

struct BlockCacheTest : ::testing::Test {
    CodeBlock& add(Address pc, std::vector<Address> pages, const void* watch = nullptr, std::uint32_t bytes = 4) {
        auto block = std::make_unique<CodeBlock>();
        block->key = {pc, pc, 0, 0};
        block->byte_length = bytes;
        for (const auto page : pages) {
            block->pages[block->page_count] = {watch, page};
            block->physical_pages[block->page_count++] = page;
        }
        return cache.insert(std::move(block), 100);
    }
    [[nodiscard]] bool has(Address pc) const { return cache.find({pc, pc, 0, 0}) != nullptr; }

    std::vector<Address> dropped;
    BlockCache cache{[this](CodeBlock& block) { dropped.push_back(block.key.pc); }};
};

TEST_F(BlockCacheTest, DropsTheBlocksOfAPage) {
    add(0x1000, {0x1000});
    add(0x1010, {0x1000});
    add(0x2000, {0x2000});
    cache.drop_page({nullptr, 0x1000});
    EXPECT_EQ(dropped.size(), 2u);
    EXPECT_FALSE(has(0x1000));
    EXPECT_TRUE(has(0x2000));
    EXPECT_FALSE(cache.has_page({nullptr, 0x1000}));
}

TEST_F(BlockCacheTest, AStraddlingBlockBelongsToBothPages) {
    add(0x1ffe, {0x1000, 0x2000});
    cache.drop_page({nullptr, 0x2000});
    EXPECT_FALSE(has(0x1ffe));
    EXPECT_FALSE(cache.has_page({nullptr, 0x1000}));
}

// --- writes

struct WrittenPage : BlockCacheTest {
    static constexpr CodePage kPage{nullptr, 0x1000};
    void add_bytes(Address pc, std::uint32_t bytes) { add(pc, {0x1000}, nullptr, bytes); }
    bool write(std::uint64_t offset, std::uint64_t size) { return cache.drop_written(kPage, offset, size); }
};

TEST_F(WrittenPage, LosesTheBlocksThatWereMadeFromTheBytes) {
    add_bytes(0x1000, 16);
    add_bytes(0x1004, 4);
    add_bytes(0x1010, 16);
    add_bytes(0x1ff8, 8);
    EXPECT_TRUE(write(0x00f, 1)) << "others are left";
    EXPECT_EQ(dropped, std::vector<Address>{0x1000});
    EXPECT_TRUE(write(0x020, 8));
    EXPECT_TRUE(write(0xff0, 8));
    EXPECT_TRUE(write(0x000, 4)) << "of the first one alone";
    EXPECT_EQ(dropped.size(), 1u);
    EXPECT_TRUE(write(0x006, 16)) << "two at once";
    EXPECT_EQ(dropped.size(), 3u);
    EXPECT_FALSE(write(0xfff, 1)) << "the last one";
    EXPECT_FALSE(cache.has_page(kPage));
    EXPECT_FALSE(write(0, 8)) << "a page without blocks";
}

TEST_F(WrittenPage, KnowsEveryByteOfEveryBlock) {
    for (const auto& [offset, bytes] : {std::pair{0U, 1U}, {62U, 4U}, {63U, 2U}, {64U, 64U}, {100U, 200U}, {4095U, 1U}, {0U, 4096U}}) {
        for (std::uint64_t at = 0; at < kPageSize; ++at) {
            add_bytes(0x1000 + offset, bytes);
            const bool inside = at >= offset && at < offset + bytes;
            ASSERT_EQ(write(at, 1), !inside) << offset << " " << bytes << " " << at;
            cache.drop_all();
            cache.reclaim();
        }
    }
}

TEST_F(WrittenPage, ABlockInTwoPagesIsMadeFromBoth) {
    for (const auto& [page, offset, hit] : {std::tuple{0x1000U, 0xffbU, false}, {0x1000U, 0xffcU, true}, {0x2000U, 5U, true}, {0x2000U, 6U, false}}) {
        add(0x1ffc, {0x1000, 0x2000}, nullptr, 10);
        EXPECT_EQ(cache.drop_written({nullptr, page}, offset, 1), !hit) << page << " " << offset;
        EXPECT_NE(has(0x1ffc), hit);
        EXPECT_NE(cache.has_page({nullptr, 0x1000}) && cache.has_page({nullptr, 0x2000}), hit);
        cache.drop_all();
    }
}

/// Two virtual pages that are one: both ends are in it.
TEST_F(WrittenPage, ABlockMayBeInOnePageTwice) {
    for (const auto& [offset, hit] : {std::pair{0xffbU, false}, {0xffcU, true}, {0U, true}, {5U, true}, {6U, false}}) {
        add(0x1ffc, {0x1000, 0x1000}, nullptr, 10);
        EXPECT_EQ(write(offset, 1), !hit) << offset;
        cache.drop_all();
    }
}

TEST_F(WrittenPage, GivesWayWhereItIsFilled) {
    add_bytes(0x1f00, 16);
    std::uint64_t offset = 0;
    while (write(offset, 8))
        offset += 8;
    EXPECT_EQ(dropped.size(), 1u);
    EXPECT_LT(offset, 0x100u);
    add_bytes(0x1f00, 16);
    EXPECT_TRUE(write(offset + 8, 8)) << "what was before is forgotten with the page";
}

TEST_F(WrittenPage, GivesWayWhereItIsWrittenAllTheTime) {
    add_bytes(0x1f00, 16);
    unsigned writes = 0;
    while (write(0x200, 8) && writes < 100'000)
        ++writes;
    EXPECT_EQ(dropped.size(), 1u);
    EXPECT_GT(writes, 500u);
}

TEST_F(BlockCacheTest, DroppedBlocksStayUntilTheyAreReclaimed) {
    auto& block = add(0x1000, {0x1000});
    cache.drop(block);
    EXPECT_TRUE(block.dead);
    EXPECT_EQ(block.key.pc, 0x1000u);
    cache.reclaim();
}

TEST_F(BlockCacheTest, TellsWatchedFromUnwatchedPages) {
    const int memory = 0;
    add(0x1000, {0x1000}, &memory);
    add(0x2000, {0x2000});
    cache.drop_unwatched();
    EXPECT_TRUE(has(0x1000));
    EXPECT_FALSE(has(0x2000));
}

TEST_F(BlockCacheTest, DropsByPhysicalRange) {
    add(0x1000, {0x1000});
    add(0x3000, {0x3000});
    cache.drop_physical(0x2fff, 0x3000);
    EXPECT_TRUE(has(0x1000));
    EXPECT_FALSE(has(0x3000));
}

TEST_F(BlockCacheTest, AnEqualKeyReplacesTheBlock) {
    auto& old = add(0x1000, {0x1000});
    add(0x1000, {0x1000});
    EXPECT_TRUE(old.dead);
    EXPECT_TRUE(has(0x1000));
    cache.drop_all();
    EXPECT_FALSE(has(0x1000));
    EXPECT_EQ(cache.size(), 0u);
}

} // namespace
} // namespace medley::accel
