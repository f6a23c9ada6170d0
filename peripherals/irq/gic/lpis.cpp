#include "peripherals/irq/gic/lpis.h"

#include "peripherals/irq/gic/gicv3.h"

#include <array>
#include <vector>

namespace medley::periph::gic {

namespace {

constexpr Address kAddress = low_mask(52);
constexpr Address kPropertiesAddress = kAddress & ~low_mask(12);   // GICR_PROPBASER
constexpr Address kPendingAddress = kAddress & ~low_mask(16);      // GICR_PENDBASER
constexpr std::uint64_t kPendingIsZero = std::uint64_t{1} << 62;
constexpr std::uint8_t kEnabled = 1;
constexpr std::size_t kPiece = 64;

} // namespace

void Lpis::reset() {
    enabled_ = false;
    properties_ = pending_table_ = 0;
    pending_.clear();
    ready_.clear();
}

void Lpis::enable(bool on) {
    if (on == enabled_)
        return;
    enabled_ = on;
    if (on) {
        if ((pending_table_ & kPendingIsZero) == 0)
            load_pending();
        return;
    }
    save_pending();
    pending_.clear();
    ready_.clear();
}

void Lpis::set_properties(std::uint64_t value) {
    if (!enabled_)
        properties_ = value & (kPropertiesAddress | 0x0700'0000'0000'0f9f);
}

/// PTZ reads as zero.
void Lpis::set_pending_table(std::uint64_t value) {
    if (!enabled_)
        pending_table_ = value & (kPendingAddress | kPendingIsZero | 0x0700'0000'0000'0f80);
}

bool Lpis::in_range(std::uint32_t id) const {
    const auto number_bits = std::min<std::uint64_t>(bits(properties_, 0, 5) + 1, Gicv3::kIdBits);
    return id >= Gicv3::kFirstLpi && id < std::uint32_t{1} << number_bits;
}

/// What cannot be read is disabled.
std::uint8_t Lpis::configuration(std::uint32_t id) const {
    unsigned char byte = 0;
    const auto address = (properties_ & kPropertiesAddress) + (id - Gicv3::kFirstLpi);
    if (!controller_.read_memory(address, {&byte, 1}))
        return 0;
    // LPIs are Non-secure: with two security states they have the lower half of the priorities.
    const auto priority = controller_.has_two_states() ? from_non_secure(byte) : byte & kPriorityMask;
    return static_cast<std::uint8_t>(priority | (byte & kEnabled));
}

void Lpis::set_pending(std::uint32_t id, bool pending) {
    if (!enabled_ || !in_range(id))
        return;
    if (const auto known = pending_.find(id); known != pending_.end()) {
        if (pending)
            return;
        ready_.erase({known->second & kPriorityMask, id});
        pending_.erase(known);
    } else if (pending) {
        const auto how = configuration(id);
        pending_.emplace(id, how);
        if ((how & kEnabled) != 0)
            ready_.emplace(how & kPriorityMask, id);
    }
}

void Lpis::invalidate(std::uint32_t id) {
    if (!pending_.contains(id))
        return;
    set_pending(id, false);
    set_pending(id, true);
}

void Lpis::invalidate_all() {
    std::vector<std::uint32_t> ids;
    for (const auto& [id, how] : pending_)
        ids.push_back(id);
    for (const auto id : ids)
        invalidate(id);
}

void Lpis::move_all(Lpis& to) {
    if (&to == this)
        return;
    for (const auto& [id, how] : pending_)
        to.set_pending(id, true);
    pending_.clear();
    ready_.clear();
}

/// LPIs are of group 1; interrupts with lower numbers win among equals.
void Lpis::choose(Request& best) const {
    if (ready_.empty())
        return;
    const auto [priority, id] = *ready_.begin();
    if (priority < best.priority)
        best = {id, priority, 1};
}

/// A bit for each number from 0 up.
void Lpis::load_pending() {
    std::array<unsigned char, kPiece> piece{};
    for (std::uint32_t first = Gicv3::kFirstLpi; in_range(first); first += kPiece * 8) {
        if (!controller_.read_memory((pending_table_ & kPendingAddress) + first / 8, piece))
            return;
        for (std::uint32_t i = 0; i < kPiece * 8; ++i)
            if (bit(piece[i / 8], i % 8))
                set_pending(first + i, true);
    }
}

void Lpis::save_pending() {
    std::array<unsigned char, kPiece> piece{};
    for (std::uint32_t first = Gicv3::kFirstLpi; in_range(first); first += kPiece * 8) {
        piece = {};
        for (auto each = pending_.lower_bound(first); each != pending_.end() && each->first < first + kPiece * 8; ++each)
            piece[(each->first - first) / 8] |= static_cast<unsigned char>(1U << each->first % 8);
        if (!controller_.write_memory((pending_table_ & kPendingAddress) + first / 8, piece))
            return;
    }
}

} // namespace medley::periph::gic
