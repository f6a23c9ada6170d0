/// \file
/// The architecture extensions of a core.
#pragma once

#include <cstdint>
#include <initializer_list>

namespace medley::iss::aarch64 {

/// Everything that features.def lists.
enum class Feature : std::uint8_t {
#define FEATURE(name, parameter, implied, meaning) name,
#include "iss/aarch64/features.def"
};
#define FEATURE(name, parameter, implied, meaning) +1
inline constexpr unsigned kFeatureCount = 0
#include "iss/aarch64/features.def"
    ;
static_assert(kFeatureCount <= 64);

class FeatureSet {
public:
    constexpr FeatureSet() = default;
    constexpr explicit FeatureSet(std::uint64_t bits) : bits_(bits) {}
    constexpr FeatureSet(std::initializer_list<Feature> features) {
        for (const auto feature : features)
            add(feature);
    }

    [[nodiscard]] constexpr bool has(Feature feature) const { return (bits_ >> static_cast<unsigned>(feature) & 1) != 0; }
    [[nodiscard]] constexpr bool has_all(const FeatureSet& others) const { return (bits_ & others.bits_) == others.bits_; }
    constexpr void add(Feature feature) { bits_ |= std::uint64_t{1} << static_cast<unsigned>(feature); }
    constexpr void remove(Feature feature) { bits_ &= ~(std::uint64_t{1} << static_cast<unsigned>(feature)); }
    [[nodiscard]] constexpr std::uint64_t bits() const { return bits_; }
    [[nodiscard]] constexpr FeatureSet operator|(const FeatureSet& other) const { return FeatureSet(bits_ | other.bits_); }

    friend constexpr bool operator==(const FeatureSet&, const FeatureSet&) = default;

private:
    std::uint64_t bits_ = 0;
};

} // namespace medley::iss::aarch64
