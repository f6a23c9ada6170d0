// SHA-1, SHA-256, SHA-512 (FIPS 180-4) as the Arm ARM divides them into instructions.

#include "iss/aarch64/helpers.h"
#include "iss/aarch64/simd_lanes.h"

#include <bit>

namespace medley::iss::aarch64 {

namespace {

using Words = Lanes<std::uint32_t>;
using Longs = Lanes<std::uint64_t>;

template <class T>
T choose(T x, T y, T z) {
    return (x & y) ^ (~x & z);
}
template <class T>
T majority(T x, T y, T z) {
    return (x & y) ^ (x & z) ^ (y & z);
}
std::uint32_t parity(std::uint32_t x, std::uint32_t y, std::uint32_t z) {
    return x ^ y ^ z;
}

/// Four rounds. (abcd, e, schedule with constants)
void sha1_rounds(const Vector128* a, Vector128& result,
                 std::uint32_t (*function)(std::uint32_t, std::uint32_t, std::uint32_t)) {
    auto x = lanes_of<std::uint32_t>(a[0]);
    auto y = static_cast<std::uint32_t>(a[1].low);
    for (const auto w : lanes_of<std::uint32_t>(a[2])) {
        const auto sum = y + std::rotl(x[0], 5) + function(x[1], x[2], x[3]) + w;
        y = x[3];
        x = {sum, x[0], std::rotl(x[1], 30), x[2]};
    }
    result = vector_of(x);
}

std::uint32_t large_sigma0(std::uint32_t x) {
    return std::rotr(x, 2) ^ std::rotr(x, 13) ^ std::rotr(x, 22);
}
std::uint32_t large_sigma1(std::uint32_t x) {
    return std::rotr(x, 6) ^ std::rotr(x, 11) ^ std::rotr(x, 25);
}
std::uint32_t small_sigma0(std::uint32_t x) {
    return std::rotr(x, 7) ^ std::rotr(x, 18) ^ x >> 3;
}
std::uint32_t small_sigma1(std::uint32_t x) {
    return std::rotr(x, 17) ^ std::rotr(x, 19) ^ x >> 10;
}
std::uint64_t large_sigma0(std::uint64_t x) {
    return std::rotr(x, 28) ^ std::rotr(x, 34) ^ std::rotr(x, 39);
}
std::uint64_t large_sigma1(std::uint64_t x) {
    return std::rotr(x, 14) ^ std::rotr(x, 18) ^ std::rotr(x, 41);
}
std::uint64_t small_sigma0(std::uint64_t x) {
    return std::rotr(x, 1) ^ std::rotr(x, 8) ^ x >> 7;
}
std::uint64_t small_sigma1(std::uint64_t x) {
    return std::rotr(x, 19) ^ std::rotr(x, 61) ^ x >> 6;
}

/// Four rounds on abcd (x) and efgh (y).
void sha256_rounds(Words& x, Words& y, const Words& schedule) {
    for (const auto w : schedule) {
        const auto sum = y[3] + large_sigma1(y[0]) + choose(y[0], y[1], y[2]) + w;
        const auto new_e = x[3] + sum;
        const auto new_a = sum + large_sigma0(x[0]) + majority(x[0], x[1], x[2]);
        y = {new_e, y[0], y[1], y[2]};
        x = {new_a, x[0], x[1], x[2]};
    }
}

} // namespace

void helper_sha1c(HelperContext&, const Vector128* a, Vector128& result) {
    sha1_rounds(a, result, choose<std::uint32_t>);
}
void helper_sha1p(HelperContext&, const Vector128* a, Vector128& result) {
    sha1_rounds(a, result, parity);
}
void helper_sha1m(HelperContext&, const Vector128* a, Vector128& result) {
    sha1_rounds(a, result, majority<std::uint32_t>);
}

// (vd, vn, vm)
void helper_sha1su0(HelperContext&, const Vector128* a, Vector128& result) {
    result = {a[0].high ^ a[0].low ^ a[2].low, a[1].low ^ a[0].high ^ a[2].high};
}

// (vd, vn)
void helper_sha1su1(HelperContext&, const Vector128* a, Vector128& result) {
    const auto d = lanes_of<std::uint32_t>(a[0]);
    const auto n = lanes_of<std::uint32_t>(a[1]);
    Words t{std::rotl(d[0] ^ n[1], 1), std::rotl(d[1] ^ n[2], 1), std::rotl(d[2] ^ n[3], 1), std::rotl(d[3], 1)};
    t[3] ^= std::rotl(t[0], 1);
    result = vector_of(t);
}

void helper_sha256h(HelperContext&, const Vector128* a, Vector128& result) {
    auto x = lanes_of<std::uint32_t>(a[0]);
    auto y = lanes_of<std::uint32_t>(a[1]);
    sha256_rounds(x, y, lanes_of<std::uint32_t>(a[2]));
    result = vector_of(x);
}

// efgh comes first here.
void helper_sha256h2(HelperContext&, const Vector128* a, Vector128& result) {
    auto x = lanes_of<std::uint32_t>(a[1]);
    auto y = lanes_of<std::uint32_t>(a[0]);
    sha256_rounds(x, y, lanes_of<std::uint32_t>(a[2]));
    result = vector_of(y);
}

void helper_sha256su0(HelperContext&, const Vector128* a, Vector128& result) {
    const auto d = lanes_of<std::uint32_t>(a[0]);
    const auto n = lanes_of<std::uint32_t>(a[1]);
    result = vector_of(Words{d[0] + small_sigma0(d[1]), d[1] + small_sigma0(d[2]), d[2] + small_sigma0(d[3]),
                             d[3] + small_sigma0(n[0])});
}

void helper_sha256su1(HelperContext&, const Vector128* a, Vector128& result) {
    const auto d = lanes_of<std::uint32_t>(a[0]);
    const auto n = lanes_of<std::uint32_t>(a[1]);
    const auto m = lanes_of<std::uint32_t>(a[2]);
    Words sum{};
    sum[0] = d[0] + n[1] + small_sigma1(m[2]);
    sum[1] = d[1] + n[2] + small_sigma1(m[3]);
    sum[2] = d[2] + n[3] + small_sigma1(sum[0]);
    sum[3] = d[3] + m[0] + small_sigma1(sum[1]);
    result = vector_of(sum);
}

void helper_sha512h(HelperContext&, const Vector128* a, Vector128& result) {
    const auto& d = a[0];
    const auto& n = a[1];
    const auto& m = a[2];
    const auto high = d.high + large_sigma1(m.high) + choose(m.high, n.low, n.high);
    const auto sum = high + m.low;
    const auto low = d.low + large_sigma1(sum) + choose(sum, m.high, n.low);
    result = {low, high};
}

void helper_sha512h2(HelperContext&, const Vector128* a, Vector128& result) {
    const auto& d = a[0];
    const auto& n = a[1];
    const auto& m = a[2];
    const auto high = d.high + large_sigma0(m.low) + majority(m.low, m.high, n.low);
    const auto low = d.low + large_sigma0(high) + majority(high, m.low, m.high);
    result = {low, high};
}

void helper_sha512su0(HelperContext&, const Vector128* a, Vector128& result) {
    result = {a[0].low + small_sigma0(a[0].high), a[0].high + small_sigma0(a[1].low)};
}

void helper_sha512su1(HelperContext&, const Vector128* a, Vector128& result) {
    result = {a[0].low + small_sigma1(a[1].low) + a[2].low, a[0].high + small_sigma1(a[1].high) + a[2].high};
}

} // namespace medley::iss::aarch64
