/// \file
/// A V128 as an array of lanes, and loops over them.
#pragma once

#include "accel/common/vector/vector.h"

#include <array>
#include <cstring>

namespace medley::accel::vector {

template <class T>
inline constexpr std::size_t kLanes = 16 / sizeof(T);
template <class T>
using Lanes = std::array<T, kLanes<T>>;

template <class T>
[[nodiscard]] Lanes<T> lanes(const std::byte* from) {
    Lanes<T> value;
    std::memcpy(value.data(), from, sizeof value);
    return value;
}

template <class T>
[[nodiscard]] Wide wide(const Lanes<T>& from) {
    std::array<std::uint64_t, 2> halves;
    std::memcpy(halves.data(), from.data(), sizeof halves);
    return {halves[0], halves[1]};
}

/// body(lane of a)
template <class T, class Body>
[[nodiscard]] Wide each(const Operands& operands, Body body) {
    auto a = lanes<T>(operands.a);
    for (auto& lane : a)
        lane = static_cast<T>(body(lane));
    return wide<T>(a);
}

/// body(lane of a, lane of b)
template <class T, class Body>
[[nodiscard]] Wide each_pair(const Operands& operands, Body body) {
    auto a = lanes<T>(operands.a);
    const auto b = lanes<T>(operands.b);
    for (std::size_t i = 0; i < a.size(); ++i)
        a[i] = static_cast<T>(body(a[i], b[i]));
    return wide<T>(a);
}

/// Calls `body` with a zero of the unsigned type of lanes of 1 << lane_log2 bytes.
template <class Body>
[[nodiscard]] Function with_lane(unsigned lane_log2, Body body) {
    switch (lane_log2) {
    case 0: return body(std::uint8_t{});
    case 1: return body(std::uint16_t{});
    case 2: return body(std::uint32_t{});
    default: return body(std::uint64_t{});
    }
}

[[nodiscard]] Function integer_function(ir::Opcode opcode, unsigned lane_log2);
[[nodiscard]] Function move_function(ir::Opcode opcode, unsigned lane_log2);
[[nodiscard]] Function float_function(ir::Opcode opcode, unsigned lane_log2);

} // namespace medley::accel::vector
