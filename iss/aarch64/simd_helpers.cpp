// Integer helpers of Advanced SIMD.

#include "iss/aarch64/core.h"
#include "iss/aarch64/helpers.h"
#include "iss/aarch64/simd_estimates.h"
#include "iss/aarch64/simd_lanes.h"
#include "medley/base/bits.h"

#include <limits>

namespace medley::iss::aarch64 {

namespace {

__extension__ typedef __int128 Wide;

void note(HelperContext& context, bool saturated) {
    if (saturated)
        core_of(context).system().state().saturated = 1;
}

/// \p value << by, or >> -by, exactly as far as 128 bits go; by is -128 to 127. Rounded: half of the last place is
/// added.
Wide shifted(Wide value, int by, bool round) {
    if (by >= 0)
        return value << (by < 64 ? by : 63); // of 64 bits at most, so that what is lost is seen
    const int right = -by;
    if (right > 65)
        return round || value >= 0 ? 0 : -1;
    return (value + (round ? Wide{1} << (right - 1) : 0)) >> right;
}

/// Wraps.
template <class T>
T shift_lane(T value, T amount, bool round) {
    const int by = static_cast<std::int8_t>(amount);
    if (by >= std::numeric_limits<T>::digits + (std::is_signed_v<T> ? 1 : 0))
        return 0;
    return static_cast<T>(shifted(value, by, round));
}

template <class T>
T shift_saturating(T value, T amount, bool round, bool& saturated) {
    const int by = static_cast<std::int8_t>(amount);
    if (value == 0)
        return 0;
    const Wide least = std::numeric_limits<T>::min();
    const Wide most = std::numeric_limits<T>::max();
    const bool too_far = by >= 64;
    const Wide result = too_far ? value : shifted(value, by, round);
    if (!too_far && result >= least && result <= most)
        return static_cast<T>(result);
    saturated = true;
    return static_cast<T>(value < 0 ? least : most);
}

template <bool is_signed>
void shift(const Vector128* a, Vector128& result, bool round) {
    with_lane_type(a[2].low, [&]<class U>(U) {
        using T = std::conditional_t<is_signed, std::make_signed_t<U>, U>;
        result = combined<T>(a[0], a[1], [=](T value, T by) { return shift_lane<T>(value, by, round); });
    });
}

template <bool is_signed>
void saturating_shift(HelperContext& context, const Vector128* a, Vector128& result, bool round) {
    bool saturated = false;
    with_lane_type(a[2].low, [&]<class U>(U) {
        using T = std::conditional_t<is_signed, std::make_signed_t<U>, U>;
        result =
            combined<T>(a[0], a[1], [&](T value, T by) { return shift_saturating<T>(value, by, round, saturated); });
    });
    note(context, saturated);
}

/// Clamps to the lane.
template <class T>
T clamped(Wide value, bool& saturated) {
    const Wide least = std::numeric_limits<T>::min();
    const Wide most = std::numeric_limits<T>::max();
    saturated = saturated || value < least || value > most;
    return static_cast<T>(value < least ? least : value > most ? most : value);
}

template <class T>
T multiply_high(T left, T right, bool round) {
    constexpr int kBits = sizeof(T) * 8;
    bool saturated = false;
    return clamped<T>((Wide{left} * right * 2 + (round ? Wide{1} << (kBits - 1) : 0)) >> kBits, saturated);
}

/// The calls of lanes of 16 and 32 bits.
template <class Body>
void with_multiplied_type(std::uint64_t lane, Body body) {
    if (lane == 1)
        body(std::int16_t{});
    else
        body(std::int32_t{});
}

void multiply_high_vector(const Vector128* a, Vector128& result, bool round) {
    with_multiplied_type(a[2].low, [&]<class T>(T) {
        result = combined<T>(a[0], a[1], [=](T left, T right) { return multiply_high<T>(left, right, round); });
    });
}

/// accumulator +- the rounded high half of a doubled product, with one rounding and one saturation.
void multiply_accumulate_high(HelperContext& context, const Vector128* a, Vector128& result, int sign) {
    bool saturated = false;
    with_multiplied_type(a[3].low, [&]<class T>(T) {
        constexpr int kBits = sizeof(T) * 8;
        const auto left = lanes_of<T>(a[0]);
        const auto right = lanes_of<T>(a[1]);
        auto sum = lanes_of<T>(a[2]);
        for (std::size_t i = 0; i < sum.size(); ++i) {
            const Wide exact = (Wide{sum[i]} << kBits) + sign * 2 * Wide{left[i]} * right[i] + (Wide{1} << (kBits - 1));
            sum[i] = clamped<T>(exact >> kBits, saturated);
        }
        result = vector_of(sum);
    });
    note(context, saturated);
}

template <bool signed_sum>
void add_mixed(HelperContext& context, const Vector128* a, Vector128& result) {
    bool saturated = false;
    with_lane_type(a[2].low, [&]<class U>(U) {
        using S = std::make_signed_t<U>;
        using Sum = std::conditional_t<signed_sum, S, U>;
        using Other = std::conditional_t<signed_sum, U, S>;
        result = combined<U>(a[0], a[1], [&](U left, U right) {
            return static_cast<U>(clamped<Sum>(Wide{static_cast<Sum>(left)} + static_cast<Other>(right), saturated));
        });
    });
    note(context, saturated);
}

std::uint32_t polynomial_product(std::uint32_t left, std::uint32_t right) {
    std::uint32_t product = 0;
    for (unsigned i = 0; i < 8; ++i)
        product ^= bit(right, i) ? left << i : 0;
    return product;
}

// --- estimates (Arm ARM, "RecipEstimate", "RecipSqrtEstimate"): nine bits in, nine bits out

std::uint32_t fixed_estimate(std::uint32_t operand) {
    return bit(operand, 31) ? reciprocal_estimate(operand >> 23) << 23 : ~0U;
}
std::uint32_t fixed_root_estimate(std::uint32_t operand) {
    return (operand >> 30) != 0 ? reciprocal_root_estimate(operand >> 23) << 23 : ~0U;
}

// --- dot products

template <class Left, class Right>
void dot(const Vector128* a, Vector128& result) {
    const auto left = lanes_of<Left>(a[0]);
    const auto right = lanes_of<Right>(a[1]);
    auto sum = lanes_of<std::uint32_t>(a[2]);
    for (std::size_t i = 0; i < 16; ++i)
        sum[i / 4] += static_cast<std::uint32_t>(left[i] * right[i]);
    result = vector_of(sum);
}

/// Rows of eight of one matrix times rows of eight of the other.
template <class Left, class Right>
void matrix(const Vector128* a, Vector128& result) {
    const auto left = lanes_of<Left>(a[0]);
    const auto right = lanes_of<Right>(a[1]);
    auto sum = lanes_of<std::uint32_t>(a[2]);
    for (std::size_t i = 0; i < 4; ++i)
        for (std::size_t k = 0; k < 8; ++k)
            sum[i] += static_cast<std::uint32_t>(left[i / 2 * 8 + k] * right[i % 2 * 8 + k]);
    result = vector_of(sum);
}

} // namespace

std::uint32_t reciprocal_estimate(std::uint32_t operand) {
    return ((1U << 19) / (2 * operand + 1) + 1) / 2;
}

std::uint32_t reciprocal_root_estimate(std::uint32_t operand) {
    const std::uint64_t a = operand < 256 ? 2 * operand + 1 : ((operand >> 1 << 1) + 1) * 2;
    std::uint64_t b = 512;
    while (a * (b + 1) * (b + 1) < 1U << 28)
        ++b;
    return static_cast<std::uint32_t>((b + 1) / 2);
}

// clang-format off

void helper_sshl(HelperContext&, const Vector128* a, Vector128& result) { shift<true>(a, result, false); }
void helper_ushl(HelperContext&, const Vector128* a, Vector128& result) { shift<false>(a, result, false); }
void helper_srshl(HelperContext&, const Vector128* a, Vector128& result) { shift<true>(a, result, true); }
void helper_urshl(HelperContext&, const Vector128* a, Vector128& result) { shift<false>(a, result, true); }
void helper_sqshl(HelperContext& context, const Vector128* a, Vector128& result) { saturating_shift<true>(context, a, result, false); }
void helper_uqshl(HelperContext& context, const Vector128* a, Vector128& result) { saturating_shift<false>(context, a, result, false); }
void helper_sqrshl(HelperContext& context, const Vector128* a, Vector128& result) { saturating_shift<true>(context, a, result, true); }
void helper_uqrshl(HelperContext& context, const Vector128* a, Vector128& result) { saturating_shift<false>(context, a, result, true); }
void helper_sqdmulh(HelperContext&, const Vector128* a, Vector128& result) { multiply_high_vector(a, result, false); }
void helper_sqrdmulh(HelperContext&, const Vector128* a, Vector128& result) { multiply_high_vector(a, result, true); }
void helper_sqrdmlah(HelperContext& context, const Vector128* a, Vector128& result) { multiply_accumulate_high(context, a, result, 1); }
void helper_sqrdmlsh(HelperContext& context, const Vector128* a, Vector128& result) { multiply_accumulate_high(context, a, result, -1); }
void helper_suqadd(HelperContext& context, const Vector128* a, Vector128& result) { add_mixed<true>(context, a, result); }
void helper_usqadd(HelperContext& context, const Vector128* a, Vector128& result) { add_mixed<false>(context, a, result); }
void helper_sdot(HelperContext&, const Vector128* a, Vector128& result) { dot<std::int8_t, std::int8_t>(a, result); }
void helper_udot(HelperContext&, const Vector128* a, Vector128& result) { dot<std::uint8_t, std::uint8_t>(a, result); }
void helper_usdot(HelperContext&, const Vector128* a, Vector128& result) { dot<std::uint8_t, std::int8_t>(a, result); }
void helper_sudot(HelperContext&, const Vector128* a, Vector128& result) { dot<std::int8_t, std::uint8_t>(a, result); }
void helper_smmla(HelperContext&, const Vector128* a, Vector128& result) { matrix<std::int8_t, std::int8_t>(a, result); }
void helper_ummla(HelperContext&, const Vector128* a, Vector128& result) { matrix<std::uint8_t, std::uint8_t>(a, result); }
void helper_usmmla(HelperContext&, const Vector128* a, Vector128& result) { matrix<std::uint8_t, std::int8_t>(a, result); }

// clang-format on

void helper_pmul(HelperContext&, const Vector128* a, Vector128& result) {
    result = combined<std::uint8_t>(
        a[0], a[1], [](std::uint8_t left, std::uint8_t right) { return polynomial_product(left, right); });
}

void helper_pmull(HelperContext&, const Vector128* a, Vector128& result) {
    const auto left = lanes_of<std::uint8_t>(a[0]);
    const auto right = lanes_of<std::uint8_t>(a[1]);
    const std::size_t first = (a[2].low & 1) != 0 ? 8 : 0;
    Lanes<std::uint16_t> products;
    for (std::size_t i = 0; i < products.size(); ++i)
        products[i] = static_cast<std::uint16_t>(polynomial_product(left[first + i], right[first + i]));
    result = vector_of(products);
}

void helper_urecpe(HelperContext&, const Vector128* a, Vector128& result) {
    result =
        combined<std::uint32_t>(a[0], a[0], [](std::uint32_t value, std::uint32_t) { return fixed_estimate(value); });
}

void helper_ursqrte(HelperContext&, const Vector128* a, Vector128& result) {
    result = combined<std::uint32_t>(a[0], a[0],
                                     [](std::uint32_t value, std::uint32_t) { return fixed_root_estimate(value); });
}

} // namespace medley::iss::aarch64
