/// \file
/// Which instruction set a hart has, from an ISA string such as "rv64gc_zba_zbb_sstc".
#pragma once

#include <bitset>
#include <cstdint>
#include <string>
#include <string_view>

namespace medley::iss::riscv {

/// Everything that extensions.def lists.
enum class Extension : std::uint8_t {
#define EXTENSION(name, text, implied) name,
#include "iss/riscv/extensions.def"
};
#define EXTENSION(name, text, implied) +1
inline constexpr unsigned kExtensionCount = 0
#include "iss/riscv/extensions.def"
    ;

using ExtensionSet = std::bitset<kExtensionCount>;

class Isa {
public:
    /// Parses an ISA string (Unprivileged, "ISA Extension Naming Conventions"): "rv32" or "rv64", single letters, then
    /// names separated by underscores; case does not matter and version numbers are skipped. Supervisor and user mode
    /// are there unless taken away by without(). Throws UserError that names what is unknown or contradictory.
    [[nodiscard]] static Isa parse(std::string_view text);

    [[nodiscard]] unsigned xlen() const { return xlen_; }
    [[nodiscard]] bool has(Extension extension) const { return extensions_[static_cast<unsigned>(extension)]; }
    [[nodiscard]] const ExtensionSet& extensions() const { return extensions_; }

    /// Without one extension; taking away S or U is how a core gets fewer privilege modes.
    [[nodiscard]] Isa without(Extension extension) const;

    /// Single letters in canonical order, then the other names in the order of extensions.def. Privilege modes are not
    /// part of it.
    [[nodiscard]] std::string canonical() const;
    /// The reset value of misa, MXL included.
    [[nodiscard]] std::uint64_t misa() const;

    /// Name of an extension as in an ISA string, in lower case.
    [[nodiscard]] static std::string_view name(Extension extension);

    friend bool operator==(const Isa&, const Isa&) = default;

private:
    Isa() = default;
    void add(Extension extension);

    unsigned xlen_ = 64;
    ExtensionSet extensions_;
};

} // namespace medley::iss::riscv
