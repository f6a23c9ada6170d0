/// \file
/// The vector operations once more, lane by lane in wide integers, for comparison.
#pragma once

#include "medley/ir/block.h"

#include <array>
#include <cstdint>

namespace medley::test {

struct Vector {
    std::array<std::uint8_t, 16> bytes{};

    [[nodiscard]] std::uint64_t lane(unsigned lane_log2, unsigned number) const;
    void set_lane(unsigned lane_log2, unsigned number, std::uint64_t value);
};

/// Integer and moving operations. Arguments of other types are in the low bytes, as is a result.
[[nodiscard]] Vector vector_reference(const ir::Operation& operation, const std::array<Vector, 3>& arguments);

/// The scalar operation that one lane of a float operation is; false where lanes change their size or there is none.
struct ScalarForm {
    ir::Opcode opcode{};
    bool is_comparison = false;
};
[[nodiscard]] bool scalar_form(ir::Opcode opcode, ScalarForm& form);

} // namespace medley::test
