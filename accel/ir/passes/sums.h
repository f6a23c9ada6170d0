/// \file
/// Sums that are made twice, as addresses of loads and of the stores behind them are.
#pragma once

#include "medley/ir/block.h"

#include <array>

namespace medley::ir {

class Sums {
public:
    /// What is used instead of operations[at], whose arguments are final: an earlier sum of the same two values, or itself. Sums with a
    /// constant are left alone: accesses add that themselves.
    [[nodiscard]] Value same(const Operation* operations, Value at) {
        const auto& sum = operations[at];
        if (sum.opcode != Opcode::Add || operations[sum.arguments[1]].opcode == Opcode::Const)
            return at;
        auto& place = places_[(sum.arguments[0] * 5 + sum.arguments[1]) % places_.size()];
        const auto& other = operations[place]; // The one that was meant may be gone, and something else be there.
        if (place < at && other.opcode == Opcode::Add && other.arguments[0] == sum.arguments[0] && other.arguments[1] == sum.arguments[1])
            return place;
        place = at;
        return at;
    }

private:
    std::array<Value, 16> places_{}; ///< By the operands, as far as there is room.
};

} // namespace medley::ir
