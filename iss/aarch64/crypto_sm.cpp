// SM3 (GB/T 32905-2016) and SM4 (GB/T 32907-2016) as the Arm ARM divides them into instructions.

#include "iss/aarch64/helpers.h"
#include "iss/aarch64/simd_lanes.h"

#include <bit>

namespace medley::iss::aarch64 {

namespace {

using Words = Lanes<std::uint32_t>;

std::uint32_t permuted1(std::uint32_t x) {
    return x ^ std::rotl(x, 15) ^ std::rotl(x, 23);
}
std::uint32_t permuted0(std::uint32_t x) {
    return x ^ std::rotl(x, 9) ^ std::rotl(x, 17);
}

std::uint32_t exclusive(std::uint32_t x, std::uint32_t y, std::uint32_t z) {
    return x ^ y ^ z;
}
std::uint32_t majority(std::uint32_t x, std::uint32_t y, std::uint32_t z) {
    return (x & y) | (x & z) | (y & z);
}
std::uint32_t choose(std::uint32_t x, std::uint32_t y, std::uint32_t z) {
    return (x & y) | (~x & z);
}
using Boolean = std::uint32_t (*)(std::uint32_t, std::uint32_t, std::uint32_t);

/// The round of A to D.
void round1(const Vector128* a, Vector128& result, Boolean function) {
    const auto d = lanes_of<std::uint32_t>(a[0]);
    const auto n = lanes_of<std::uint32_t>(a[1]);
    const auto w = lanes_of<std::uint32_t>(a[2])[a[3].low & 3];
    const auto ss2 = n[3] ^ std::rotl(d[3], 12);
    const auto tt1 = function(d[1], d[2], d[3]) + d[0] + ss2 + w;
    result = vector_of(Words{d[1], std::rotl(d[2], 9), d[3], tt1});
}

/// The round of E to H.
void round2(const Vector128* a, Vector128& result, Boolean function) {
    const auto d = lanes_of<std::uint32_t>(a[0]);
    const auto n = lanes_of<std::uint32_t>(a[1]);
    const auto w = lanes_of<std::uint32_t>(a[2])[a[3].low & 3];
    const auto tt2 = function(d[3], d[2], d[1]) + d[0] + n[3] + w;
    result = vector_of(Words{d[1], std::rotl(d[2], 19), d[3], permuted0(tt2)});
}

/// In the field modulo x^8 + x^7 + x^6 + x^5 + x^4 + x^2 + 1.
constexpr std::uint8_t product(unsigned a, unsigned b) {
    unsigned sum = 0;
    for (; b != 0; b >>= 1) {
        sum ^= (b & 1) != 0 ? a : 0;
        a = a << 1 ^ ((a & 0x80) != 0 ? 0x1f5U : 0U);
    }
    return static_cast<std::uint8_t>(sum);
}

constexpr std::uint8_t inverse(std::uint8_t value) {
    // value^254
    std::uint8_t result = 1;
    std::uint8_t power = value;
    for (unsigned i = 0; i < 7; ++i) {
        power = product(power, power);
        result = product(result, power);
    }
    return result;
}

/// The affine map on both sides of the inversion: a circulant matrix, of which this is the row of bit 0.
constexpr std::uint8_t kAffineRow = 0xa7;
constexpr std::uint8_t affine(std::uint8_t value) {
    unsigned result = 0xd3;
    auto row = kAffineRow;
    for (unsigned i = 0; i < 8; ++i, row = std::rotl(row, 1))
        result ^= static_cast<unsigned>(std::popcount(static_cast<unsigned>(row & value)) & 1) << i;
    return static_cast<std::uint8_t>(result);
}

constexpr std::array<std::uint8_t, 256> make_box() {
    std::array<std::uint8_t, 256> box{};
    for (unsigned i = 0; i < 256; ++i)
        box[i] = affine(inverse(affine(static_cast<std::uint8_t>(i))));
    return box;
}
constexpr auto kBox = make_box();
static_assert(kBox[0] == 0xd6 && kBox[1] == 0x90 && kBox[255] == 0x48);

std::uint32_t substituted(std::uint32_t word) {
    std::uint32_t result = 0;
    for (unsigned i = 0; i < 32; i += 8)
        result |= std::uint32_t{kBox[word >> i & 0xff]} << i;
    return result;
}

} // namespace

// (vd, vn, vm)
void helper_sm3partw1(HelperContext&, const Vector128* a, Vector128& result) {
    const auto d = lanes_of<std::uint32_t>(a[0]);
    const auto n = lanes_of<std::uint32_t>(a[1]);
    const auto m = lanes_of<std::uint32_t>(a[2]);
    Words words{};
    for (unsigned i = 0; i < 3; ++i)
        words[i] = permuted1(d[i] ^ n[i] ^ std::rotl(m[i + 1], 15));
    words[3] = permuted1(d[3] ^ n[3] ^ std::rotl(words[0], 15));
    result = vector_of(words);
}

void helper_sm3partw2(HelperContext&, const Vector128* a, Vector128& result) {
    const auto d = lanes_of<std::uint32_t>(a[0]);
    const auto n = lanes_of<std::uint32_t>(a[1]);
    const auto m = lanes_of<std::uint32_t>(a[2]);
    Words mixed{};
    Words words{};
    for (unsigned i = 0; i < 4; ++i) {
        mixed[i] = n[i] ^ std::rotl(m[i], 7);
        words[i] = d[i] ^ mixed[i];
    }
    words[3] ^= permuted1(std::rotl(mixed[0], 15));
    result = vector_of(words);
}

// (vn, vm, va)
void helper_sm3ss1(HelperContext&, const Vector128* a, Vector128& result) {
    const auto n = lanes_of<std::uint32_t>(a[0]);
    const auto m = lanes_of<std::uint32_t>(a[1]);
    const auto add = lanes_of<std::uint32_t>(a[2]);
    result = vector_of(Words{0, 0, 0, std::rotl(std::rotl(n[3], 12) + m[3] + add[3], 7)});
}

void helper_sm3tt1a(HelperContext&, const Vector128* a, Vector128& result) {
    round1(a, result, exclusive);
}
void helper_sm3tt1b(HelperContext&, const Vector128* a, Vector128& result) {
    round1(a, result, majority);
}
void helper_sm3tt2a(HelperContext&, const Vector128* a, Vector128& result) {
    round2(a, result, exclusive);
}
void helper_sm3tt2b(HelperContext&, const Vector128* a, Vector128& result) {
    round2(a, result, choose);
}

// (vd, vn): four rounds of encryption with the keys in vn.
void helper_sm4e(HelperContext&, const Vector128* a, Vector128& result) {
    auto x = lanes_of<std::uint32_t>(a[0]);
    for (const auto key : lanes_of<std::uint32_t>(a[1])) {
        const auto s = substituted(x[1] ^ x[2] ^ x[3] ^ key);
        x = {x[1], x[2], x[3], x[0] ^ s ^ std::rotl(s, 2) ^ std::rotl(s, 10) ^ std::rotl(s, 18) ^ std::rotl(s, 24)};
    }
    result = vector_of(x);
}

// (vn, vm): four rounds of the key schedule with the constants in vm.
void helper_sm4ekey(HelperContext&, const Vector128* a, Vector128& result) {
    auto x = lanes_of<std::uint32_t>(a[0]);
    for (const auto constant : lanes_of<std::uint32_t>(a[1])) {
        const auto s = substituted(x[1] ^ x[2] ^ x[3] ^ constant);
        x = {x[1], x[2], x[3], x[0] ^ s ^ std::rotl(s, 13) ^ std::rotl(s, 23)};
    }
    result = vector_of(x);
}

} // namespace medley::iss::aarch64
