#include "medley/base/bits.h"

#include <gtest/gtest.h>

namespace medley {
namespace {

TEST(Bits, MaskOfAllAndNoBits) {
    EXPECT_EQ(low_mask(0), 0U);
    EXPECT_EQ(low_mask(1), 1U);
    EXPECT_EQ(low_mask(64), ~std::uint64_t{0});
}

TEST(Bits, FieldsAreReadAndReplaced) {
    EXPECT_EQ(bits(0xabcd, 4, 8), 0xbcU);
    EXPECT_EQ(with_bits(0xabcd, 4, 8, 0x12), 0xa12dU);
    EXPECT_EQ(with_bits(0, 60, 8, 0xff), 0xf000'0000'0000'0000U);
}

TEST(Bits, SignExtensionFromEveryWidth) {
    EXPECT_EQ(sign_extend(0x80, 8), 0xffff'ffff'ffff'ff80U);
    EXPECT_EQ(sign_extend(0x17f, 8), 0x7fU);
    EXPECT_EQ(sign_extend(1, 1), ~std::uint64_t{0});
    EXPECT_EQ(sign_extend(0x1234, 64), 0x1234U);
}

TEST(Bits, Alignment) {
    EXPECT_EQ(align_down(0x1fff, 0x1000), 0x1000U);
    EXPECT_EQ(align_up(0x1001, 0x1000), 0x2000U);
    EXPECT_EQ(align_up(0x1000, 0x1000), 0x1000U);
}

} // namespace
} // namespace medley
