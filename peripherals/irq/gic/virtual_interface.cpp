#include "peripherals/irq/gic/virtual_interface.h"

#include <algorithm>
#include <utility>

namespace medley::periph::gic {

namespace {

// HCR (IHI 0048B 5.3.1, IHI 0069H 12.4.4); bits 10 to 14 are traps of version 3, which the CPU takes.
constexpr std::uint64_t kEnable = 1 << 0, kUnderflow = 1 << 1, kNoEntry = 1 << 2, kNonePending = 1 << 3;
constexpr unsigned kFirstGroupCondition = 4;
constexpr std::uint64_t kConditions = 0xff, kTraps = 0x5c00;
constexpr unsigned kEndCount = 27;
constexpr std::uint64_t kEndCountMask = std::uint64_t{0x1f} << kEndCount;
// MISR
constexpr std::uint64_t kEnded = 1 << 0;

// VMCR and GICV_CTLR
constexpr std::uint32_t kAckControl = 1 << 2, kFiqEnable = 1 << 3, kCommonBinaryPoint = 1 << 4, kSeparateDeactivation = 1 << 9;

} // namespace

void VirtualInterface::reset() {
    control_ = 0;
    lists_ = {};
    priorities_ = {};
    groups_ = 0;
    ack_control_ = separate_deactivation_ = false;
    fiq_enable_ = version_ == Version::V3;
    update();
}

void VirtualInterface::set_control(std::uint64_t value) {
    control_ = value & (kConditions | kEndCountMask | (version_ == Version::V3 ? kTraps : 0));
    update();
}

std::uint64_t VirtualInterface::machine_control() const {
    return groups_ | modes() | std::uint64_t{priorities_.binary_point[1]} << 18 | std::uint64_t{priorities_.binary_point[0]} << 21 |
           std::uint64_t{priorities_.mask} << 24;
}

void VirtualInterface::set_machine_control(std::uint64_t value) {
    groups_ = static_cast<unsigned>(value & 3);
    priorities_.set_binary_point(1, bits(value, 18, 3));
    priorities_.set_binary_point(0, bits(value, 21, 3));
    priorities_.mask = static_cast<std::uint8_t>(bits(value, 24, 8) & kPriorityMask);
    set_modes(value);
}

std::uint32_t VirtualInterface::modes() const {
    return (ack_control_ ? kAckControl : 0) | (fiq_enable_ ? kFiqEnable : 0) |
           (priorities_.common_binary_point[1] ? kCommonBinaryPoint : 0) | (separate_deactivation_ ? kSeparateDeactivation : 0);
}

/// In version 3, AckCtl is 0 and FIQEn 1 where a guest's system registers are always in use (IHI 0069H 12.4.8).
void VirtualInterface::set_modes(std::uint64_t value) {
    if (version_ == Version::V2) {
        ack_control_ = (value & kAckControl) != 0;
        fiq_enable_ = (value & kFiqEnable) != 0;
    }
    priorities_.common_binary_point[1] = (value & kCommonBinaryPoint) != 0;
    separate_deactivation_ = (value & kSeparateDeactivation) != 0;
    update();
}

/// Each condition holds while its enable is set (IHI 0048B 5.3.3, IHI 0069H 12.4.6).
std::uint64_t VirtualInterface::maintenance_status() const {
    const auto used = std::ranges::count_if(lists_, [](const ListRegister& list) { return list.state != 0; });
    const bool pending = std::ranges::any_of(lists_, [](const ListRegister& list) { return list.state == ListRegister::kPending; });
    std::uint64_t status = ended() != 0 ? kEnded : 0;
    status |= used <= 1 ? control_ & kUnderflow : 0;
    status |= (control_ & kEndCountMask) != 0 ? control_ & kNoEntry : 0;
    status |= pending ? 0 : control_ & kNonePending;
    // For each group "enabled", then "disabled".
    for (unsigned group = 0; group < 2; ++group)
        status |= control_ & std::uint64_t{1} << (kFirstGroupCondition + 2 * group + (enabled(group) ? 0 : 1));
    return status;
}

std::uint64_t VirtualInterface::ended() const {
    std::uint64_t value = 0;
    for (unsigned i = 0; i < kListRegisters; ++i)
        value |= lists_[i].has_ended() ? std::uint64_t{1} << i : 0;
    return value;
}

std::uint64_t VirtualInterface::free() const {
    std::uint64_t value = 0;
    for (unsigned i = 0; i < kListRegisters; ++i)
        value |= lists_[i].is_free() ? std::uint64_t{1} << i : 0;
    return value;
}

void VirtualInterface::set_list(unsigned index, const ListRegister& value) {
    lists_[index] = value;
    lists_[index].priority &= kPriorityMask;
    update();
}

void VirtualInterface::set_active_priorities(unsigned group, std::uint64_t value) {
    priorities_.active[group] = static_cast<std::uint32_t>(value);
    update();
}

void VirtualInterface::enable_groups(unsigned groups) {
    groups_ = groups;
    update();
}

void VirtualInterface::set_mask(std::uint64_t value) {
    priorities_.mask = static_cast<std::uint8_t>(value & kPriorityMask);
    update();
}

/// With a common binary point, that of group 0 shows for group 1 in version 3, one higher, and writes are ignored (IHI 0069H 12.3.4).
unsigned VirtualInterface::binary_point(unsigned group) const {
    if (version_ == Version::V3 && group == 1 && priorities_.common_binary_point[1])
        return std::min(priorities_.binary_point[0] + 1U, 7U);
    return priorities_.binary_point[group];
}

void VirtualInterface::set_binary_point(unsigned group, std::uint64_t value) {
    if (version_ == Version::V2 || group == 0 || !priorities_.common_binary_point[1])
        priorities_.set_binary_point(group, value);
    update();
}

std::optional<VirtualInterface::Candidate> VirtualInterface::highest() const {
    std::optional<Candidate> best;
    for (unsigned i = 0; i < kListRegisters; ++i) {
        const auto& list = lists_[i];
        // What is pending and active waits until it is no longer active.
        if (list.state == ListRegister::kPending && enabled(list.group) && (!best || list.priority < best->request.priority))
            best = {i, {list.id, list.priority, list.group}};
    }
    return best;
}

std::optional<VirtualInterface::Candidate> VirtualInterface::signalled() const {
    const auto best = highest();
    return best && (control_ & kEnable) != 0 && priorities_.allows(best->request) ? best : std::nullopt;
}

void VirtualInterface::acknowledge(const Candidate& candidate) {
    auto& list = lists_[candidate.index];
    // A number that means "none" is handed on and forgotten; LPIs have no active state (IHI 0069H 12.3.14).
    const bool is_none = list.id > kLastId && list.id <= kSpurious;
    list.state = is_none || list.id > kSpurious ? 0 : ListRegister::kActive;
    if (!is_none) {
        priorities_.activate(candidate.request);
        if (version_ == Version::V2) // GICH_APR is of both groups.
            priorities_.active[0] |= std::exchange(priorities_.active[1], 0);
    }
    update();
}

ListRegister* VirtualInterface::find_active(std::uint32_t id, unsigned sender) {
    const auto found = std::ranges::find_if(lists_, [&](const ListRegister& list) {
        return (list.state & ListRegister::kActive) != 0 && list.id == id && (id >= kSgis || list.sender == sender);
    });
    return found == lists_.end() ? nullptr : &*found;
}

/// EOICount wraps.
void VirtualInterface::count_end() { control_ = with_bits(control_, kEndCount, 5, bits(control_, kEndCount, 5) + 1); }

/// An end that drops no priority has no effect; one without list register is counted for the hypervisor (IHI 0069H 12.4.4, EOIcount).
void VirtualInterface::end(std::uint32_t id, unsigned sender, std::optional<unsigned> group) {
    if ((id > kLastId && id <= kSpurious) || running() == kIdle)
        return;
    priorities_.drop();
    auto* list = find_active(id, sender);
    if (list != nullptr && !separate_deactivation_ && (!group || *group == list->group))
        deactivate(*list);
    else if (list == nullptr && !separate_deactivation_ && id < kSpurious)
        count_end();
    update();
}

void VirtualInterface::deactivate(std::uint32_t id, unsigned sender) {
    if (!separate_deactivation_ || id > kLastId)
        return;
    if (auto* list = find_active(id, sender))
        deactivate(*list);
    else
        count_end();
    update();
}

void VirtualInterface::deactivate(ListRegister& list) {
    list.state &= ~ListRegister::kActive;
    if (list.hardware)
        deactivate_(list.physical);
}

void VirtualInterface::update() {
    const auto request = signalled();
    const bool fast = request && request->request.group == 0 && fiq_enable_;
    irq_.set(request && !fast);
    fiq_.set(fast);
    maintenance_.set((control_ & kEnable) != 0 && maintenance_status() != 0);
}

} // namespace medley::periph::gic
