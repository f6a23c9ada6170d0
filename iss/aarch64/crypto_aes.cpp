// AES (FIPS 197). The S-boxes are made from their definition.

#include "iss/aarch64/helpers.h"
#include "iss/aarch64/simd_lanes.h"

#include <bit>

namespace medley::iss::aarch64 {

namespace {

using Block = Lanes<std::uint8_t>;
using Box = std::array<std::uint8_t, 256>;

/// By x in GF(2^8) modulo x^8 + x^4 + x^3 + x + 1 (FIPS 197, 4.2.1).
constexpr std::uint8_t doubled(std::uint8_t value) {
    return static_cast<std::uint8_t>(value << 1 ^ ((value & 0x80) != 0 ? 0x1b : 0));
}

constexpr std::uint8_t product(std::uint8_t a, unsigned b) {
    std::uint8_t sum = 0;
    for (; b != 0; b >>= 1, a = doubled(a))
        sum = static_cast<std::uint8_t>(sum ^ ((b & 1) != 0 ? a : 0));
    return sum;
}

/// FIPS 197, 5.1.1. 3 generates all elements, and its inverse is 0xf6: walking by both meets each with its inverse.
constexpr Box make_box() {
    Box box{};
    std::uint8_t element = 1;
    std::uint8_t inverse = 1;
    for (unsigned i = 0; i < 255; ++i) {
        const std::uint8_t turned = static_cast<std::uint8_t>(inverse ^ std::rotl(inverse, 1) ^ std::rotl(inverse, 2) ^
                                                              std::rotl(inverse, 3) ^ std::rotl(inverse, 4));
        box[element] = turned ^ 0x63;
        element = product(element, 3);
        inverse = product(inverse, 0xf6);
    }
    box[0] = 0x63;
    return box;
}
constexpr Box kBox = make_box();
static_assert(kBox[1] == 0x7c && kBox[0x53] == 0xed);

constexpr Box make_inverse_box() {
    Box box{};
    for (unsigned i = 0; i < 256; ++i)
        box[kBox[i]] = static_cast<std::uint8_t>(i);
    return box;
}
constexpr Box kInverseBox = make_inverse_box();

/// Row r, column c is byte 4c + r; row r moves by r columns, \p direction 1 to the left, 3 to the right.
Vector128 round_of(const Vector128* a, const Box& box, unsigned direction) {
    const auto state = lanes_of<std::uint8_t>({a[0].low ^ a[1].low, a[0].high ^ a[1].high});
    Block result;
    for (unsigned i = 0; i < 16; ++i)
        result[i] = box[state[(i + 4 * direction * (i % 4)) % 16]];
    return vector_of(result);
}

/// Each column times the polynomial whose coefficients are given, the lowest first (FIPS 197, 5.1.3).
Vector128 mix(const Vector128& value, const std::array<unsigned, 4>& factors) {
    const auto state = lanes_of<std::uint8_t>(value);
    Block result;
    for (unsigned i = 0; i < 16; ++i) {
        std::uint8_t sum = 0;
        for (unsigned k = 0; k < 4; ++k)
            sum = static_cast<std::uint8_t>(sum ^ product(state[i / 4 * 4 + (i + k) % 4], factors[k]));
        result[i] = sum;
    }
    return vector_of(result);
}

} // namespace

void helper_aese(HelperContext&, const Vector128* a, Vector128& result) {
    result = round_of(a, kBox, 1);
}
void helper_aesd(HelperContext&, const Vector128* a, Vector128& result) {
    result = round_of(a, kInverseBox, 3);
}
void helper_aesmc(HelperContext&, const Vector128* a, Vector128& result) {
    result = mix(a[0], {2, 3, 1, 1});
}
void helper_aesimc(HelperContext&, const Vector128* a, Vector128& result) {
    result = mix(a[0], {14, 11, 13, 9});
}

} // namespace medley::iss::aarch64
