#include "peripherals/irq/gic/gicv2_registers.h"

namespace medley::periph {

using namespace gic;

namespace {

constexpr std::uint32_t kSgiMask = low_mask(kSgis);

/// SGIs have registers of their own for what the others take from these.
std::uint32_t without_sgis(unsigned word, std::uint64_t value) {
    return static_cast<std::uint32_t>(word == 0 ? value & ~std::uint64_t{kSgiMask} : value);
}

} // namespace

/// Non-secure software has the enable of group 1, in bit 0 (IHI 0048B 4.3.1).
std::uint64_t Gicv2::read_control() const { return is_secure(distributor_) ? groups_ : groups_ >> 1; }

void Gicv2::write_control(std::uint64_t value) {
    groups_ = static_cast<unsigned>(is_secure(distributor_) ? value : (groups_ & 1) | (value & 1) << 1);
    update();
}

std::uint64_t Gicv2::read_type() const { return shared_.size() | (cpus_.size() - 1) << 5 | (security_ ? 1U << 10 : 0); }

std::uint64_t Gicv2::read_group(unsigned word) const { return is_secure(distributor_) ? bank(word).group : 0; }

void Gicv2::write_group(unsigned word, std::uint64_t value) {
    if (is_secure(distributor_))
        bank(word).group = static_cast<std::uint32_t>(value);
    update();
}

void Gicv2::enable(unsigned word, std::uint64_t value) {
    bank(word).enabled |= without_sgis(word, value) & visible(word);
    update();
}

void Gicv2::disable(unsigned word, std::uint64_t value) {
    bank(word).enabled &= ~(without_sgis(word, value) & visible(word));
    update();
}

void Gicv2::set_pending(unsigned word, std::uint64_t value) {
    bank(word).latched |= without_sgis(word, value) & visible(word);
    update();
}

/// An input that is high keeps its level-sensitive interrupt pending (IHI 0048B 4.3.8).
void Gicv2::clear_pending(unsigned word, std::uint64_t value) {
    bank(word).latched &= ~(without_sgis(word, value) & visible(word));
    update();
}

void Gicv2::set_active(unsigned word, std::uint64_t value) {
    bank(word).active |= static_cast<std::uint32_t>(value) & visible(word);
    update();
}

void Gicv2::clear_active(unsigned word, std::uint64_t value) {
    bank(word).active &= ~(static_cast<std::uint32_t>(value) & visible(word));
    update();
}

void Gicv2::write_priority(unsigned id, std::uint64_t value) {
    bank(id / 32).set_priority(id % 32, value, is_secure(distributor_));
    update();
}

/// With one CPU, the register is reserved (IHI 0048B 4.3.12). A CPU's own interrupts are for itself.
std::uint64_t Gicv2::read_targets(unsigned id) const {
    if (cpus_.size() == 1 || !sees(id))
        return 0;
    return id < kPrivate ? 1U << requester(distributor_) : targets_[id - kPrivate];
}

void Gicv2::write_targets(unsigned id, std::uint64_t value) {
    if (cpus_.size() == 1 || id < kPrivate || !sees(id))
        return;
    targets_[id - kPrivate] = static_cast<std::uint8_t>(value & low_mask(static_cast<unsigned>(cpus_.size())));
    update();
}

std::uint64_t Gicv2::read_trigger(unsigned element) const {
    return bank(element / 2).configuration(element % 2, visible(element / 2));
}

void Gicv2::write_trigger(unsigned element, std::uint64_t value) {
    if (element == 0)
        return; // SGIs are edge-triggered.
    bank(element / 2).configure(element % 2, value, visible(element / 2));
    update();
}

/// GICD_SGIR (IHI 0048B 4.3.15): to a list of CPUs, to all but the sender, or to the sender. Where there are security states, only where the
/// interrupt is of the group that Secure software names (NSATT), or that Non-secure software has (table 4-21).
void Gicv2::send(std::uint64_t value) {
    const auto self = requester(distributor_);
    const auto id = static_cast<unsigned>(bits(value, 0, 4));
    std::uint64_t list = 0;
    switch (bits(value, 24, 2)) {
    case 0: list = bits(value, 16, 8); break;
    case 1: list = ~(std::uint64_t{1} << self); break;
    case 2: list = std::uint64_t{1} << self; break;
    default: break; // Reserved: to no one.
    }
    const auto group = is_secure(distributor_) ? bits(value, 15, 1) : 1;
    const auto is_meant = [&](const Cpu& cpu) { return !security_ || cpu.own.group_of(id) == group; };
    for (unsigned cpu = 0; cpu < cpus_.size(); ++cpu)
        if (bit(list, cpu) && is_meant(cpus_[cpu]))
            change_senders(cpus_[cpu], id, static_cast<std::uint8_t>(cpus_[cpu].senders[id] | 1U << self));
    update();
}

std::uint64_t Gicv2::read_senders(unsigned id) const { return sees(id) ? cpus_[requester(distributor_)].senders[id] : 0; }

void Gicv2::clear_senders(unsigned id, std::uint64_t value) {
    if (!sees(id))
        return;
    auto& cpu = cpus_[requester(distributor_)];
    change_senders(cpu, id, static_cast<std::uint8_t>(cpu.senders[id] & ~value));
    update();
}

void Gicv2::set_senders(unsigned id, std::uint64_t value) {
    if (!sees(id))
        return;
    auto& cpu = cpus_[requester(distributor_)];
    const auto existing = value & low_mask(static_cast<unsigned>(cpus_.size()));
    change_senders(cpu, id, static_cast<std::uint8_t>(cpu.senders[id] | existing));
    update();
}

/// An SGI is pending while any sender's is.
void Gicv2::change_senders(Cpu& cpu, unsigned id, std::uint8_t senders) {
    cpu.senders[id] = senders;
    const auto mask = std::uint32_t{1} << id;
    cpu.own.latched = senders != 0 ? cpu.own.latched | mask : cpu.own.latched & ~mask;
}

/// Peripheral ID 4 to 7, 0 to 3 and component ID 0 to 3 (IHI 0048B 4.3.18).
std::uint64_t Gicv2::read_identification(unsigned element) const {
    static constexpr std::array<std::uint8_t, 12> kIds{0x04, 0, 0, 0, 0x90, 0xb4, 0x2b, 0, 0x0d, 0xf0, 0x05, 0xb1};
    return kIds[element];
}

} // namespace medley::periph
