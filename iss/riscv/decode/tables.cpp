#include "iss/riscv/decode/tables.h"

namespace medley::iss::riscv {

namespace {

std::vector<const Row*> rows_of(const Isa& isa, unsigned width) {
    std::vector<const Row*> rows;
    for (const auto& row : all_rows())
        if (row.pattern.width == width && row.requirement.met_by(isa))
            rows.push_back(&row);
    return rows;
}

const Row* unless_reserved(const Row* row) {
    return row != nullptr && row->lifter != nullptr ? row : nullptr;
}

} // namespace

DecodeTables::DecodeTables(const Isa& isa) : isa_(isa), words_(rows_of(isa, 32)), parcels_(rows_of(isa, 16)) {}

const Row* DecodeTables::find32(std::uint32_t word) const {
    return unless_reserved(words_.find(word));
}
const Row* DecodeTables::find16(std::uint16_t parcel) const {
    return unless_reserved(parcels_.find(parcel));
}

} // namespace medley::iss::riscv
