/// \file
/// The decoder of one set of features.
#pragma once

#include "iss/aarch64/decode/row.h"
#include "iss/common/decode/decoder.h"

#include <cstdint>

namespace medley::iss::aarch64 {

class DecodeTables {
public:
    explicit DecodeTables(FeatureSet features);

    [[nodiscard]] FeatureSet features() const { return features_; }
    /// Null when the core does not have the encoding.
    [[nodiscard]] const Row* find(std::uint32_t word) const;

private:
    FeatureSet features_;
    decode::Decoder<Row> decoder_;
};

} // namespace medley::iss::aarch64
