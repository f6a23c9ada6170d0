#include "accel/common/softfloat/nan.h"
#include "accel/common/softfloat/softfloat.h"
#include "accel/common/softfloat/unpacked.h"

namespace medley::accel::softfloat {

using namespace detail;

namespace {

/// Neither operand is a NaN. Tells -0 from +0: an integer order of the bits (IEEE 754-2019, 5.10).
template <FloatBits Bits>
bool precedes(Bits a, Bits b) {
    if (is_negative(a) != is_negative(b)) {
        return is_negative(a);
    }
    return is_negative(a) ? b < a : a < b;
}

/// What a NaN among the operands of minimum or maximum makes of them.
template <FloatBits Bits>
Bits min_max_nan(Bits a, Bits b, MinMaxRule rule, const FloatEnv& env, std::uint8_t& flags) {
    const Bits nan = nan_result({a, b}, env, flags);
    const bool both = is_nan(a) && is_nan(b);
    const bool any_signalling = is_signalling_nan(a) || is_signalling_nan(b);
    const bool number_wins =
        !both && (rule == MinMaxRule::Number || (rule == MinMaxRule::QuietNumber && !any_signalling));
    if (!number_wins) {
        return nan;
    }
    return is_nan(a) ? b : a;
}

} // namespace

template <FloatBits Bits>
Bits min(Bits a, Bits b, MinMaxRule rule, const FloatEnv& env, std::uint8_t& flags) {
    a = flush_input(a, env, flags);
    b = flush_input(b, env, flags);
    if (is_nan(a) || is_nan(b)) {
        return min_max_nan(a, b, rule, env, flags);
    }
    return precedes(b, a) ? b : a;
}

template <FloatBits Bits>
Bits max(Bits a, Bits b, MinMaxRule rule, const FloatEnv& env, std::uint8_t& flags) {
    a = flush_input(a, env, flags);
    b = flush_input(b, env, flags);
    if (is_nan(a) || is_nan(b)) {
        return min_max_nan(a, b, rule, env, flags);
    }
    return precedes(a, b) ? b : a;
}

template <FloatBits Bits>
Relation compare(Bits a, Bits b, NanCompare nan, const FloatEnv& env, std::uint8_t& flags) {
    a = flush_input(a, env, flags);
    b = flush_input(b, env, flags);
    if (is_nan(a) || is_nan(b)) {
        const bool raises = nan == NanCompare::Signalling || is_signalling_nan(a) || is_signalling_nan(b);
        flags |= raises ? float_flag::kInvalid : 0;
        return Relation::Unordered;
    }
    if (a == b || (is_zero(a) && is_zero(b))) {
        return Relation::Equal;
    }
    return precedes(a, b) ? Relation::Less : Relation::Greater;
}

#define INSTANTIATE(BITS)                                                                                              \
    template BITS min(BITS, BITS, MinMaxRule, const FloatEnv&, std::uint8_t&);                                         \
    template BITS max(BITS, BITS, MinMaxRule, const FloatEnv&, std::uint8_t&);                                         \
    template Relation compare(BITS, BITS, NanCompare, const FloatEnv&, std::uint8_t&);
INSTANTIATE(std::uint16_t)
INSTANTIATE(std::uint32_t)
INSTANTIATE(std::uint64_t)
#undef INSTANTIATE

} // namespace medley::accel::softfloat
