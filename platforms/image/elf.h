/// \file
/// ELF executables, 32 and 64 bits, little-endian: "Tool Interface Standard ELF Specification" 1.2 and the System V ABI's 64-bit
/// object format. Every offset and size of the file is checked before it is used.
#pragma once

#include "medley/base/types.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace medley::board {

struct ElfSegment {
    Address physical = 0;
    Address virtual_address = 0;
    std::uint64_t memory_size = 0;
    std::span<const std::byte> data;   ///< At most memory_size; the rest is zero.
    bool executable = false;
};

struct ElfSymbol {
    std::string name;
    Address address = 0;
    std::uint64_t size = 0;
    bool code = false;
};

struct ElfFile {
    std::uint16_t machine = 0;
    std::uint32_t flags = 0;
    bool is_64_bit = false;
    bool position_independent = false;
    Address entry = 0;                 ///< A virtual address.
    std::vector<ElfSegment> segments;  ///< Loadable and not empty.
    std::vector<ElfSymbol> symbols;    ///< Named functions, objects and labels.

    /// The physical address of the entry; the entry itself when it is in no segment.
    [[nodiscard]] Address physical_entry() const;
};

[[nodiscard]] bool is_elf(std::span<const std::byte> file);
/// Views of \p file, which must outlive the result. Throws UserError with \p name in front.
[[nodiscard]] ElfFile parse_elf(std::span<const std::byte> file, const std::string& name);

} // namespace medley::board
