/// \file
/// Files that are put into guest memory: ELF executables, flat Linux Images and raw binaries, each perhaps compressed with gzip.
#pragma once

#include "platforms/image/elf.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace medley::board {

/// Of any kind.
inline constexpr std::uint64_t kLargestImage = 4ULL << 30;

/// Header of a flat Linux Image (Linux, Documentation/arch/*/boot-image-header.rst and booting.rst, which agree in
/// these fields).
struct LinuxHeader {
    std::uint64_t text_offset = 0;  ///< From the start of RAM.
    std::uint64_t image_size = 0;   ///< With the memory behind the file's end that the kernel uses.
    std::uint16_t machine = 0;      ///< As in an ELF file for the same architecture.
};

class Image {
public:
    enum class Kind : std::uint8_t { Elf, Linux, Raw };

    /// What guest memory could never hold is not read or unpacked: \p largest_flat is the size of the largest memory. (An ELF file
    /// may be larger, for it has sections that are not loaded.) Throws UserError: missing, unreadable, truncated, too large.
    explicit Image(const std::string& file, std::uint64_t largest_flat = kLargestImage);
    Image(std::vector<std::byte> content, const std::string& name, std::uint64_t largest_flat = kLargestImage);
    /// Taken as it is, whatever it looks like.
    Image(std::vector<std::byte> content, const std::string& name, Kind kind);

    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] Kind kind() const { return kind_; }
    [[nodiscard]] std::span<const std::byte> content() const { return content_; }
    [[nodiscard]] const ElfFile& elf() const { return elf_; }
    [[nodiscard]] const LinuxHeader& header() const { return header_; }

private:
    void identify();

    std::string name_;
    std::vector<std::byte> content_;
    Kind kind_ = Kind::Raw;
    ElfFile elf_;
    LinuxHeader header_;
};

/// The bytes of a file, with gzip taken off where \p unpack says so. Throws UserError.
[[nodiscard]] std::vector<std::byte> read_image_file(const std::string& file, bool unpack, std::uint64_t largest_flat = kLargestImage);
/// What `content` holds when it is a gzip stream (RFC 1952), else itself. Throws UserError.
[[nodiscard]] std::vector<std::byte> gunzip(std::vector<std::byte> content, const std::string& name,
                                            std::uint64_t largest_flat = kLargestImage);

} // namespace medley::board
