/// \file
/// Functions of a target that the IR calls for rare semantics.
#pragma once

#include "medley/cpu/fault.h"
#include "medley/ir/types.h"

#include <array>
#include <cstdint>
#include <string>

namespace medley {

class TargetCore;

/// What a helper sees and says. One per accelerator, reused.
struct HelperContext {
    TargetCore* core = nullptr;
    bool faulted = false;   ///< Set (with `fault`) by a helper that may fault; its result is then ignored.
    Fault fault{};

    void raise(const Fault& what) {
        faulted = true;
        fault = what;
    }
};

/// Arguments and result are value bits, zero-extended.
using HelperFunction = std::uint64_t (*)(HelperContext&, std::uint64_t, std::uint64_t, std::uint64_t, std::uint64_t);

namespace helper_effect {
inline constexpr std::uint16_t kPure = 0;         ///< A function of its arguments alone.
inline constexpr std::uint16_t kReadsState = 1;   ///< May read any slot.
inline constexpr std::uint16_t kWritesState = 2;  ///< May write any slot but the program counter.
inline constexpr std::uint16_t kMayFault = 4;
inline constexpr std::uint16_t kMemory = 8;       ///< May access guest memory or flush TLBs and translations.
inline constexpr std::uint16_t kNeedsCount = 16;  ///< Asks CoreHost for counts or time.
} // namespace helper_effect

/// Value of type V128: as in memory of a little-endian guest.
struct alignas(16) Vector128 {
    std::uint64_t low = 0;
    std::uint64_t high = 0;
    friend bool operator==(const Vector128&, const Vector128&) = default;
};
/// Of helpers that have a V128 among arguments and result; others are zero-extended in the low half. \p result is what
/// the call gives, of whatever type.
using VectorHelperFunction = void (*)(HelperContext&, const Vector128* arguments, Vector128& result);

struct Helper {
    std::string name;
    HelperFunction function = nullptr;
    ir::Type result = ir::Type::None;
    std::array<ir::Type, 4> arguments{};  ///< Type::None behind the last one.
    std::uint16_t effects = helper_effect::kPure;
    VectorHelperFunction vector_function = nullptr; ///< In place of `function`.

    [[nodiscard]] unsigned argument_count() const {
        unsigned count = 0;
        while (count < arguments.size() && arguments[count] != ir::Type::None)
            ++count;
        return count;
    }
};

} // namespace medley
