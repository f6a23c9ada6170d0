#include "platforms/image/elf.h"

#include "medley/base/error.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace medley::board {

namespace {

// Names and numbers of the ELF specification, part 1.
constexpr std::array<unsigned char, 4> kMagic{0x7f, 'E', 'L', 'F'};
constexpr std::uint8_t kClass32 = 1;
constexpr std::uint8_t kClass64 = 2;
constexpr std::uint8_t kLittleEndian = 1;
constexpr std::uint16_t kExecutable = 2;
constexpr std::uint16_t kShared = 3;
constexpr std::uint32_t kLoad = 1;
constexpr std::uint32_t kSegmentExecutable = 1;
constexpr std::uint32_t kSymbolTable = 2;
/// What the symbols of a file may come to, over all of its tables: these may be one and the same, and names may begin anywhere and end nowhere.
constexpr std::uint64_t kMostSymbols = 4'000'000;
constexpr std::uint64_t kSmallestSymbol = 16;
constexpr std::uint64_t kMostNameBytes = std::uint64_t{256} << 20;
/// Longer names are cut.
constexpr std::uint64_t kLongestName = 4096;

class Reader {
public:
    Reader(std::span<const std::byte> file, const std::string& name) : file_(file), name_(name) {}

    [[nodiscard]] std::uint64_t size() const { return file_.size(); }
    [[noreturn]] void fail(const std::string& what) const { throw UserError(fmt::format("{}: {}", name_, what)); }

    /// [offset, offset + size), or an error that says what was to be there.
    [[nodiscard]] std::span<const std::byte> bytes(std::uint64_t offset, std::uint64_t size, std::string_view what) const {
        if (offset > file_.size() || size > file_.size() - offset)
            fail(fmt::format("truncated ELF file: {} at 0x{:x} with 0x{:x} bytes is not in the file of 0x{:x} bytes", what, offset,
                             size, file_.size()));
        return file_.subspan(static_cast<std::size_t>(offset), static_cast<std::size_t>(size));
    }
    [[nodiscard]] bool has(std::uint64_t offset, std::uint64_t size) const {
        return offset <= file_.size() && size <= file_.size() - offset;
    }

private:
    std::span<const std::byte> file_;
    const std::string& name_;
};

template <class Number>
Number get(std::span<const std::byte> bytes, std::size_t offset) {
    Number value{};
    for (std::size_t i = 0; i < sizeof(Number); ++i)
        value = static_cast<Number>(value | static_cast<Number>(std::to_integer<Number>(bytes[offset + i])) << (8 * i));
    return value;
}

/// The fields of one structure, of either class, by their offsets in both.
class Fields {
public:
    Fields(std::span<const std::byte> bytes, bool is_64_bit) : bytes_(bytes), is_64_bit_(is_64_bit) {}
    [[nodiscard]] std::uint16_t half(std::size_t in_32, std::size_t in_64) const {
        return get<std::uint16_t>(bytes_, is_64_bit_ ? in_64 : in_32);
    }
    [[nodiscard]] std::uint32_t word(std::size_t in_32, std::size_t in_64) const {
        return get<std::uint32_t>(bytes_, is_64_bit_ ? in_64 : in_32);
    }
    [[nodiscard]] std::uint8_t byte(std::size_t in_32, std::size_t in_64) const {
        return get<std::uint8_t>(bytes_, is_64_bit_ ? in_64 : in_32);
    }
    /// An address, offset or size: 4 or 8 bytes.
    [[nodiscard]] std::uint64_t wide(std::size_t in_32, std::size_t in_64) const {
        return is_64_bit_ ? get<std::uint64_t>(bytes_, in_64) : get<std::uint32_t>(bytes_, in_32);
    }

private:
    std::span<const std::byte> bytes_;
    bool is_64_bit_;
};

struct Header {
    std::uint64_t program_headers = 0;
    std::uint64_t section_headers = 0;
    std::uint16_t program_header_count = 0;
    std::uint16_t section_header_count = 0;
};

Header read_header(const Reader& reader, ElfFile& elf) {
    const auto ident = reader.bytes(0, 16, "the identification");
    const auto file_class = std::to_integer<std::uint8_t>(ident[4]);
    if (file_class != kClass32 && file_class != kClass64)
        reader.fail(fmt::format("ELF class {} is neither 32 nor 64 bits", file_class));
    if (std::to_integer<std::uint8_t>(ident[5]) != kLittleEndian)
        reader.fail("big-endian ELF files are not supported");
    elf.is_64_bit = file_class == kClass64;
    const Fields header(reader.bytes(0, elf.is_64_bit ? 64 : 52, "the header"), elf.is_64_bit);
    const auto type = header.half(16, 16);
    if (type != kExecutable && type != kShared)
        reader.fail(fmt::format("an ELF file of type {} is not an executable", type));
    elf.position_independent = type == kShared;
    elf.machine = header.half(18, 18);
    elf.entry = header.wide(24, 24);
    elf.flags = header.word(36, 48);
    const std::uint16_t entry_size = header.half(42, 54);
    Header result{header.wide(28, 32), header.wide(32, 40), header.half(44, 56), header.half(48, 60)};
    if (result.program_header_count != 0 && entry_size != (elf.is_64_bit ? 56 : 32))
        reader.fail(fmt::format("ELF program headers of {} bytes", entry_size));
    if (header.half(46, 58) != (elf.is_64_bit ? 64 : 40))
        result.section_header_count = 0; // no sections, no symbols
    return result;
}

void read_segments(const Reader& reader, const Header& header, ElfFile& elf) {
    const std::uint64_t size = elf.is_64_bit ? 56 : 32;
    const auto table = reader.bytes(header.program_headers, size * header.program_header_count, "the program header table");
    for (std::size_t i = 0; i < header.program_header_count; ++i) {
        const Fields fields(table.subspan(i * size, size), elf.is_64_bit);
        if (fields.word(0, 0) != kLoad)
            continue;
        ElfSegment segment;
        const auto file_size = fields.wide(16, 32);
        segment.virtual_address = fields.wide(8, 16);
        segment.physical = fields.wide(12, 24);
        segment.memory_size = fields.wide(20, 40);
        segment.executable = (fields.word(24, 4) & kSegmentExecutable) != 0;
        if (file_size > segment.memory_size)
            reader.fail(fmt::format("ELF segment {} has more bytes in the file than in memory", i));
        if (segment.memory_size == 0)
            continue;
        if (segment.physical > ~Address{0} - (segment.memory_size - 1))
            reader.fail(fmt::format("ELF segment {} reaches beyond the end of the address space", i));
        segment.data = reader.bytes(fields.wide(4, 8), file_size, fmt::format("segment {}", i));
        elf.segments.push_back(segment);
    }
    if (elf.segments.empty())
        reader.fail("the ELF file has nothing to load");
}

std::string_view string_at(std::span<const std::byte> strings, std::uint64_t offset) {
    if (offset >= strings.size())
        return {};
    const auto* first = reinterpret_cast<const char*>(strings.data()) + offset;
    return {first, strnlen(first, std::min<std::uint64_t>(strings.size() - offset, kLongestName))};
}

/// How much more symbols may be read.
struct SymbolBudget {
    std::uint64_t symbols = kMostSymbols;
    std::uint64_t name_bytes = kMostNameBytes;
};

/// Symbol table of one section. A file whose symbols are broken still loads: they are for people.
void read_symbol_table(const Reader& reader, const Header& header, const Fields& section, SymbolBudget& left, ElfFile& elf) {
    const std::uint64_t section_size = elf.is_64_bit ? 64 : 40;
    const std::uint64_t size = elf.is_64_bit ? 24 : 16;
    const auto offset = section.wide(16, 24);
    const auto count = section.wide(20, 32) / size;
    const auto link = section.word(24, 40);
    if (link >= header.section_header_count || count > left.symbols || !reader.has(offset, count * size))
        return;
    left.symbols -= count;
    const Fields names(reader.bytes(header.section_headers + link * section_size, section_size, "a section header"),
                       elf.is_64_bit);
    if (!reader.has(names.wide(16, 24), names.wide(20, 32)))
        return;
    const auto strings = reader.bytes(names.wide(16, 24), names.wide(20, 32), "symbol names");
    const auto table = reader.bytes(offset, count * size, "symbols");
    for (std::uint64_t i = 0; i < count; ++i) {
        const Fields fields(table.subspan(i * size, size), elf.is_64_bit);
        const auto type = fields.byte(12, 4) & 15; // STT_NOTYPE, STT_OBJECT, STT_FUNC
        const bool defined = fields.half(14, 6) != 0;
        const auto name = string_at(strings, fields.word(0, 0));
        // Mapping symbols ("$x", ".L1") name no place that a person knows.
        if (!defined || type > 2 || name.empty() || name[0] == '$' || name[0] == '.')
            continue;
        if (name.size() > left.name_bytes)
            return;
        left.name_bytes -= name.size();
        elf.symbols.push_back({std::string(name), fields.wide(4, 8), fields.wide(8, 16), type == 2});
    }
}

void read_symbols(const Reader& reader, const Header& header, ElfFile& elf) {
    const std::uint64_t size = elf.is_64_bit ? 64 : 40;
    if (header.section_headers == 0 || !reader.has(header.section_headers, size * header.section_header_count))
        return;
    SymbolBudget left{.symbols = std::min(kMostSymbols, reader.size() / kSmallestSymbol)};
    for (std::uint64_t i = 0; i < header.section_header_count; ++i) {
        const Fields section(reader.bytes(header.section_headers + i * size, size, "a section header"), elf.is_64_bit);
        if (section.word(4, 4) == kSymbolTable)
            read_symbol_table(reader, header, section, left, elf);
    }
}

} // namespace

Address ElfFile::physical_entry() const {
    for (const auto& segment : segments)
        if (entry >= segment.virtual_address && entry - segment.virtual_address < segment.memory_size)
            return entry - segment.virtual_address + segment.physical;
    return entry;
}

bool is_elf(std::span<const std::byte> file) {
    return file.size() >= kMagic.size() && std::memcmp(file.data(), kMagic.data(), kMagic.size()) == 0;
}

ElfFile parse_elf(std::span<const std::byte> file, const std::string& name) {
    const Reader reader(file, name);
    if (!is_elf(file))
        reader.fail("not an ELF file");
    ElfFile elf;
    const auto header = read_header(reader, elf);
    read_segments(reader, header, elf);
    read_symbols(reader, header, elf);
    return elf;
}

} // namespace medley::board
