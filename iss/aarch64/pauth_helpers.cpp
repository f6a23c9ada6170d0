// Pointer authentication (Arm ARM, pseudocode AddPAC, Auth, Strip).

#include "iss/aarch64/core.h"
#include "iss/aarch64/helpers.h"
#include "iss/aarch64/pauth.h"
#include "iss/aarch64/syndrome.h"
#include "medley/base/bits.h"

namespace medley::iss::aarch64 {
namespace {

constexpr unsigned kRangeBit = 55;

bool is_data(PacKey key) {
    return key == PacKey::DataA || key == PacKey::DataB;
}

bool is_b(PacKey key) {
    return key == PacKey::InstructionB || key == PacKey::DataB;
}

/// The regime of a key, unless its use is trapped, which is then raised, or switched off.
std::optional<PacRegime> usable(HelperContext& context, PacKey key) {
    const auto regime = core_of(context).system().pac_regime(key);
    if (!regime.enabled)
        return std::nullopt;
    if (regime.trap) {
        context.raise(*regime.trap);
        return std::nullopt;
    }
    return regime;
}

/// A pointer with the bits that a code may take all equal to the range's.
std::uint64_t extended(std::uint64_t pointer, const PointerLayout& layout, bool range) {
    const unsigned end = layout.tagged ? kRangeBit + 1 : 64;
    return with_bits(pointer, layout.va_bits, end - layout.va_bits, range ? ~std::uint64_t{0} : 0);
}

/// Bits of a pointer that hold the code: below the range bit, and above it when there is no tag.
std::uint64_t code_mask(const PointerLayout& layout) {
    const auto low = low_mask(kRangeBit) & ~low_mask(layout.va_bits);
    return layout.tagged ? low : low | ~low_mask(kRangeBit + 1);
}

/// The bit that tells the range of a pointer that gets a code: bit 55 where any range has tags.
bool range_of(const System& system, std::uint64_t pointer, bool data) {
    const bool any_tagged = system.pointer_layout(0, data).tagged || system.pointer_layout(~std::uint64_t{0}, data).tagged;
    return bit(pointer, any_tagged ? kRangeBit : 63);
}

/// What an authenticated pointer turns into when its code is wrong: an address that translates nowhere.
std::uint64_t poisoned(std::uint64_t pointer, const PointerLayout& layout, bool key_b) {
    const std::uint64_t error = key_b ? 0b10 : 0b01;
    return with_bits(pointer, layout.tagged ? 53 : 61, 2, error);
}

} // namespace

// pacia and others: (pointer, modifier, key)
std::uint64_t helper_pac_sign(HelperContext& context, std::uint64_t pointer, std::uint64_t modifier, std::uint64_t which,
                              std::uint64_t) {
    const auto key = static_cast<PacKey>(which);
    const auto regime = usable(context, key);
    if (!regime)
        return pointer;
    const auto& system = core_of(context).system();
    const bool range = range_of(system, pointer, is_data(key));
    const auto layout = system.pointer_layout(range ? ~std::uint64_t{0} : 0, is_data(key));
    auto code = compute_pac(extended(pointer, layout, range), modifier, {regime->key_high, regime->key_low});
    // A pointer that was not canonical must not pass: one bit of its code is wrong.
    const unsigned top = layout.tagged ? kRangeBit : 63;
    const auto unused = bits(pointer, layout.va_bits, top - layout.va_bits + 1);
    if (unused != 0 && unused != low_mask(top - layout.va_bits + 1))
        code ^= std::uint64_t{1} << (top - 1);
    const auto mask = code_mask(layout);
    return with_bits((pointer & ~mask) | (code & mask), kRangeBit, 1, range ? 1 : 0);
}

// autia and others: (pointer, modifier, key)
std::uint64_t helper_pac_authenticate(HelperContext& context, std::uint64_t pointer, std::uint64_t modifier,
                                      std::uint64_t which, std::uint64_t) {
    const auto key = static_cast<PacKey>(which);
    const auto regime = usable(context, key);
    if (!regime)
        return pointer;
    const auto layout = core_of(context).system().pointer_layout(pointer, is_data(key));
    const auto original = extended(pointer, layout, bit(pointer, kRangeBit));
    const auto code = compute_pac(original, modifier, {regime->key_high, regime->key_low});
    const bool right = ((code ^ pointer) & code_mask(layout)) == 0;
    return right ? original : poisoned(original, layout, is_b(key));
}

// pacga xd, xn, xm: (value, modifier)
std::uint64_t helper_pac_generic(HelperContext& context, std::uint64_t value, std::uint64_t modifier, std::uint64_t,
                                 std::uint64_t) {
    const auto regime = usable(context, PacKey::Generic);
    if (!regime)
        return 0;
    return compute_pac(value, modifier, {regime->key_high, regime->key_low}) & ~low_mask(32);
}

// xpaci, xpacd: (pointer, whether of data)
std::uint64_t helper_pac_strip(HelperContext& context, std::uint64_t pointer, std::uint64_t data, std::uint64_t,
                               std::uint64_t) {
    const auto layout = core_of(context).system().pointer_layout(pointer, data != 0);
    return extended(pointer, layout, bit(pointer, kRangeBit));
}

// Before an access based on the stack pointer whose alignment is not known
std::uint64_t helper_check_sp(HelperContext& context, std::uint64_t address, std::uint64_t, std::uint64_t,
                              std::uint64_t) {
    if (address % 16 != 0)
        context.raise({FaultKind::Instruction, Access::Read, syndrome::kSpAlignment, address, address});
    return 0;
}

} // namespace medley::iss::aarch64
