#include "accel/jit/pending_flags.h"

#include "medley/base/bits.h"

#include <utility>

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
    const auto [left, right, source] = std::exchange(operands_, {});
    if ((source & kGiven) != 0) {
        const auto flags = source >> kConstantShift;
        return write(bit(flags, 3), bit(flags, 2), bit(flags, 1), bit(flags, 0));
    }
    auto second = (source & kZero) != 0 ? 0 : right;
    if ((source & kConstant) != 0)
        second = static_cast<std::uint64_t>(std::int64_t{static_cast<std::int32_t>(source) >> kConstantShift});
    const auto kind = static_cast<FlagSource>(source & kSource);
    if ((source & kWide) != 0)
        settle_as<std::uint64_t, std::int64_t>(kind, left, second);
    else
        settle_as<std::uint32_t, std::int32_t>(kind, static_cast<std::uint32_t>(left), static_cast<std::uint32_t>(second));
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
