// Sums of BFloat16 products: rounded to odd, denormals flushed, no exceptions (Arm ARM, "BFDotAdd").

#include "iss/aarch64/float_parts.h"
#include "iss/aarch64/helpers.h"
#include "iss/aarch64/simd_lanes.h"

#include <utility>

namespace medley::iss::aarch64 {

namespace {

std::uint64_t pack_bfloat_result(const FloatParts& number, bool sticky = false) {
    std::uint32_t ignored = 0;
    const auto packed = pack(number, kSingle, {Rounding::TowardZero, true, true}, ignored, sticky);
    const bool overflow = (ignored & float_flag::kOverflow) != 0;
    return overflow ? kSingle.signed_zero(number.sign) | kSingle.infinity() : packed;
}

FloatParts unpack_bfloat(std::uint64_t value, const FloatFormat& format) {
    std::uint32_t ignored = 0;
    return unpack(value, format, true, ignored);
}

std::uint64_t multiply_bfloats(std::uint64_t left, std::uint64_t right) {
    const auto a = unpack_bfloat(left, kBFloat);
    const auto b = unpack_bfloat(right, kBFloat);
    const bool sign = a.sign != b.sign;
    const bool any_infinite = a.kind == FloatClass::Infinite || b.kind == FloatClass::Infinite;
    const bool any_zero = a.kind == FloatClass::Zero || b.kind == FloatClass::Zero;
    if (a.is_nan() || b.is_nan() || (any_infinite && any_zero))
        return kSingle.default_nan();
    if (any_infinite)
        return kSingle.signed_zero(sign) | kSingle.infinity();
    if (any_zero)
        return kSingle.signed_zero(sign);
    // Eight digits each: the product is exact.
    const std::uint64_t product = (a.significand >> 56) * (b.significand >> 56);
    const int zeros = std::countl_zero(product);
    return pack_bfloat_result({FloatClass::Finite, sign, a.exponent + b.exponent + 49 - zeros, product << zeros});
}

std::uint64_t add_bfloat_results(std::uint64_t left, std::uint64_t right) {
    auto a = unpack_bfloat(left, kSingle);
    auto b = unpack_bfloat(right, kSingle);
    const bool both_infinite = a.kind == FloatClass::Infinite && b.kind == FloatClass::Infinite;
    if (a.is_nan() || b.is_nan() || (both_infinite && a.sign != b.sign))
        return kSingle.default_nan();
    if (a.kind == FloatClass::Infinite || b.kind == FloatClass::Infinite)
        return kSingle.signed_zero(a.kind == FloatClass::Infinite ? a.sign : b.sign) | kSingle.infinity();
    if (a.kind == FloatClass::Zero && b.kind == FloatClass::Zero)
        return kSingle.signed_zero(a.sign && b.sign);
    if (a.kind == FloatClass::Zero)
        return pack_bfloat_result(b);
    if (b.kind == FloatClass::Zero)
        return pack_bfloat_result(a);
    if (a.exponent < b.exponent || (a.exponent == b.exponent && a.significand < b.significand))
        std::swap(a, b);
    // 24 digits of 64 leave room for a carry and for what tells that digits were lost.
    const int apart = a.exponent - b.exponent;
    const std::uint64_t upper = a.significand >> 1;
    std::uint64_t lower = b.significand >> 1;
    const bool lost = apart > 38 && (apart > 63 || (lower & low_mask(static_cast<unsigned>(apart))) != 0);
    lower = (apart > 63 ? 0 : lower >> apart) | (lost ? 1 : 0);
    const std::uint64_t sum = a.sign == b.sign ? upper + lower : upper - lower;
    if (sum == 0)
        return 0;
    const int zeros = std::countl_zero(sum);
    return pack_bfloat_result({FloatClass::Finite, a.sign, a.exponent + 1 - zeros, sum << zeros});
}

std::uint64_t dot_bfloats(std::uint64_t sum, std::uint64_t left, std::uint64_t right) {
    const auto low = multiply_bfloats(left & 0xffff, right & 0xffff);
    const auto high = multiply_bfloats(left >> 16, right >> 16);
    return add_bfloat_results(sum, add_bfloat_results(low, high));
}

} // namespace

void helper_bfdot(HelperContext&, const Vector128* a, Vector128& result) {
    const auto left = lanes_of<std::uint32_t>(a[0]);
    const auto right = lanes_of<std::uint32_t>(a[1]);
    auto sum = lanes_of<std::uint32_t>(a[2]);
    for (std::size_t i = 0; i < sum.size(); ++i)
        sum[i] = static_cast<std::uint32_t>(dot_bfloats(sum[i], left[i], right[i]));
    result = vector_of(sum);
}

void helper_bfmmla(HelperContext&, const Vector128* a, Vector128& result) {
    const auto left = lanes_of<std::uint32_t>(a[0]);
    const auto right = lanes_of<std::uint32_t>(a[1]);
    auto sum = lanes_of<std::uint32_t>(a[2]);
    for (std::size_t i = 0; i < sum.size(); ++i)
        for (std::size_t k = 0; k < 2; ++k)
            sum[i] = static_cast<std::uint32_t>(dot_bfloats(sum[i], left[i / 2 * 2 + k], right[i % 2 * 2 + k]));
    result = vector_of(sum);
}

} // namespace medley::iss::aarch64
