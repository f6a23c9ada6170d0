#include "peripherals/irq/gic/gicv2_registers.h"

#include <algorithm>

namespace medley::periph {

using namespace gic;

namespace {

// GICC_CTLR (IHI 0048B 4.4.1), as Secure software sees it and as all software does where there are no security states.
constexpr std::uint32_t kEnableGroup1 = 1 << 1;
constexpr std::uint32_t kAckControl = 1 << 2;
constexpr std::uint32_t kCommonBinaryPoint = 1 << 4;
constexpr std::uint32_t kSeparateDeactivation = 1 << 9;
constexpr std::uint32_t kSeparateNonSecure = 1 << 10;
// As Non-secure software sees it: what is its own, in other places.
constexpr std::uint32_t kOwnEnable = 1 << 0, kOwnSeparation = 1 << 9;
/// The active priorities that Non-secure software has are the lower half (IHI 0048B 4.4.12).
constexpr unsigned kNonSecureHalf = 16;

} // namespace

std::uint64_t Gicv2::read_cpu_control() const {
    const auto control = caller().control;
    if (is_secure(interface_))
        return control;
    return ((control & kEnableGroup1) != 0 ? kOwnEnable : 0) | ((control & kSeparateNonSecure) != 0 ? kOwnSeparation : 0);
}

void Gicv2::write_cpu_control(std::uint64_t value) {
    auto& cpu = caller();
    if (is_secure(interface_)) {
        cpu.control = static_cast<std::uint32_t>(security_ ? value : value & ~std::uint64_t{kSeparateNonSecure});
    } else {
        cpu.control &= ~(kEnableGroup1 | kSeparateNonSecure);
        cpu.control |= ((value & kOwnEnable) != 0 ? kEnableGroup1 : 0) | ((value & kOwnSeparation) != 0 ? kSeparateNonSecure : 0);
    }
    cpu.priorities.common_binary_point[1] = (cpu.control & kCommonBinaryPoint) != 0;
    update(requester(interface_));
}

std::uint64_t Gicv2::read_mask() const {
    const auto mask = caller().priorities.mask;
    return is_secure(interface_) ? mask : non_secure_view(mask & kPriorityMask);
}

/// Non-secure software must not let through what Secure software has masked (IHI 0048B 3.8.5).
void Gicv2::write_mask(std::uint64_t value) {
    auto& mask = caller().priorities.mask;
    if (is_secure(interface_))
        mask = static_cast<std::uint8_t>(value) & kPriorityMask;
    else if ((mask & 0x80) != 0)
        mask = from_non_secure(value);
    update(requester(interface_));
}

/// The one of group 1 for Non-secure software; when it is shared, that of group 0 shows, one higher, and writes are ignored (IHI 0048B 4.4.3).
std::uint64_t Gicv2::read_binary_point() const {
    const auto& priorities = caller().priorities;
    if (is_secure(interface_))
        return priorities.binary_point[0];
    return priorities.common_binary_point[1] ? std::min(priorities.binary_point[0] + 1, 7) : priorities.binary_point[1];
}

void Gicv2::write_binary_point(std::uint64_t value) {
    auto& priorities = caller().priorities;
    if (is_secure(interface_))
        priorities.set_binary_point(0, value);
    else if (!priorities.common_binary_point[1])
        priorities.set_binary_point(1, value);
    update(requester(interface_));
}

// The aliases of group 1's registers are for Secure software.
std::uint64_t Gicv2::read_aliased_binary_point() const { return is_secure(interface_) ? caller().priorities.binary_point[1] : 0; }

void Gicv2::write_aliased_binary_point(std::uint64_t value) {
    if (is_secure(interface_))
        caller().priorities.set_binary_point(1, value);
    update(requester(interface_));
}

std::uint64_t Gicv2::read_active_priorities() const {
    const auto& active = caller().priorities.active;
    return is_secure(interface_) ? active[0] : active[1] >> kNonSecureHalf;
}

void Gicv2::write_active_priorities(std::uint64_t value) {
    auto& active = caller().priorities.active;
    if (is_secure(interface_))
        active[0] = static_cast<std::uint32_t>(value);
    else
        active[1] = static_cast<std::uint32_t>((active[1] & low_mask(kNonSecureHalf)) | value << kNonSecureHalf);
    update(requester(interface_));
}

std::uint64_t Gicv2::read_other_active_priorities() const { return is_secure(interface_) ? caller().priorities.active[1] : 0; }

void Gicv2::write_other_active_priorities(std::uint64_t value) {
    if (is_secure(interface_))
        caller().priorities.active[1] = static_cast<std::uint32_t>(value);
    update(requester(interface_));
}

std::uint64_t Gicv2::read_running() const {
    const auto running = caller().priorities.running();
    return is_secure(interface_) ? running : non_secure_view(running);
}

unsigned Gicv2::sender(const Cpu& cpu, unsigned id) const {
    return id < kSgis ? static_cast<unsigned>(std::countr_zero(std::uint32_t{cpu.senders[id]} | 1U << kMostCpus)) % kMostCpus : 0;
}

/// An interrupt as IAR and HPPIR show it: SGIs with their sender.
std::uint64_t Gicv2::shown(const Cpu& cpu, const Request& request) const { return request.id | sender(cpu, request.id) << 10; }

std::uint64_t Gicv2::take(Cpu& cpu, const Request& request) {
    const auto value = shown(cpu, request);
    cpu.priorities.activate(request);
    bank_of(cpu, request.id).acknowledge(request.id % 32);
    if (request.id < kSgis)
        change_senders(cpu, request.id, static_cast<std::uint8_t>(cpu.senders[request.id] & (cpu.senders[request.id] - 1)));
    ++cpu.acknowledged;
    update();
    return value;
}

/// IHI 0048B 4.4.4 and 3.4.2: what is not signalled, or not for Non-secure software that asks, reads as 1023, and group 1, unless AckCtl is set,
/// as 1022.
std::uint64_t Gicv2::acknowledge() {
    if (!is_secure(interface_))
        return take_group_1();
    auto& cpu = caller();
    const auto request = best(requester(interface_), groups_ & cpu.control & 3);
    if (!cpu.priorities.allows(request))
        return kSpurious;
    return request.group == 1 && (cpu.control & kAckControl) == 0 ? kOtherGroup : take(cpu, request);
}

std::uint64_t Gicv2::acknowledge_aliased() { return is_secure(interface_) ? take_group_1() : 0; }

std::uint64_t Gicv2::take_group_1() {
    auto& cpu = caller();
    const auto request = best(requester(interface_), groups_ & cpu.control & 3);
    return request.group == 1 && cpu.priorities.allows(request) ? take(cpu, request) : std::uint64_t{kSpurious};
}

/// Whatever the priority mask and the running priority (IHI 0048B 4.4.7).
std::uint64_t Gicv2::read_highest() const {
    if (!is_secure(interface_))
        return highest_of_group_1();
    const auto& cpu = caller();
    const auto request = best(requester(interface_), groups_ & 3);
    return request.group == 1 && (cpu.control & kAckControl) == 0 ? kOtherGroup : shown(cpu, request);
}

std::uint64_t Gicv2::read_highest_aliased() const { return is_secure(interface_) ? highest_of_group_1() : 0; }

std::uint64_t Gicv2::highest_of_group_1() const {
    const auto request = best(requester(interface_), groups_ & 3);
    return request.group == 1 ? shown(caller(), request) : std::uint64_t{kSpurious};
}

void Gicv2::end(std::uint64_t value) {
    const auto& cpu = caller();
    if (!is_secure(interface_))
        finish(value, 1);
    else
        finish(value, (cpu.control & kAckControl) != 0 ? cpu.priorities.running_group() : 0);
}

void Gicv2::end_aliased(std::uint64_t value) {
    if (is_secure(interface_))
        finish(value, 1);
}

bool Gicv2::separates_deactivation() const {
    return (caller().control & (is_secure(interface_) ? kSeparateDeactivation : kSeparateNonSecure)) != 0;
}

/// Priority drop, and deactivation unless EOImode separates it (IHI 0048B 3.2.1). The numbers of no interrupt change nothing, and neither do ends
/// of another group than runs.
void Gicv2::finish(std::uint64_t value, unsigned group) {
    auto& cpu = caller();
    const auto id = static_cast<unsigned>(bits(value, 0, 10));
    if (id > kLastId || cpu.priorities.running_group() != group)
        return;
    cpu.priorities.drop();
    if (!separates_deactivation() && may_deactivate(cpu, id))
        set_deactivated(cpu, id);
    update();
}

/// Non-secure software reaches group 1 alone.
bool Gicv2::may_deactivate(Cpu& cpu, unsigned id) {
    return exists(id) && (is_secure(interface_) || bank_of(cpu, id).group_of(id % 32) == 1);
}

/// Unpredictable with EOImode 0; ignored here.
void Gicv2::deactivate(std::uint64_t value) {
    auto& cpu = caller();
    const auto id = static_cast<unsigned>(bits(value, 0, 10));
    if (separates_deactivation() && may_deactivate(cpu, id))
        set_deactivated(cpu, id);
    update();
}

void Gicv2::deactivate_physical(unsigned cpu, unsigned id) {
    set_deactivated(cpus_[cpu], id);
    update();
}

void Gicv2::set_deactivated(Cpu& cpu, unsigned id) {
    if (exists(id))
        bank_of(cpu, id).active &= ~(std::uint32_t{1} << id % 32);
}

} // namespace medley::periph
