#include "platforms/image/image.h"

#include "medley/base/error.h"
#include "tests/platforms/elf_builder.h"

#include <gtest/gtest.h>
#include <zlib.h>

namespace medley::board {
namespace {

std::vector<std::byte> gzip(const std::vector<std::byte>& content) {
    z_stream stream{};
    EXPECT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
    std::vector<std::byte> result(deflateBound(&stream, content.size()) + 64);
    auto copy = content;
    stream.next_in = reinterpret_cast<Bytef*>(copy.data());
    stream.avail_in = static_cast<uInt>(copy.size());
    stream.next_out = reinterpret_cast<Bytef*>(result.data());
    stream.avail_out = static_cast<uInt>(result.size());
    EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
    result.resize(stream.total_out);
    deflateEnd(&stream);
    return result;
}

std::vector<std::byte> linux_image(std::uint64_t size) {
    std::vector<std::byte> image(4096);
    test::poke(image, 8, 0x20'0000, 8);
    test::poke(image, 16, size, 8);
    test::poke(image, 0x38, 0x0543'5352, 4);
    return image;
}

TEST(Image, TellsElfLinuxAndRaw) {
    EXPECT_EQ(Image(test::make_elf({}), "a").kind(), Image::Kind::Elf);
    EXPECT_EQ(Image(linux_image(8192), "a").kind(), Image::Kind::Linux);
    EXPECT_EQ(Image(std::vector<std::byte>(100), "a").kind(), Image::Kind::Raw);
    EXPECT_EQ(Image(std::vector<std::byte>(3), "a").kind(), Image::Kind::Raw);
}

TEST(Image, ReadsTheLinuxHeader) {
    const Image image(linux_image(8192), "a");
    EXPECT_EQ(image.header().text_offset, 0x20'0000U);
    EXPECT_EQ(image.header().image_size, 8192U);
}

TEST(Image, UnpacksGzip) {
    const auto elf = test::make_elf({});
    const Image image(gzip(elf), "a.gz");
    EXPECT_EQ(image.kind(), Image::Kind::Elf);
    EXPECT_TRUE(std::equal(elf.begin(), elf.end(), image.content().begin(), image.content().end()));
}

/// Only the first of them was unpacked, in silence.
TEST(Image, UnpacksGzipOfSeveralMembers) {
    auto packed = gzip(std::vector<std::byte>(100'000, std::byte{1}));
    const auto second = gzip(std::vector<std::byte>(50, std::byte{2}));
    packed.insert(packed.end(), second.begin(), second.end());
    packed.resize(packed.size() + 100); // Padding.
    const Image image(packed, "a.gz");
    ASSERT_EQ(image.content().size(), 100'050U);
    EXPECT_EQ(image.content()[99'999], std::byte{1});
    EXPECT_EQ(image.content()[100'049], std::byte{2});
}

// A gzip bomb of 2 GiB once took 14 seconds and as much memory to say that it does not fit into 128 MiB.
TEST(Image, StopsUnpackingAtWhatMemoryHolds) {
    const auto packed = gzip(std::vector<std::byte>(3U << 20));
    try {
        const Image image(packed, "bomb.gz", 1U << 20);
        FAIL();
    } catch (const UserError& error) {
        EXPECT_STREQ(error.what(), "bomb.gz: does not fit: larger than every memory of its CPU (the largest has 1 MiB); -m makes RAM larger");
    }
}

// Debug information is not loaded, so the file may be larger than memory.
TEST(Image, AnElfFileMayBeLargerThanMemory) {
    auto elf = test::make_elf({});
    elf.resize(elf.size() + (2U << 20));
    EXPECT_EQ(Image(gzip(elf), "a.gz", 1U << 20).kind(), Image::Kind::Elf);
    EXPECT_EQ(Image(test::write_file("large.elf", elf), 1U << 20).kind(), Image::Kind::Elf);
}

TEST(Image, NamesAnEmptyFileName) { EXPECT_THROW(Image(""), UserError); }

TEST(Image, RejectsTruncatedGzip) {
    auto packed = gzip(std::vector<std::byte>(100'000, std::byte{7}));
    packed.resize(packed.size() / 2);
    try {
        const Image image(packed, "a.gz");
        FAIL();
    } catch (const UserError& error) {
        EXPECT_STREQ(error.what(), "a.gz: truncated or damaged gzip file");
    }
}

TEST(Image, NamesTheFileThatIsMissingOrNoFile) {
    const auto error_of = [](const std::string& file) -> std::string {
        try {
            const Image image(file);
        } catch (const UserError& error) {
            return error.what();
        }
        return "";
    };
    EXPECT_EQ(error_of("/nowhere/x.elf"), "/nowhere/x.elf: no such file");
    EXPECT_EQ(error_of("/tmp"), "/tmp: not a file");
    EXPECT_EQ(error_of("/dev/zero"), "/dev/zero: not a file");
    const auto empty = test::write_file("empty", {});
    EXPECT_EQ(error_of(empty), empty + ": the file is empty");
}

} // namespace
} // namespace medley::board
