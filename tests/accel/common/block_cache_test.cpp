#include "accel/common/block_cache.h"

#include <gtest/gtest.h>

namespace medley::accel {
namespace {

struct BlockCacheTest : ::testing::Test {
    CodeBlock& add(Address pc, std::vector<Address> pages, const void* watch = nullptr) {
        auto block = std::make_unique<CodeBlock>();
        block->key = {pc, pc, 0, 0};
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
