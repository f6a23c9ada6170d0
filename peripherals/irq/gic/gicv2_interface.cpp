#include "peripherals/irq/gic/gicv2_registers.h"

namespace medley::periph {

using namespace gic;

namespace {

// GICC_CTLR (IHI 0048B 4.4.1, of an implementation without the Security Extensions).
constexpr std::uint32_t kAckControl = 1 << 2;
constexpr std::uint32_t kCommonBinaryPoint = 1 << 4;
constexpr std::uint32_t kSeparateDeactivation = 1 << 9;

} // namespace

void Gicv2::write_cpu_control(std::uint64_t value) {
    auto& cpu = caller();
    cpu.control = static_cast<std::uint32_t>(value);
    cpu.priorities.common_binary_point = (cpu.control & kCommonBinaryPoint) != 0;
    update(requester(interface_));
}

void Gicv2::write_mask(std::uint64_t value) {
    caller().priorities.mask = static_cast<std::uint8_t>(value) & kPriorityMask;
    update(requester(interface_));
}

void Gicv2::write_binary_point(std::uint64_t value) {
    caller().priorities.set_binary_point(0, value);
    update(requester(interface_));
}

void Gicv2::write_aliased_binary_point(std::uint64_t value) {
    caller().priorities.set_binary_point(1, value);
    update(requester(interface_));
}

void Gicv2::write_active_priorities(std::uint64_t value) {
    caller().priorities.active[0] = static_cast<std::uint32_t>(value);
    update(requester(interface_));
}

void Gicv2::write_other_active_priorities(std::uint64_t value) {
    caller().priorities.active[1] = static_cast<std::uint32_t>(value);
    update(requester(interface_));
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

/// IHI 0048B 4.4.4 and 3.4.2: what is not signalled reads as 1023, and group 1, unless AckCtl is set, as 1022.
std::uint64_t Gicv2::acknowledge() {
    auto& cpu = caller();
    const auto request = best(requester(interface_), groups_ & cpu.control & 3);
    if (!cpu.priorities.allows(request))
        return kSpurious;
    return request.group == 1 && (cpu.control & kAckControl) == 0 ? kOtherGroup : take(cpu, request);
}

std::uint64_t Gicv2::acknowledge_aliased() {
    auto& cpu = caller();
    const auto request = best(requester(interface_), groups_ & cpu.control & 3);
    return request.group == 1 && cpu.priorities.allows(request) ? take(cpu, request) : std::uint64_t{kSpurious};
}

/// Whatever the priority mask and the running priority (IHI 0048B 4.4.7).
std::uint64_t Gicv2::read_highest() const {
    const auto& cpu = caller();
    const auto request = best(requester(interface_), groups_ & 3);
    return request.group == 1 && (cpu.control & kAckControl) == 0 ? kOtherGroup : shown(cpu, request);
}

std::uint64_t Gicv2::read_highest_aliased() const {
    const auto request = best(requester(interface_), groups_ & 3);
    return request.group == 1 ? shown(caller(), request) : std::uint64_t{kSpurious};
}

void Gicv2::end(std::uint64_t value) {
    const auto& cpu = caller();
    finish(value, (cpu.control & kAckControl) != 0 ? cpu.priorities.running_group() : 0);
}

void Gicv2::end_aliased(std::uint64_t value) { finish(value, 1); }

/// Priority drop, and deactivation unless EOImode separates it (IHI 0048B 3.2.1). The numbers of no interrupt change nothing.
void Gicv2::finish(std::uint64_t value, unsigned group) {
    auto& cpu = caller();
    const auto id = static_cast<unsigned>(bits(value, 0, 10));
    if (id > kLastId)
        return;
    cpu.priorities.drop(group);
    if ((cpu.control & kSeparateDeactivation) == 0)
        set_deactivated(cpu, id);
    update();
}

/// Unpredictable with EOImode 0; ignored here.
void Gicv2::deactivate(std::uint64_t value) {
    auto& cpu = caller();
    const auto id = static_cast<unsigned>(bits(value, 0, 10));
    if ((cpu.control & kSeparateDeactivation) != 0 && id <= kLastId)
        set_deactivated(cpu, id);
    update();
}

void Gicv2::set_deactivated(Cpu& cpu, unsigned id) {
    if (exists(id))
        bank_of(cpu, id).active &= ~(std::uint32_t{1} << id % 32);
}

} // namespace medley::periph
