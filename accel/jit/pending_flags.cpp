#include "accel/jit/pending_flags.h"

#include "medley/base/bits.h"

namespace medley::accel::jit {

PendingFlags::PendingFlags(TargetCore& core) {
    const auto& layout = core.layout();
    const auto& flags = layout.condition_flags;
    if (flags.negative == StateLayout::kNone)
        return;
    const std::array ids{flags.negative, flags.zero, flags.carry, flags.overflow};
    for (std::size_t i = 0; i < ids.size(); ++i)
        slots_[i] = core.state() + layout[ids[i]].offset;
}

void PendingFlags::settle_now() {
    if ((source & kGiven) != 0) {
        const auto flags = source >> kConstantShift;
        source = kNothing;
        return write(bit(flags, 3), bit(flags, 2), bit(flags, 1), bit(flags, 0));
    }
    auto second = (source & kZero) != 0 ? 0 : right;
    if ((source & kConstant) != 0)
        second = static_cast<std::uint64_t>(std::int64_t{static_cast<std::int32_t>(source) >> kConstantShift});
    if ((source & kWide) != 0)
        settle_as<std::uint64_t, std::int64_t>(left, second);
    else
        settle_as<std::uint32_t, std::int32_t>(static_cast<std::uint32_t>(left), static_cast<std::uint32_t>(second));
    source = kNothing;
}

template <class Word, class Signed>
void PendingFlags::settle_as(Word first, Word second) {
    Signed result{};
    switch (static_cast<FlagSource>(source & kSource)) {
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
