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

bool is_gzip(std::span<const std::byte> content) {
    return content.size() >= 18 && content[0] == std::byte{0x1f} && content[1] == std::byte{0x8b};
}

/// Throws UserError when an image of at least \p size bytes, beginning with \p start, cannot be loaded anywhere.
void check_size(const std::string& name, std::span<const std::byte> start, std::uint64_t size, std::uint64_t largest_flat) {
    if (size > kLargestImage)
        throw UserError(fmt::format("{}: larger than an image may be ({})", name, format_size(kLargestImage)));
    if (size > largest_flat && !is_elf(start))
        throw UserError(fmt::format("{}: does not fit: larger than every memory of its CPU (the largest has {}); -m makes RAM larger",
                                    name, format_size(largest_flat)));
}

} // namespace

std::vector<std::byte> read_image_file(const std::string& file, bool unpack, std::uint64_t largest_flat) {
    if (file.empty())
        throw UserError("the name of an image file is empty");
    std::error_code error;
    const auto status = std::filesystem::status(file, error);
    if (error || status.type() == std::filesystem::file_type::not_found)
        throw UserError(file + ": no such file");
    if (status.type() != std::filesystem::file_type::regular)
        throw UserError(file + ": not a file");
    const auto size = std::filesystem::file_size(file, error);
    if (error)
        throw UserError(file + ": " + error.message());
    if (size == 0)
        throw UserError(file + ": the file is empty");
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> stream(std::fopen(file.c_str(), "rb"), std::fclose);
    if (!stream)
        throw UserError(fmt::format("{}: {}", file, std::strerror(errno)));
    std::vector<std::byte> content;
    const auto read_until = [&](std::uint64_t end) {
        const auto from = content.size();
        content.resize(end);
        if (std::fread(content.data() + from, 1, end - from, stream.get()) != end - from)
            throw UserError(file + ": cannot be read");
    };
    constexpr std::uint64_t kEnoughToTell = 4096;
    read_until(std::min(size, kEnoughToTell));
    const bool packed = unpack && is_gzip(content);
    check_size(file, content, size, packed ? kLargestImage : largest_flat);
    read_until(size);
    return packed ? gunzip(std::move(content), file, largest_flat) : content;
}

std::vector<std::byte> gunzip(std::vector<std::byte> content, const std::string& name, std::uint64_t largest_flat) {
    if (!is_gzip(content))
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
        check_size(name, result, result.size(), largest_flat);
        // Members follow each other (RFC 1952, section 2.2); what else is behind the last one is padding.
        if (status == Z_STREAM_END && is_gzip(std::span(content).subspan(consumed - stream.avail_in)))
            status = inflateReset(&stream);
    }
    if (status != Z_STREAM_END)
        throw UserError(name + ": truncated or damaged gzip file");
    return result;
}

Image::Image(const std::string& file, std::uint64_t largest_flat)
    : name_(file), content_(read_image_file(file, true, largest_flat)) {
    identify();
}

Image::Image(std::vector<std::byte> content, const std::string& name, std::uint64_t largest_flat)
    : name_(name), content_(gunzip(std::move(content), name, largest_flat)) {
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
