#include "peripherals/irq/gic/gicv3_registers.h"

#include "peripherals/irq/gic/local_interrupts.h"

namespace medley::periph {

using namespace gic;

namespace {

// GICD_CTLR (IHI 0069H 12.9.4): the groups' enables in the order of groups, with two security states seen by Secure software.
constexpr std::uint64_t kAffinityRouting = 1 << 4, kNonSecureRouting = 1 << 5, kOneSecurityState = 1 << 6;
/// As Non-secure software sees it.
constexpr std::uint64_t kOwnEnable = 1 << 1;
constexpr std::uint64_t kToAnyone = std::uint64_t{1} << 31; // GICD_IROUTER

} // namespace

/// Setting DS cannot be undone; then there is no Secure group 1 any more.
void Gicv3::write_control(std::uint64_t value) {
    if (is_secure())
        groups_ = static_cast<unsigned>(value & low_mask(two_states_ ? kGroups : kGroups - 1));
    else
        groups_ = static_cast<unsigned>(with_bits(groups_, kNonSecureGroup1, 1, (value & kOwnEnable) != 0 ? 1 : 0));
    if (two_states_ && is_secure() && (value & kOneSecurityState) != 0)
        merge_states();
    update();
}

void Gicv3::merge_states() {
    two_states_ = false;
    groups_ &= static_cast<unsigned>(low_mask(kGroups - 1));
    for (auto& bank : shared_)
        bank.modifier = 0;
    for (auto& cpu : cpus_) {
        cpu->merge_states();
        cpu->lpis().invalidate_all(); // Their priorities are others now.
    }
}

std::uint64_t Gicv3::read_control() const {
    if (!two_states_)
        return groups_ | kAffinityRouting | kOneSecurityState;
    if (is_secure())
        return groups_ | kAffinityRouting | kNonSecureRouting;
    return (bit(groups_, kNonSecureGroup1) ? kOwnEnable : 0) | kAffinityRouting;
}

/// Aff3 (bit 24), bits of a number, LPIs (bit 17), security states (bit 10), number of words. Bit 25 would say that there is no 1-of-N routing.
std::uint64_t Gicv3::read_type() const {
    return 1U << 24 | (kIdBits - 1) << 19 | (has_lpis() ? 1U << 17 : 0) | (two_states_ ? 1U << 10 : 0) | shared_.size();
}

void Gicv3::write_group(unsigned word, std::uint64_t value) {
    if (is_secure())
        bank(word).group = static_cast<std::uint32_t>(value);
    update();
}

void Gicv3::write_modifier(unsigned word, std::uint64_t value) {
    if (two_states_ && is_secure())
        bank(word).modifier = static_cast<std::uint32_t>(value);
    update();
}

void Gicv3::enable(unsigned word, std::uint64_t value) {
    bank(word).enabled |= static_cast<std::uint32_t>(value) & visible(word);
    update();
}

void Gicv3::disable(unsigned word, std::uint64_t value) {
    bank(word).enabled &= ~(static_cast<std::uint32_t>(value) & visible(word));
    update();
}

void Gicv3::set_pending(unsigned word, std::uint64_t value) {
    bank(word).latched |= static_cast<std::uint32_t>(value) & visible(word, kMayPend);
    update();
}

void Gicv3::clear_pending(unsigned word, std::uint64_t value) {
    bank(word).latched &= ~(static_cast<std::uint32_t>(value) & visible(word, kMayClear));
    update();
}

void Gicv3::set_active(unsigned word, std::uint64_t value) {
    bank(word).active |= static_cast<std::uint32_t>(value) & visible(word);
    update();
}

void Gicv3::clear_active(unsigned word, std::uint64_t value) {
    bank(word).active &= ~(static_cast<std::uint32_t>(value) & visible(word));
    update();
}

void Gicv3::write_priority(unsigned element, std::uint64_t value) {
    bank(element / 32).set_priority(element % 32, value, is_secure());
    update();
}

void Gicv3::write_trigger(unsigned element, std::uint64_t value) {
    bank(element / 2).configure(element % 2, value, visible(element / 2));
    update();
}

/// An affinity that no CPU has leaves the interrupt pending at nobody.
void Gicv3::write_route(unsigned element, std::uint64_t value) {
    if (!may_route(element))
        return;
    routes_[element] = value;
    targets_[element] = (value & kToAnyone) != 0 ? kAnyone : static_cast<std::uint8_t>(cpu_at(value).value_or(kNobody));
    update();
}

/// Secure software's alone, and of no meaning without a second security state.
std::uint64_t Gicv3::read_access(unsigned element) const {
    return two_states_ && is_secure() ? bank(element / 2).access(element % 2) : 0;
}

void Gicv3::write_access(unsigned element, std::uint64_t value) {
    if (two_states_ && is_secure())
        bank(element / 2).set_access(element % 2, value);
}

} // namespace medley::periph
