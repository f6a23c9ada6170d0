#include "accel/jit/pending_flags.h"

#include "medley/base/bits.h"

namespace medley::accel::jit {

PendingFlags::PendingFlags(TargetCore& core, FlagOperands& operands) : operands_(operands) {
    const auto& layout = core.layout();
    const auto& flags = layout.condition_flags;
    if (flags.negative == StateLayout::kNone)
        return;
    const std::array ids{flags.negative, flags.zero, flags.carry, flags.overflow};
    for (std::size_t i = 0; i < ids.size(); ++i)
        slots_[i] = core.state() + layout[ids[i]].offset;
}

void PendingFlags::settle_now() {
    std::uint32_t source = low_byte();
    if (!is_one_byte(source))
        source = operands_.source;
    operands_.source = kNothing;
    if ((source & kGiven) != 0) {
        const auto flags = source >> kConstantShift;
        return write(bit(flags, 3), bit(flags, 2), bit(flags, 1), bit(flags, 0));
    }
    if ((source & kWide) != 0)
        settle_from<std::uint64_t, std::int64_t>(source);
    else
        settle_from<std::uint32_t, std::int32_t>(source);
}

/// Reads operands in the size that code writes them in.
template <class Word, class Signed>
void PendingFlags::settle_from(std::uint32_t source) {
    const auto read = [](const std::uint64_t& operand) {
        Word word;
        std::memcpy(&word, &operand, sizeof word);
        return word;
    };
    const auto kind = static_cast<FlagSource>(source & kSource);
    if ((source & kConstant) != 0)
        settle_as<Word, Signed>(kind, read(operands_.left), static_cast<Word>(static_cast<std::int32_t>(source) >> kConstantShift));
    else
        settle_as<Word, Signed>(kind, read(operands_.left), (source & kZero) != 0 ? Word{0} : read(operands_.right));
}

template <class Word, class Signed>
void PendingFlags::settle_as(FlagSource source, Word first, Word second) {
    Signed result{};
    switch (source) {
    case FlagSource::Difference: {
        const bool overflow = __builtin_sub_overflow(static_cast<Signed>(first), static_cast<Signed>(second), &result);
        return write(result < 0, result == 0, second <= first, overflow);
    }
    case FlagSource::Sum: {
        const bool overflow = __builtin_add_overflow(static_cast<Signed>(first), static_cast<Signed>(second), &result);
        return write(result < 0, result == 0, static_cast<Word>(result) < first, overflow);
    }
    default: return write(static_cast<Signed>(first) < 0, first == 0, false, false);
    }
}

void PendingFlags::write(bool negative, bool zero, bool carry, bool overflow) {
    const std::array values{negative, zero, carry, overflow};
    for (std::size_t i = 0; i < values.size(); ++i)
        *slots_[i] = std::byte{values[i]};
}

} // namespace medley::accel::jit
