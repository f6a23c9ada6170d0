#include "iss/aarch64/float_parts.h"

namespace medley::iss::aarch64 {

FloatParts unpack(std::uint64_t value, const FloatFormat& format, bool flush, std::uint32_t& flags) {
    const auto field = format.exponent_field(value);
    const auto fraction = format.fraction(value);
    FloatParts parts;
    parts.sign = format.negative(value);
    if (field == format.max_field() && !format.alternative) {
        if (fraction == 0)
            parts.kind = FloatClass::Infinite;
        else
            parts.kind = (fraction & format.quiet_bit()) != 0 ? FloatClass::QuietNan : FloatClass::SignallingNan;
        return parts;
    }
    if (field == 0 && fraction == 0)
        return parts;
    if (field == 0 && flush) {
        // Half precision raises nothing (FZ16).
        flags |= format.width() != 16 ? float_flag::kInputDenormal : 0U;
        return parts;
    }
    parts.kind = FloatClass::Finite;
    const auto significand = (field != 0 ? std::uint64_t{1} << format.fraction_bits : 0) | fraction;
    const int zeros = std::countl_zero(significand);
    const int unit_zeros = 63 - static_cast<int>(format.fraction_bits);
    parts.exponent = (field != 0 ? static_cast<int>(field) : 1) - format.bias() - (zeros - unit_zeros);
    parts.significand = significand << zeros;
    return parts;
}

namespace {

bool rounds_up(FloatRounding how, bool sign, bool odd, std::uint64_t lost, std::uint64_t half) {
    switch (how.mode) {
    case Rounding::NearestEven: return lost > half || (lost == half && odd);
    case Rounding::NearestAway: return lost >= half;
    case Rounding::Down: return sign && lost != 0;
    case Rounding::Up: return !sign && lost != 0;
    case Rounding::TowardZero: break;
    }
    return false;
}

std::uint64_t overflowed(bool sign, const FloatFormat& format, FloatRounding how, std::uint32_t& flags) {
    const auto zero = format.signed_zero(sign);
    if (format.alternative) {
        flags |= float_flag::kInvalid;
        return zero | (format.infinity() | low_mask(format.fraction_bits));
    }
    flags |= float_flag::kOverflow | float_flag::kInexact;
    const bool to_infinity = !how.odd && rounds_up(how, sign, true, 3, 2);
    return zero | (to_infinity ? format.infinity() : format.infinity() - 1);
}

} // namespace

std::uint64_t pack(const FloatParts& number, const FloatFormat& format, FloatRounding how, std::uint32_t& flags,
                   bool sticky) {
    const auto zero = format.signed_zero(number.sign);
    const int biased = number.exponent + format.bias();
    const bool tiny = biased <= 0;
    if (tiny && how.flush) {
        flags |= float_flag::kUnderflow;
        return zero;
    }
    // Two bits of what is lost decide, the lower one for everything below.
    const int drop = 63 - static_cast<int>(format.fraction_bits) + (tiny ? 1 - biased : 0);
    const std::uint64_t kept = drop < 64 ? number.significand >> drop : 0;
    const bool half_bit = drop <= 64 && bit(number.significand, static_cast<unsigned>(drop - 1));
    const bool rest = sticky || (drop > 64 ? number.significand != 0
                                           : (number.significand & low_mask(static_cast<unsigned>(drop - 1))) != 0);
    const std::uint64_t lost = (half_bit ? 2U : 0U) | (rest ? 1U : 0U);
    const bool odd = (kept & 1) != 0;
    std::uint64_t rounded = kept;
    if (how.odd)
        rounded |= lost != 0 ? 1 : 0;
    else if (rounds_up(how, number.sign, odd, lost, 2))
        ++rounded;
    // The implicit bit adds one to the exponent field, and so does a carry out of the fraction.
    const std::uint64_t field = tiny ? 0 : static_cast<std::uint64_t>(biased - 1) << format.fraction_bits;
    const std::uint64_t packed = field + rounded;
    const std::uint64_t limit = format.alternative ? std::uint64_t{1} << (format.width() - 1) : format.infinity();
    if (packed >= limit)
        return overflowed(number.sign, format, how, flags);
    if (lost != 0)
        flags |= float_flag::kInexact | (tiny ? float_flag::kUnderflow : 0U);
    return zero | packed;
}

std::uint64_t process_nan(std::uint64_t nan, const FloatFormat& format, bool default_nan, std::uint32_t& flags) {
    if ((nan & format.quiet_bit()) == 0)
        flags |= float_flag::kInvalid;
    return default_nan ? format.default_nan() : nan | format.quiet_bit();
}

std::uint64_t convert_nan(std::uint64_t nan, const FloatFormat& from, const FloatFormat& to) {
    const auto payload = from.fraction(nan) << (64 - from.fraction_bits) >> (64 - to.fraction_bits);
    return to.signed_zero(from.negative(nan)) | to.default_nan() | payload;
}

} // namespace medley::iss::aarch64
