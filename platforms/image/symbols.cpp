#include "platforms/image/symbols.h"

#include <fmt/format.h>

#include <algorithm>

namespace medley::board {

void Symbols::add(const ElfFile& elf, Address bias) {
    for (auto symbol : elf.symbols) {
        symbol.address += bias;
        symbols_.push_back(std::move(symbol));
    }
}

void Symbols::finish() {
    // Of several names for one address the last one is found: functions before labels.
    std::stable_sort(symbols_.begin(), symbols_.end(), [](const ElfSymbol& a, const ElfSymbol& b) {
        return a.address != b.address ? a.address < b.address : a.code < b.code;
    });
}

std::string Symbols::describe(Address address) const {
    auto next = std::upper_bound(symbols_.begin(), symbols_.end(), address,
                                 [](Address value, const ElfSymbol& symbol) { return value < symbol.address; });
    if (next == symbols_.begin())
        return "";
    const auto& symbol = *std::prev(next);
    const auto offset = address - symbol.address;
    constexpr std::uint64_t kFarthest = 1U << 20;
    if (symbol.size != 0 ? offset >= symbol.size : offset >= kFarthest)
        return "";
    return offset == 0 ? symbol.name : fmt::format("{}+0x{:x}", symbol.name, offset);
}

std::vector<Address> Symbols::find(std::string_view name) const {
    std::vector<Address> result;
    for (const auto& symbol : symbols_)
        if (symbol.name == name)
            result.push_back(symbol.address);
    return result;
}

} // namespace medley::board
