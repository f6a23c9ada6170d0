/// \file
/// Names of addresses, from the images of one CPU group.
#pragma once

#include "platforms/image/elf.h"

#include <string>
#include <string_view>
#include <vector>

namespace medley::board {

class Symbols {
public:
    /// Adds an ELF's symbols, moved by \p bias.
    void add(const ElfFile& elf, Address bias);
    /// Sorts; before lookups by address.
    void finish();

    /// "main+0x10"; empty where no symbol covers the address (one without size reaches up to the next).
    [[nodiscard]] std::string describe(Address address) const;
    [[nodiscard]] std::vector<Address> find(std::string_view name) const;
    [[nodiscard]] bool empty() const { return symbols_.empty(); }
    [[nodiscard]] const std::vector<ElfSymbol>& all() const { return symbols_; }

private:
    std::vector<ElfSymbol> symbols_;
};

} // namespace medley::board
