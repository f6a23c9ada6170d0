/// \file
/// Control and status registers: the table and accesses by instructions. RISC-V Privileged 1.13, chapter 2.
#pragma once

#include "iss/riscv/config.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace medley::iss::riscv {

class Core;

/// Which part of a register of up to 64 bits a CSR number names. High exists on RV32 alone.
enum class CsrPart : std::uint8_t { Whole, High };

/// The row of csr.def. `index` is the number of the register within a row that stands for several.
struct CsrRow {
    std::uint16_t number;
    std::uint16_t count;
    std::string_view name;
    CsrPart part;
    bool (*exists)(const Config&);
    /// Conditions beyond the privilege that the number itself encodes; false: illegal instruction.
    bool (*gate)(const Core&, unsigned index);
    std::uint64_t (*read)(Core&, unsigned index);
    void (*write)(Core&, unsigned index, std::uint64_t value);

    [[nodiscard]] unsigned index_of(unsigned csr) const { return csr - number; }
};

/// The rows that one core has, by number.
class CsrTable {
public:
    explicit CsrTable(const Config& config);
    [[nodiscard]] const CsrRow* find(unsigned number) const;

private:
    static constexpr std::uint8_t kNone = 0xff;
    std::array<std::uint8_t, 4096> row_;
};

/// All rows, for tests and documentation.
[[nodiscard]] std::span<const CsrRow> csr_rows();

/// The register if an instruction at the current privilege may access it so; null: illegal instruction.
[[nodiscard]] const CsrRow* csr_permitted(const Core& core, unsigned number, bool writes);
/// Access to a permitted register; values are XLEN bits wide.
[[nodiscard]] std::uint64_t csr_read(Core& core, const CsrRow& row, unsigned number);
void csr_write(Core& core, const CsrRow& row, unsigned number, std::uint64_t value);

} // namespace medley::iss::riscv
