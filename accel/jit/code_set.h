/// \file
/// What was learnt about guest code while it ran, for when it is translated again.
#pragma once

#include "medley/base/types.h"

#include <bitset>
#include <cstddef>
#include <cstdint>

namespace medley::accel::jit {

/// Guest code of which something was learnt. Approximate: what is meant are neighbourhoods of so many bytes, and others share their bits.
template <unsigned kBytesLog2>
class CodeSet {
public:
    void add(Address pc) {
        if (++added_ > kMost) {
            bits_.reset();
            added_ = 1;
        }
        bits_.set(number(pc));
    }
    [[nodiscard]] bool contains(Address pc) const { return bits_.test(number(pc)); }

private:
    static constexpr unsigned kBits = 12;
    /// When as many were added all are forgotten.
    static constexpr unsigned kMost = 1024;
    [[nodiscard]] static std::size_t number(Address pc) { return static_cast<std::uint32_t>((pc >> kBytesLog2) * 0x9e3779b1) >> (32 - kBits); }

    std::bitset<std::size_t{1} << kBits> bits_;
    unsigned added_ = 0;
};

/// Code whose accesses are not grouped, because a common check failed there.
using ApartCode = CodeSet<6>;
/// Code whose accesses change pages so often that it finds them by their hash.
using WanderingCode = CodeSet<3>;

} // namespace medley::accel::jit
