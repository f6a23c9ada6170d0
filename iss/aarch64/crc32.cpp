// CRC32 and CRC32C: bit-reflected, with the polynomials that the Arm ARM names (C6.2, CRC32B and CRC32CB).
#include "iss/aarch64/helpers.h"

#include <array>

namespace medley::iss::aarch64 {
namespace {

using Table = std::array<std::uint32_t, 256>;

consteval Table make_table(std::uint32_t reflected_polynomial) {
    Table table{};
    for (std::uint32_t i = 0; i < table.size(); ++i) {
        auto value = i;
        for (unsigned bit = 0; bit < 8; ++bit)
            value = (value & 1) != 0 ? value >> 1 ^ reflected_polynomial : value >> 1;
        table[i] = value;
    }
    return table;
}
constexpr Table kCrc32 = make_table(0xedb8'8320);
constexpr Table kCrc32c = make_table(0x82f6'3b78);

std::uint64_t update(const Table& table, std::uint64_t accumulator, std::uint64_t value, std::uint64_t bytes) {
    auto crc = static_cast<std::uint32_t>(accumulator);
    for (std::uint64_t i = 0; i < bytes; ++i)
        crc = crc >> 8 ^ table[(crc ^ value >> (8 * i)) & 0xff];
    return crc;
}

} // namespace

std::uint64_t helper_crc32(HelperContext&, std::uint64_t accumulator, std::uint64_t value, std::uint64_t bytes,
                           std::uint64_t) {
    return update(kCrc32, accumulator, value, bytes);
}

std::uint64_t helper_crc32c(HelperContext&, std::uint64_t accumulator, std::uint64_t value, std::uint64_t bytes,
                            std::uint64_t) {
    return update(kCrc32c, accumulator, value, bytes);
}

} // namespace medley::iss::aarch64
