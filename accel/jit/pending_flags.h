/// \file
/// Condition flags that nobody has asked for: the operands that they come from.
#pragma once

#include "medley/cpu/state_layout.h"
#include "medley/cpu/target.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace medley::accel::jit {

/// How all four condition flags come from two operands.
enum class FlagSource : std::uint8_t {
    Values,     ///< In no way known here.
    Difference, ///< left - right; the carry is set where nothing is borrowed.
    Sum,        ///< left + right
    Result,     ///< Of left; carry and overflow are 0.
    Given,      ///< Constants.
};

/// What translated code writes; only the low halves of operands count where they are not wide.
struct FlagOperands {
    std::uint64_t left = 0;
    std::uint64_t right = 0;
    std::uint32_t source = 0; ///< Encoded by PendingFlags; 0: nothing is pending.
};

/// While translated code runs, the slots of the condition flags mean nothing as long as something is pending.
class PendingFlags {
public:
    static constexpr std::uint32_t kNothing = 0;

    /// \p operands stay where translated code reaches them.
    PendingFlags(TargetCore& core, FlagOperands& operands);

    /// What code writes into `source` for flags from operands, of 64 bits (`wide`) or 32: neither Values nor Given.
    [[nodiscard]] static constexpr std::uint32_t encode(FlagSource source, bool wide) { return static_cast<std::uint32_t>(source) | (wide ? kWide : 0); }
    /// The same with a constant in the place of `right`.
    [[nodiscard]] static constexpr std::uint32_t encode(FlagSource source, bool wide, std::int32_t right) {
        return encode(source, wide) | (right == 0 ? kZero : kConstant | static_cast<std::uint32_t>(right) << kConstantShift);
    }
    /// It is enough to write the low byte.
    [[nodiscard]] static constexpr bool is_one_byte(std::uint32_t source) { return (source & (kConstant | kGiven)) == 0; }
    /// The flags themselves, negative in bit 3 to overflow in bit 0.
    [[nodiscard]] static constexpr std::uint32_t encode_given(unsigned flags) { return kGiven | flags << kConstantShift; }
    [[nodiscard]] static constexpr bool can_encode(std::int64_t right) { return right >= -kConstantLimit && right < kConstantLimit; }

    /// Makes the slots exact.
    void settle() {
        if (low_byte() != 0) [[unlikely]]
            settle_now();
    }

private:
    static constexpr std::uint32_t kSource = 3, kWide = 4, kConstant = 8, kGiven = 16, kZero = 32;
    static constexpr unsigned kConstantShift = 8;
    static constexpr std::int64_t kConstantLimit = 1 << 23;

    /// Not 0 where anything is pending. Code may have written no more than this a moment ago: hosts are slow at reading what was written in smaller parts.
    [[nodiscard]] std::uint8_t low_byte() const {
        std::uint8_t byte;
        std::memcpy(&byte, &operands_.source, sizeof byte);
        return byte;
    }
    void settle_now();
    template <class Word, class Signed>
    void settle_from(std::uint32_t source);
    template <class Word, class Signed>
    void settle_as(FlagSource source, Word first, Word second);
    void write(bool negative, bool zero, bool carry, bool overflow);

    FlagOperands& operands_;
    std::array<std::byte*, 4> slots_{};
};

} // namespace medley::accel::jit
