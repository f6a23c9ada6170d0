/// \file
/// Inside of the library: what an operation with NaN operands delivers (IEEE 754-2019, 6.2).
#pragma once

#include "accel/common/softfloat/format.h"
#include "medley/base/float.h"

#include <cstdint>
#include <initializer_list>

namespace medley::accel::softfloat::detail {

/// The result of an operation of which at least one operand is a NaN; operands in the order of precedence.
template <FloatBits Bits>
constexpr Bits nan_result(std::initializer_list<Bits> operands, const FloatEnv& env, std::uint8_t& flags) {
    Bits first_quiet = 0;
    Bits first_signalling = 0;
    for (const Bits operand : operands) {
        if (is_signalling_nan(operand)) {
            first_signalling = first_signalling != 0 ? first_signalling : operand;
        } else if (is_nan(operand)) {
            first_quiet = first_quiet != 0 ? first_quiet : operand;
        }
    }
    if (first_signalling != 0) {
        flags |= float_flag::kInvalid;
    }
    if (env.nan == NanRule::Default) {
        return Format<Bits>::kDefaultNan;
    }
    return static_cast<Bits>((first_signalling != 0 ? first_signalling : first_quiet) | Format<Bits>::kQuiet);
}

} // namespace medley::accel::softfloat::detail
