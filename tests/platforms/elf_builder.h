/// \file
/// Makes small ELF files, right ones and wrong ones.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace medley::test {

struct ElfParts {
    bool is_64_bit = true;
    std::uint16_t machine = 0;
    std::uint16_t type = 2;
    std::uint64_t entry = 0x8000'0000;
    std::uint64_t virtual_address = 0x8000'0000;
    std::uint64_t physical = 0x8000'0000;
    std::vector<std::byte> code = std::vector<std::byte>(16, std::byte{0x13});
    std::uint64_t memory_size = 32;
    /// Two symbols: `start` of 8 bytes at the entry and `tail` without size behind it.
    bool symbols = true;
};

[[nodiscard]] std::vector<std::byte> make_elf(const ElfParts& parts);
/// Puts a little-endian number of \p size bytes at \p offset.
void poke(std::vector<std::byte>& bytes, std::size_t offset, std::uint64_t value, unsigned size);
/// Writes a file of its own to the test's temporary folder and returns its path.
[[nodiscard]] std::string write_file(const std::string& name, const std::vector<std::byte>& content);

} // namespace medley::test
