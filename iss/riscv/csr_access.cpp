#include "iss/riscv/csr_functions.h"

#include "medley/base/bits.h"

#include <span>

namespace medley::iss::riscv {
namespace {

using namespace csr;
using enum CsrPart;

constexpr CsrRow kRows[] = {
#define CSR(number, count, name, part, exists, gate, read, write)                                                      \
    CsrRow{number, count, name, part, exists, gate, read, write},
#include "iss/riscv/csr.def"
};
static_assert(std::size(kRows) < 0xff, "CsrTable holds row numbers in bytes");

constexpr bool rows_are_disjoint() {
    for (const auto& a : kRows)
        for (const auto& b : kRows)
            if (&a != &b && a.number < b.number + b.count && b.number < a.number + a.count)
                return false;
    return true;
}
static_assert(rows_are_disjoint());

constexpr unsigned kMip = 0x344;

/// Privileged 1.13, 2.1: bits 9:8 are the lowest privilege that has access, and 11:10 all set means read-only.
bool number_permits(unsigned number, Privilege privilege, bool writes) {
    return bits(number, 8, 2) <= static_cast<unsigned>(privilege) && !(writes && bits(number, 10, 2) == 3);
}

/// What CSRRS and CSRRC modify. Of mip.SEIP that is the bit which software wrote, without the interrupt controller's
/// line that is OR-ed into what they return (Privileged 1.13, 3.1.9).
std::uint64_t modify_base(Core& core, unsigned number, std::uint64_t read) {
    if (number != kMip)
        return read;
    return (read & ~interrupt::kSeip) | (core.csr().mip & interrupt::kSeip);
}

void illegal(HelperContext& context, std::uint64_t encoding) {
    context.raise({FaultKind::Instruction, Access::Fetch, cause::kIllegalInstruction, 0, encoding});
}

unsigned number_of(std::uint64_t encoding) {
    return static_cast<unsigned>(bits(encoding, 20, 12));
}

/// The one shape of all CSR instructions: permission, old value if it is wanted, new value from it.
template <class NewValue>
std::uint64_t access(HelperContext& context, std::uint64_t encoding, bool reads, NewValue&& new_value) {
    auto& core = static_cast<Core&>(*context.core);
    const auto number = number_of(encoding);
    const auto* row = csr_permitted(core, number, true);
    if (row == nullptr) {
        illegal(context, encoding);
        return 0;
    }
    const auto old = reads ? csr_read(core, *row, number) : 0;
    csr_write(core, *row, number, new_value(core, number, old));
    return old;
}

} // namespace

CsrTable::CsrTable(const Config& config) {
    row_.fill(kNone);
    for (std::size_t i = 0; i < std::size(kRows); ++i) {
        const auto& row = kRows[i];
        if (!row.exists(config) || (row.part == High && config.xlen() != 32))
            continue;
        for (unsigned n = 0; n < row.count; ++n)
            row_[row.number + n] = static_cast<std::uint8_t>(i);
    }
}

const CsrRow* CsrTable::find(unsigned number) const {
    const auto row = row_[number];
    return row == kNone ? nullptr : &kRows[row];
}

std::span<const CsrRow> csr_rows() {
    return kRows;
}

const CsrRow* csr_permitted(const Core& core, unsigned number, bool writes) {
    const auto* row = core.csr_table().find(number);
    if (row == nullptr || !number_permits(number, core.hart().privilege, writes))
        return nullptr;
    return row->gate(core, row->index_of(number)) ? row : nullptr;
}

std::uint64_t csr_read(Core& core, const CsrRow& row, unsigned number) {
    const auto value = row.read(core, row.index_of(number));
    if (row.part == High)
        return value >> 32;
    return value & low_mask(core.xlen());
}

void csr_write(Core& core, const CsrRow& row, unsigned number, std::uint64_t value) {
    const auto index = row.index_of(number);
    if (row.part == High)
        value = with_bits(row.read(core, index), 32, 32, value);
    else if (core.xlen() == 32)
        value = with_bits(row.read(core, index), 0, 32, value);
    row.write(core, index, value);
    core.update_attention();
}

// CSRRS rd, csr, x0 and its like
std::uint64_t helper_csr_read(HelperContext& context, std::uint64_t encoding, std::uint64_t, std::uint64_t,
                              std::uint64_t) {
    auto& core = static_cast<Core&>(*context.core);
    const auto number = number_of(encoding);
    if (const auto* row = csr_permitted(core, number, false))
        return csr_read(core, *row, number);
    illegal(context, encoding);
    return 0;
}

// CSRRW x0, csr, rs1
std::uint64_t helper_csr_write(HelperContext& context, std::uint64_t encoding, std::uint64_t value, std::uint64_t,
                               std::uint64_t) {
    return access(context, encoding, false, [value](Core&, unsigned, std::uint64_t) { return value; });
}

// CSRRW rd, csr, rs1
std::uint64_t helper_csr_swap(HelperContext& context, std::uint64_t encoding, std::uint64_t value, std::uint64_t,
                              std::uint64_t) {
    return access(context, encoding, true, [value](Core&, unsigned, std::uint64_t) { return value; });
}

// CSRRS rd, csr, rs1
std::uint64_t helper_csr_set(HelperContext& context, std::uint64_t encoding, std::uint64_t mask, std::uint64_t,
                             std::uint64_t) {
    return access(context, encoding, true, [mask](Core& core, unsigned number, std::uint64_t old) {
        return modify_base(core, number, old) | mask;
    });
}

// CSRRC rd, csr, rs1
std::uint64_t helper_csr_clear(HelperContext& context, std::uint64_t encoding, std::uint64_t mask, std::uint64_t,
                               std::uint64_t) {
    return access(context, encoding, true, [mask](Core& core, unsigned number, std::uint64_t old) {
        return modify_base(core, number, old) & ~mask;
    });
}

} // namespace medley::iss::riscv
