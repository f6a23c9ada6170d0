#include "platforms/image/image.h"

#include "platforms/values.h"

#include "medley/base/error.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

namespace medley::board {

namespace {

constexpr std::uint64_t kLargestFile = 4ULL << 30;
constexpr std::size_t kLinuxHeaderSize = 64;
constexpr std::size_t kLinuxMagicOffset = 0x38;

std::uint64_t number_at(std::span<const std::byte> bytes, std::size_t offset) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < 8; ++i)
        value |= std::to_integer<std::uint64_t>(bytes[offset + i]) << (8 * i);
    return value;
}

/// The ELF machine number that belongs to the field "magic2", whose value each architecture has chosen for itself; 0: none.
std::uint16_t linux_machine(std::span<const std::byte> bytes) {
    constexpr std::pair<std::uint32_t, std::uint16_t> kMagics[] = {{0x0543'5352, 243}, {0x644d'5241, 183}};
    if (bytes.size() < kLinuxHeaderSize)
        return 0;
    const auto found = static_cast<std::uint32_t>(number_at(bytes, kLinuxMagicOffset));
    for (const auto& [magic, machine] : kMagics)
        if (magic == found)
            return machine;
    return 0;
}

} // namespace

std::vector<std::byte> read_image_file(const std::string& file, bool unpack) {
    std::error_code error;
    const auto status = std::filesystem::status(file, error);
    if (error || status.type() == std::filesystem::file_type::not_found)
        throw UserError(file + ": no such file");
    if (status.type() != std::filesystem::file_type::regular)
        throw UserError(file + ": not a file");
    const auto size = std::filesystem::file_size(file, error);
    if (error || size > kLargestFile)
        throw UserError(fmt::format("{}: larger than an image may be ({})", file, format_size(kLargestFile)));
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> stream(std::fopen(file.c_str(), "rb"), std::fclose);
    if (!stream)
        throw UserError(fmt::format("{}: {}", file, std::strerror(errno)));
    std::vector<std::byte> content(size);
    if (std::fread(content.data(), 1, content.size(), stream.get()) != content.size())
        throw UserError(file + ": cannot be read");
    if (content.empty())
        throw UserError(file + ": the file is empty");
    return unpack ? gunzip(std::move(content), file) : content;
}

std::vector<std::byte> gunzip(std::vector<std::byte> content, const std::string& name) {
    if (content.size() < 18 || content[0] != std::byte{0x1f} || content[1] != std::byte{0x8b})
        return content;
    z_stream stream{};
    constexpr int kGzip = 16 + MAX_WBITS;
    if (inflateInit2(&stream, kGzip) != Z_OK)
        throw UserError(name + ": cannot be unpacked");
    const std::unique_ptr<z_stream, int (*)(z_stream*)> guard(&stream, inflateEnd);
    std::vector<std::byte> result;
    std::vector<std::byte> chunk(1U << 20);
    std::size_t consumed = 0;
    int status = Z_OK;
    while (status == Z_OK) {
        if (stream.avail_in == 0) {
            // zlib counts in 32 bits.
            const auto part = std::min<std::size_t>(content.size() - consumed, 1U << 30);
            stream.next_in = reinterpret_cast<Bytef*>(content.data() + consumed);
            stream.avail_in = static_cast<uInt>(part);
            consumed += part;
        }
        stream.next_out = reinterpret_cast<Bytef*>(chunk.data());
        stream.avail_out = static_cast<uInt>(chunk.size());
        status = inflate(&stream, Z_NO_FLUSH);
        result.insert(result.end(), chunk.begin(), chunk.end() - stream.avail_out);
        if (result.size() > kLargestFile)
            throw UserError(fmt::format("{}: unpacks to more than an image may be ({})", name, format_size(kLargestFile)));
    }
    if (status != Z_STREAM_END)
        throw UserError(name + ": truncated or damaged gzip file");
    return result;
}

Image::Image(const std::string& file) : name_(file), content_(read_image_file(file, true)) { identify(); }

Image::Image(std::vector<std::byte> content, const std::string& name)
    : name_(name), content_(gunzip(std::move(content), name)) {
    identify();
}

Image::Image(std::vector<std::byte> content, const std::string& name, Kind kind)
    : name_(name), content_(std::move(content)), kind_(kind) {}

void Image::identify() {
    if (is_elf(content_)) {
        kind_ = Kind::Elf;
        elf_ = parse_elf(content_, name_);
    } else if (const auto machine = linux_machine(content_); machine != 0) {
        kind_ = Kind::Linux;
        header_ = {number_at(content_, 8), number_at(content_, 16), machine};
    }
}

} // namespace medley::board
