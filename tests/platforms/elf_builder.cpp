#include "tests/platforms/elf_builder.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <string_view>

namespace medley::test {

void poke(std::vector<std::byte>& bytes, std::size_t offset, std::uint64_t value, unsigned size) {
    if (bytes.size() < offset + size)
        bytes.resize(offset + size);
    for (unsigned i = 0; i < size; ++i)
        bytes[offset + i] = static_cast<std::byte>(value >> (8 * i));
}

namespace {

void append(std::vector<std::byte>& bytes, std::string_view text) {
    for (const char c : text)
        bytes.push_back(static_cast<std::byte>(c));
}

/// Section headers (null, symbols, names) behind everything else; each is 64 or 40 bytes.
void add_symbols(std::vector<std::byte>& elf, const ElfParts& parts) {
    const bool wide = parts.is_64_bit;
    const unsigned word = wide ? 8 : 4;
    const std::size_t names = elf.size();
    append(elf, std::string_view("\0start\0tail\0", 12));
    const std::size_t table = elf.size();
    const std::size_t size = wide ? 24 : 16;
    for (unsigned i = 1; i < 3; ++i) {
        const auto at = table + i * size;
        poke(elf, at + size - 1, 0, 1);
        poke(elf, at, i == 1 ? 1 : 7, 4);
        poke(elf, at + (wide ? 4 : 12), i == 1 ? 2 : 0, 1);
        poke(elf, at + (wide ? 6 : 14), 1, 2);
        poke(elf, at + (wide ? 8 : 4), parts.entry + (i - 1) * 8, word);
        poke(elf, at + (wide ? 16 : 8), i == 1 ? 8 : 0, word);
    }
    const std::size_t headers = elf.size();
    const std::size_t header = wide ? 64 : 40;
    const auto section = [&](unsigned index, std::uint32_t type, std::uint64_t offset, std::uint64_t bytes, std::uint32_t link) {
        const auto at = headers + index * header;
        poke(elf, at + header - 1, 0, 1);
        poke(elf, at + 4, type, 4);
        poke(elf, at + (wide ? 24 : 16), offset, word);
        poke(elf, at + (wide ? 32 : 20), bytes, word);
        poke(elf, at + (wide ? 40 : 24), link, 4);
    };
    section(0, 0, 0, 0, 0);
    section(1, 2, table, 3 * size, 2);
    section(2, 3, names, 12, 0);
    poke(elf, wide ? 40 : 32, headers, word);
    poke(elf, wide ? 58 : 46, header, 2);
    poke(elf, wide ? 60 : 48, 3, 2);
}

} // namespace

std::vector<std::byte> make_elf(const ElfParts& parts) {
    std::vector<std::byte> elf;
    const bool wide = parts.is_64_bit;
    const unsigned word = wide ? 8 : 4;
    const std::size_t header = wide ? 64 : 52;
    const std::size_t segment = wide ? 56 : 32;
    poke(elf, header + segment - 1, 0, 1);
    poke(elf, 0, 0x464c'457f, 4);
    poke(elf, 4, wide ? 2 : 1, 1);
    poke(elf, 5, 1, 1);
    poke(elf, 16, parts.type, 2);
    poke(elf, 18, parts.machine, 2);
    poke(elf, 24, parts.entry, word);
    poke(elf, wide ? 32 : 28, header, word);
    poke(elf, wide ? 54 : 42, segment, 2);
    poke(elf, wide ? 56 : 44, 1, 2);
    poke(elf, header, 1, 4);
    poke(elf, header + (wide ? 4 : 24), 5, 4);
    poke(elf, header + (wide ? 8 : 4), header + segment, word);
    poke(elf, header + (wide ? 16 : 8), parts.virtual_address, word);
    poke(elf, header + (wide ? 24 : 12), parts.physical, word);
    poke(elf, header + (wide ? 32 : 16), parts.code.size(), word);
    poke(elf, header + (wide ? 40 : 20), parts.memory_size, word);
    elf.insert(elf.end(), parts.code.begin(), parts.code.end());
    if (parts.symbols)
        add_symbols(elf, parts);
    return elf;
}

std::string write_file(const std::string& name, const std::vector<std::byte>& content) {
    const auto path = testing::TempDir() + "medley-" + std::to_string(getpid()) + "-" + name;
    std::ofstream(path, std::ios::binary).write(reinterpret_cast<const char*>(content.data()), static_cast<std::streamsize>(content.size()));
    return path;
}

} // namespace medley::test
