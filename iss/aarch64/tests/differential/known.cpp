#include "iss/aarch64/tests/differential/known.h"

#include "medley/base/bits.h"

#include <array>

namespace medley::iss::aarch64::test {

namespace {

constexpr std::uint32_t kFlushToZero = 1U << 24;

struct Difference {
    std::string_view row;
    const char* reason;
    bool (*holds)(const record& before, const record& ours, const record& theirs);
};

constexpr std::array kDifferences{
    Difference{"fjcvtzs", "a denormal operand that is flushed is not exact: Z is 0 (FPToFixedJS); QEMU 7.2 sets it",
               [](const record& before, const record& ours, const record& theirs) {
                   const auto operand = before.v[before.word >> 5 & 31][0];
                   const bool denormal = bits(operand, 52, 11) == 0 && bits(operand, 0, 52) != 0;
                   return denormal && (before.fpcr & kFlushToZero) != 0 && ours.nzcv == 0 && theirs.nzcv == 0x4000'0000;
               }},
    Difference{"s_fcvtzs_fixed_h", "a scalar result clears the bits above it; QEMU 7.2 extends its sign to 32 bits",
               [](const record& before, const record& ours, const record& theirs) {
                   const auto d = before.word & 31;
                   const auto extended = sign_extend(ours.v[d][0], 16) & low_mask(32);
                   return theirs.v[d][0] == extended && ours.v[d][0] == (extended & low_mask(16)) &&
                          ours.fpsr == theirs.fpsr;
               }},
};

} // namespace

bool is_known(const Row& row, const record& before, const record& ours, const record& theirs) {
    for (const auto& difference : kDifferences)
        if (difference.row == row.name && difference.holds(before, ours, theirs))
            return true;
    return false;
}

} // namespace medley::iss::aarch64::test
