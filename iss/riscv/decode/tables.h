/// \file
/// The decoder of one ISA string.
#pragma once

#include "iss/common/decode/decoder.h"
#include "iss/riscv/decode/row.h"
#include "iss/riscv/isa.h"

#include <cstdint>

namespace medley::iss::riscv {

class DecodeTables {
public:
    explicit DecodeTables(const Isa& isa);

    [[nodiscard]] const Isa& isa() const { return isa_; }
    /// The row of a 32-bit or a 16-bit encoding; null when the hart does not have it.
    [[nodiscard]] const Row* find32(std::uint32_t word) const;
    [[nodiscard]] const Row* find16(std::uint16_t parcel) const;

private:
    Isa isa_;
    decode::Decoder<Row> words_;
    decode::Decoder<Row> parcels_;
};

/// Bytes of the instruction that starts with this parcel: 2 or 4. Longer formats count as 4: none of them is modelled.
[[nodiscard]] constexpr unsigned instruction_length(std::uint64_t parcel) {
    return (parcel & 3) == 3 ? 4 : 2;
}

} // namespace medley::iss::riscv
