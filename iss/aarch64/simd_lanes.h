/// \file
/// Vectors as arrays of lanes, for helpers.
#pragma once

#include "medley/cpu/helper.h"

#include <array>
#include <cstdint>
#include <type_traits>

namespace medley::iss::aarch64 {

template <class T>
using Lanes = std::array<T, 16 / sizeof(T)>;

/// Lanes are numbered from the low end, whatever order the host has.
template <class T>
[[nodiscard]] Lanes<T> lanes_of(const Vector128& vector) {
    Lanes<T> lanes;
    for (std::size_t i = 0; i < lanes.size(); ++i) {
        const std::size_t bit = i * sizeof(T) * 8;
        lanes[i] = static_cast<T>((bit < 64 ? vector.low : vector.high) >> bit % 64);
    }
    return lanes;
}

template <class T>
[[nodiscard]] Vector128 vector_of(const Lanes<T>& lanes) {
    Vector128 vector;
    for (std::size_t i = 0; i < lanes.size(); ++i) {
        const std::size_t bit = i * sizeof(T) * 8;
        const auto value = static_cast<std::uint64_t>(static_cast<std::make_unsigned_t<T>>(lanes[i])) << bit % 64;
        (bit < 64 ? vector.low : vector.high) |= value;
    }
    return vector;
}

/// Calls \p body with a zero of the unsigned type of lanes of 1 << lane bytes.
template <class Body>
void with_lane_type(std::uint64_t lane, Body body) {
    switch (lane & 3) {
    case 0: body(std::uint8_t{}); break;
    case 1: body(std::uint16_t{}); break;
    case 2: body(std::uint32_t{}); break;
    default: body(std::uint64_t{}); break;
    }
}

/// body(lane of a, lane of b)
template <class T, class Body>
[[nodiscard]] Vector128 combined(const Vector128& a, const Vector128& b, Body body) {
    auto left = lanes_of<T>(a);
    const auto right = lanes_of<T>(b);
    for (std::size_t i = 0; i < left.size(); ++i)
        left[i] = static_cast<T>(body(left[i], right[i]));
    return vector_of(left);
}

} // namespace medley::iss::aarch64
