#include "iss/riscv/decode/csr_names.h"

#include <array>
#include <string_view>

#include <fmt/format.h>

namespace medley::iss::riscv {

namespace {

struct NameRow {
    unsigned number;
    unsigned count;
    std::string_view name;
    int first; ///< Negative: no index.
    std::string_view suffix;
};

constexpr std::array kNames{
#define CSR_NAME(number, name) NameRow{number, 1, name, -1, ""},
#define CSR_NAMES(number, count, name, first, suffix) NameRow{number, count, name, first, suffix},
#include "iss/riscv/decode/csr_names.def"
};

} // namespace

std::string csr_name(unsigned number) {
    for (const auto& row : kNames) {
        if (number < row.number || number - row.number >= row.count)
            continue;
        if (row.first < 0)
            return std::string(row.name);
        return fmt::format("{}{}{}", row.name, static_cast<unsigned>(row.first) + number - row.number, row.suffix);
    }
    return fmt::format("{:#x}", number);
}

} // namespace medley::iss::riscv
