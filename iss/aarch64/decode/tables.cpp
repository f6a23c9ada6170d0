#include "iss/aarch64/decode/tables.h"

namespace medley::iss::aarch64 {

namespace {

std::vector<const Row*> rows_of(FeatureSet features) {
    std::vector<const Row*> rows;
    for (const auto& row : all_rows())
        if (features.has_all(row.requirement))
            rows.push_back(&row);
    return rows;
}

} // namespace

DecodeTables::DecodeTables(FeatureSet features) : features_(features), decoder_(rows_of(features)) {}

const Row* DecodeTables::find(std::uint32_t word) const {
    const Row* row = decoder_.find(word);
    return row != nullptr && row->lifter != nullptr ? row : nullptr;
}

} // namespace medley::iss::aarch64
